"""Postings as they are listed, and what a budget or a person came to in a time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Date, Select, Uuid, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core import statement
from app.core.actor import Actor
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.involvement.naming import queries as naming
from app.domain.involvement.naming.queries import value
from app.domain.people.register.models import Person
from app.domain.reimbursements.budgets.models import Budget, CostCentre
from app.domain.reimbursements.ledger.errors import PostingNotFoundError
from app.domain.reimbursements.ledger.models import Account, LedgerEntry, Posting

P, E = Posting, LedgerEntry
_TOLD: Final = or_(E.account == Account.COMMITMENTS, E.account == Account.EXPENSE)
_SHOWN: Final = ("account", "amount_pence", "currency", "line_kind")


_BUDGETS: Final = (
    select(Budget.id)
    .join(CostCentre, CostCentre.id == Budget.cost_centre_id)
    .where(Budget.id == P.budget_id, naming.within_reach(CostCentre.directorate_id))
    .correlate(P)
)
_SEEN: Final = or_(P.budget_id.is_(None), _BUDGETS.exists())
_OF_PERSON: Final = (
    select(E.id)
    .where(E.posting_id == P.id, E.person_id == value("person", Uuid()))
    .where(naming.person_in_reach(E.person_id))
    .correlate(P)
)
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "kind": P.kind == value("kind"),
    "budget": P.budget_id == value("budget", Uuid()),
    "claim": P.claim_id == value("claim", Uuid()),
    "payment": P.payment_id == value("payment", Uuid()),
    "person": _OF_PERSON.exists(),
    "day_from": P.day >= value("day_from", Date()),
    "day_to": P.day <= value("day_to", Date()),
}
_ENTRY: Final = func.json_build_object(
    *(part for name in _SHOWN for part in (name, getattr(E, name))),
    "person_id",
    naming.seen_person(E.person_id),
)
_ENTRIES: Final = (
    select(func.json_agg(_ENTRY)).where(E.posting_id == P.id).correlate(P).scalar_subquery()
)


def _postings(using: frozenset[str]) -> Select[Any]:
    return select(P).where(_SEEN, *(_FILTERS[name] for name in sorted(using & _FILTERS.keys())))


POSTINGS: Final = JsonRows(
    {**{c.key: c for c in P.__table__.columns}, "entries": _ENTRIES},
    _postings,
    PostingNotFoundError,
    P.__table__.c.version,
)
_LINES: Final[Mapping[str, ColumnElement[bool]]] = {
    "budget": E.budget_id == value("budget", Uuid()),
    "records": E.person_id == func.any(value("records", ARRAY(Uuid()))),
    "day_from": P.day >= value("day_from", Date()),
    "day_to": P.day <= value("day_to", Date()),
}
_PAYMENT: Final = ("kind", "day", "claim_id", "payment_id")


def _lines(using: frozenset[str]) -> Select[Any]:
    told = select(E).join(P, P.id == E.posting_id).where(_TOLD)
    return told.where(*(_LINES[name] for name in sorted(using)))


LINES: Final = JsonRows(
    {
        **{c.key: c for c in E.__table__.columns},
        **{name: P.__table__.c[name] for name in _PAYMENT},
    },
    _lines,
)
_TOTALS: Final = text(
    """
    SELECT coalesce(sum(e.amount_pence) FILTER (WHERE account = 'commitments' AND before), 0),
           coalesce(sum(e.amount_pence) FILTER (WHERE account = 'expense' AND before), 0),
           coalesce(sum(e.amount_pence) FILTER (WHERE account = 'commitments'), 0),
           coalesce(sum(e.amount_pence) FILTER (WHERE account = 'expense'), 0)
      FROM (SELECT e.account, e.amount_pence, p.day < CAST(:day_from AS date) AS before
              FROM ledger_entry e JOIN ledger_posting p ON p.id = e.posting_id
             WHERE e.account IN ('commitments', 'expense') AND p.day <= :day_to
               AND (e.budget_id = :budget OR e.person_id = ANY(:records))) e"""
)


@dataclass(frozen=True, slots=True)
class Time:
    """From a day, or the first there is, to another, both included."""

    day_from: date | None
    day_to: date

    def filters(self) -> dict[str, date]:
        told = {"day_from": self.day_from, "day_to": self.day_to}
        return {name: day for name, day in told.items() if day is not None}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is committed and what is spent, in pence."""

    committed_pence: int
    spent_pence: int


@dataclass(frozen=True, slots=True)
class Whole:
    """How it stood before a time and at its end, with the entries of the time, a page of them."""

    opening: Standing
    closing: Standing
    page: bytes


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of postings as JSON: those of budgets one may see, and those of none."""
    return await POSTINGS.page(door, fields, page, {**filters, "reach": naming.reach(to)})


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one posting as JSON, and its version."""
    return await POSTINGS.one(door, fields, id_, {"reach": naming.reach(to)})


async def of_budget(
    session: AsyncSession, fields: tuple[str, ...], page: Page, budget: Budget, told: Time
) -> Whole:
    """Give what a budget came to in a time."""
    return await _whole(session, fields, page, told, {"budget": budget.id})


async def of_person(
    session: AsyncSession, fields: tuple[str, ...], page: Page, person: Person, told: Time
) -> Whole:
    """Give what a person came to in a time, with the records merged into theirs."""
    mine = or_(Person.id == person.id, Person.merged_into == person.id)
    records = (await session.scalars(select(Person.id).where(mine))).all()
    return await _whole(session, fields, page, told, {"records": list(records)})


async def _whole(
    session: AsyncSession,
    fields: tuple[str, ...],
    page: Page,
    told: Time,
    whose: Mapping[str, UUID | Collection[UUID]],
) -> Whole:
    days = {"day_from": told.day_from, "day_to": told.day_to}
    totals = {"budget": None, "records": [], **whose, **days}
    row = (await session.execute(_TOTALS, totals)).one()
    door = await statement.within(session)
    lines = await LINES.page(door, fields, page, {**told.filters(), **whose})
    sums = [int(pence) for pence in row]
    return Whole(Standing(*sums[:2]), Standing(*sums[2:]), lines)
