from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.api.deps import Paging
from app.api.v1.organisation.schemas import KEPT, NEXT, SAYS, VERSION, NotNull, Null
from app.api.v1.registers.panels_schemas import RoleName
from app.core.wire import Day
from app.domain.involvement.applicants.models import Stage
from app.domain.involvement.panels.models import Band

Reference = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9/_.-]{0,49}$"),
    Field(
        description="The recruitment system's own; a name is not kept here.",
        examples=["AR-260512-118"],
    ),
]
Answer = Annotated[int, Field(ge=1, le=5, examples=[4])]
AnswerWords = Annotated[
    str,
    StringConstraints(pattern=SAYS, strip_whitespace=True, max_length=2000),
    Field(examples=["The practice interview helped most."]),
]
Mean = Annotated[float, Field(examples=[4.2])]


class StageOut(BaseModel):
    stage: Stage
    reached_on: Day


class SurveyIn(BaseModel):
    """Three questions, answered from 1, not at all, to 5, fully; and words."""

    model_config = ConfigDict(extra="forbid")

    informed: Answer = Field(description="I knew what would happen next.")
    supported: Answer = Field(description="I had the support I needed.")
    valued: Answer = Field(description="My lived experience was valued.")
    words: AnswerWords | None = None


class ApplicantOut(BaseModel):
    """Somebody with lived experience who applied for a role."""

    id: UUID
    reference: Reference
    person_id: UUID | None = Field(
        description="Where they are on the register; null also where you may not see them."
    )
    directorate_id: UUID | None = Field(description="Null is the trust.")
    role: RoleName
    band: Band
    applied_on: Day
    training_offered_on: Day | None
    mentoring_offered_on: Day | None
    feedback_given_on: Day | None
    stage: Stage
    stage_since: Day
    stages: list[StageOut] = Field(description="In order of time.")
    survey: SurveyIn | None = Field(description="What they answered afterwards.")
    version: int = VERSION


class ApplicantList(BaseModel):
    items: list[ApplicantOut]
    next: str | None = NEXT


class ApplicantFilters(Paging):
    stage: Stage | None = None
    band: Band | None = None
    directorate: str | None = Field(
        None, max_length=100, description="A directorate's id or code.", examples=["ADULT"]
    )
    without_feedback: bool | None = Field(
        None, description="Those whose application ended and who were given no feedback yet."
    )
    from_day: Day | None = Field(None, alias="from", examples=["2026-04-01"])
    to_day: Day | None = Field(None, alias="to", examples=["2027-03-31"])


class ApplicantNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reference: Reference
    person_id: UUID | None = Field(None, examples=[None])
    directorate_id: UUID | None = Field(None, examples=[None])
    role: RoleName
    band: Band
    applied_on: Day = Field(examples=["2026-05-12"])
    training_offered_on: Day | None = Field(None, examples=[None])
    mentoring_offered_on: Day | None = Field(None, examples=[None])


class ApplicantPatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    person_id: UUID | None = Field(None, examples=[None])
    directorate_id: UUID | None = Field(None, examples=[None])
    role: Annotated[RoleName | Null, NotNull] = KEPT
    band: Annotated[Band | Null, NotNull] = KEPT
    training_offered_on: Day | None = None
    mentoring_offered_on: Day | None = None
    feedback_given_on: Day | None = None


class StageNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    stage: Stage = Field(examples=["interviewed"])
    reached_on: Day | None = Field(None, description="Today if not told.", examples=["2026-06-01"])

    @model_validator(mode="after")
    def _follows(self) -> Self:
        if self.stage is Stage.APPLIED:
            raise ValueError("nobody applies twice under one reference")
        return self


class ApplicantFiguresOut(BaseModel):
    """What those who applied in these days were offered, and how they found it.

    Averages of fewer than five answers are null.
    """

    from_day: Day = Field(alias="from")
    to_day: Day = Field(alias="to")
    applicants: int = Field(examples=[12])
    training_offered: int = Field(examples=[10])
    mentoring_offered: int = Field(examples=[8])
    pct_offered_both: float | None = Field(examples=[66.7])
    ended: int = Field(description="Started, not selected or withdrawn.", examples=[9])
    started: int = Field(examples=[3])
    given_feedback: int = Field(description="Of those that ended.", examples=[7])
    surveyed: int = Field(examples=[6])
    informed: Mean | None
    supported: Mean | None
    valued: Mean | None
