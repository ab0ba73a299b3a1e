from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security
from pydantic import BaseModel

from app.api import problems
from app.api.deps import Creation, IfMatch, Paging, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.pastoral_schemas import (
    BreakGlassGranted,
    BreakGlassList,
    BreakGlassNew,
    BreakGlassOut,
    CheckInFilters,
    CheckInHeld,
    CheckInList,
    CheckInMissed,
    CheckInNew,
    CheckInOut,
    LeadNew,
    LeadOut,
    PlanNew,
    PlanOut,
)
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.involvement.pastoral import queries, service
from app.domain.involvement.pastoral.errors import (
    BreakGlassDeniedError,
    BreakGlassNeededError,
    BreakGlassNeedlessError,
    CheckInLaterError,
    CheckInNotFoundError,
    CheckInPlannedError,
    CheckInStateError,
    ConcernHandlerError,
    PastoralLeadNotFoundError,
    PastoralLeadOnlyError,
    PastoralLeadUnknownError,
    PastoralPlanNotFoundError,
)
from app.domain.people.register import queries as people
from app.domain.people.register.errors import PersonMergedError, PersonNotFoundError

router = router_at("/registers", "registers")

Keeper = Annotated[Actor, Security(authenticate, scopes=["pastoral:keep"])]
CHECK_IN = tuple(CheckInOut.model_fields)
BROKEN = tuple(BreakGlassOut.model_fields)
SEEN = (PersonNotFoundError, BreakGlassNeededError)
LED = (PersonNotFoundError, PersonMergedError, PastoralLeadOnlyError)
MATCHED = (PreconditionFailedError, PreconditionRequiredError)
PLACE = "/people/{person_id}/pastoral"


@router.get(
    f"{PLACE}/lead",
    response_model=LeadOut,
    responses=responses(PersonNotFoundError, PastoralLeadNotFoundError),
)
async def get_pastoral_lead(actor: Keeper, session: Session, person_id: UUID) -> Response:
    """Read who looks after a person."""
    person = await people.get(session, person_id, to=actor)
    found = await queries.lead(session, person)
    return _written(LeadOut.model_validate(found), found.version)


@router.put(
    f"{PLACE}/lead",
    response_model=LeadOut,
    responses=responses(
        *SEEN,
        PersonMergedError,
        PastoralLeadUnknownError,
        PastoralLeadOnlyError,
        ConcernHandlerError,
        *MATCHED,
    ),
)
async def name_pastoral_lead(
    actor: Keeper, session: Session, match: IfMatch, person_id: UUID, told: LeadNew
) -> Response:
    """Name who looks after a person; the next one is named by the one before.

    Who broke the glass may name one too. Nobody becomes the lead of a person whose open concern
    they look at.
    """
    person = await people.get(session, person_id, to=actor, lock=True)
    found = await queries.lead_of(session, person.id)
    match.check(found.version if found else 0)
    made = await service.name_lead(session, person, told.lead_id, by=actor)
    return _written(LeadOut.model_validate(made), made.version)


@router.get(
    f"{PLACE}/plan",
    response_model=PlanOut,
    responses=responses(*SEEN, PastoralPlanNotFoundError),
)
async def get_pastoral_plan(actor: Keeper, session: Session, person_id: UUID) -> Response:
    """Read a person's plan: the named lead does, and who broke the glass."""
    person = await people.get(session, person_id, to=actor)
    found = await queries.plan(session, person, to=actor)
    return _written(PlanOut.model_validate(found), found.version)


@router.put(f"{PLACE}/plan", response_model=PlanOut, responses=responses(*LED, *MATCHED))
async def put_pastoral_plan(
    actor: Keeper, session: Session, match: IfMatch, person_id: UUID, told: PlanNew
) -> Response:
    """Write a person's plan down, whole, with them; their named lead does."""
    person = await people.get(session, person_id, to=actor, lock=True)
    found = await queries.find_plan(session, person)
    match.check(found.version if found else 0)
    made = await service.put_plan(session, person, told.model_dump(), by=actor)
    return _written(PlanOut.model_validate(made), made.version)


@router.get(f"{PLACE}/check-ins", response_model=CheckInList, responses=responses(*SEEN))
async def list_person_check_ins(
    actor: Keeper, session: Session, person_id: UUID, paging: Annotated[Paging, Query()]
) -> Response:
    """List a person's check-ins and debriefs, newest first: to their lead, or with broken glass."""
    person = await people.get(session, person_id, to=actor)
    page = paging.page()
    return json(await queries.check_ins_of(session, CHECK_IN, page, person, to=actor))


@router.post(
    f"{PLACE}/check-ins",
    status_code=201,
    responses=responses(*LED, CheckInPlannedError, IdempotencyMismatchError),
)
async def plan_check_in(
    actor: Keeper,
    session: Session,
    once: Creation,
    person_id: UUID,
    new: CheckInNew,
    response: Response,
) -> CheckInOut:
    """Plan the next check-in with a person, or a debrief after an event."""
    person = await people.get(session, person_id, to=actor)
    made = await once.do(
        lambda: service.plan_check_in(session, person, new.model_dump(), by=actor),
        lambda id_: queries.check_in(session, id_, to=actor),
    )
    created(response, f"/v1/registers/pastoral/check-ins/{made.id}", made.version, once)
    return CheckInOut.of(made)


@router.get("/pastoral/check-ins", response_model=CheckInList)
async def list_own_check_ins(
    actor: Keeper, session: Session, filters: Annotated[CheckInFilters, Query()]
) -> Response:
    """List check-ins and debriefs with those whose named lead one is; `overdue` ones wait."""
    page, told = filters.page(), filters.filters()
    return json(await queries.own_check_ins(session, CHECK_IN, page, told, to=actor))


@router.get(
    "/pastoral/check-ins/{check_in_id}",
    response_model=CheckInOut,
    responses=responses(CheckInNotFoundError),
)
async def get_check_in(actor: Keeper, session: Session, check_in_id: UUID) -> Response:
    """Read one check-in or debrief: the named lead does, and who broke the glass."""
    found = await queries.check_in(session, check_in_id, to=actor)
    return _written(CheckInOut.of(found), found.version)


@router.post(
    "/pastoral/check-ins/{check_in_id}/holding",
    response_model=CheckInOut,
    responses=responses(
        CheckInNotFoundError,
        PersonMergedError,
        PastoralLeadOnlyError,
        CheckInStateError,
        CheckInLaterError,
        CheckInPlannedError,
        *MATCHED,
    ),
)
async def hold_check_in(
    actor: Keeper, session: Session, match: IfMatch, check_in_id: UUID, told: CheckInHeld
) -> Response:
    """Note that a check-in or debrief was held, and plan the next check-in."""
    found = await queries.check_in(session, check_in_id, to=actor)
    match.check(found.version)
    await service.hold(session, found, told.model_dump(), by=actor)
    return _written(CheckInOut.of(found), found.version)


@router.post(
    "/pastoral/check-ins/{check_in_id}/missing",
    response_model=CheckInOut,
    responses=responses(
        CheckInNotFoundError, PersonMergedError, PastoralLeadOnlyError, CheckInStateError, *MATCHED
    ),
)
async def miss_check_in(
    actor: Keeper, session: Session, match: IfMatch, check_in_id: UUID, told: CheckInMissed
) -> Response:
    """Note that a check-in or debrief was not held, and why."""
    found = await queries.check_in(session, check_in_id, to=actor)
    match.check(found.version)
    await service.miss(session, found, told.because, by=actor)
    return _written(CheckInOut.of(found), found.version)


@router.post(
    f"{PLACE}/break-glass",
    status_code=201,
    response_model=BreakGlassGranted,
    responses=responses(
        PersonNotFoundError,
        PastoralLeadNotFoundError,
        BreakGlassDeniedError,
        BreakGlassNeedlessError,
        IdempotencyMismatchError,
    ),
)
async def break_glass(
    actor: Keeper, session: Session, once: Creation, person_id: UUID, told: BreakGlassNew
) -> Response:
    """Ask to read for an hour what only the named lead reads, telling why.

    The lead is shown who asked and why, also where it was denied.
    """
    made = await once.do(
        lambda: service.break_glass(session, person_id, told.reason, by=actor),
        lambda id_: queries.break_glass(session, id_),
    )
    if refusal := made.refusal:
        return problems.of(refusal)  # raised, it would take its trace along
    answer = _written(BreakGlassGranted.model_validate(made), made.version)
    answer.status_code = 201
    created(answer, f"/v1/registers/people/{person_id}/pastoral/break-glass", made.version, once)
    return answer


@router.get(
    f"{PLACE}/break-glass",
    response_model=BreakGlassList,
    responses=responses(PersonNotFoundError),
)
async def list_broken_glass(
    actor: Keeper, session: Session, person_id: UUID, paging: Annotated[Paging, Query()]
) -> Response:
    """List who asked to see a person's plan: all to their named lead, to others their own."""
    person = await people.get(session, person_id, to=actor)
    return json(await queries.broken(session, BROKEN, paging.page(), person))


def _written(shown: BaseModel, version: int) -> Response:
    return json(shown.model_dump_json().encode(), version)
