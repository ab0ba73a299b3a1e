from typing import Annotated

from fastapi import Query, Response

from app.api.deps import Door, json
from app.api.strict import router_at
from app.api.v1.organisation.access import Reader
from app.api.v1.organisation.schemas import Tree
from app.api.v1.organisation.team_schemas import On
from app.core.clock import today
from app.domain.organisation import queries

router = router_at("/organisation/tree", "organisation")


@router.get("", response_model=Tree)
async def get_tree(_: Reader, door: Door, on: Annotated[On, Query()]) -> Response:
    """Show directorates, their services and their open teams, as they stood on a day.

    The organisation's structure is not secret: a key that is limited to teams sees all of it.
    """
    return json(await queries.tree(door, on.on or today()))
