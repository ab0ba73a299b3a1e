"""Reads of claims: lists, sums, one with its lines, and what was done with it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Date,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Asked, Kept, Statement
from app.domain.people.register.models import Person
from app.domain.reimbursements.claims.acts import HOLDERS
from app.domain.reimbursements.claims.errors import ClaimNotFoundError
from app.domain.reimbursements.claims.line_models import ClaimLine, ClaimReceipt
from app.domain.reimbursements.claims.models import Claim, ClaimAction

C = Claim
_WIRE: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


_HOLDER: Final = (
    "CASE claim.status "
    + " ".join(f"WHEN '{status}' THEN '{holder}'" for status, holder in HOLDERS.items())
    + " END"
)
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": or_(
        C.directorate_id.is_(None),
        C.directorate_id == func.any(_value("visible", ARRAY(Uuid()))),
    ),
    "status": C.status == _value("status"),
    "person": C.person_id == _value("person", Uuid()),
    "opportunity": C.opportunity_id == _value("opportunity", Uuid()),
    "directorate": C.directorate_id == _value("directorate", Uuid()),
    "first": C.activity_on >= _value("first", Date()),
    "last": C.activity_on <= _value("last", Date()),
    "at_least": C.total_pence >= _value("at_least", Integer()),
    "held_by": literal_column(_HOLDER) == _value("held_by"),
}
_LINES: Final = """
(SELECT coalesce(json_agg(json_build_object(
            'position', l.position, 'kind', l.kind, 'day', l.day, 'level', l.level,
            'hours', l.hours::text, 'miles', l.miles::text, 'vehicle', l.vehicle,
            'passengers', l.passengers, 'hours_away', l.hours_away::text,
            'told_pence', l.told_pence, 'from_place', l.from_place, 'to_place', l.to_place,
            'no_receipt_because', l.no_receipt_because, 'amount_pence', l.amount_pence,
            'route', l.route, 'rate_id', l.rate_id, 'explanation', l.explanation,
            'receipt_ids', (SELECT coalesce(json_agg(r.receipt_id ORDER BY r.receipt_id), '[]')
                              FROM claim_receipt r
                             WHERE r.claim_id = l.claim_id AND r.position = l.position))
        ORDER BY l.position), '[]')
   FROM claim_line l WHERE l.claim_id = claim.id)"""


_ARRIVES: Final = """
(SELECT max(r.arrival_on) FROM claim_payment p JOIN payment_run r ON r.id = p.run_id
  WHERE p.claim_id = claim.id AND (p.status = 'sent' OR p.status = 'paid'))"""
_PAID: Final = """
(SELECT coalesce(json_agg(json_build_object(
            'reference', p.reference, 'route', p.route, 'amount_pence', p.amount_pence,
            'status', p.status, 'arrival_on', r.arrival_on) ORDER BY p.id), '[]')
   FROM claim_payment p LEFT JOIN payment_run r ON r.id = p.run_id
  WHERE p.claim_id = claim.id AND p.status <> 'void')"""


def _named(what: str, of: str) -> ColumnElement[Any]:
    return literal_column(f"(SELECT {what} FROM {of} n WHERE n.id = claim.{of}_id)")


_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in C.__table__.columns},
    "reference": literal_column("'EV' || lpad(claim.number::text, 8, '0')"),
    "since": func.to_char(C.since, _WIRE),
    "held_by": literal_column(_HOLDER),
    "person_name": _named("n.name", "person"),
    "opportunity_title": _named("n.title", "opportunity"),
    "arrives_on": literal_column(_ARRIVES),
    "payments": literal_column(_PAID),
    "lines": literal_column(_LINES),
}


def _claims(using: frozenset[str]) -> Select[Any]:
    return select(C).where(*(_FILTERS[name] for name in sorted(using & _FILTERS.keys())))


CLAIMS: Final = JsonRows(_COLUMNS, _claims, ClaimNotFoundError, C.__table__.c.version)

_SUMMARY: Final = """
SELECT json_build_object('items', coalesce(json_agg(row_to_json(shown)), '[]'))::text AS item
  FROM ({inner}) shown"""
_KEPT: Final[dict[frozenset[str], Kept]] = {}


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of claims as JSON: those of activities in one's directorates, or in none."""
    return await CLAIMS.page(door, fields, page, {**filters, **_limits(to)})


async def summary(door: Statement, filters: Mapping[str, Any], *, to: Actor) -> bytes:
    """Give how many claims there are of each status, and what they come to, as JSON."""
    values = {**filters, **_limits(to)}
    using = frozenset(values)
    if using not in _KEPT:
        counted = (
            _claims(using)
            .with_only_columns(
                C.status.label("status"),
                func.count().label("claims"),
                func.sum(C.total_pence).label("total_pence"),
            )
            .group_by(C.status)
            .order_by(C.status)
        )
        _KEPT[using] = Kept.of(counted).within(_SUMMARY)
    kept = _KEPT[using]
    row = await door.fetchrow(kept.text, *kept.arguments(values))
    found: str = row["item"]
    return found.encode()


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one claim as JSON, and its version; raises ClaimNotFoundError."""
    return await CLAIMS.one(door, fields, id_, _limits(to))


def answer(fields: tuple[str, ...], id_: UUID) -> Asked:
    """Give the statement that shows one claim, where it is known that one may see it."""
    return CLAIMS.asked(fields, id_, {})


async def get(session: AsyncSession, id_: UUID, *, to: Actor) -> Claim:
    """Load and lock a claim that one may see; raises ClaimNotFoundError."""
    found = select(C).where(C.id == id_)
    if to.teams is not None:
        found = found.where(_FILTERS["visible"]).params(_limits(to))
    return await _loaded(session, found)


async def get_own(session: AsyncSession, id_: UUID, person: Person) -> Claim:
    """Load and lock one of a person's own claims; raises ClaimNotFoundError."""
    return await _loaded(session, select(C).where(C.id == id_, C.person_id == person.id))


async def find_own(
    door: Statement,
    fields: tuple[str, ...],
    page: Page,
    filters: Mapping[str, Any],
    person: Person,
) -> bytes:
    """Give a page of one person's own claims as JSON."""
    return await CLAIMS.page(door, fields, page, {**filters, "person": person.id})


async def show_own(
    door: Statement, fields: tuple[str, ...], id_: UUID, person: Person
) -> tuple[bytes, int]:
    """Give one of a person's own claims as JSON, and its version."""
    return await CLAIMS.one(door, fields, id_, {"person": person.id})


async def lines(session: AsyncSession, claim: Claim) -> Sequence[ClaimLine]:
    """Give a claim's lines in their order."""
    found = select(ClaimLine).where(ClaimLine.claim_id == claim.id)
    return (await session.scalars(found.order_by(ClaimLine.position))).all()


async def receipted(session: AsyncSession, claim: Claim) -> frozenset[int]:
    """Give the positions of the lines that have a receipt."""
    found = select(ClaimReceipt.position).where(ClaimReceipt.claim_id == claim.id)
    return frozenset(await session.scalars(found))


async def history(session: AsyncSession, claim: Claim) -> Sequence[ClaimAction]:
    """Give what was done with a claim, oldest first."""
    found = select(ClaimAction).where(ClaimAction.claim_id == claim.id)
    return (await session.scalars(found.order_by(ClaimAction.number))).all()


async def barred(session: AsyncSession, actor_id: UUID, claim: Claim) -> bool:
    """Tell whether somebody is the claimant, or acted for them."""
    found = text("SELECT barred_from(:actor, :claimant)")
    values = {"actor": actor_id, "claimant": claim.person_id}
    return bool((await session.scalars(found, values)).one())


async def _loaded(session: AsyncSession, found: Select[Any]) -> Claim:
    locked = found.with_for_update(key_share=True).execution_options(populate_existing=True)
    claim: Claim | None = await session.scalar(locked)
    if claim is None:
        raise ClaimNotFoundError
    return claim


def _limits(to: Actor) -> dict[str, Any]:
    return {} if to.teams is None else {"visible": list(to.directorates or ())}


async def some(
    door: Statement, fields: tuple[str, ...], ids: Sequence[UUID], following: UUID | None = None
) -> bytes:
    """Give claims by their ids as one page of JSON, and where the page after begins."""
    items = await CLAIMS.some(door, fields, ids, {})
    behind = "null" if following is None else f'"{following}"'
    return f'{{"items":[{items}],"next":{behind}}}'.encode()
