from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from app.api.deps import Paging
from app.core.wire import Day
from app.domain.organisation.models import CODE, Segment, Setting


def _told(value: Any) -> Any:
    if value is None:
        raise ValueError("cannot be taken away")
    return value


def without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


# In a merge patch: may be left out, but not be null.
KEPT = Field(None, json_schema_extra=without_default)
Null = SkipJsonSchema[None]
NotNull = BeforeValidator(_told)

SAYS = r"\S"

Code = Annotated[
    str,
    StringConstraints(pattern=CODE, max_length=50),
    Field(description="The trust's own code; figures are told by it.", examples=["CMHT-CITY"]),
]
Name = Annotated[
    str,
    StringConstraints(pattern=SAYS, max_length=200, strip_whitespace=True),
    Field(examples=["City Community Mental Health Team"]),
]
VERSION = Field(description="Also the ETag.", examples=[1])
NEXT = Field(description="Send back as `after`; null on the last page.")


class DirectorateOut(BaseModel):
    """A directorate of the trust."""

    id: UUID
    code: Code = Field(examples=["OXMH"])
    name: Name = Field(examples=["Oxfordshire Mental Health"])
    trust_code: str = Field(description="The trust's ODS code.", examples=["RNU"])
    version: int = VERSION


class DirectorateList(BaseModel):
    items: list[DirectorateOut]
    next: str | None = NEXT


class DirectorateNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: Code = Field(examples=["OXMH"])
    name: Name = Field(examples=["Oxfordshire Mental Health"])


class DirectorateChange(BaseModel):
    """A merge patch (RFC 7396): what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[Code | Null, NotNull] = KEPT
    name: Annotated[Name | Null, NotNull] = KEPT


class ServiceOut(BaseModel):
    """A service line; its teams' placements say where they stood at which time."""

    id: UUID
    code: Code = Field(examples=["OX-ADULT"])
    name: Name = Field(examples=["Oxfordshire Adult Mental Health"])
    directorate_id: UUID = Field(description="Where the service stands now.")
    version: int = VERSION


class ServiceList(BaseModel):
    items: list[ServiceOut]
    next: str | None = NEXT


class ServiceFilters(Paging):
    directorate: str | None = Field(
        None, max_length=100, description="A directorate's id or code.", examples=["OXMH"]
    )


class ServiceNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: Code = Field(examples=["OX-ADULT"])
    name: Name = Field(examples=["Oxfordshire Adult Mental Health"])
    directorate_id: UUID


class ServiceChange(BaseModel):
    """A merge patch (RFC 7396): what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[Code | Null, NotNull] = KEPT
    name: Annotated[Name | Null, NotNull] = KEPT
    directorate_id: Annotated[UUID | Null, NotNull] = KEPT
    effective_from: Day | None = Field(
        None,
        description="The first of the month from which the service and its teams stand in the"
        " directorate; this month's if not told, and none to come.",
        examples=["2026-04-01"],
    )

    def told(self) -> dict[str, Any]:
        return self.model_dump(exclude={"effective_from"}, exclude_unset=True)


class TreeTeam(BaseModel):
    id: UUID
    code: Code
    name: Name
    segment: Segment
    setting: Setting


class TreeService(BaseModel):
    id: UUID
    code: Code = Field(examples=["OX-ADULT"])
    name: Name = Field(examples=["Oxfordshire Adult Mental Health"])
    teams: list[TreeTeam]


class TreeDirectorate(BaseModel):
    id: UUID
    code: Code = Field(examples=["OXMH"])
    name: Name = Field(examples=["Oxfordshire Mental Health"])
    services: list[TreeService]


class Tree(BaseModel):
    """The organisation as it stood on a day."""

    on: Day = Field(examples=["2026-03-01"])
    directorates: list[TreeDirectorate]


class FaultOut(BaseModel):
    line: int = Field(description="The line that the row begins in.", examples=[12])
    column: str | None = Field(
        description="Null where it is the row as a whole.", examples=["setting"]
    )
    reason: str = Field(examples=["bad-value"])


class ReportOut(BaseModel):
    """What became of the rows of a file; nothing is applied unless every row is good."""

    applied: bool = Field(description="False in a dry run and where a row is at fault.")
    rows: int = Field(examples=[40])
    created: int = Field(description="Rows whose team is new.", examples=[2])
    changed: int = Field(description="Rows that change something.", examples=[1])
    unchanged: int = Field(examples=[37])
    errors: list[FaultOut]
