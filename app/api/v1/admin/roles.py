from typing import Annotated

from fastapi import Query, Response, Security

from app.api.deps import Door, Paging, authenticate, json
from app.api.strict import router_at
from app.api.v1.admin.schemas import RoleList, RoleOut
from app.core.actor import Actor
from app.domain.identity import queries

router = router_at("/admin/roles", "admin")

Reader = Annotated[Actor, Security(authenticate, scopes=["keys:read"])]
FIELDS = tuple(RoleOut.model_fields)


@router.get("", response_model=RoleList)
async def list_roles(_: Reader, door: Door, paging: Annotated[Paging, Query()]) -> Response:
    """List the roles that users can have, each with the scopes it holds."""
    return json(await queries.ROLES.page(door, FIELDS, paging.page(), {}))
