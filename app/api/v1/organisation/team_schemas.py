from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import (
    KEPT,
    NEXT,
    SAYS,
    VERSION,
    Code,
    Name,
    NotNull,
    Null,
    without_default,
)
from app.core.clock import today
from app.core.wire import Day
from app.domain.organisation.models import FftCategory, Segment, Setting
from app.domain.organisation.teams import NewTeam, TeamChange

_ITSELF = frozenset({"code", "name", "opened_on", "closed_on"})
_PLACE = frozenset(
    {"service_id", "directorate_id", "segment", "setting", "pathway", "fft_category"}
)

Pathway = Annotated[
    str,
    StringConstraints(pattern=SAYS, max_length=100, strip_whitespace=True),
    Field(examples=["adult mental health"]),
]
Source = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=50)]
LocationCode = Annotated[
    str, StringConstraints(pattern=SAYS, max_length=100, strip_whitespace=True)
]
LocationCodes = Annotated[list[LocationCode], Field(max_length=100)]
_SOURCES = Field(max_length=20, json_schema_extra={"additionalProperties": False})
_CODES_EXAMPLE = {"iwgc": ["OXH-CMHT-CITY"]}
_ON = Field(None, description="The day to look at; today if not told.", examples=["2026-03-01"])
_EFFECTIVE_FROM = Field(
    None,
    description="The first of the month from which it stands so; this month's if not told.",
    examples=["2026-04-01"],
)
_CLOSED_ON = Field(None, description="The first day on which the team is closed.", examples=[None])


class PlacementOut(BaseModel):
    """Where a team stood from the first of a month until another, which is not included."""

    directorate_id: UUID
    service_id: UUID
    segment: Segment
    setting: Setting
    pathway: Pathway | None
    fft_category: FftCategory | None = Field(description="The national submission grouping.")
    valid_from: Day = Field(examples=["2026-04-01"])
    valid_to: Day | None = Field(examples=[None])


class PlacementList(BaseModel):
    items: list[PlacementOut]
    next: None = Field(description="Always null: a history is told whole.")


class TeamOut(BaseModel):
    """A team or ward, and where it stands on the day looked at."""

    id: UUID
    code: Code
    name: Name
    directorate_id: UUID
    service_id: UUID
    segment: Segment
    setting: Setting
    pathway: Pathway | None
    fft_category: FftCategory | None = Field(description="The national submission grouping.")
    location_codes: dict[str, list[str]] = Field(
        description="By feedback source, the codes that it knows the team by.",
        examples=[_CODES_EXAMPLE],
    )
    opened_on: Day | None = Field(examples=["2019-04-01"])
    closed_on: Day | None = Field(
        description="The first day on which the team is closed.", examples=[None]
    )
    valid_from: Day = Field(
        description="Since when it stands so, or from when it is going to.", examples=["2026-04-01"]
    )
    version: int = VERSION


class TeamList(BaseModel):
    items: list[TeamOut]
    next: str | None = NEXT


class On(BaseModel):
    model_config = ConfigDict(extra="forbid")

    on: Day | None = _ON

    def values(self) -> dict[str, Any]:
        """Give the day, and whether the team must have stood somewhere by then."""
        return {"day": self.on or today()} | ({} if self.on is None else {"placed": True})


class TeamFilters(Paging):
    directorate: str | None = Field(
        None, max_length=100, description="A directorate's id or code.", examples=["OXMH"]
    )
    service: str | None = Field(
        None, max_length=100, description="A service's id or code.", examples=["OX-ADULT"]
    )
    segment: Segment | None = None
    setting: Setting | None = None
    open: bool | None = Field(None, description="Whether it is open on the day; all if not told.")
    on: Day | None = _ON

    def filters(self) -> dict[str, Any]:
        found = super().filters()
        state = {True: "open", False: "closed"}.get(found.pop("open", None))
        day = On(on=found.pop("on", None)).values()
        return found | day | ({} if state is None else {state: True})


class TeamNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: Code
    name: Name
    service_id: UUID
    directorate_id: UUID | None = Field(
        None, description="The service's directorate if not told.", examples=[None]
    )
    segment: Segment
    setting: Setting
    pathway: Pathway | None = None
    fft_category: FftCategory | None = None
    location_codes: Annotated[dict[Source, LocationCodes], _SOURCES] = Field(
        default_factory=dict,
        description="By feedback source; they hold as long as the team stands.",
        examples=[_CODES_EXAMPLE],
    )
    opened_on: Day | None = Field(None, examples=["2019-04-01"])
    closed_on: Day | None = _CLOSED_ON
    effective_from: Day | None = Field(
        None,
        description="The first of the month from which it stands so; 2000-01-01 if not told, so"
        " that every response counts.",
        examples=["2019-04-01"],
    )

    def new(self) -> NewTeam:
        known: dict[str, Any] = dict(self)
        return NewTeam(**known)


class TeamPatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays, also a source of `location_codes`."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[Code | Null, NotNull] = KEPT
    name: Annotated[Name | Null, NotNull] = KEPT
    service_id: Annotated[UUID | Null, NotNull] = KEPT
    directorate_id: Annotated[UUID | Null, NotNull] = KEPT
    segment: Annotated[Segment | Null, NotNull] = KEPT
    setting: Annotated[Setting | Null, NotNull] = KEPT
    pathway: Pathway | None = None
    fft_category: FftCategory | None = None
    location_codes: Annotated[
        Annotated[dict[Source, LocationCodes | None], _SOURCES] | Null, NotNull
    ] = Field(None, json_schema_extra=without_default, examples=[_CODES_EXAMPLE])
    opened_on: Day | None = Field(None, examples=["2019-04-01"])
    closed_on: Day | None = _CLOSED_ON
    effective_from: Day | None = _EFFECTIVE_FROM
    location_codes_from: Day | None = Field(
        None,
        description="The day of the change of codes. If not told, new codes hold as long as the"
        " team stands and no other has them, and old ones until today.",
        examples=["2026-03-15"],
    )

    def change(self) -> TeamChange:
        told = {name: getattr(self, name) for name in self.model_fields_set}
        codes = told.get("location_codes") or {}
        return TeamChange(
            itself={name: told[name] for name in told.keys() & _ITSELF},
            place={name: told[name] for name in told.keys() & _PLACE},
            location_codes={source: codes[source] or [] for source in codes},
            effective_from=self.effective_from,
            location_codes_from=self.location_codes_from,
        )
