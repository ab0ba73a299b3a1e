"""Who may read the organisation, and who may change it."""

from typing import Annotated

from fastapi import Security

from app.api.deps import authenticate
from app.core.actor import Actor

Reader = Annotated[Actor, Security(authenticate, scopes=["organisation:read"])]
Manager = Annotated[Actor, Security(authenticate, scopes=["organisation:manage"])]
