from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Paging, Session, authenticate
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.reimbursements.claims import ITEM
from app.api.v1.reimbursements.claims_schemas import ClaimList
from app.api.v1.reimbursements.top_ups_schemas import AlteredLineList, AlteredLineOut
from app.core import statement
from app.core.actor import Actor
from app.domain.reimbursements.claims import queries as claims
from app.domain.reimbursements.claims.errors import ClaimTotalError
from app.domain.reimbursements.rates import queries as rates
from app.domain.reimbursements.rates.errors import RateCardNotFoundError
from app.domain.reimbursements.top_ups import queries, service

router = router_at("/reimbursements/rate-cards", "reimbursements")

Reader = Annotated[Actor, Security(authenticate, scopes=["rates:read", "claims:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["rates:manage", "claims:read"])]


@router.get("/{card_id:uuid}/altered-lines", responses=responses(RateCardNotFoundError))
async def list_altered_lines(
    actor: Reader, session: Session, card_id: UUID, paging: Annotated[Paging, Query()]
) -> AlteredLineList:
    """List the lines of paid claims that a card alters, for days gone by when it was activated.

    `limit` counts claims. What is paid later at the card's rates is not altered by it.
    """
    card = await rates.get(session, card_id)
    page = await queries.paid_claims(session, card, paging.page(), to=actor)
    found = [each for claim in page.items for each in await queries.altered(session, card, claim)]
    items = [AlteredLineOut.of(each) for each in found]
    return AlteredLineList(items=items, next=str(page.following) if page.following else None)


@router.post(
    "/{card_id:uuid}/top-ups",
    status_code=201,
    response_model=ClaimList,
    responses=responses(RateCardNotFoundError, ClaimTotalError),
)
async def draft_top_ups(
    actor: Keeper, session: Session, card_id: UUID, paging: Annotated[Paging, Query()]
) -> Response:
    """Draft a claim for what a card adds to each paid claim; a card adds to a claim once.

    It goes through a page of paid claims, `limit` of them: send `next` as `after` until it is
    null. Sent again, it drafts nothing twice. Nothing that was paid is rewritten.
    """
    card = await rates.get(session, card_id)
    made, following = await service.draft(session, card, paging.page(), by=actor)
    door, ids = await statement.within(session), [each.id for each in made]
    body = await claims.some(door, ITEM, ids, following)
    where = {"Location": f"/v1/reimbursements/rate-cards/{card.id}/altered-lines"}
    return Response(body, status_code=201, headers=where, media_type="application/json")
