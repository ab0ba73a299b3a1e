"""What a version of a survey holds: its questions, and every wording of each."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

SAYS: Final = r"\S"
LONGEST_ANSWER: Final = 10_000

Key = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$"),
    Field(description="Stable within the survey.", examples=["listened"]),
]
OptionCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_+-]{0,39}$"),
    Field(examples=["in_time"]),
]
Language = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$", max_length=35),
    Field(description="A BCP 47 tag.", examples=["en"]),
]
Picture = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$"),
    Field(description="Names an image that the front end ships.", examples=["ear"]),
]
Text = Annotated[str, StringConstraints(pattern=SAYS, max_length=2_000)]


class Audience(StrEnum):
    """For whom a survey is worded."""

    STANDARD = "standard"
    CARER = "carer"
    CHILD = "child"
    YOUNG_PERSON = "young_person"


# Where a text has no wording for an audience, the next one's is taken.
CHAINS: Final[Mapping[Audience, Sequence[Audience]]] = {
    Audience.STANDARD: (Audience.STANDARD,),
    Audience.CARER: (Audience.CARER, Audience.STANDARD),
    Audience.CHILD: (Audience.CHILD, Audience.YOUNG_PERSON, Audience.STANDARD),
    Audience.YOUNG_PERSON: (Audience.YOUNG_PERSON, Audience.STANDARD),
}


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Wording(Part):
    """A text, and the same in easy read."""

    text: Text = Field(examples=["Did we listen to you?"])
    easy_read: Text | None = Field(None, examples=["Did we listen?"])


Worded = Annotated[
    dict[Language, dict[Audience, Wording]],
    Field(
        max_length=30,
        description="By language, then by audience; `standard` stands in for the others.",
        examples=[{"en": {"standard": {"text": "Did we listen?", "easy_read": "Did we listen?"}}}],
    ),
]
Labels = Annotated[
    dict[Language, dict[OptionCode, Wording]],
    Field(
        max_length=30,
        description="Labels of fixed options in other languages than English, by code.",
        examples=[{"pl": {"very_good": {"text": "Bardzo dobrze"}}}],
    ),
]
Pictures = Annotated[
    dict[OptionCode, Picture],
    Field(
        max_length=60,
        description="Pictures of fixed options, by code.",
        examples=[{"very_good": "face-very-happy"}],
    ),
]


class ShownIf(Part):
    """The question is asked only where an earlier one is answered by one of these codes."""

    key: Key = Field(description="An earlier question with options.", examples=["experience"])
    codes: list[OptionCode] = Field(min_length=1, max_length=60, examples=[["poor", "very_poor"]])


class Option(Part):
    code: OptionCode
    wording: Worded
    picture: Picture | None = None


Options = Annotated[list[Option], Field(min_length=1, max_length=60)]


class Question(Part):
    key: Key
    required: bool = False
    shown_if: ShownIf | None = None
    picture: Picture | None = None
    wording: Worded = Field(default_factory=dict)


class FixedOptions(Question):
    labels: Labels = Field(default_factory=dict)
    pictures: Pictures = Field(default_factory=dict)


class Fft(FixedOptions):
    """The Friends and Family Test: fixed wording in English, six options; a local line leads in."""

    kind: Literal["fft"]
    lead_in: Worded = Field(default_factory=dict)


class InvolvedInCare(FixedOptions):
    """Measure K2: fixed wording in English, four options."""

    kind: Literal["involved"]


class Rating(Question):
    """One to five stars."""

    kind: Literal["rating"]


class Choice(Question):
    """One of the options."""

    kind: Literal["choice"]
    options: Options


class Choices(Question):
    """Any of the options, up to `most`."""

    kind: Literal["choices"]
    options: Options
    most: int | None = Field(None, ge=1, le=60, examples=[3])


class Role(StrEnum):
    """What free text tells; good and better become the response's two comments."""

    GOOD = "good"
    BETTER = "better"
    OTHER = "other"


class FreeText(Question):
    kind: Literal["text"]
    role: Role
    max_length: int = Field(
        4_000, ge=1, le=LONGEST_ANSWER, description="In characters.", examples=[4000]
    )


class Characteristic(StrEnum):
    """A field of equality monitoring."""

    ETHNIC_CATEGORY = "ethnic_category"
    AGE_BAND = "age_band"
    GENDER = "gender"
    DISABILITY = "disability"
    SEXUAL_ORIENTATION = "sexual_orientation"
    RELIGION = "religion"
    CARER = "carer"
    LANGUAGE = "language"


class Demographic(FixedOptions):
    """Equality monitoring; only `language` brings options of its own, whose codes are BCP 47."""

    kind: Literal["demographic"]
    field: Characteristic
    options: list[Option] | None = Field(None, min_length=1, max_length=60)


class ConsentPublic(Question):
    """A tick that says: do NOT publish my comments. Kept in its right sense."""

    kind: Literal["consent_public"]


class ContactWanted(Question):
    """A tick that asks for an answer, which the receipt opens."""

    kind: Literal["contact_wanted"]


class Respondent(FixedOptions):
    """Who answers."""

    kind: Literal["respondent_type"]


AnyQuestion = Annotated[
    Fft
    | InvolvedInCare
    | Rating
    | Choice
    | Choices
    | FreeText
    | Demographic
    | ConsentPublic
    | ContactWanted
    | Respondent,
    Field(discriminator="kind"),
]


class Variant(Part):
    """A form that people may choose; the first is given to whom none of them fits."""

    language: Language
    audience: Audience = Audience.STANDARD
    easy_read: bool = Field(default=False, description="Whether all of it has an easy-read text.")


class Content(Part):
    variants: list[Variant] = Field(min_length=1, max_length=60)
    title: Worded
    introduction: Worded = Field(default_factory=dict)
    thanks: Worded = Field(default_factory=dict)
    questions: list[AnyQuestion] = Field(min_length=1, max_length=100)


def worded(found: Mapping[str, Mapping[Audience, Wording]], variant: Variant) -> Wording | None:
    """Give the wording that a variant shows."""
    by_audience = found.get(variant.language, {})
    return next(
        (by_audience[each] for each in CHAINS[variant.audience] if each in by_audience), None
    )


def read(stored: Mapping[str, Any]) -> Content:
    """Read what the database keeps."""
    return Content.model_validate(stored)


def kept(content: Content) -> dict[str, Any]:
    """Write a content as the database keeps it: what is not said is left out."""
    return content.model_dump(mode="json", exclude_defaults=True)
