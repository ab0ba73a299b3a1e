from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import IfMatch, Paging, Session, authenticate, etag, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.monitoring_schemas import (
    AccessList,
    AccessOut,
    FigureFilters,
    FiguresOut,
    MonitoringFigures,
    MonitoringNew,
    MonitoringOut,
    MonitoringReading,
)
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.domain.people.monitoring import queries, service
from app.domain.people.monitoring.errors import DisabilityAloneError
from app.domain.people.register import queries as people
from app.domain.people.register.errors import PersonMergedError, PersonNotFoundError

router = router_at("/registers", "registers")

Analyst = Annotated[Actor, Security(authenticate, scopes=["monitoring:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["monitoring:manage"])]
ACCESS = tuple(AccessOut.model_fields)


@router.get("/monitoring")
async def count_monitoring(
    _: Analyst, session: Session, filters: Annotated[FigureFilters, Query()]
) -> MonitoringFigures:
    """Tell whom the register has by one characteristic, small numbers hidden.

    The figures are of the whole register, whoever asks. In parts a group is told in all of them
    or in none. Of disabilities one person may have several; `any` counts them once.
    """
    whole, parts = await queries.figures(session, filters.by, filters.per)
    return MonitoringFigures(
        by=filters.by,
        per=filters.per,
        whole=FiguresOut.of(whole),
        parts=[FiguresOut.of(part) for part in parts],
    )


@router.post("/people/{person_id}/monitoring/reading", responses=responses(PersonNotFoundError))
async def read_monitoring(
    actor: Keeper, session: Session, person_id: UUID, told: MonitoringReading, response: Response
) -> MonitoringOut:
    """Read one person's equality monitoring, telling why; that it was read is noted."""
    person = await people.get(session, person_id, to=actor)
    found = await service.read(session, person, told.reason, by=actor)
    response.headers["ETag"] = etag(found.version)
    return MonitoringOut.of(found)


@router.put(
    "/people/{person_id}/monitoring",
    responses=responses(
        PersonNotFoundError,
        PersonMergedError,
        DisabilityAloneError,
        PreconditionFailedError,
        PreconditionRequiredError,
    ),
)
async def set_monitoring(
    actor: Keeper,
    session: Session,
    match: IfMatch,
    person_id: UUID,
    new: MonitoringNew,
    response: Response,
) -> MonitoringOut:
    """Put down what one person told of themselves, whole, telling why; that is noted."""
    person = await people.get(session, person_id, to=actor, lock=True)
    async with service.opened(session, person):
        match.check((await queries.get(session, person)).version)
        told = new.model_dump(exclude={"reason"})
        made = await service.change(session, person, told, new.reason, by=actor)
    response.headers["ETag"] = etag(made.version)
    return MonitoringOut.of(made)


@router.get(
    "/people/{person_id}/monitoring/accesses",
    response_model=AccessList,
    responses=responses(PersonNotFoundError),
)
async def list_monitoring_accesses(
    actor: Keeper, session: Session, person_id: UUID, paging: Annotated[Paging, Query()]
) -> Response:
    """List who read or changed one person's equality monitoring, and why, newest first."""
    person = await people.get(session, person_id, to=actor)
    return json(await queries.accesses(session, ACCESS, person.id, paging.page()))
