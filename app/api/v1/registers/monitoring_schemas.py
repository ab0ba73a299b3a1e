from collections.abc import Mapping
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.api.v1.organisation.schemas import NEXT, SAYS
from app.core.wire import Instant
from app.domain.people.monitoring import codes
from app.domain.people.monitoring.models import (
    UNASKED,
    AccessKind,
    Characteristic,
    Cut,
    Monitoring,
)
from app.domain.people.monitoring.queries import Group, Part

Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
Why = Annotated[
    str,
    Words,
    Field(
        max_length=500,
        description="Kept with who read or changed it, and when.",
        examples=["They asked us to correct it."],
    ),
]


def _known(listed: Mapping[str, str]) -> AfterValidator:
    def check(value: str) -> str:
        if value not in listed:
            raise ValueError("is no code of the NHS Data Dictionary")
        return value

    return AfterValidator(check)


Ethnic = Annotated[
    str, _known(codes.ETHNIC_CATEGORY), Field(json_schema_extra={"enum": [*codes.ETHNIC_CATEGORY]})
]
Gender = Annotated[str, _known(codes.GENDER), Field(json_schema_extra={"enum": [*codes.GENDER]})]
SameAtBirth = Annotated[
    str,
    _known(codes.GENDER_SAME_AT_BIRTH),
    Field(json_schema_extra={"enum": [*codes.GENDER_SAME_AT_BIRTH]}),
]
Orientation = Annotated[
    str,
    _known(codes.SEXUAL_ORIENTATION),
    Field(json_schema_extra={"enum": [*codes.SEXUAL_ORIENTATION]}),
]
Disability = Annotated[
    str, _known(codes.DISABILITY), Field(json_schema_extra={"enum": [*codes.DISABILITY]})
]
Disabilities = Annotated[
    list[Disability],
    Field(
        max_length=len(codes.DISABILITY),
        description="NN or ZZ stands alone; none is not recorded.",
        examples=[["02", "05"]],
    ),
]
Religion = Annotated[
    str, _known(codes.RELIGION), Field(json_schema_extra={"enum": [*codes.RELIGION]})
]
CarerSupport = Annotated[
    str, _known(codes.CARER_SUPPORT), Field(json_schema_extra={"enum": [*codes.CARER_SUPPORT]})
]


class Characteristics(BaseModel):
    """What somebody told, by codes of the NHS Data Dictionary: declined is not unknown."""

    ethnic_category: Ethnic = UNASKED["ethnic_category"]
    gender: Gender = UNASKED["gender"]
    gender_same_at_birth: SameAtBirth = UNASKED["gender_same_at_birth"]
    sexual_orientation: Orientation = UNASKED["sexual_orientation"]
    disabilities: Disabilities = Field(default_factory=list)
    religion: Religion = UNASKED["religion"]
    carer_support: CarerSupport | None = None


class MonitoringOut(Characteristics):
    """One person's equality monitoring."""

    person_id: UUID
    version: int = Field(description="Also the ETag; 0 while nothing was told.", examples=[1])

    @classmethod
    def of(cls, monitoring: Monitoring) -> Self:
        return cls.model_validate(monitoring, from_attributes=True)


class MonitoringReading(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Why


class MonitoringNew(Characteristics):
    """All that is known from now on, and why it is put down."""

    model_config = ConfigDict(extra="forbid")

    reason: Why


class AccessOut(BaseModel):
    """Who read or changed somebody's equality monitoring, and why."""

    id: UUID
    kind: AccessKind
    reason: Why
    accessed_by: UUID
    accessed_at: Instant


class AccessList(BaseModel):
    items: list[AccessOut]
    next: str | None = NEXT


class FigureFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    by: Characteristic
    per: Cut | None = Field(None, description="Tell each part of the register too.")


class GroupOut(BaseModel):
    code: str = Field(examples=["A"])
    label: str = Field(examples=["White: British"])
    people: int | None = Field(description="Null where it is hidden.", examples=[41])

    @classmethod
    def of(cls, group: Group) -> Self:
        return cls(code=group.code, label=group.label, people=group.people)


class FiguresOut(BaseModel):
    """People by one characteristic."""

    code: str | None = Field(description="Null for everybody.", examples=["active"])
    label: str = Field(examples=["Active"])
    people: int | None = Field(description="Null where it is hidden.", examples=[67])
    groups: list[GroupOut]

    @classmethod
    def of(cls, part: Part) -> Self:
        groups = [GroupOut.of(group) for group in part.groups]
        return cls(code=part.code, label=part.label, people=part.people, groups=groups)


class MonitoringFigures(BaseModel):
    """Whom the register has, by one characteristic; small numbers are hidden."""

    by: Characteristic
    per: Cut | None
    whole: FiguresOut
    parts: list[FiguresOut] = Field(description="None without `per`.")
