from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Entity
from app.domain.feedback.codes import ModerationStatus
from app.domain.feedback.models import SPECIAL, FeedbackResponse
from app.domain.organisation.models import Team


class Reason(StrEnum):
    """Why a text is not shown as it is; the first four are those of NHS.uk (reference 2.3)."""

    FORMAL_COMPLAINT = "formal_complaint"
    IDENTIFIES_ANOTHER_PERSON = "identifies_another_person"
    NON_SPECIFIC_EXPERIENCE = "non_specific_experience"
    SAFEGUARDING_CONCERN = "safeguarding_concern"
    IDENTIFIES_AUTHOR = "identifies_author"
    ABUSIVE = "abusive"
    NOT_FEEDBACK = "not_feedback"
    DO_NOT_PUBLISH = "do_not_publish"


class EscalationKind(StrEnum):
    SAFEGUARDING = "safeguarding"
    COMPLAINT = "complaint"


class EscalationStatus(StrEnum):
    """Nobody knows of what is unreached: there was no contact to tell."""

    UNREACHED = "unreached"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


WAITING: Final = (EscalationStatus.UNREACHED, EscalationStatus.OPEN)


class Outcome(StrEnum):
    """What came of an escalation."""

    NO_FURTHER_ACTION = "no_further_action"
    SAFEGUARDING_REFERRAL = "safeguarding_referral"
    COMPLAINT_OPENED = "complaint_opened"
    RESOLVED_WITH_TEAM = "resolved_with_team"
    PERSON_COULD_NOT_BE_FOUND = "person_could_not_be_found"


class Moderation(Base):
    """How one text of one response stands: what screening found, and what was decided of it.

    It holds for the text whose hash it has and for no other. `place` is where it stands in the
    queue; like `id` it tells the response's day and nothing finer. Nobody decided what was decided
    by rule. `proposed` is null where there is nothing to redact.
    """

    __tablename__ = "feedback_moderation"
    __table_args__ = (
        UniqueConstraint("response_id", "part"),
        CheckConstraint(
            "status NOT IN ('redacted', 'withheld') OR reason IS NOT NULL", name="reasoned"
        ),
        CheckConstraint("(status = 'redacted') = (released_text IS NOT NULL)", name="redacted"),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided"),
        CheckConstraint(
            "decided_by IS NOT NULL OR status NOT IN ('redacted', 'escalated')", name="by_person"
        ),
        Index("ix_feedback_moderation_queue", "status", "place"),
        Index(None, "status", "response_id"),
        {"info": {"unrecorded": "follows from the response; decisions are records themselves"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[UUID]
    response_id: Mapped[UUID] = mapped_column(ForeignKey(FeedbackResponse.id, ondelete="CASCADE"))
    part: Mapped[str]
    text_hash: Mapped[bytes] = mapped_column(LargeBinary)
    marks: Mapped[list[dict[str, Any]]]
    kinds: Mapped[list[str]]
    urgent: Mapped[bool]
    proposed: Mapped[str | None] = mapped_column(info=SPECIAL)
    screening_version: Mapped[int]
    status: Mapped[ModerationStatus]
    reason: Mapped[Reason | None]
    released_text: Mapped[str | None] = mapped_column(info=SPECIAL)
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    version: Mapped[int]


class ModerationDecision(Entity):
    """What a person decided of a text; superseded by the next, and by a change of the text."""

    __tablename__ = "feedback_moderation_decision"
    __table_args__ = (Index(None, "moderation_id"),)

    moderation_id: Mapped[UUID] = mapped_column(ForeignKey(Moderation.id, ondelete="CASCADE"))
    text_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[ModerationStatus]
    reason: Mapped[Reason | None]
    released_text: Mapped[str | None] = mapped_column(info=SPECIAL)
    decided_by: Mapped[UUID]
    superseded: Mapped[bool] = mapped_column(default=False)


class Escalation(Entity):
    """A text that a named contact must look at; it stays, also where its response is taken back.

    It holds no word of the text. `note` and `closing_note` are what staff wrote to each other.
    """

    __tablename__ = "feedback_escalation"
    __table_args__ = (
        CheckConstraint(
            "(status = 'acknowledged' OR status = 'closed') = (acknowledged_at IS NOT NULL)",
            name="acknowledged",
        ),
        CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL AND outcome IS NOT NULL)", name="closed"
        ),
        CheckConstraint("length(note) <= 2000 AND length(closing_note) <= 2000", name="lengths"),
        Index(None, "status", "due_at"),
        Index(None, "moderation_id"),
    )

    moderation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey(Moderation.id, ondelete="SET NULL")
    )
    team_id: Mapped[UUID] = mapped_column(ForeignKey(Team.id), index=True)
    kind: Mapped[EscalationKind]
    status: Mapped[EscalationStatus]
    note: Mapped[str | None] = mapped_column(info=SPECIAL)
    told: Mapped[int]
    due_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    raised_by: Mapped[UUID]
    acknowledged_by: Mapped[UUID | None]
    acknowledged_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None]
    closing_note: Mapped[str | None] = mapped_column(info=SPECIAL)
