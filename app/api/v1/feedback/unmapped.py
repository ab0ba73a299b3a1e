from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.api.deps import Door, Paging, Session, authenticate, json
from app.api.problems import responses
from app.api.strict import router_at
from app.core.actor import Actor
from app.core.errors import InvalidError
from app.core.wire import Day
from app.domain.feedback import unmapped
from app.domain.organisation.errors import LocationCodeTakenError

router = router_at("/feedback/unmapped-locations", "feedback")

Reader = Annotated[Actor, Security(authenticate, scopes=["inbox:read"])]
Manager = Annotated[Actor, Security(authenticate, scopes=["organisation:manage"])]


class UnmappedLocation(BaseModel):
    """A location code that no team has, and how much waits for one to have it."""

    id: UUID = Field(description="The first event that waits for it.")
    source: str = Field(examples=["iwgc"])
    code: str = Field(examples=["OXH-NEW-CLINIC"])
    events: int = Field(description="Events that wait.", examples=[12])
    first_received: AwareDatetime
    last_received: AwareDatetime


class UnmappedLocationList(BaseModel):
    items: list[UnmappedLocation]
    next: str | None = Field(description="Send back as `after`; null on the last page.")


class LocationMapping(BaseModel):
    """Whose location code it is."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(min_length=1, max_length=50, examples=["iwgc"])
    code: str = Field(min_length=1, max_length=100, examples=["OXH-NEW-CLINIC"])
    team_id: UUID
    valid_from: Day | None = Field(
        None,
        description="The first day on which the code is the team's. If not told, it is as long as"
        " the team stands and no other has it.",
        examples=["2026-03-01"],
    )


class LocationMapped(BaseModel):
    events: int = Field(description="Events put back in line.", examples=[12])


FIELDS = tuple(UnmappedLocation.model_fields)


@router.get("", response_model=UnmappedLocationList)
async def list_unmapped_locations(
    _: Reader, door: Door, paging: Annotated[Paging, Query()]
) -> Response:
    """List location codes that no team had when their events came, newest code first."""
    return json(await unmapped.LOCATIONS.page(door, FIELDS, paging.page(), {}))


@router.post("/mappings", responses=responses(LocationCodeTakenError, InvalidError))
async def map_location(_: Manager, session: Session, mapping: LocationMapping) -> LocationMapped:
    """Say whose location code it is, and put the events that wait for it back in line.

    What waits for a day on which the code is not yet the team's will wait again. Mapping a code
    to the team that has it already changes nothing but that its events are tried again.
    """
    location = (mapping.source, mapping.code)
    events = await unmapped.assign(session, location, mapping.team_id, mapping.valid_from)
    return LocationMapped(events=events)
