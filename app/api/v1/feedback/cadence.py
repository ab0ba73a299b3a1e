from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.feedback.cadence_schemas import (
    CadenceFilters,
    CadenceList,
    DenominatorFilters,
    DenominatorList,
    DenominatorOut,
    DenominatorsIn,
    DenominatorsTaken,
    EmptyPeriodFilters,
    EmptyPeriodList,
    EmptyPeriodNew,
    EmptyPeriodOut,
    EmptyPeriodPatch,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import InvalidError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.feedback.cadence import records, report, service
from app.domain.feedback.cadence.errors import (
    CadenceRangeError,
    EmptyPeriodNotFoundError,
    EmptyPeriodOrderError,
    EmptyPeriodTakenError,
)
from app.domain.organisation.errors import TeamNotFoundError

router = router_at("/feedback", "feedback")

Reader = Annotated[Actor, Security(authenticate, scopes=["feedback:read"])]
Configurer = Annotated[Actor, Security(authenticate, scopes=["feedback:configure"])]
FIELDS = tuple(EmptyPeriodOut.model_fields)
DENOMINATORS = tuple(DenominatorOut.model_fields)
PERIODS = (EmptyPeriodTakenError, EmptyPeriodOrderError)
CHANGES = (EmptyPeriodNotFoundError, PreconditionFailedError, PreconditionRequiredError)


@router.get("/cadence", response_model=CadenceList, responses=responses(CadenceRangeError))
async def get_cadence(
    actor: Reader, session: Session, filters: Annotated[CadenceFilters, Query()]
) -> Response:
    """Tell whether teams heard people in time, and told them back.

    Community teams collect feedback in every calendar month. Wards do in every 14 days from the
    policy's Monday (or every month, if the policy says so), or hear the policy's share of those
    whom they discharge in the month before they leave. Told back is what was published, or a
    promise that was kept, within the policy's days of a collection. Periods are those that begin
    from `from` to `to`, both included: if not told, from the first of the month eleven months
    before until today.
    """
    return json(await report.report(session, filters.asked(), to=actor))


@router.put("/denominators", responses=responses(InvalidError))
async def put_denominators(
    actor: Configurer, session: Session, told: DenominatorsIn
) -> DenominatorsTaken:
    """Load discharges and eligible people by team and month, all or none.

    What is named is replaced as a whole, what is not stays; the same again changes nothing.
    """
    items = [item.counted() for item in told.items]
    changed = await service.load(session, items, by=actor)
    return DenominatorsTaken(taken=len(items), changed=changed)


@router.get("/denominators", response_model=DenominatorList)
async def list_denominators(
    actor: Configurer, door: Door, filters: Annotated[DenominatorFilters, Query()]
) -> Response:
    """List discharges and eligible people as they were loaded, newest first."""
    rows, page = records.DENOMINATORS, filters.page()
    return json(await records.find(rows, door, DENOMINATORS, page, filters.filters(), to=actor))


@router.get("/empty-periods", response_model=EmptyPeriodList)
async def list_empty_periods(
    actor: Reader, door: Door, filters: Annotated[EmptyPeriodFilters, Query()]
) -> Response:
    """List the times in which teams had nobody to hear, newest first."""
    page = filters.page()
    return json(await records.find(records.EMPTY, door, FIELDS, page, filters.filters(), to=actor))


@router.post(
    "/empty-periods",
    status_code=201,
    response_model=EmptyPeriodOut,
    responses=responses(*PERIODS, TeamNotFoundError, InvalidError, IdempotencyMismatchError),
)
async def create_empty_period(
    actor: Configurer, session: Session, once: Creation, new: EmptyPeriodNew
) -> Response:
    """Mark a team empty for a time: periods of its cadence that touch it are not applicable."""
    made = await once.do(
        lambda: service.create_empty(session, dict(new), by=actor),
        lambda id_: service.get_empty(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/feedback/empty-periods/{made.id}", made.version, once)
    return answer


@router.get(
    "/empty-periods/{empty_period_id}",
    response_model=EmptyPeriodOut,
    responses=responses(EmptyPeriodNotFoundError),
)
async def get_empty_period(actor: Reader, door: Door, empty_period_id: UUID) -> Response:
    """Read one time in which a team had nobody to hear."""
    return json(*await records.show_empty(door, FIELDS, empty_period_id, to=actor))


@router.patch(
    "/empty-periods/{empty_period_id}",
    response_model=EmptyPeriodOut,
    responses=responses(*PERIODS, *CHANGES),
)
async def change_empty_period(
    actor: Configurer,
    session: Session,
    match: IfMatch,
    empty_period_id: UUID,
    change: EmptyPeriodPatch,
) -> Response:
    """Change or end a time in which a team had nobody to hear, by JSON merge patch."""
    found = await service.get_empty(session, empty_period_id, to=actor)
    match.check(found.version)
    await service.change_empty(session, found, change.model_dump(exclude_unset=True))
    return await _shown(session, found.id, actor)


@router.delete("/empty-periods/{empty_period_id}", status_code=204, responses=responses(*CHANGES))
async def delete_empty_period(
    actor: Configurer, session: Session, match: IfMatch, empty_period_id: UUID
) -> None:
    """Take back that a team was empty."""
    found = await service.get_empty(session, empty_period_id, to=actor)
    match.check(found.version)
    await service.delete_empty(session, found)


async def _shown(session: Session, id_: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await records.show_empty(door, FIELDS, id_, to=actor))
