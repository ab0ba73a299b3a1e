from typing import Annotated

from fastapi import Response, Security

from app.api.deps import Door, authenticate, json
from app.api.problems import UnauthenticatedError, responses
from app.api.strict import router_at
from app.api.v1.me.schemas import Me
from app.core.actor import Actor
from app.core.errors import ForbiddenError
from app.domain.identity import queries

router = router_at("", "me")

Known = Annotated[Actor, Security(authenticate, scopes=[])]
FIELDS = tuple(Me.model_fields)


@router.get("/me", response_model=Me, responses=responses(UnauthenticatedError, ForbiddenError))
async def get_me(actor: Known, door: Door) -> Response:
    """Tell who is asking, and what they may do and see.

    Every valid credential may ask. `directorates` and `teams` are null for who sees the whole
    trust.
    """
    return json(await queries.me(door, FIELDS, to=actor))
