from fastapi import APIRouter, Request, Response, Security
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

from app.api.deps import Door, authenticate
from app.api.problems import UnavailableError, responses
from app.api.strict import StrictRoute

router = APIRouter(tags=["operations"], route_class=StrictRoute)


class Health(BaseModel):
    status: str = Field(examples=["ok"])


class NotReadyError(UnavailableError):
    slug = "not-ready"
    title = "The database is not at the schema that this service needs"


@router.get("/livez")
async def live() -> Health:
    """Tell that the process answers; asks nothing of the database."""
    return Health(status="ok")


@router.get("/readyz", responses=responses(NotReadyError, UnavailableError))
async def ready(request: Request, door: Door) -> Health:
    """Tell whether requests can be served: the database answers and has the right schema."""
    schema = await door.fetchval("SELECT version_num FROM alembic_version")
    if schema != request.app.state.schema:
        raise NotReadyError
    return Health(status="ok")


@router.get(
    "/metrics",
    dependencies=[Security(authenticate, scopes=["metrics:read"])],
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """Show the process's counters in Prometheus' text form."""
    text = generate_latest(request.app.state.metrics.registry)
    return Response(text, media_type=CONTENT_TYPE_LATEST)
