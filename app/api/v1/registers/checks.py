from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.checks_schemas import (
    CheckList,
    CheckNew,
    CheckOut,
    ExpiringFilters,
    ExpiringList,
    PolicyChange,
    PolicyList,
    PolicyOut,
    page,
)
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.involvement import expiring
from app.domain.involvement.checks import queries, service
from app.domain.involvement.checks.errors import (
    CheckInFutureError,
    CheckNotFoundError,
    CheckPolicyNotFoundError,
    CheckRecordedError,
)
from app.domain.involvement.checks.models import DbsLevel
from app.domain.people.register import queries as people
from app.domain.people.register.errors import (
    PersonHeldError,
    PersonMergedError,
    PersonNotFoundError,
)

router = router_at("/registers", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:checks"])]
Manager = Annotated[Actor, Security(authenticate, scopes=["registers:manage"])]
STALE = (PreconditionFailedError, PreconditionRequiredError)


@router.get("/people/{person_id}/checks", responses=responses(PersonNotFoundError))
async def list_person_checks(actor: Keeper, session: Session, person_id: UUID) -> CheckList:
    """List a person's checks: level and day, and until when each counts."""
    person = await people.get(session, person_id, to=actor)
    return CheckList(items=[CheckOut.of(c) for c in await queries.of(session, person)])


@router.post(
    "/people/{person_id}/checks",
    status_code=201,
    responses=responses(
        PersonNotFoundError,
        PersonMergedError,
        CheckPolicyNotFoundError,
        CheckInFutureError,
        CheckRecordedError,
        IdempotencyMismatchError,
    ),
)
async def note_person_check(
    actor: Keeper,
    session: Session,
    once: Creation,
    person_id: UUID,
    new: CheckNew,
    response: Response,
) -> CheckOut:
    """Note that a person's DBS certificate was seen; neither its number nor a copy is kept."""
    person = await people.get(session, person_id, to=actor)
    made = await once.do(
        lambda: service.note(session, person, new.level, new.issued_on, by=actor),
        lambda id_: queries.get(session, person, id_),
    )
    created(response, f"/v1/registers/people/{person.id}/checks/{made.id}", made.version, once)
    return CheckOut.of(made)


@router.delete(
    "/people/{person_id}/checks/{check_id}",
    status_code=204,
    responses=responses(PersonNotFoundError, PersonHeldError, CheckNotFoundError, *STALE),
)
async def take_back_person_check(
    actor: Keeper, session: Session, match: IfMatch, person_id: UUID, check_id: UUID
) -> None:
    """Delete a check that was noted by mistake."""
    person = await people.get(session, person_id, to=actor)
    check = await queries.get(session, person, check_id)
    match.check(check.version)
    await service.take_back(session, check)


@router.get("/check-policies")
async def list_check_policies(_: Reader, session: Session) -> PolicyList:
    """List after how many months a check of each level is done again."""
    return PolicyList(items=[PolicyOut.of(p) for p in await queries.policies(session)])


@router.get(
    "/check-policies/{level}",
    response_model=PolicyOut,
    responses=responses(CheckPolicyNotFoundError),
)
async def get_check_policy(_: Reader, session: Session, level: DbsLevel) -> Response:
    """Read after how many months a check of a level is done again."""
    found = await queries.policy(session, level)
    return json(PolicyOut.of(found).model_dump_json().encode(), found.version)


@router.put(
    "/check-policies/{level}",
    response_model=PolicyOut,
    responses=responses(CheckPolicyNotFoundError, *STALE),
)
async def set_check_policy(
    _: Manager, session: Session, match: IfMatch, level: DbsLevel, told: PolicyChange
) -> Response:
    """Decide after how many months a check is done again; it holds for those noted already too."""
    found = await queries.policy(session, level, lock=True)
    match.check(found.version)
    await service.renew_after(session, found, told.months)
    return json(PolicyOut.of(found).model_dump_json().encode(), found.version)


@router.get("/expiring", response_model=ExpiringList)
async def list_expiring(
    actor: Keeper, door: Door, filters: Annotated[ExpiringFilters, Query()]
) -> Response:
    """List checks and courses that end within so many days or have ended, next first.

    What was done again since is left out, and so is who left. `warning` tells the nearest of
    60, 30 and 7 days.
    """
    found = await expiring.find(door, filters.within, filters.place(), filters.limit, to=actor)
    return json(page(*found))
