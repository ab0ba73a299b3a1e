"""What is decided of a text without a person: pure."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.domain.feedback.codes import OWN_SOURCES, ModerationStatus, PublicationStatus
from app.domain.feedback.moderation.marks import Certainty, Mark, MarkKind
from app.domain.feedback.moderation.models import Reason

CONCERNS: Final = frozenset({MarkKind.SAFEGUARDING, MarkKind.COMPLAINT})
_FIRST: Final = (1 << 120) - 1  # all of a UUIDv7 but the first byte of its time


@dataclass(frozen=True, slots=True)
class Told:
    """What a response's source and author said about showing it."""

    source: str
    publication_status: str | None
    consent_public: bool | None


@dataclass(frozen=True, slots=True)
class Releases:
    """The trust's rules: whether unmarked texts need no person."""

    published: bool
    own: bool


def by_rule(
    told: Told, marks: tuple[Mark, ...], rules: Releases
) -> tuple[ModerationStatus, Reason | None]:
    """Decide what needs no person; whatever is left is held.

    Who asked not to be published is not, and their text is held only where somebody must look
    at what it tells.
    """
    if told.consent_public is False:
        if any(mark.kind in CONCERNS for mark in marks):
            return ModerationStatus.HELD, None
        return ModerationStatus.WITHHELD, Reason.DO_NOT_PUBLISH
    own = told.source in OWN_SOURCES
    published = told.publication_status == PublicationStatus.PUBLISHED and not own
    if not marks and ((published and rules.published) or (own and rules.own)):
        return ModerationStatus.RELEASED, None
    return ModerationStatus.HELD, None


def urgent(marks: tuple[Mark, ...]) -> bool:
    """Say whether somebody must look at it before all else: it likely tells of harm."""
    return any(
        mark.kind is MarkKind.SAFEGUARDING and mark.certainty is not Certainty.POSSIBLE
        for mark in marks
    )


def place(id_: UUID, *, first: bool) -> UUID:
    """Give the place in the queue: by day, and before every day where it is urgent."""
    return UUID(int=id_.int & _FIRST) if first else id_
