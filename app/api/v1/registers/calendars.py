from typing import Annotated
from uuid import UUID

from fastapi import Response, Security

from app.api.deps import Session, authenticate, created, etag
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.registers.participations_schemas import CalendarMade, CalendarOut
from app.core.actor import Actor
from app.domain.involvement.calendars import queries, service
from app.domain.involvement.calendars.errors import CalendarNotFoundError
from app.domain.people.register import queries as people
from app.domain.people.register.errors import (
    PersonHeldError,
    PersonMergedError,
    PersonNotFoundError,
)

router = router_at("/registers/people/{person_id}/calendar", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:opportunities"])]


@router.get("", responses=responses(PersonNotFoundError, CalendarNotFoundError))
async def get_person_calendar(
    actor: Reader, session: Session, person_id: UUID, response: Response
) -> CalendarOut:
    """Tell that a person's calendar can be read by an address; the address is not told again."""
    person = await people.get(session, person_id, to=actor)
    made = await queries.made(session, person)
    response.headers["ETag"] = etag(made.version)
    return CalendarOut.model_validate(made, from_attributes=True)


@router.post("", status_code=201, responses=responses(PersonNotFoundError, PersonMergedError))
async def open_person_calendar(
    actor: Keeper, session: Session, person_id: UUID, response: Response
) -> CalendarMade:
    """Make an address at which calendar programs read what a person has a place in.

    Whoever has the address reads it, so it is for the person alone; an earlier one stops working.
    """
    person = await people.get(session, person_id, to=actor)
    made, token = await service.open_to(session, person)
    created(response, f"/v1/registers/people/{person.id}/calendar", made.version)
    return CalendarMade(
        id=made.id,
        person_id=person.id,
        version=made.version,
        path=f"/v1/public/calendars/{token}",
    )


@router.delete(
    "",
    status_code=204,
    responses=responses(PersonNotFoundError, PersonHeldError, CalendarNotFoundError),
)
async def close_person_calendar(actor: Keeper, session: Session, person_id: UUID) -> None:
    """Let a person's calendar be read no more."""
    person = await people.get(session, person_id, to=actor)
    await service.close(session, await queries.made(session, person))
