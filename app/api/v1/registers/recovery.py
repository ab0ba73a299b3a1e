from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.recovery_schemas import (
    Contacted,
    Ended,
    FiguresFilters,
    RecoveryFigures,
    RecoveryQuarter,
    ReferralFilters,
    ReferralList,
    ReferralNew,
    ReferralOut,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.involvement.recovery import figures, queries, service
from app.domain.involvement.recovery.errors import (
    ReferralDayError,
    ReferralEndedError,
    ReferralNotFoundError,
    ReferralOpenError,
    ReferralOutcomeError,
)
from app.domain.organisation.errors import TeamNotFoundError

router = router_at("/registers/recovery", "registers")

Keeper = Annotated[Actor, Security(authenticate, scopes=["recovery:keep"])]
Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
FIELDS = tuple(ReferralOut.model_fields)
CHANGES = (
    ReferralNotFoundError,
    ReferralEndedError,
    ReferralDayError,
    PreconditionFailedError,
    PreconditionRequiredError,
)


@router.get("/figures")
async def get_recovery_figures(
    _: Reader, door: Door, filters: Annotated[FiguresFilters, Query()]
) -> RecoveryFigures:
    """Tell how many were referred to the Recovery College, peer support and employment support.

    By financial quarter: by whom, how soon somebody spoke with them, and what came of it. Figures
    of 1 to 4 people are hidden, with what would give them away.
    """
    found = await figures.figures(door, filters.begins)
    return RecoveryFigures(
        items=[RecoveryQuarter.model_validate(each, from_attributes=True) for each in found]
    )


@router.get("/referrals", response_model=ReferralList)
async def list_referrals(
    actor: Keeper, door: Door, filters: Annotated[ReferralFilters, Query()]
) -> Response:
    """List referrals, newest first, without whom they are about."""
    page = await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.post(
    "/referrals",
    status_code=201,
    response_model=ReferralOut,
    responses=responses(
        TeamNotFoundError, ReferralDayError, ReferralOpenError, IdempotencyMismatchError
    ),
)
async def create_referral(
    request: Request, actor: Keeper, session: Session, once: Creation, new: ReferralNew
) -> Response:
    """Take a referral to a recovery service; the person is held under a pseudonym.

    Nothing clinical is kept. One referral of a person to a service is open at a time.
    """
    whom = service.pseudonym(new.reference, request.app.state.settings.identity.pepper)
    made = await once.do(
        lambda: service.refer(session, new.told(), whom=whom, by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/registers/recovery/referrals/{made.id}", made.version, once)
    return answer


@router.get(
    "/referrals/{referral_id}",
    response_model=ReferralOut,
    responses=responses(ReferralNotFoundError),
)
async def get_referral(actor: Keeper, door: Door, referral_id: UUID) -> Response:
    """Read one referral, without whom it is about."""
    return json(*await queries.show(door, FIELDS, referral_id, to=actor))


@router.put(
    "/referrals/{referral_id}/first-contact",
    response_model=ReferralOut,
    responses=responses(*CHANGES),
)
async def note_first_contact(
    actor: Keeper, session: Session, match: IfMatch, referral_id: UUID, told: Contacted
) -> Response:
    """Note when somebody first spoke with the person, or correct it."""
    found = await queries.get(session, referral_id, to=actor)
    match.check(found.version)
    await service.contact(session, found, told.on)
    return await _shown(session, found.id, actor)


@router.post(
    "/referrals/{referral_id}/end",
    response_model=ReferralOut,
    responses=responses(ReferralOutcomeError, *CHANGES),
)
async def end_referral(
    actor: Keeper, session: Session, match: IfMatch, referral_id: UUID, told: Ended
) -> Response:
    """End a referral, and say what came of it."""
    found = await queries.get(session, referral_id, to=actor)
    match.check(found.version)
    await service.end(session, found, told.on, told.outcome)
    return await _shown(session, found.id, actor)


async def _shown(session: Session, referral_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, referral_id, to=actor))
