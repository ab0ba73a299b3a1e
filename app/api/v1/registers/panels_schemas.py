from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import KEPT, NEXT, SAYS, VERSION, NotNull, Null
from app.core.wire import Day
from app.domain.involvement.panels.models import Band, RoleArea

RoleName = Annotated[
    str,
    StringConstraints(pattern=SAYS, strip_whitespace=True, max_length=200),
    Field(examples=["Ward manager"]),
]


class PanelOut(BaseModel):
    """A recruitment panel, and whether somebody with lived experience sat on it."""

    id: UUID
    role: RoleName
    band: Band
    area: RoleArea
    held_on: Day
    directorate_id: UUID | None = Field(description="Null is the trust.")
    lived_experience: bool = Field(description="Somebody with lived experience sat on it.")
    person_id: UUID | None = Field(
        description="Who did; null where it is not told, or you may not see them."
    )
    version: int = VERSION


class PanelList(BaseModel):
    items: list[PanelOut]
    next: str | None = NEXT


class PanelFilters(Paging):
    band: Band | None = None
    area: RoleArea | None = None
    directorate: str | None = Field(
        None, max_length=100, description="A directorate's id or code.", examples=["ADULT"]
    )
    lived_experience: bool | None = None
    person: UUID | None = None
    from_day: Day | None = Field(None, alias="from", examples=["2026-04-01"])
    to_day: Day | None = Field(None, alias="to", examples=["2027-03-31"])


class PanelNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: RoleName
    band: Band
    area: RoleArea
    held_on: Day = Field(examples=["2026-05-12"])
    directorate_id: UUID | None = Field(None, examples=[None])
    lived_experience: StrictBool = Field(examples=[True])
    person_id: UUID | None = Field(None, examples=[None])


class PanelPatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    role: Annotated[RoleName | Null, NotNull] = KEPT
    band: Annotated[Band | Null, NotNull] = KEPT
    area: Annotated[RoleArea | Null, NotNull] = KEPT
    held_on: Annotated[Day | Null, NotNull] = KEPT
    directorate_id: UUID | None = Field(None, examples=[None])
    lived_experience: Annotated[StrictBool | Null, NotNull] = KEPT
    person_id: UUID | None = Field(None, examples=[None])


class PanelCounts(BaseModel):
    panels: int = Field(examples=[12])
    with_: int = Field(
        alias="with", description="Those with a lived-experience member.", examples=[9]
    )
    pct_with: float | None = Field(description="Null without panels.", examples=[75.0])


class BandCounts(PanelCounts):
    band: Band


class AreaCounts(PanelCounts):
    area: RoleArea


class PanelFiguresOut(BaseModel):
    """Share of panels with a lived-experience member, at all levels (action 3.5)."""

    from_day: Day = Field(alias="from")
    to_day: Day = Field(alias="to")
    total: PanelCounts
    bands: list[BandCounts] = Field(description="Every level, in order.")
    areas: list[AreaCounts]
