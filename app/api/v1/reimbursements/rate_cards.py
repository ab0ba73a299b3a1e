from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.reimbursements.rate_cards_schemas import (
    RateCardFilters,
    RateCardList,
    RateCardNew,
    RateCardOut,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.reimbursements.rates import queries, service
from app.domain.reimbursements.rates.errors import (
    RateCardIncompleteError,
    RateCardNotFoundError,
    RateCardOverlapError,
    RateCardPeriodError,
    RateCardSamePersonError,
    RateCardStatusError,
    RateTwiceError,
    RateUnfitError,
)

router = router_at("/reimbursements/rate-cards", "reimbursements")

Reader = Annotated[Actor, Security(authenticate, scopes=["rates:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["rates:manage"])]
FIELDS = tuple(RateCardOut.model_fields)
CHANGES = (
    RateCardNotFoundError,
    RateCardStatusError,
    PreconditionFailedError,
    PreconditionRequiredError,
)
DRAFTS = (RateCardPeriodError, RateUnfitError, RateTwiceError)


@router.get("", response_model=RateCardList)
async def list_rate_cards(
    _: Reader, door: Door, filters: Annotated[RateCardFilters, Query()]
) -> Response:
    """List rate cards with their rates, newest first."""
    return json(await queries.find(door, FIELDS, filters.page(), filters.filters()))


@router.post(
    "",
    status_code=201,
    response_model=RateCardOut,
    responses=responses(*DRAFTS, IdempotencyMismatchError),
)
async def draft_rate_card(
    actor: Keeper, session: Session, once: Creation, new: RateCardNew
) -> Response:
    """Draft a rate card; two people let it hold."""
    made = await once.do(
        lambda: service.draft(session, new.card(), new.told_rates(), by=actor),
        lambda id_: queries.get(session, id_),
    )
    answer = await _shown(session, made.id)
    answer.status_code = 201
    created(answer, f"/v1/reimbursements/rate-cards/{made.id}", made.version, once)
    return answer


@router.get(
    "/{card_id:uuid}", response_model=RateCardOut, responses=responses(RateCardNotFoundError)
)
async def get_rate_card(_: Reader, door: Door, card_id: UUID) -> Response:
    """Read one rate card, with its rates."""
    return json(*await queries.show(door, FIELDS, card_id))


@router.put("/{card_id:uuid}", response_model=RateCardOut, responses=responses(*DRAFTS, *CHANGES))
async def replace_rate_card(
    _: Keeper, session: Session, match: IfMatch, card_id: UUID, new: RateCardNew
) -> Response:
    """Put a draft in place of what it was, with all its rates.

    A card that was proposed is never edited: draft its successor.
    """
    found = await queries.get(session, card_id, lock=True)
    match.check(found.version)
    await service.change(session, found, new.card(), new.told_rates())
    return await _shown(session, found.id)


@router.post(
    "/{card_id:uuid}/proposal",
    response_model=RateCardOut,
    responses=responses(RateCardIncompleteError, *CHANGES),
)
async def propose_rate_card(
    actor: Keeper, session: Session, match: IfMatch, card_id: UUID
) -> Response:
    """Confirm a draft's source, and propose it for another to activate."""
    found = await queries.get(session, card_id, lock=True)
    match.check(found.version)
    await service.propose(session, found, by=actor)
    return await _shown(session, found.id)


@router.post(
    "/{card_id:uuid}/activation",
    response_model=RateCardOut,
    responses=responses(RateCardSamePersonError, RateCardOverlapError, *CHANGES),
)
async def activate_rate_card(
    actor: Keeper, session: Session, match: IfMatch, card_id: UUID
) -> Response:
    """Let a proposed card hold; whoever proposed it cannot.

    It ends the active card of its scheme where it begins, or supersedes one that begins with it.
    `alters_from` tells from which day gone by it prices anew; nothing that was paid is rewritten.
    """
    found = await queries.get(session, card_id, lock=True)
    match.check(found.version)
    await service.activate(session, found, by=actor)
    return await _shown(session, found.id)


@router.post(
    "/{card_id:uuid}/withdrawal", response_model=RateCardOut, responses=responses(*CHANGES)
)
async def withdraw_rate_card(
    _: Keeper, session: Session, match: IfMatch, card_id: UUID
) -> Response:
    """Take a draft or a proposed card back; an active one ends by its successor."""
    found = await queries.get(session, card_id, lock=True)
    match.check(found.version)
    await service.withdraw(session, found)
    return await _shown(session, found.id)


async def _shown(session: Session, card_id: UUID) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, card_id))
