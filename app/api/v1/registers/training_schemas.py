from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.api.deps import Paging
from app.api.v1.organisation.schemas import KEPT, NEXT, SAYS, VERSION, NotNull, Null
from app.api.v1.registers.checks_schemas import Months
from app.core.wire import Day
from app.domain.involvement.training.models import CourseKind, CourseVersion
from app.domain.organisation.models import CODE

Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
CourseCode = Annotated[
    str, StringConstraints(pattern=CODE, max_length=50), Field(examples=["CO-PRODUCTION"])
]
CourseName = Annotated[str, Words, Field(max_length=200, examples=["Co-production for everyone"])]
Summary = Annotated[
    str,
    Words,
    Field(max_length=4000, examples=["How patients and staff design a service together."]),
]
Outcome = Annotated[str, Words, Field(max_length=300)]
Outcomes = Annotated[
    list[Outcome], Field(max_length=50, examples=[["Tell involvement from co-production."]])
]
Counts = Annotated[
    Months | None,
    Field(description="Months after which it is done again; null: it counts for good."),
]
Number = Annotated[int, Field(ge=1, le=10_000, examples=[1])]


class CourseOut(BaseModel):
    """A training course or an induction pack, as its newest version teaches it."""

    id: UUID
    code: CourseCode
    kind: CourseKind
    name: CourseName
    current: Number = Field(description="The newest version.")
    least: Number = Field(description="The oldest version whose completion still counts.")
    summary: Summary
    outcomes: Outcomes
    months: Counts
    retired: bool = Field(description="No longer given; what it was completed for still counts.")
    version: int = VERSION


class CourseList(BaseModel):
    items: list[CourseOut]
    next: str | None = NEXT


class CourseFilters(Paging):
    kind: CourseKind | None = None
    state: str | None = Field(None, pattern="^(given|retired)$", examples=["given"])


class CourseNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: CourseCode
    kind: CourseKind
    name: CourseName
    summary: Summary
    outcomes: Outcomes = Field(default_factory=list)
    months: Counts = None


class CoursePatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[CourseName | Null, NotNull] = KEPT
    retired: Annotated[bool | Null, NotNull] = KEPT


class CourseVersionNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    summary: Summary
    outcomes: Outcomes = Field(default_factory=list)
    months: Counts = None
    earlier_counts: Annotated[
        bool, Field(description="Whether who completed an earlier version need not do it again.")
    ] = True


class CourseVersionOut(BaseModel):
    """What a course taught from a version on."""

    id: UUID
    number: Number
    summary: Summary
    outcomes: Outcomes
    months: Counts

    @classmethod
    def of(cls, version: CourseVersion) -> Self:
        return cls.model_validate(version, from_attributes=True)


class CourseVersionList(BaseModel):
    items: list[CourseVersionOut] = Field(description="Newest first.")


class CompletionNew(BaseModel):
    """Who completed a course: a person of the register, or a staff user."""

    model_config = ConfigDict(extra="forbid")

    person_id: UUID | None = None
    user_id: UUID | None = Field(None, examples=[None])
    course_id: UUID
    course_version: Number | None = Field(None, description="The newest if not told.")
    completed_on: Day

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if (self.person_id is None) == (self.user_id is None):
            raise ValueError("tell a person or a user")
        return self


class CompletionOut(BaseModel):
    """That somebody completed a course."""

    id: UUID
    course_id: UUID
    course_version: Number
    person_id: UUID | None
    user_id: UUID | None
    completed_on: Day
    expires_on: Day | None = Field(
        description="The first day on which it no longer counts; null: it counts for good.",
        examples=["2029-03-01"],
    )
    recorded_by: UUID
    version: int = VERSION


class CompletionList(BaseModel):
    items: list[CompletionOut]
    next: str | None = NEXT


class CompletionFilters(Paging):
    course: str | None = Field(
        None, max_length=100, description="A course's id or code.", examples=["CO-PRODUCTION"]
    )
    person: UUID | None = None
    user: UUID | None = None


def taught(new: CourseVersionNew) -> dict[str, Any]:
    return new.model_dump(exclude={"earlier_counts"})
