"""Reads of receipts: whose they are, their bytes, and which are the same or look alike."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Select,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core import rows
from app.core.actor import Actor
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.people.register.models import Person
from app.domain.reimbursements.receipts.errors import ReceiptNotFoundError
from app.domain.reimbursements.receipts.models import ADVICE, Receipt, ReceiptContent

R = Receipt
_OF: Final = "SELECT * FROM receipt WHERE id = ANY($1) AND person_id = $2 ORDER BY id"
# Of 64 bits. A picture scaled, pressed harder or a little brighter differs in fewer; pictures of
# two receipts in about 32.
ALIKE: Final = 6
_BITS: Final = 64


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


_SEEN: Final = (
    select(Person.id)
    .where(
        Person.id == R.person_id,
        or_(
            Person.directorate_id.is_(None),
            Person.directorate_id == func.any(_value("visible", ARRAY(Uuid()))),
        ),
    )
    .correlate(R)
    .exists()
)
_USED: Final = R.uses > literal_column("0")
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": _SEEN,
    "person": R.person_id == _value("person", Uuid()),
    "status": R.status == _value("status"),
    "used": _value("used", Boolean()) == _USED,
}
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in R.__table__.columns},
    "sha256_sent": func.encode(R.sha256_sent, literal_column("'hex'")),
    "used": _USED,
    "advice": case(
        *((R.reason == literal_column(f"'{each}'"), literal_column(f"'{words}'"))
          for each, words in ADVICE.items())
    ),
}  # fmt: skip


def _receipts(using: frozenset[str]) -> Select[Any]:
    return select(R).where(*(_FILTERS[name] for name in sorted(using)))


RECEIPTS: Final = JsonRows(_COLUMNS, _receipts, ReceiptNotFoundError, R.__table__.c.version)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of receipts as JSON, newest first, of people whom one may see."""
    return await RECEIPTS.page(door, fields, page, {**filters, **_limits(to)})


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one receipt as JSON, and its version."""
    return await RECEIPTS.one(door, fields, id_, _limits(to))


async def find_own(
    door: Statement,
    fields: tuple[str, ...],
    page: Page,
    filters: Mapping[str, Any],
    person: Person,
) -> bytes:
    """Give a page of a person's own receipts as JSON, newest first."""
    return await RECEIPTS.page(door, fields, page, {**filters, "person": person.id})


async def show_own(
    door: Statement, fields: tuple[str, ...], id_: UUID, person: Person
) -> tuple[bytes, int]:
    """Give one of a person's own receipts as JSON, and its version."""
    return await RECEIPTS.one(door, fields, id_, {"person": person.id})


async def get(session: AsyncSession, id_: UUID, *, to: Actor, lock: bool = False) -> Receipt:
    """Load a receipt of a person whom one may see; raises ReceiptNotFoundError."""
    found = select(R).where(R.id == id_).execution_options(populate_existing=True)
    if to.teams is not None:
        found = found.where(_SEEN).params(_limits(to))
    return _there(await session.scalar(found.with_for_update() if lock else found))


async def get_own(
    session: AsyncSession, id_: UUID, person: Person, *, lock: bool = False
) -> Receipt:
    """Load one of a person's own receipts; raises ReceiptNotFoundError."""
    found = select(R).where(R.id == id_, R.person_id == person.id)
    found = found.execution_options(populate_existing=True)
    return _there(await session.scalar(found.with_for_update() if lock else found))


async def of(door: Statement, ids: Collection[UUID], person_id: UUID) -> Sequence[Receipt]:
    """Give receipts of one person, oldest first; raises ReceiptNotFoundError where one is not."""
    receipts = await door.fetch(_OF, ids, person_id)
    if len(receipts) < len(set(ids)):
        raise ReceiptNotFoundError
    return [rows.of(R, each) for each in receipts]


async def content(session: AsyncSession, receipt: Receipt) -> bytes:
    """Give the bytes of a receipt; raises ReceiptQuarantinedError."""
    held = select(ReceiptContent.bytes).where(ReceiptContent.id == receipt.shown())
    return (await session.scalars(held)).one()


async def waiting(session: AsyncSession, person: Person) -> int:
    """Count the receipts of a person that no claim uses."""
    found = select(func.count()).where(R.person_id == person.id, R.uses == 0)
    return (await session.scalars(found)).one()


async def alike(session: AsyncSession, receipt: Receipt, distance: int = ALIKE) -> Sequence[UUID]:
    """Give the other receipts, of anybody, whose images look like this one's, most alike first.

    Their perceptual hashes differ in `distance` bits of 64 at most. A receipt without one (a PDF,
    an image of one shade, a file in quarantine) is like none. All hashes are compared, from the
    index alone: of 100,000 receipts in some 30 ms.
    """
    if receipt.phash is None:
        return []
    differing = func.bit_count(cast(R.phash.op("#")(receipt.phash), BIT(_BITS)))
    found = select(R.id).where(R.phash.is_not(None), differing <= distance, R.id != receipt.id)
    return (await session.scalars(found.order_by(differing, R.id))).all()


def _there(receipt: Receipt | None) -> Receipt:
    if receipt is None:
        raise ReceiptNotFoundError
    return receipt


def _limits(to: Actor) -> dict[str, Any]:
    return {} if to.teams is None else {"visible": list(to.directorates or ())}
