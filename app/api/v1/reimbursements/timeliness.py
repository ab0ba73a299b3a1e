from typing import Annotated

from fastapi import Query, Response, Security

from app.api.deps import Door, authenticate, json
from app.api.strict import router_at
from app.api.v1.reimbursements.timeliness_schemas import (
    StuckFilters,
    StuckOut,
    TimelinessFilters,
    TimelinessOut,
)
from app.core.actor import Actor
from app.domain.reimbursements.timeliness import queries

router = router_at("/reimbursements/timeliness", "reimbursements")

Reader = Annotated[Actor, Security(authenticate, scopes=["claims:read"])]


@router.get("", response_model=TimelinessOut)
async def get_timeliness(
    actor: Reader, door: Door, filters: Annotated[TimelinessFilters, Query()]
) -> Response:
    """Tell how many days claims took to be handed in, approved and paid, against the targets.

    Claims count by the month of their activity and by its directorate, for activities one may see.
    Days are London days; what came sooner than its start counts none. Figures of few claims are
    not hidden: they tell how the trust works, not of patients, and whoever has this scope reads
    each of these claims.
    """
    return json(await queries.show(door, **filters.asked(), to=actor))


@router.get("/stuck", response_model=StuckOut)
async def get_stuck_claims(
    actor: Reader, door: Door, filters: Annotated[StuckFilters, Query()]
) -> Response:
    """Tell what waits with whom, by directorate: how many claims, how long, and the oldest.

    As for the list of claims, figures of few are not hidden.
    """
    return json(await queries.stuck(door, filters.directorate, filters.held_by, to=actor))
