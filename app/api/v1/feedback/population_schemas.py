from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.api.deps import etag
from app.api.v1.feedback.racialised_schemas import Line
from app.api.v1.organisation.schemas import NEXT, VERSION
from app.core.wire import Day
from app.domain.feedback.representation.dimensions import Dimension
from app.domain.feedback.representation.models import PopulationProfile

PROFILE_CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
People = Annotated[int, Field(ge=0, le=1_000_000_000)]
CodeOfPeople = Annotated[str, StringConstraints(min_length=1, max_length=35)]


class ProfileValues(BaseModel):
    """Who lives, or is cared for, in an area: the trust's where it names no team or directorate."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    title: Line = Field(examples=["Census 2021, Oxfordshire and Buckinghamshire"])
    source: Line = Field(examples=["Office for National Statistics, TS021"])
    as_of: Day = Field(description="The day the people were counted.", examples=["2021-03-21"])
    team_id: UUID | None = Field(None, examples=[None])
    directorate_id: UUID | None = Field(None, examples=[None])
    valid_from: Day = Field(
        description="The first day on which figures are told by it.", examples=["2023-04-01"]
    )
    valid_to: Day | None = Field(
        None, description="The first day on which they are no longer.", examples=[None]
    )
    people: dict[Dimension, dict[CodeOfPeople, People]] = Field(
        description="People by characteristic and code. Bands and languages are named as responses"
        " name them.",
        min_length=1,
        examples=[{"carer": {"true": 98000, "false": 1082000}}],
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.team_id is not None and self.directorate_id is not None:
            raise ValueError("an area is a team or a directorate")
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("`valid_to` is not after `valid_from`")
        if any(len(told) > 300 for told in self.people.values()):  # noqa: PLR2004  languages are the longest list
            raise ValueError("a characteristic has at most 300 codes")
        return self

    def told(self) -> dict[str, Any]:
        people = {name.value: told for name, told in self.people.items()}
        return self.model_dump(exclude={"people"}) | {"people": people}


class ProfileOut(ProfileValues):
    id: UUID
    code: str = Field(examples=["census-2021"])
    version: int = VERSION

    @classmethod
    def of(cls, profile: PopulationProfile, response: Response) -> Self:
        response.headers["ETag"] = etag(profile.version)
        return cls.model_validate(profile)


class ProfileList(BaseModel):
    items: list[ProfileOut]
    next: str | None = NEXT
