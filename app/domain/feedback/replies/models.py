from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.replies.errors import OwnWorkError, ReplyNotOpenError

PERSONAL: Final = {"class": "personal"}


class ReplyKind(StrEnum):
    """Written here, or made where the feedback was given and recorded here by its link."""

    OWN = "own"
    ELSEWHERE = "elsewhere"


class ReplyStatus(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class FeedbackReply(Entity):
    """What the trust answers to one response; it goes when the response goes.

    It tells days only, since it stands beside an anonymous response. A published text stays as it
    is: what was wrong is withdrawn, and another reply is written.
    """

    __tablename__ = "feedback_reply"
    __table_args__ = (
        CheckConstraint("kind = 'elsewhere' OR text IS NOT NULL", name="own_has_text"),
        CheckConstraint("(kind = 'elsewhere') = (url IS NOT NULL)", name="elsewhere_has_url"),
        CheckConstraint("url ~ '^https://'", name="url_is_https"),
        CheckConstraint(
            "kind = 'own' OR status = 'published' OR status = 'withdrawn'", name="elsewhere_is_out"
        ),
        CheckConstraint("approved_by <> ALL (authors)", name="approved_by_another"),
        CheckConstraint(
            "kind = 'elsewhere' OR (status = 'draft') = (approved_by IS NULL)", name="approved"
        ),
        CheckConstraint(
            "(status = 'published' OR status = 'withdrawn') = (published_on IS NOT NULL)",
            name="published_has_day",
        ),
        CheckConstraint(
            "(status = 'withdrawn') = (withdrawn_on IS NOT NULL)"
            " AND (status = 'withdrawn') = (withdrawn_reason IS NOT NULL)",
            name="withdrawn_says_why",
        ),
    )

    response_id: Mapped[UUID] = mapped_column(
        ForeignKey(FeedbackResponse.id, ondelete="CASCADE"), index=True
    )
    kind: Mapped[ReplyKind]
    status: Mapped[ReplyStatus]
    text: Mapped[str | None] = mapped_column(info=PERSONAL)
    url: Mapped[str | None]
    authors: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    approved_by: Mapped[UUID | None]
    published_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    withdrawn_reason: Mapped[str | None]

    def write(self, text: str, by: UUID) -> None:
        """Word it anew; an approval was of the words before. Raises ReplyNotOpenError."""
        self._demand(ReplyStatus.DRAFT, ReplyStatus.APPROVED)
        self.text, self.status, self.approved_by = text, ReplyStatus.DRAFT, None
        self.authors = sorted({*self.authors, by})

    def approve(self, by: UUID) -> None:
        """Raises ReplyNotOpenError, and OwnWorkError for whoever wrote of it."""
        self._demand(ReplyStatus.DRAFT)
        if by in self.authors:
            raise OwnWorkError
        self.status, self.approved_by = ReplyStatus.APPROVED, by

    def publish(self, on: date) -> None:
        self._demand(ReplyStatus.APPROVED)
        self.status, self.published_on = ReplyStatus.PUBLISHED, on

    def withdraw(self, reason: str, on: date) -> None:
        self._demand(ReplyStatus.PUBLISHED)
        self.status, self.withdrawn_on, self.withdrawn_reason = ReplyStatus.WITHDRAWN, on, reason

    def check_droppable(self) -> None:
        """Raises ReplyNotOpenError once it was published: then it is withdrawn instead."""
        self._demand(ReplyStatus.DRAFT, ReplyStatus.APPROVED)

    def _demand(self, *allowed: ReplyStatus) -> None:
        if self.status not in allowed:
            raise ReplyNotOpenError(f"It is {self.status.value}")
