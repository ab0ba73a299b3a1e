from fastapi import APIRouter

from app.api.strict import StrictRoute
from app.api.v1.organisation import (
    contacts,
    directorates,
    imports,
    services,
    teams,
    tree,
)

router = APIRouter(prefix="/organisation", tags=["organisation"], route_class=StrictRoute)
for noun in (tree, directorates, services, teams, contacts, imports):
    router.include_router(noun.router)
