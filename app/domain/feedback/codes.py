"""The closed sets of a response (domain reference 1.1)."""

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
