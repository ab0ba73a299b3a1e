from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import KEPT, NEXT, SAYS, VERSION, NotNull, Null
from app.core.wire import Day
from app.domain.people.needs.codes import CONCEPT, REFERENCE_SETS, Format, NeedKind

Words = Annotated[
    str,
    StringConstraints(pattern=SAYS, strip_whitespace=True),
    Field(
        max_length=2000,
        description="In the person's own words.",
        examples=["Please write in short sentences, I read slowly."],
    ),
]
Concept = Annotated[
    str,
    StringConstraints(pattern=CONCEPT),
    Field(
        description="The need's SNOMED CT concept, of the reference set.",
        examples=["1053561000000108"],
    ),
]
Formats = Annotated[
    list[Format],
    Field(
        max_length=len(Format),
        description="All formats that meet the need; none is no restriction.",
        examples=[["easy_read", "audio"]],
    ),
]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Languages = Annotated[
    list[Language],
    Field(
        max_length=20,
        description="All languages that meet the need, by ISO 639-1; none is no restriction.",
        examples=[["ur"]],
    ),
]
ReviewOn = Annotated[Day, Field(description="When to talk it through again.")]


class NeedOut(BaseModel):
    """What somebody needs to be told things, and to tell them (DAPB1605)."""

    id: UUID
    kind: NeedKind
    reference_set: str = Field(
        description="The SNOMED CT reference set of the kind.",
        examples=[REFERENCE_SETS[NeedKind.INFORMATION_FORMAT]],
    )
    concept: Concept | None
    words: Words | None
    formats: Formats
    languages: Languages
    reviewed_on: Day
    review_on: ReviewOn
    overdue: bool = Field(description="The review should have been before today.")
    version: int = VERSION


class NeedFound(NeedOut):
    """A need, and whose it is."""

    person_id: UUID
    person_name: str = Field(examples=["Amara Okafor"])


class NeedList(BaseModel):
    items: list[NeedFound]
    next: str | None = NEXT


class NeedFilters(Paging):
    overdue: bool | None = Field(None, description="Those to be reviewed, or the others.")
    kind: NeedKind | None = None
    lead: UUID | None = Field(None, description="The user who is their involvement lead.")


class NeedNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: NeedKind = Field(examples=["information_format"])
    concept: Concept | None = Field(None, examples=[None])
    words: Words | None = None
    formats: Formats = Field(default_factory=list)
    languages: Languages = Field(default_factory=list)
    review_on: ReviewOn


class NeedPatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays, a list is replaced as a whole."""

    model_config = ConfigDict(extra="forbid")

    concept: Concept | None = None
    words: Words | None = None
    formats: Annotated[Formats | Null, NotNull] = KEPT
    languages: Annotated[Languages | Null, NotNull] = KEPT


class NeedReview(BaseModel):
    model_config = ConfigDict(extra="forbid")

    review_on: ReviewOn
