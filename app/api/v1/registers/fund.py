from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.fund_schemas import (
    FundApplicationFilters,
    FundApplicationList,
    FundApplicationNew,
    FundApplicationOut,
    FundDecision,
    FundOutcome,
    FundSpendList,
    FundSpendNew,
    FundSpendOut,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.involvement.fund import queries, service
from app.domain.involvement.fund.errors import (
    AwardAboveAskedError,
    AwardSpentError,
    FundApplicationNotFoundError,
    FundOwnApplicationError,
    FundPanelError,
    FundStatusError,
    SpentInFutureError,
)
from app.domain.involvement.opportunities.errors import OpportunityNotFoundError
from app.domain.organisation.errors import DirectorateNotFoundError

router = router_at("/registers/fund/applications", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:opportunities"])]
Decider = Annotated[Actor, Security(authenticate, scopes=["registers:fund"])]
FIELDS = tuple(FundApplicationOut.model_fields)
CHANGES = (
    FundApplicationNotFoundError,
    FundStatusError,
    PreconditionFailedError,
    PreconditionRequiredError,
)


@router.get("", response_model=FundApplicationList)
async def list_fund_applications(
    actor: Reader, door: Door, filters: Annotated[FundApplicationFilters, Query()]
) -> Response:
    """List what was asked of the co-production fund, newest first."""
    page = await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.post(
    "",
    status_code=201,
    response_model=FundApplicationOut,
    responses=responses(
        OpportunityNotFoundError, DirectorateNotFoundError, IdempotencyMismatchError
    ),
)
async def apply_to_fund(
    actor: Keeper, session: Session, once: Creation, new: FundApplicationNew
) -> Response:
    """Ask the co-production fund for money; the applicant is who asks."""
    made = await once.do(
        lambda: service.apply(session, new.model_dump(), by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/registers/fund/applications/{made.id}", made.version, once)
    return answer


@router.get(
    "/{application_id:uuid}",
    response_model=FundApplicationOut,
    responses=responses(FundApplicationNotFoundError),
)
async def get_fund_application(actor: Reader, door: Door, application_id: UUID) -> Response:
    """Read one application, with what was awarded and spent."""
    return json(*await queries.show(door, FIELDS, application_id, to=actor))


@router.post(
    "/{application_id:uuid}/decision",
    response_model=FundApplicationOut,
    responses=responses(FundOwnApplicationError, FundPanelError, AwardAboveAskedError, *CHANGES),
)
async def decide_fund_application(
    actor: Decider, session: Session, match: IfMatch, application_id: UUID, told: FundDecision
) -> Response:
    """Note what the panel decided; neither who notes it nor a member is the applicant."""
    found = await queries.get(session, application_id, to=actor, lock=True)
    match.check(found.version)
    await service.decide(session, found, told.model_dump(), by=actor)
    return await _shown(session, found.id, actor)


@router.post(
    "/{application_id:uuid}/withdrawal",
    response_model=FundApplicationOut,
    responses=responses(*CHANGES),
)
async def withdraw_fund_application(
    actor: Keeper, session: Session, match: IfMatch, application_id: UUID
) -> Response:
    """Take an application back before it is decided on."""
    found = await queries.get(session, application_id, to=actor, lock=True)
    match.check(found.version)
    await service.withdraw(session, found)
    return await _shown(session, found.id, actor)


@router.put(
    "/{application_id:uuid}/outcome",
    response_model=FundApplicationOut,
    responses=responses(*CHANGES),
)
async def tell_fund_outcome(
    actor: Keeper, session: Session, match: IfMatch, application_id: UUID, told: FundOutcome
) -> Response:
    """Tell what came of an award; the application is completed by it."""
    found = await queries.get(session, application_id, to=actor, lock=True)
    match.check(found.version)
    await service.complete(session, found, told.outcome)
    return await _shown(session, found.id, actor)


@router.get("/{application_id:uuid}/spends", responses=responses(FundApplicationNotFoundError))
async def list_fund_spends(actor: Reader, session: Session, application_id: UUID) -> FundSpendList:
    """List what was spent of an award, oldest first."""
    found = await queries.get(session, application_id, to=actor)
    return FundSpendList(items=[FundSpendOut.of(s) for s in await queries.spends(session, found)])


@router.post(
    "/{application_id:uuid}/spends",
    status_code=201,
    responses=responses(
        FundApplicationNotFoundError,
        FundStatusError,
        SpentInFutureError,
        AwardSpentError,
        IdempotencyMismatchError,
    ),
)
async def note_fund_spend(
    actor: Decider,
    session: Session,
    once: Creation,
    application_id: UUID,
    new: FundSpendNew,
    response: Response,
) -> FundSpendOut:
    """Note what was spent of an award; all of it together is never above the award."""
    found = await queries.get(session, application_id, to=actor, lock=True)
    made = await once.do(
        lambda: service.spend(session, found, new.model_dump(), by=actor),
        lambda id_: queries.get_spend(session, id_),
    )
    place = f"/v1/registers/fund/applications/{found.id}/spends"
    created(response, place, made.version, once)
    return FundSpendOut.of(made)


async def _shown(session: Session, application_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, application_id, to=actor))
