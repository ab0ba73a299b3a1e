"""The closed sets of a response, and the NHS Data Dictionary codes (domain reference 1.1, 4.1)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class FftAnswer(StrEnum):
    """The six answers, best first, as words: sources number them in opposite directions."""

    VERY_GOOD = "very_good"
    GOOD = "good"
    NEITHER_GOOD_NOR_POOR = "neither_good_nor_poor"
    POOR = "poor"
    VERY_POOR = "very_poor"
    DONT_KNOW = "dont_know"


class Scale(StrEnum):
    """The question's wording changed in April 2020; the two series are never added."""

    EXPERIENCE = "experience"
    RECOMMEND = "recommend"


class Channel(StrEnum):
    SMS = "sms"
    ONLINE = "online"
    APP = "app"
    TABLET = "tablet"
    KIOSK = "kiosk"
    PAPER = "paper"
    TELEPHONE = "telephone"
    IN_PERSON = "in_person"
    OTHER = "other"


class RespondentType(StrEnum):
    PATIENT = "patient"
    CARER = "carer"
    PARENT = "parent"
    STAFF_ASSISTED = "staff_assisted"


class PublicationStatus(StrEnum):
    PUBLISHED = "published"
    PENDING = "pending"
    WITHHELD = "withheld"
    REMOVED = "removed"


class ModerationStatus(StrEnum):
    """How a text stands: what the public may read of it, or who is to look at it."""

    HELD = "held"
    RELEASED = "released"
    REDACTED = "redacted"
    WITHHELD = "withheld"
    ESCALATED = "escalated"


class CollectionPoint(StrEnum):
    BEFORE_OR_AT_DISCHARGE = "before_or_at_discharge"
    AFTER_DISCHARGE = "after_discharge"


class Involved(StrEnum):
    """Whether somebody was involved in their care as much as they wanted to be (measure K2)."""

    YES_DEFINITELY = "yes_definitely"
    YES_TO_SOME_EXTENT = "yes_to_some_extent"
    NO = "no"
    DONT_KNOW = "dont_know"


class CodedBy(StrEnum):
    """Whose themes count for a response: a person's always win."""

    PERSON = "person"
    MODEL = "model"


class Source(StrEnum):
    """Where responses come from; other sources' files and feeds may bring more."""

    IWGC = "iwgc"
    SURVEY = "survey"
    MEETING = "meeting"


# Their events name a team by the trust's own code.
OWN_SOURCES: Final = frozenset({Source.SURVEY, Source.MEETING})

ETHNIC_CATEGORY: Final[Mapping[str, str]] = {
    "A": "White: British",
    "B": "White: Irish",
    "C": "White: any other background",
    "D": "Mixed: White and Black Caribbean",
    "E": "Mixed: White and Black African",
    "F": "Mixed: White and Asian",
    "G": "Mixed: any other background",
    "H": "Asian or Asian British: Indian",
    "J": "Asian or Asian British: Pakistani",
    "K": "Asian or Asian British: Bangladeshi",
    "L": "Asian or Asian British: any other background",
    "M": "Black or Black British: Caribbean",
    "N": "Black or Black British: African",
    "P": "Black or Black British: any other background",
    "R": "Other: Chinese",
    "S": "Other: any other ethnic group",
    "Z": "Not stated",
    "99": "Not known",
}
GENDER: Final[Mapping[str, str]] = {
    "1": "Male",
    "2": "Female",
    "9": "Indeterminate",
    "X": "Not known",
}
SEXUAL_ORIENTATION: Final[Mapping[str, str]] = {
    "1": "Heterosexual or straight",
    "2": "Gay or lesbian",
    "3": "Bisexual",
    "4": "Other, not listed",
    "U": "Asked, does not know or is not sure",
    "Z": "Declined to say",
    "9": "Not known",
}
DISABILITY: Final[Mapping[str, str]] = {
    "01": "Behaviour and emotional",
    "02": "Hearing",
    "03": "Manual dexterity",
    "04": "Memory, concentration or learning",
    "05": "Mobility and gross motor",
    "06": "Perception of physical danger",
    "07": "Personal, self care and continence",
    "08": "Progressive conditions and physical health",
    "09": "Sight",
    "10": "Speech",
    "XX": "Other",
    "NN": "No disability",
    "ZZ": "Not stated",
}
RELIGION: Final[Mapping[str, str]] = {
    "A": "Baha'i",
    "B": "Buddhist",
    "C": "Christian",
    "D": "Hindu",
    "E": "Jain",
    "F": "Jewish",
    "G": "Muslim",
    "H": "Pagan",
    "I": "Sikh",
    "J": "Zoroastrian",
    "K": "Other",
    "L": "None",
    "M": "Declines to say",
    "N": "Unknown",
}
