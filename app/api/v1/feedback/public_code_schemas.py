from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.feedback.survey_schemas import SurveyCode
from app.api.v1.organisation.schemas import KEPT, NotNull, Null
from app.core.clock import today
from app.core.wire import Day
from app.domain.feedback.codes import Channel, CollectionPoint
from app.reports.posters import Size

Label = Annotated[
    str,
    StringConstraints(pattern=r"\S", max_length=200, strip_whitespace=True),
    Field(description="Where it hangs, for staff.", examples=["Reception desk"]),
]
_TO: Any = Field(None, description="The last day of its use; open if null.", examples=[None])


class PublicCodeOut(BaseModel):
    """A team's public code: opens a survey, and says how its answers came."""

    id: UUID
    code: str = Field(description="Random; stands on poster and kiosk.", examples=["4T9KX2MD"])
    team_id: UUID
    team_code: str = Field(examples=["CMHT-CITY"])
    team_name: str = Field(examples=["City Community Mental Health Team"])
    survey: SurveyCode
    label: Label | None
    channel: Channel
    collection_point: CollectionPoint | None
    active_from: Day = Field(examples=["2026-03-01"])
    active_to: Day | None = Field(description="The last day of its use.", examples=[None])
    token_required: bool
    has_token: bool
    version: int = Field(description="Also the ETag.", examples=[1])


class PublicCodeList(BaseModel):
    items: list[PublicCodeOut]
    next: str | None = Field(description="Send back as `after`; null on the last page.")


class PublicCodeFilters(Paging):
    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )
    survey: str | None = Field(
        None, max_length=50, description="A survey's code.", examples=["fft"]
    )
    active: bool | None = Field(None, description="Whether it is in use today; all if not told.")

    def filters(self) -> dict[str, Any]:
        found = super().filters()
        state = {True: "active", False: "inactive"}.get(found.pop("active", None))
        return found if state is None else {**found, state: True, "day": today()}


class PublicCodeNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    team: str = Field(
        min_length=1, max_length=100, description="The team's id or code.", examples=["CMHT-CITY"]
    )
    survey: SurveyCode = Field("fft", examples=["fft"])
    label: Label | None = None
    channel: Channel = Field(Channel.ONLINE, description="By which its answers come.")
    collection_point: CollectionPoint | None = Field(
        None, description="When its answers are given.", examples=["before_or_at_discharge"]
    )
    active_from: Day | None = Field(None, description="Today if not told.", examples=["2026-03-01"])
    active_to: Day | None = _TO

    def told(self) -> dict[str, Any]:
        told = self.model_dump(exclude={"team", "survey"})
        return told | {"active_from": self.active_from or today()}


class PublicCodeChange(BaseModel):
    """A merge patch (RFC 7396): what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    survey: Annotated[SurveyCode | Null, NotNull] = KEPT
    label: Label | None = None
    channel: Annotated[Channel | Null, NotNull] = KEPT
    collection_point: CollectionPoint | None = None
    active_from: Annotated[Day | Null, NotNull] = KEPT
    active_to: Day | None = _TO
    token_required: Annotated[bool | Null, NotNull] = KEPT


class TokenOut(BaseModel):
    token: str = Field(
        description="Shown this once; put it into the kiosk.",
        examples=["9F2C4K7M1XQ8ZT3V5BHD6WJYRE"],
    )


class QrFormat(StrEnum):
    SVG = "svg"
    PNG = "png"


class QrFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: QrFormat = QrFormat.SVG


class PosterFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal["pdf"] = "pdf"
    size: Size = Size.A4
    easy_read: bool = False
