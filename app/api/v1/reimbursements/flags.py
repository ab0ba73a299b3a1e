from typing import Annotated
from uuid import UUID

from fastapi import Query, Security

from app.api.deps import Session, authenticate
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.reimbursements.flags_schemas import (
    FlagList,
    FlagOut,
    MatchFilters,
    MatchList,
    MatchOut,
)
from app.core.actor import Actor
from app.domain.reimbursements.claims import queries
from app.domain.reimbursements.claims.errors import ClaimNotFoundError, ClaimSelfError
from app.domain.reimbursements.flags import matches, service

router = router_at("/reimbursements/claims", "reimbursements")

Reader = Annotated[Actor, Security(authenticate, scopes=["claims:read"])]


@router.get("/matches")
async def list_claim_matches(
    actor: Reader, session: Session, asked: Annotated[MatchFilters, Query()]
) -> MatchList:
    """Read which claims paid in a time match others that were paid, pair by pair."""
    found, more = await matches.matches(session, asked.first, asked.last, to=actor)
    return MatchList(items=[MatchOut.model_validate(each) for each in found], more=more)


@router.get(
    "/{claim_id:uuid}/checks",
    responses=responses(ClaimNotFoundError, ClaimSelfError),
)
async def list_claim_checks(actor: Reader, session: Session, claim_id: UUID) -> FlagList:
    """Read what was looked for in a claim, what was found, and what was answered.

    A claim that was not handed in yet has none; the claimant is not shown them.
    """
    found = await queries.get(session, claim_id, to=actor)
    flags = await service.shown(session, found, to=actor)
    return FlagList(items=[FlagOut.of(each) for each in flags])
