"""Reads of equality monitoring: one person's, once it is opened, and figures of all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core import statement
from app.core.clock import today
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.domain.organisation.models import Directorate
from app.domain.people.monitoring import codes
from app.domain.people.monitoring.hiding import Counts, Told, tell
from app.domain.people.monitoring.models import (
    CODES,
    NOT_RECORDED,
    UNASKED,
    Characteristic,
    Cut,
    Monitoring,
    MonitoringAccess,
)
from app.domain.people.register.models import InvolvementRole, Person, PersonStatus

A = MonitoringAccess
NONE: Final = "(none)"  # no code of a directorate has brackets
ANY: Final = "any"
AGE_BANDS: Final = (
    "0-15", "16-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75-84", "85+",
)  # fmt: skip
LABELS: Final[Mapping[Characteristic, Mapping[str, str]]] = {
    **{
        Characteristic(name): dict(known)
        | ({} if name in UNASKED else {NOT_RECORDED: "Not recorded"})
        for name, known in CODES.items()
    },
    Characteristic.AGE_BAND: {**{band: band for band in AGE_BANDS}, NOT_RECORDED: "Not recorded"},
    Characteristic.DISABILITY: {
        ANY: "Any disability",
        **codes.DISABILITY,
        NOT_RECORDED: "Not recorded",
    },
}
# One person may have several disabilities; whether they have any is told once.
WITHIN: Final = {code: ANY for code in codes.DISABILITY if code not in codes.DISABILITY_ALONE}
_COUNTED: Final = text("SELECT part, code, people FROM equality_counts(:by, :cut, :today)")


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    label: str
    people: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the people; `code` is None where it is all of them."""

    code: str | None
    label: str
    people: int | None
    groups: list[Group]


async def get(session: AsyncSession, person: Person) -> Monitoring:
    """Load what an opened person told; of who was not asked it is what stands for that."""
    found = await session.scalar(select(Monitoring).where(Monitoring.person_id == person.id))
    return found or Monitoring.unasked(person.id)


async def figures(
    session: AsyncSession, by: Characteristic, cut: Cut | None
) -> tuple[Part, list[Part]]:
    """Count everybody on the register, whoever asks: two callers' figures are never subtracted.

    Records that were merged into others are left out. Small numbers are hidden.
    """
    labels = LABELS[by]
    parts = await _parts(session, cut)
    counts = {part: dict.fromkeys(labels, 0) for part in (None, *parts)}
    values = {"by": by, "cut": cut, "today": today()}
    for part, code, people in await session.execute(_COUNTED, values):
        counts[part][code] = people
    whole: Counts = counts.pop(None)
    within = WITHIN if by is Characteristic.DISABILITY else {}
    told, by_part = tell(whole, {str(part): each for part, each in counts.items()}, within)
    shown = [_part(code, parts[code], found, labels) for code, found in by_part.items()]
    return _part(None, "Everybody", told, labels), shown


def _part(code: str | None, label: str, told: Told, labels: Mapping[str, str]) -> Part:
    groups = [Group(each, labels[each], people) for each, people in told.groups.items()]
    return Part(code, label, told.total, groups)


async def _parts(session: AsyncSession, cut: Cut | None) -> dict[str, str]:
    """Name the parts in order: parts that have nobody are among them."""
    if cut is Cut.STATUS:
        return {status.value: status.value.capitalize() for status in PersonStatus}
    if cut is Cut.ROLE:
        return dict(_roles())
    if cut is None:
        return {}
    found = select(Directorate.code, Directorate.name).order_by(Directorate.code)
    return {**{r.code: r.name for r in await session.execute(found)}, NONE: "No directorate"}


def _roles() -> Iterator[tuple[str, str]]:
    for role in InvolvementRole:
        yield role.value, role.value.replace("_", " ").capitalize()
    yield NONE, "No role today"


_ACCESSES: Final[dict[str, ColumnElement[Any]]] = {
    **{name: A.__table__.c[name] for name in ("id", "kind", "reason", "accessed_by")},
    "accessed_at": func.to_char(A.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
}


def _of_person(_: frozenset[str]) -> Select[Any]:
    return select(A).where(A.person_id == bindparam("person", type_=Uuid()))


ACCESSES: Final = JsonRows(_ACCESSES, _of_person)


async def accesses(
    session: AsyncSession, fields: tuple[str, ...], person_id: UUID, page: Page
) -> bytes:
    """Give a page of who read or changed a person's monitoring, as JSON, newest first."""
    door = await statement.within(session)
    return await ACCESSES.page(door, fields, page, {"person": person_id})
