from typing import Annotated
from uuid import UUID

from fastapi import Response, Security

from app.api.deps import Creation, Session, authenticate, created
from app.api.own import OwnClaims, OwnCreation
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.registers.own import WHOSE
from app.api.v1.reimbursements import figures
from app.api.v1.reimbursements.caps_schemas import CapWarning
from app.api.v1.reimbursements.choices_schemas import (
    PaymentChoiceList,
    PaymentChoiceMade,
    PaymentChoiceNew,
    PaymentChoiceOut,
    PaymentChoiceTold,
)
from app.api.v1.reimbursements.policy import Advice
from app.core.actor import Actor
from app.core.idempotency import IdempotencyMismatchError
from app.domain.involvement.participation import queries as participations
from app.domain.involvement.participation.errors import ParticipationNotFoundError
from app.domain.people.supporters import service as supporters
from app.domain.reimbursements.caps import queries as caps
from app.domain.reimbursements.choices import queries, service
from app.domain.reimbursements.choices.errors import ChoiceLateError, ChoiceLimitError
from app.domain.reimbursements.choices.models import PaymentChoice
from app.domain.reimbursements.policy import service as policies

router = router_at("/reimbursements/participations", "reimbursements")
own = router_at("/registers/people/me/participations", "self")

Reader = Annotated[Actor, Security(authenticate, scopes=["claims:read"])]
Writer = Annotated[Actor, Security(authenticate, scopes=["claims:write"])]
PLACE = "/{participation_id}/payment-choices"
MAKING = responses(
    ParticipationNotFoundError, ChoiceLateError, ChoiceLimitError, IdempotencyMismatchError
)


@router.get(PLACE, responses=responses(ParticipationNotFoundError))
async def list_payment_choices(
    actor: Reader, session: Session, participation_id: UUID
) -> PaymentChoiceList:
    """List what was chosen about the fee of an activity, newest first."""
    found = await participations.get(session, participation_id, to=actor)
    return await _listed(session, found.id)


@router.post(PLACE, status_code=201, responses=MAKING)
async def note_payment_choice(
    actor: Writer,
    session: Session,
    once: Creation,
    participation_id: UUID,
    told: PaymentChoiceTold,
    response: Response,
) -> PaymentChoiceMade:
    """Note what a person said about the fee of an activity, before it, on their word."""
    found = await participations.get(session, participation_id, to=actor)
    operation = "note_payment_choice"
    whose = await supporters.for_person(session, found.person_id, operation, by=actor)
    made = await once.do(
        lambda: service.choose(session, found, told=told.model_dump(), by=whose),
        lambda id_: queries.get(session, id_),
    )
    place = f"/v1/reimbursements/participations/{found.id}/payment-choices"
    created(response, place, made.version, once)
    return await _made(session, made)


@own.get(PLACE, responses=responses(*WHOSE, ParticipationNotFoundError))
async def list_own_payment_choices(
    whose: OwnClaims, session: Session, participation_id: UUID
) -> PaymentChoiceList:
    """List what one chose about the fee of an activity, newest first."""
    found = await participations.get_own(session, participation_id, whose.person)
    return await _listed(session, found.id)


@own.post(PLACE, status_code=201, responses=responses(*WHOSE) | MAKING)
async def choose_payment(
    whose: OwnClaims,
    session: Session,
    begin: OwnCreation,
    participation_id: UUID,
    told: PaymentChoiceNew,
    response: Response,
) -> PaymentChoiceMade:
    """Say before an activity whether one takes its fee: all, less, none, or for a charity."""
    found = await participations.get_own(session, participation_id, whose.person)
    once = begin(whose)
    made = await once.do(
        lambda: service.choose(session, found, told=told.model_dump(), by=whose),
        lambda id_: queries.get(session, id_),
    )
    place = f"/v1/registers/people/me/participations/{found.id}/payment-choices"
    created(response, place, made.version, once)
    return await _made(session, made)


async def _made(session: Session, choice: PaymentChoice) -> PaymentChoiceMade:
    warnings = [CapWarning.of(each) for each in await caps.of_choice(session, choice)]
    advice = await _advice(session)
    return PaymentChoiceMade.advised(choice, advice, await figures.shown(session), warnings)


async def _listed(session: Session, participation_id: UUID) -> PaymentChoiceList:
    found = await queries.of_participation(session, participation_id)
    return PaymentChoiceList(
        items=[PaymentChoiceOut.of(each) for each in found],
        advice=await _advice(session),
        figures=await figures.shown(session),
    )


async def _advice(session: Session) -> list[Advice]:
    policy = await policies.current(session)
    return [Advice(**each) for each in policy.advice]
