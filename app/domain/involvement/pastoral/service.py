"""Commands on pastoral care: name a lead, plan, talk, break the glass, answer concerns."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import now, today
from app.core.db import flush
from app.core.working_days import working_day_after
from app.domain.identity.models import Role, User, UserRole
from app.domain.involvement.pastoral import queries
from app.domain.involvement.pastoral.errors import (
    REFUSALS,
    BreakGlassNeedlessError,
    CheckInLaterError,
    ConcernHandlerError,
    PastoralLeadOnlyError,
    PastoralLeadUnknownError,
)
from app.domain.involvement.pastoral.models import (
    OPEN_FOR,
    BreakGlass,
    CheckIn,
    CheckInKind,
    CheckInState,
    Concern,
    ConcernAbout,
    Denial,
    PastoralLead,
    PastoralPolicy,
    Plan,
)
from app.domain.people.register.errors import PersonNotFoundError
from app.domain.people.register.models import Person

KEEP: Final = "pastoral:keep"
CONCERNS: Final = "pastoral:concerns"


async def name_lead(
    session: AsyncSession, person: Person, lead_id: UUID, *, by: Actor
) -> PastoralLead:
    """Name who looks after a person: the first is named by anybody, the next by the one before.

    Raises PersonMergedError, PastoralLeadUnknownError, PastoralLeadOnlyError, ConcernHandlerError.
    """
    person.unmerged()
    if not await _may(session, lead_id, KEEP):
        raise PastoralLeadUnknownError.at("#/lead_id", "No such user", "lead_unknown")
    found = await queries.lead_of(session, person.id)
    if found is None:
        found = PastoralLead(person_id=person.id, lead_id=lead_id)
        session.add(found)
    elif found.lead_id != by.id:
        await queries.check_open(session, person, to=by)
    found.lead_id = lead_id
    await flush(session, REFUSALS)
    return found


async def put_plan(
    session: AsyncSession, person: Person, told: Mapping[str, Any], *, by: Actor
) -> Plan:
    """Write a person's plan anew; raises PersonMergedError, PastoralLeadOnlyError."""
    await _check_lead(session, person, by)
    plan = await queries.find_plan(session, person) or Plan(person_id=person.id)
    for name, value in told.items():
        setattr(plan, name, value)
    session.add(plan)
    await flush(session, REFUSALS)
    return plan


async def plan_check_in(
    session: AsyncSession, person: Person, told: Mapping[str, Any], *, by: Actor
) -> CheckIn:
    """Plan a check-in or a debrief.

    Raises PersonMergedError, PastoralLeadOnlyError, CheckInPlannedError.
    """
    await _check_lead(session, person, by)
    check_in = CheckIn(person_id=person.id, state=CheckInState.PLANNED, **told)
    session.add(check_in)
    await flush(session, REFUSALS)
    return check_in


async def hold(
    session: AsyncSession, check_in: CheckIn, told: Mapping[str, Any], *, by: Actor
) -> CheckIn | None:
    """Note that a check-in was held, and plan the next one where its day is told.

    Raises PersonMergedError, PastoralLeadOnlyError, CheckInStateError, CheckInLaterError,
    CheckInPlannedError.
    """
    person = await _led(session, check_in, by)
    held_on: date = told["held_on"] or today()
    check_in.hold(held_on, told["notes"], today())
    await flush(session, REFUSALS)
    next_on: date | None = told["next_on"]
    if next_on is None:
        return None
    if next_on <= held_on:
        raise CheckInLaterError.at("#/next_on", "Not after this one", "not_later")
    following = {"kind": CheckInKind.CHECK_IN, "planned_for": next_on}
    return await plan_check_in(session, person, following, by=by)


async def miss(session: AsyncSession, check_in: CheckIn, because: str, *, by: Actor) -> None:
    """Note why a check-in was not held.

    Raises PersonMergedError, PastoralLeadOnlyError, CheckInStateError.
    """
    await _led(session, check_in, by)
    check_in.miss(because)
    await flush(session, REFUSALS)


async def break_glass(
    session: AsyncSession, person_id: UUID, reason: str, *, by: Actor
) -> BreakGlass:
    """Ask to see what only the named lead sees; granted for an hour, or denied: both are kept.

    The denied one is given, not raised, so that its trace stays. Raises PersonNotFoundError,
    PastoralLeadNotFoundError, BreakGlassNeedlessError.
    """
    person = await session.get(Person, person_id)
    if person is None:
        raise PersonNotFoundError
    at, denied = now(), None
    if by.teams is not None and person.directorate_id not in (None, *(by.directorates or ())):
        denied = Denial.UNSEEN
    elif (await queries.lead(session, person)).lead_id == by.id:
        raise BreakGlassNeedlessError
    elif await queries.concerned(session, person.id, by.id):
        denied = Denial.CONCERNED
    made = BreakGlass(
        person_id=person.id,
        reason=reason,
        asked_by=by.id,
        denied_because=denied,
        until=None if denied else at + OPEN_FOR,
        created_at=at,
    )
    session.add(made)
    await flush(session, REFUSALS)
    return made


async def raise_concern(
    session: AsyncSession, person: Person, told: Mapping[str, Any], *, by: Actor
) -> Concern:
    """Take down what somebody says of how they are treated, and give it to one who can look at it.

    Where no `handler_id` is told one is chosen. Raises PersonMergedError, ConcernHandlerError,
    ConcernHandlerMissingError.
    """
    person.unmerged()
    days = (await queries.policy(session)).answer_within_working_days
    concern = Concern(
        person_id=person.id,
        what=told["what"],
        about_id=told["about_id"],
        raised_by=by.id,
        raised_on=today(),
        answer_by=working_day_after(today(), days),
    )
    if told["about_id"] is not None and await session.get(User, told["about_id"]) is None:
        raise ConcernHandlerError.at("#/about_id", "No such user", "about_unknown")
    handler_id: UUID | None = told["handler_id"]
    if handler_id is None:
        handler_id = await queries.handler_for(session, person.id, told["about_id"])
    await give(session, concern, handler_id)
    return concern


async def raise_own(
    session: AsyncSession, person: Person, what: str, about: ConcernAbout | None, *, by: Actor
) -> Concern:
    """Let a person say themselves how they are treated.

    Raises PersonMergedError, ConcernHandlerError, ConcernHandlerMissingError.
    """
    about_id = None if about is None else await _about(session, person, about)
    told = {"what": what, "about_id": about_id, "handler_id": None}
    return await raise_concern(session, person, told, by=by)


async def give(session: AsyncSession, concern: Concern, handler_id: UUID) -> None:
    """Let somebody else look at a concern; raises ConcernStateError, ConcernHandlerError."""
    if not await _may(session, handler_id, CONCERNS):
        raise ConcernHandlerError.at("#/handler_id", "No such user", "handler_unknown")
    lead = await queries.lead_of(session, concern.person_id)
    concern.give(handler_id, lead.lead_id if lead else None)
    session.add(concern)
    await flush(session, REFUSALS)


async def acknowledge(session: AsyncSession, concern: Concern, *, by: Actor) -> None:
    """Say that a concern was read; raises ConcernNotYoursError, ConcernStateError."""
    concern.acknowledge(by.id, today())
    await flush(session, REFUSALS)


async def answer(session: AsyncSession, concern: Concern, answer: str, *, by: Actor) -> None:
    """Answer a concern; raises ConcernNotYoursError, ConcernStateError."""
    concern.reply(answer, by.id, today())
    await flush(session, REFUSALS)


async def decide(session: AsyncSession, policy: PastoralPolicy, told: Mapping[str, Any]) -> None:
    """Decide anew; concerns that were raised before keep the day they are answered by."""
    for name, value in told.items():
        setattr(policy, name, value)
    await session.flush()


async def _about(session: AsyncSession, person: Person, about: ConcernAbout) -> UUID:
    found = person.lead_id
    if about is ConcernAbout.NAMED_LEAD:
        lead = await queries.lead_of(session, person.id)
        found = lead.lead_id if lead else None
    if found is None:
        raise ConcernHandlerError.at("#/about", "There is no such lead", "about_unknown")
    return found


async def _led(session: AsyncSession, check_in: CheckIn, by: Actor) -> Person:
    """Give the person of a check-in; who broke the glass sees it and changes nothing."""
    person = await session.get_one(Person, check_in.person_id)
    await _check_lead(session, person, by)
    return person


async def _check_lead(session: AsyncSession, person: Person, by: Actor) -> None:
    person.unmerged()
    found = await queries.lead_of(session, person.id)
    if found is None or found.lead_id != by.id:
        raise PastoralLeadOnlyError


async def _may(session: AsyncSession, user_id: UUID, scope: str) -> bool:
    """Tell whether an active user has a scope by their roles."""
    held = (
        exists()
        .where(User.id == user_id, User.active)
        .where(UserRole.user_id == User.id, Role.id == UserRole.role_id)
        .where(literal(scope) == func.any(Role.scopes))
    )
    return bool(await session.scalar(select(held)))
