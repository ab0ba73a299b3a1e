from collections.abc import Iterable
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import etag
from app.core.wire import Day
from app.domain.feedback.surveys import content
from app.domain.feedback.surveys.content import Audience, Content, Picture, ShownIf, Variant
from app.domain.feedback.surveys.models import SurveyStatus, SurveyVersion
from app.domain.feedback.surveys.queries import Offered
from app.domain.feedback.surveys.rendering import Asked, choose, render
from app.domain.feedback.surveys.service import NewSurvey

SurveyCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,49}$"),
    Field(description="The survey's own code.", examples=["fft"]),
]
Name = Annotated[
    str,
    StringConstraints(pattern=content.SAYS, max_length=200, strip_whitespace=True),
    Field(description="For staff; people who answer see the title.", examples=["Ward survey"]),
]
_EASY_READ = Field(description="The same in easy read.", examples=["Did we listen?"])
_PICTURE: Any = Field(
    description="Names an image that the front end ships; null where there is none.",
    examples=["ear"],
)
_LANGUAGE = Field(
    None,
    max_length=35,
    description="A BCP 47 tag; goes before `Accept-Language`.",
    examples=["pl"],
)


class SurveyOut(BaseModel):
    """A survey, and which of its versions are in use."""

    id: UUID
    code: SurveyCode
    name: Name
    team: str | None = Field(description="Code of the team that it belongs to.", examples=[None])
    directorate: str | None = Field(
        description="Code of the directorate that it belongs to; with neither it is the trust's.",
        examples=["OXMH"],
    )
    published: int | None = Field(description="The version people answer now.", examples=[1])
    draft: int | None = Field(description="The version being written.", examples=[None])
    version: int = Field(description="Also the ETag.", examples=[1])


class SurveyList(BaseModel):
    items: list[SurveyOut]
    next: str | None = Field(description="Send back as `after`; null on the last page.")


class SurveyNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: SurveyCode = Field(examples=["ward-survey"])
    name: Name
    team: str | None = Field(None, max_length=100, description="Id or code.", examples=[None])
    directorate: str | None = Field(
        None, max_length=100, description="Id or code.", examples=["OXMH"]
    )

    def new(self) -> NewSurvey:
        return NewSurvey(**dict(self))


class Draft(BaseModel):
    """What a version asks: the content itself, or the number of a version to start from."""

    model_config = ConfigDict(extra="forbid")

    content: Content


class DraftNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    content: Content | None = None
    copied_from: int | None = Field(
        None, ge=1, le=2**31 - 1, description="Start from this version instead.", examples=[None]
    )

    def told(self) -> Content | int | None:
        """Give just one of the two, else None."""
        if self.content is not None and self.copied_from is not None:
            return None
        return self.content if self.copied_from is None else self.copied_from


class VersionOut(BaseModel):
    """One version; once published it never changes."""

    id: UUID = Field(description="What a submission sends back as `survey_version`.")
    number: int = Field(examples=[1])
    status: SurveyStatus
    published_on: Day | None = Field(examples=["2026-03-01"])
    retired_on: Day | None = Field(examples=[None])
    content: Content
    version: int = Field(description="Also the ETag.", examples=[1])

    @classmethod
    def of(cls, found: SurveyVersion, response: Response) -> Self:
        response.headers["ETag"] = etag(found.version)
        names = ("id", "number", "status", "published_on", "retired_on", "version")
        told = {name: getattr(found, name) for name in names}
        return cls(**told, content=content.read(found.content))


class VersionListed(BaseModel):
    id: UUID
    number: int = Field(examples=[1])
    status: SurveyStatus
    published_on: Day | None = Field(examples=["2026-03-01"])
    retired_on: Day | None = Field(examples=[None])
    version: int = Field(description="Also the ETag.", examples=[1])


class VersionList(BaseModel):
    items: list[VersionListed]
    next: None = Field(description="Always null: a survey's versions are told whole.")

    @classmethod
    def of(cls, found: Iterable[SurveyVersion]) -> Self:
        items = [VersionListed.model_validate(each, from_attributes=True) for each in found]
        return cls(items=items, next=None)


class FormFilters(BaseModel):
    """Which form one would like; what is not there falls back, and the answer tells to what."""

    model_config = ConfigDict(extra="forbid")

    language: str | None = _LANGUAGE
    audience: Audience = Audience.STANDARD
    easy_read: bool = False

    def asked(self, accepted: str | None) -> Asked:
        return Asked(self.languages(accepted), self.audience, self.easy_read)

    def languages(self, accepted: str | None) -> list[str]:
        """List wanted languages, best first: the one named, then those of `Accept-Language`."""
        weighed = []
        for place, part in enumerate((accepted or "").split(",")[:20]):
            tag, _, weight = part.strip().partition(";q=")
            weighed.append((-_weight(weight), place, tag.strip()))
        named = [] if self.language is None else [self.language]
        return named + [tag for weight, _, tag in sorted(weighed) if weight and tag]


def _weight(told: str) -> float:
    """Read a weight of RFC 9110; what is none counts as not accepted."""
    try:
        return min(1.0, max(0.0, float(told or "1")))
    except ValueError:
        return 0.0


class TextOut(BaseModel):
    text: str = Field(examples=["Tell us about your care"])
    easy_read: str | None = _EASY_READ


class OptionOut(BaseModel):
    code: str = Field(description="What an answer sends.", examples=["very_good"])
    label: str = Field(examples=["Very good"])
    easy_read: str | None = Field(description="The label in easy read.", examples=["Very good"])
    picture: Picture | None = _PICTURE


class QuestionOut(BaseModel):
    """A question with all that is needed to show it and to check its answer."""

    key: str = Field(description="The answer's name in a submission.", examples=["experience"])
    kind: str = Field(description="What it asks.", examples=["fft"])
    answer: str = Field(
        description="What an answer looks like: `code` (one option's), `codes` (a list of them),"
        " `stars` (1 to 5), `text`, `tick` (true or false).",
        examples=["code"],
    )
    required: bool
    shown_if: ShownIf | None = Field(
        description="Show it only where that answer is, or has among it, one of these codes;"
        " an answer to a question that is not shown is refused."
    )
    lead_in: TextOut | None = Field(description="A line to show before the question.")
    text: str = Field(examples=["Overall, how was your experience of our service?"])
    easy_read: str | None = _EASY_READ
    picture: Picture | None = _PICTURE
    options: list[OptionOut]
    most: int | None = Field(description="How many options may be chosen.", examples=[None])
    max_length: int | None = Field(description="Of a text, in characters.", examples=[None])


class FormOut(BaseModel):
    """A published survey in one form: a front end needs nothing else to show it."""

    survey: SurveyCode
    survey_version: UUID = Field(description="Send it back with the answers.")
    number: int = Field(description="Of the version.", examples=[1])
    language: str = Field(description="In which the texts are.", examples=["en"])
    audience: Audience = Field(description="For whom the texts are.")
    easy_read: bool = Field(description="Show the easy-read texts: asked for, and there.")
    variants: list[Variant] = Field(description="All forms there are, to choose from.")
    title: TextOut
    introduction: TextOut | None
    thanks: TextOut | None
    questions: list[QuestionOut]


class TeamFormOut(FormOut):
    """A team's form, as its public code opens it."""

    public_code: str = Field(description="Send it back as `team`.", examples=["4T9KX2MD"])
    team: str = Field(
        description="The team's name, to show.", examples=["City Community Mental Health Team"]
    )
    token_required: bool = Field(description="Whether answers need the code's token.")


def form(offered: Offered, of: Content, asked: Asked) -> dict[str, Any]:
    """Give the fields of the form that fits best."""
    variant = choose(of.variants, asked)
    return {
        "survey": offered.survey,
        "survey_version": offered.id,
        "number": offered.number,
        "language": variant.language,
        "audience": variant.audience,
        "easy_read": asked.easy_read and variant.easy_read,
        "variants": of.variants,
        **render(of, variant),
    }


def spoken(shown: FormOut, answer: Response) -> Response:
    """Say which language an answer is in, and that another caller may get another."""
    answer.headers["Content-Language"] = shown.language
    answer.headers["Vary"] = "Accept-Language"
    return answer
