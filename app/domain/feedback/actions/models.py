from collections.abc import Iterator
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import today
from app.core.db import Base, Entity
from app.core.errors import InvalidError
from app.core.ids import uuid7
from app.domain.feedback.actions.codes import TOLD, ActionStatus, Decision, Level
from app.domain.feedback.actions.errors import (
    ActionIncompleteError,
    ActionPublishedError,
    ActionWithdrawnError,
    NothingToPublishError,
)
from app.domain.feedback.actions.strategy import STRATEGY_ACTIONS, THEME_SHARE
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.replies.errors import OwnWorkError
from app.domain.identity.models import User
from app.domain.organisation.models import Directorate

PERSONAL: Final = {"class": "personal"}


_KNOWN: Final = ", ".join(f"'{id_}'" for id_ in STRATEGY_ACTIONS)
_LEVELS: Final = (
    "(level = 'team') = (cardinality(team_ids) > 0)"
    " AND (level = 'directorate') = (directorate_id IS NOT NULL)"
)


class FeedbackAction(Entity):
    """What people said and what was decided about it: the copy that is worked on.

    `authors` are those who changed what the public reads since it was last published; `counts`
    holds the answers of the stated months as they were when it was begun.
    """

    __tablename__ = "feedback_action"
    __table_args__ = (
        CheckConstraint(_LEVELS, name="level_fits"),
        CheckConstraint("decision <> 'cannot' OR reason IS NOT NULL", name="cannot_says_why"),
        CheckConstraint("decision <> 'done' OR effective_on IS NOT NULL", name="done_has_day"),
        CheckConstraint(
            "status <> 'published' OR decision = 'done' OR decision = 'cannot' OR"
            " (due_on IS NOT NULL AND (owner_id IS NOT NULL OR owner_name IS NOT NULL))",
            name="published_is_owned",
        ),
        CheckConstraint("(counts IS NULL) = (counted_from IS NULL)", name="counted_from"),
        CheckConstraint("(counts IS NULL) = (counted_to IS NULL)", name="counted_to"),
        CheckConstraint(
            "status <> 'published' OR published_number IS NOT NULL", name="published_has_number"
        ),
        CheckConstraint(
            "(status = 'withdrawn') = (withdrawn_on IS NOT NULL)"
            " AND (status = 'withdrawn') = (withdrawn_reason IS NOT NULL)",
            name="withdrawn_says_why",
        ),
        CheckConstraint(f"strategy_actions <@ ARRAY[{_KNOWN}]", name="of_the_strategy"),
        Index(None, "team_ids", postgresql_using="gin"),
    )

    status: Mapped[ActionStatus] = mapped_column(default=ActionStatus.DRAFT)
    level: Mapped[Level]
    team_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    directorate_id: Mapped[UUID | None] = mapped_column(ForeignKey(Directorate.id), index=True)
    said: Mapped[str]
    said_easy_read: Mapped[str | None]
    did: Mapped[str | None]
    did_easy_read: Mapped[str | None]
    decision: Mapped[Decision]
    reason: Mapped[str | None]
    reason_easy_read: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(info=PERSONAL)
    themes: Mapped[list[str]]
    counted_from: Mapped[date | None]
    counted_to: Mapped[date | None]
    counts: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    owner_name: Mapped[str | None] = mapped_column(info=PERSONAL)
    due_on: Mapped[date | None]
    co_produced_with: Mapped[list[dict[str, Any]]] = mapped_column(info=PERSONAL)
    displays: Mapped[list[dict[str, Any]]]
    strategy_actions: Mapped[list[str]]
    measure: Mapped[str | None]
    effective_on: Mapped[date | None]
    authors: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    published_number: Mapped[int | None]
    withdrawn_on: Mapped[date | None]
    withdrawn_reason: Mapped[str | None]

    def write(self, told: dict[str, Any], by: UUID) -> None:
        """Change what is told; raises ActionWithdrawnError, InvalidError, ActionIncompleteError."""
        if self.status is ActionStatus.WITHDRAWN:
            raise ActionWithdrawnError
        before = [getattr(self, name) for name in TOLD]
        for name, value in told.items():
            setattr(self, name, value)
        self.check()
        if before != [getattr(self, name) for name in TOLD]:
            self.authors = sorted({*(self.authors or ()), by})

    def check(self) -> None:
        """Refuse what makes no sense at any time."""
        if self.decision is Decision.CANNOT and self.reason is None:
            raise InvalidError.at("#/reason", "Tell why it cannot be done", "missing")
        if self.decision is Decision.DONE and self.effective_on is None:
            raise InvalidError.at("#/effective_on", "Tell the day it took effect", "missing")
        if self.decision is Decision.DONE and (self.effective_on or today()) > today():
            raise InvalidError.at("#/effective_on", "Done is done: not to come", "in_the_future")
        if self.measure == THEME_SHARE and not self.themes:
            raise InvalidError.at("#/measure", "Name the themes whose share it is", "no_theme")
        if self.status is ActionStatus.PUBLISHED:
            self._demand(self._unowned())

    def publish(self, number: int, people: int, by: UUID) -> "FeedbackActionVersion":
        """Give the version that the public reads from now on.

        Raises ActionWithdrawnError, ActionIncompleteError, NothingToPublishError, OwnWorkError.
        """
        if self.status is ActionStatus.WITHDRAWN:
            raise ActionWithdrawnError
        if not self.authors:
            raise NothingToPublishError
        if by in self.authors:
            raise OwnWorkError
        self._demand([*self._unsaid(), *self._unowned()])
        version = FeedbackActionVersion(
            **{name: getattr(self, name) for name in TOLD},
            action_id=self.id,
            number=number,
            people=people,
            co_produced_with=list(dict.fromkeys(each["kind"] for each in self.co_produced_with)),
            published_on=today(),
            published_by=by,
            authors=self.authors,
        )
        self.status, self.published_number, self.authors = ActionStatus.PUBLISHED, number, []
        return version

    def withdraw(self, reason: str) -> None:
        if self.status is ActionStatus.WITHDRAWN:
            raise ActionWithdrawnError
        self.status, self.withdrawn_reason = ActionStatus.WITHDRAWN, reason
        self.withdrawn_on = today()

    def check_droppable(self) -> None:
        if self.published_number is not None:
            raise ActionPublishedError

    def _unsaid(self) -> Iterator[str]:
        """Name what the public would miss."""
        cannot = self.decision is Decision.CANNOT
        answer = "reason" if cannot else "did"
        for name in ("said_easy_read", answer, f"{answer}_easy_read"):
            if getattr(self, name) is None:
                yield name
        if self.measure is None and not cannot:
            yield "measure"

    def _unowned(self) -> Iterator[str]:
        """Name what somebody must be held to while it is still to be done."""
        if self.decision in (Decision.DONE, Decision.CANNOT):
            return
        if self.owner_id is None and self.owner_name is None:
            yield "owner_name"
        if self.due_on is None:
            yield "due_on"

    def _demand(self, missing: Any) -> None:
        errors = [
            {"pointer": f"#/{name}", "detail": "The public version needs it", "code": "missing"}
            for name in missing
        ]
        if errors:
            raise ActionIncompleteError(errors=errors)


class FeedbackActionVersion(Base):
    """What the public was told of an action from a day on; superseded by the next, never changed.

    `people` is the number that stood behind it then; it leaves in steps of five.
    """

    __tablename__ = "feedback_action_version"
    __table_args__ = (
        UniqueConstraint("action_id", "number"),
        CheckConstraint(_LEVELS, name="level_fits"),
        CheckConstraint(
            "CASE WHEN decision = 'cannot'"
            " THEN reason IS NOT NULL AND reason_easy_read IS NOT NULL"
            " ELSE did IS NOT NULL AND did_easy_read IS NOT NULL AND measure IS NOT NULL END",
            name="complete",
        ),
        CheckConstraint("decision <> 'done' OR effective_on IS NOT NULL", name="done_has_day"),
        CheckConstraint("people >= 0 AND number >= 1", name="counted"),
        CheckConstraint(
            "cardinality(authors) > 0 AND published_by <> ALL (authors)",
            name="approved_by_another",
        ),
        Index(None, "team_ids", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    action_id: Mapped[UUID] = mapped_column(ForeignKey(FeedbackAction.id))
    number: Mapped[int]
    level: Mapped[Level]
    team_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    directorate_id: Mapped[UUID | None] = mapped_column(ForeignKey(Directorate.id), index=True)
    said: Mapped[str]
    said_easy_read: Mapped[str]
    did: Mapped[str | None]
    did_easy_read: Mapped[str | None]
    decision: Mapped[Decision]
    reason: Mapped[str | None]
    reason_easy_read: Mapped[str | None]
    themes: Mapped[list[str]]
    measure: Mapped[str | None]
    effective_on: Mapped[date | None]
    people: Mapped[int]
    co_produced_with: Mapped[list[str]]
    published_on: Mapped[date]
    published_by: Mapped[UUID]
    authors: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))


class FeedbackActionResponse(Base):
    """A response that an action answers; the link goes with either of them."""

    __tablename__ = "feedback_action_response"
    __table_args__ = (UniqueConstraint("action_id", "response_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    action_id: Mapped[UUID] = mapped_column(ForeignKey(FeedbackAction.id, ondelete="CASCADE"))
    response_id: Mapped[UUID] = mapped_column(
        ForeignKey(FeedbackResponse.id, ondelete="CASCADE"), index=True
    )
