import asyncio

import structlog
from fastapi import APIRouter, Request, Response, Security
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

from app.api.deps import Door, authenticate
from app.api.problems import UnauthenticatedError, UnavailableError, responses
from app.api.strict import StrictRoute, operation_id
from app.core import backlog
from app.core.errors import ForbiddenError
from app.core.statement import Statement

SCRAPE_SECONDS = 2.0
log = structlog.get_logger("operations")
router = APIRouter(
    tags=["operations"], route_class=StrictRoute, generate_unique_id_function=operation_id
)


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
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        **responses(UnauthenticatedError, ForbiddenError),
    },
)
async def metrics(request: Request, door: Door) -> Response:
    """Show the process's counters and what waits in the database, in Prometheus' text form."""
    shown = request.app.state.metrics
    shown.show(await _backlog(door))
    return Response(generate_latest(shown.registry), media_type=CONTENT_TYPE_LATEST)


async def _backlog(door: Statement) -> backlog.Backlog | None:
    """Read what waits; a database that cannot say in time does not fail the scrape."""
    try:
        async with asyncio.timeout(SCRAPE_SECONDS):
            return await backlog.read(door)
    except Exception as error:  # noqa: BLE001  the process's own counters are wanted all the more
        log.warning("backlog not read", error=type(error).__name__)
        return None
