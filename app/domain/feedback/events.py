"""What the feed says: the events of a review, as they stand on the wire."""

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from app.domain.feedback import codes
from app.domain.people.monitoring import codes as dictionary

CREATED: Final = "review.created"
UPDATED: Final = "review.updated"
REMOVED: Final = "review.removed"
CHANGES: Final = frozenset({CREATED, UPDATED})
KNOWN: Final = CHANGES | {REMOVED}


def _empty_is_absent(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _one_of(known: Any) -> AfterValidator:
    def check(value: str) -> str:
        if value not in known:
            raise ValueError("is not a code of this list")
        return value

    return AfterValidator(check)


def _told(known: Iterable[str]) -> WithJsonSchema:
    """List the codes in the schema that the feed's vendor reads."""
    return WithJsonSchema({"type": "string", "enum": sorted(known)})


Comment = Annotated[
    Annotated[str, StringConstraints(max_length=100_000)] | None,
    BeforeValidator(_empty_is_absent),
    Field(examples=["Everyone was kind."]),
]
ReviewId = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Version = Annotated[int, Field(ge=0, le=2**53 - 1, examples=[1])]
Disability = Annotated[str, _one_of(dictionary.DISABILITY), _told(dictionary.DISABILITY)]


class FromFeed(BaseModel):
    """A vendor may add fields; what we do not know is not ours to refuse."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class ItemRating(FromFeed):
    item: str = Field(min_length=1, max_length=100, examples=["involved"])
    stars: int = Field(ge=1, le=5, examples=[5])


class Demographics(FromFeed):
    """Equality monitoring by the codes of the NHS Data Dictionary; all of it optional."""

    ethnic_category: (
        Annotated[str, _one_of(dictionary.ETHNIC_CATEGORY), _told(dictionary.ETHNIC_CATEGORY)]
        | None
    ) = Field(None, examples=["A"])
    age_band: Annotated[str, StringConstraints(pattern=r"^(\d{1,3}-\d{1,3}|\d{1,3}\+)$")] | None = (
        Field(None, examples=["25-34"])
    )
    gender: Annotated[str, _one_of(dictionary.GENDER), _told(dictionary.GENDER)] | None = Field(
        None, examples=["2"]
    )
    disability: list[Disability] | None = Field(None, max_length=13, examples=[["05"]])
    sexual_orientation: (
        Annotated[str, _one_of(dictionary.SEXUAL_ORIENTATION), _told(dictionary.SEXUAL_ORIENTATION)]
        | None
    ) = Field(None, examples=["1"])
    religion: Annotated[str, _one_of(dictionary.RELIGION), _told(dictionary.RELIGION)] | None = (
        Field(None, examples=["C"])
    )
    carer: bool | None = Field(None, examples=[False])


NOTHING_TOLD: Final = Demographics()


class Review(FromFeed):
    """One person's review, whole: a later version replaces the earlier one."""

    source_review_id: ReviewId = Field(examples=["iwgc-981"])
    version: Version
    submitted_at: AwareDatetime = Field(examples=["2026-03-01T18:02:11Z"])
    location_code: str = Field(min_length=1, max_length=100, examples=["OXH-CMHT-CITY"])
    experience_month: str | None = Field(
        None, pattern=r"^\d{4}-(0[1-9]|1[0-2])$", examples=["2026-02"]
    )
    collection_point: codes.CollectionPoint | None = None
    channel: codes.Channel | None = None
    respondent_type: codes.RespondentType | None = None
    fft_answer: codes.FftAnswer | None = None
    raw_answer: str | None = Field(
        None,
        max_length=100,
        description="The source's own answer, where it is none of the six.",
        examples=[None],
    )
    item_ratings: list[ItemRating] | None = Field(None, max_length=100)
    comment_good: Comment = None
    comment_better: Comment = None
    publication_status: codes.PublicationStatus | None = None
    consent_public: bool | None = None
    language: str | None = Field(None, max_length=35, examples=["en"])
    easy_read: bool | None = None
    demographics: Demographics | None = None


class OwnReview(Review):
    """A response to one of the trust's own surveys, or what was heard at a meeting."""

    survey_version_id: UUID | None = None
    answers: dict[str, Any] | None = None
    texts: dict[str, str] | None = None
    involved: codes.Involved | None = None
    contact_wanted: bool | None = None


class Removal(FromFeed):
    """A review that its source took back; needs nothing but its name and version."""

    source_review_id: ReviewId = Field(examples=["iwgc-981"])
    version: Version


class ReviewChanged(FromFeed):
    """A review was made or changed."""

    type: Literal["review.created", "review.updated"]
    timestamp: AwareDatetime | None = Field(None, examples=["2026-03-02T09:14:00Z"])
    data: Review


class OwnReviewChanged(ReviewChanged):
    data: OwnReview


class ReviewRemoved(FromFeed):
    """A review was taken back."""

    type: Literal["review.removed"]
    timestamp: AwareDatetime | None = Field(None, examples=["2026-03-02T09:14:00Z"])
    data: Removal


class Ping(FromFeed):
    """Nothing happened; the feed tries the address."""

    type: Literal["ping"]
    timestamp: AwareDatetime | None = Field(None, examples=["2026-03-02T09:14:00Z"])
