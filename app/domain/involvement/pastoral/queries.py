"""Reads of pastoral care. The database hides by row what is not for the acting user."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Date,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core import statement
from app.core.actor import Actor
from app.core.clock import now, today
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.domain.involvement.pastoral.errors import (
    BreakGlassNeededError,
    CheckInNotFoundError,
    ConcernHandlerMissingError,
    ConcernNotFoundError,
    PastoralLeadNotFoundError,
    PastoralPlanNotFoundError,
)
from app.domain.involvement.pastoral.models import (
    BreakGlass,
    CheckIn,
    CheckInState,
    Concern,
    ConcernState,
    PastoralLead,
    PastoralPolicy,
    Plan,
)
from app.domain.people.register.models import Person

E = TypeVar("E", CheckIn, Concern)
C, G, K, L = CheckIn, BreakGlass, Concern, PastoralLead
_TODAY: Any = bindparam("today", type_=Date())
_WIRE: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


def _id(name: str) -> Any:
    return bindparam(name, type_=Uuid())


def _text(name: str) -> Any:
    return bindparam(name, type_=Text())


# A merged record's open matters are the other record's to follow up.
_SEEN: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": or_(
        Person.directorate_id.is_(None),
        Person.directorate_id == func.any(bindparam("visible", type_=ARRAY(Uuid()))),
    ),
    "unmerged": Person.merged_into.is_(None),
}
_OVERDUE: Final = and_(C.state == literal_column("'planned'"), C.planned_for < _TODAY)
_CHECK_INS: Final[Mapping[str, ColumnElement[bool]]] = {
    **_SEEN,
    "person": C.person_id == _id("person"),
    "lead": select(L.id)
    .where(L.person_id == C.person_id, L.lead_id == _id("lead"))
    .correlate(C)
    .exists(),
    "kind": C.kind == _text("kind"),
    "state": C.state == _text("state"),
    "overdue": bindparam("overdue") == _OVERDUE,
}
LATE: Final = and_(K.state != literal_column("'answered'"), K.answer_by < _TODAY)
_CONCERNS: Final[Mapping[str, ColumnElement[bool]]] = {
    **_SEEN,
    "person": K.person_id == _id("person"),
    "handler": K.handler_id == _id("handler"),
    "state": K.state == _text("state"),
    "overdue": bindparam("overdue") == LATE,
}


def _check_ins(using: frozenset[str]) -> Select[Any]:
    where = (_CHECK_INS[name] for name in sorted(using & _CHECK_INS.keys()))
    return select(C).join(Person, Person.id == C.person_id).where(*where)


def _concerns(using: frozenset[str]) -> Select[Any]:
    where = (_CONCERNS[name] for name in sorted(using & _CONCERNS.keys()))
    return select(K).join(Person, Person.id == K.person_id).where(*where)


def _broken(_: frozenset[str]) -> Select[Any]:
    return select(G).where(G.person_id == _id("person"))


CHECK_INS: Final = JsonRows(
    {**dict(C.__table__.columns), "overdue": _OVERDUE}, _check_ins, CheckInNotFoundError
)
CONCERNS: Final = JsonRows(
    {**dict(K.__table__.columns), "overdue": LATE}, _concerns, ConcernNotFoundError
)
BROKEN: Final = JsonRows(
    {
        **dict(G.__table__.columns),
        "asked_at": func.to_char(G.created_at, _WIRE),
        "until": func.to_char(G.until, _WIRE),
    },
    _broken,
)
_OPEN: Final = text("SELECT set_config('everyvoice.concerns', 'on', true)")
_CONCERNED: Final = text("SELECT concerned_about(:person, :named)")
_HANDLER: Final = text("SELECT concern_handler(:person, :about)")


async def policy(session: AsyncSession) -> PastoralPolicy:
    """Give what the trust has decided."""
    return (await session.scalars(select(PastoralPolicy))).one()


async def lead_of(session: AsyncSession, person_id: UUID) -> PastoralLead | None:
    return await session.scalar(select(L).where(L.person_id == person_id))


async def lead(session: AsyncSession, person: Person) -> PastoralLead:
    """Load who looks after a person; raises PastoralLeadNotFoundError."""
    found = await lead_of(session, person.id)
    if found is None:
        raise PastoralLeadNotFoundError
    return found


async def check_open(session: AsyncSession, person: Person, *, to: Actor) -> None:
    """Refuse who is neither the named lead nor broke the glass; raises BreakGlassNeededError."""
    found = await lead_of(session, person.id)
    if found is not None and found.lead_id == to.id:
        return
    live = exists().where(G.person_id == person.id, G.asked_by == to.id, G.until > now())
    if not await session.scalar(select(live)):
        raise BreakGlassNeededError


async def find_plan(session: AsyncSession, person: Person) -> Plan | None:
    return await session.scalar(select(Plan).where(Plan.person_id == person.id))


async def plan(session: AsyncSession, person: Person, *, to: Actor) -> Plan:
    """Load a person's plan; raises BreakGlassNeededError, PastoralPlanNotFoundError."""
    await check_open(session, person, to=to)
    found = await find_plan(session, person)
    if found is None:
        raise PastoralPlanNotFoundError
    return found


async def check_in(session: AsyncSession, id_: UUID, *, to: Actor) -> CheckIn:
    """Load a check-in that the database shows, of whom one may see; raises CheckInNotFoundError."""
    found = await session.scalar(
        _visible(select(C).join(Person, Person.id == C.person_id), to, C.id == id_)
    )
    if found is None:
        raise CheckInNotFoundError
    return found


async def own_check_ins(
    session: AsyncSession,
    fields: tuple[str, ...],
    page: Page,
    filters: Mapping[str, Any],
    *,
    to: Actor,
) -> bytes:
    """Give a page of the check-ins of those whose lead one is, as JSON, newest first."""
    values = {**filters, "lead": to.id, "unmerged": True, "today": today(), **_limits(to)}
    return await CHECK_INS.page(await statement.within(session), fields, page, values)


async def check_ins_of(
    session: AsyncSession, fields: tuple[str, ...], page: Page, person: Person, *, to: Actor
) -> bytes:
    """Give a page of one person's check-ins as JSON; raises BreakGlassNeededError."""
    await check_open(session, person, to=to)
    values = {"person": person.id, "today": today()}
    return await CHECK_INS.page(await statement.within(session), fields, page, values)


async def broken(
    session: AsyncSession, fields: tuple[str, ...], page: Page, person: Person
) -> bytes:
    """Give a page of who broke the glass, as JSON: all to the lead, to others their own."""
    door = await statement.within(session)
    return await BROKEN.page(door, fields, page, {"person": person.id})


async def break_glass(session: AsyncSession, id_: UUID) -> BreakGlass:
    """Load one's own breaking of the glass, which the database shows."""
    return await session.get_one(G, id_)


async def concerned(session: AsyncSession, person_id: UUID, named: UUID) -> bool:
    """Tell whether a person has an open concern about somebody, who may not see it."""
    found: bool = await session.scalar(_CONCERNED, {"person": person_id, "named": named}) or False
    return found


async def handler_for(session: AsyncSession, person_id: UUID, about_id: UUID | None) -> UUID:
    """Choose who looks at a concern: of those who can, who has the fewest open ones.

    It is never the named lead nor whom it is about; the involvement lead only where nobody else
    is there. Raises ConcernHandlerMissingError.
    """
    told = {"person": person_id, "about": about_id}
    found: UUID | None = await session.scalar(_HANDLER, told)
    if found is None:
        raise ConcernHandlerMissingError
    return found


async def concern(session: AsyncSession, id_: UUID, *, to: Actor) -> Concern:
    """Load a concern that is for those who answer them; raises ConcernNotFoundError."""
    await session.execute(_OPEN)
    found = await session.scalar(
        _visible(select(K).join(Person, Person.id == K.person_id), to, K.id == id_)
    )
    if found is None:
        raise ConcernNotFoundError
    return found


async def find_concerns(
    session: AsyncSession,
    fields: tuple[str, ...],
    page: Page,
    filters: Mapping[str, Any],
    *,
    to: Actor,
) -> bytes:
    """Give a page of concerns as JSON, newest first; those about oneself or one's own people no."""
    await session.execute(_OPEN)
    values = {**filters, "today": today(), **_limits(to)}
    return await CONCERNS.page(await statement.within(session), fields, page, values)


def _visible(found: Select[E], to: Actor, which: ColumnElement[bool]) -> Select[E]:
    found = found.where(which)
    return found if to.teams is None else found.where(_SEEN["visible"]).params(_limits(to))


def overdue(matter: CheckIn | Concern) -> bool:
    """Tell what the lists tell of a check-in or concern that was just loaded."""
    if isinstance(matter, CheckIn):
        return matter.state is CheckInState.PLANNED and matter.planned_for < today()
    return matter.state is not ConcernState.ANSWERED and matter.answer_by < today()


def _limits(to: Actor) -> dict[str, Any]:
    return {} if to.teams is None else {"visible": list(to.directorates or ())}
