from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.involvement.forums.issues.errors import (
    IssueClosedError,
    IssueDayError,
    IssueTeamsError,
    IssueUnansweredError,
    IssueWithoutActionError,
)
from app.domain.involvement.forums.models import Forum
from app.domain.involvement.naming.models import TODAY, not_after
from app.domain.organisation.errors import TeamNotFoundError
from app.domain.organisation.models import Team

# The strategy's 27 actions (domain reference 0.1).
STRATEGY_ACTION: Final = r"^([12]\.[1-6]|3\.[1-5]|4\.[1-6]|5\.[1-4])$"


class RaisedBy(StrEnum):
    PATIENT = "patient"
    CARER = "carer"
    STAFF = "staff"


class ForumIssue(Entity):
    """What was raised at a forum, what is done about it, and how it ended.

    Where it lies between two teams, both answer before it closes. What is closed stays as it is.
    """

    __tablename__ = "forum_issue"
    __table_args__ = (
        ForeignKeyConstraint(
            ["meeting_id", "forum_id"],
            ["forum_meeting.id", "forum_meeting.forum_id"],
            name="fk_forum_issue_meeting_id",
        ),
        CheckConstraint(f"strategy_action ~ '{STRATEGY_ACTION}'", name="strategy_action"),
        CheckConstraint(
            "(first_team_id IS NULL) = (second_team_id IS NULL)"
            " AND (first_team_id <> second_team_id OR first_team_id IS NULL)",
            name="two_teams",
        ),
        CheckConstraint(
            "(first_answer IS NULL) = (first_answered_on IS NULL)"
            " AND (second_answer IS NULL) = (second_answered_on IS NULL)"
            " AND (first_answer IS NULL OR first_team_id IS NOT NULL)"
            " AND (second_answer IS NULL OR second_team_id IS NOT NULL)",
            name="answers",
        ),
        CheckConstraint("(closed_on IS NULL) = (outcome IS NULL)", name="closed_somehow"),
        CheckConstraint("closed_on IS NULL OR action IS NOT NULL", name="acted_on"),
        CheckConstraint(
            "closed_on IS NULL OR first_team_id IS NULL"
            " OR num_nonnulls(first_answer, second_answer) = 2",
            name="answered",
        ),
        CheckConstraint("closed_on >= raised_on", name="closed_later"),
        CheckConstraint(f"raised_on <= {TODAY}", name="raised_by_now"),
        CheckConstraint(f"closed_on <= {TODAY}", name="closed_by_now"),
        Index(None, "forum_id", "raised_on"),
    )

    forum_id: Mapped[UUID] = mapped_column(ForeignKey(Forum.id))
    meeting_id: Mapped[UUID | None] = mapped_column(index=True)
    what: Mapped[str]
    raised_by: Mapped[RaisedBy]
    raised_on: Mapped[date]
    strategy_action: Mapped[str | None]
    first_team_id: Mapped[UUID | None] = mapped_column(ForeignKey(Team.id), index=True)
    first_answer: Mapped[str | None]
    first_answered_on: Mapped[date | None]
    second_team_id: Mapped[UUID | None] = mapped_column(ForeignKey(Team.id), index=True)
    second_answer: Mapped[str | None]
    second_answered_on: Mapped[date | None]
    action: Mapped[str | None]
    action_by: Mapped[str | None] = mapped_column(info={"class": "personal"})
    due_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    outcome: Mapped[str | None]

    def tell(self, told: Mapping[str, Any], today: date) -> None:
        """Take what is told; `teams` are two or none, and what either answered of others goes.

        Raises IssueClosedError, IssueTeamsError, DayInFutureError.
        """
        self.open()
        values = dict(told)
        teams = values.pop("teams", None)
        for name, value in values.items():
            setattr(self, name, value)
        not_after(today, self.raised_on, "raised_on")
        if teams is not None:
            self._lie_between(teams)

    def answer(self, team_id: UUID, words: str, today: date) -> None:
        """Let one of its teams answer; raises IssueClosedError, TeamNotFoundError."""
        self.open()
        if team_id == self.first_team_id:
            self.first_answer, self.first_answered_on = words, today
        elif team_id == self.second_team_id:
            self.second_answer, self.second_answered_on = words, today
        else:
            raise TeamNotFoundError

    def close(self, on: date, outcome: str, today: date) -> None:
        """End it.

        Raises IssueClosedError, IssueWithoutActionError, IssueUnansweredError, IssueDayError,
        DayInFutureError.
        """
        self.open()
        if self.action is None:
            raise IssueWithoutActionError
        if waiting := self.waiting_for():
            raise IssueUnansweredError(waiting_for=[str(id_) for id_ in waiting])
        not_after(today, on, "closed_on")
        if on < self.raised_on:
            raise IssueDayError.at("#/closed_on", "Before it was raised", "closed_later")
        self.closed_on, self.outcome = on, outcome

    def waiting_for(self) -> list[UUID]:
        """Name the teams that have not answered."""
        both = (
            (self.first_team_id, self.first_answer),
            (self.second_team_id, self.second_answer),
        )
        return [id_ for id_, answer in both if id_ is not None and answer is None]

    def open(self) -> None:
        """Refuse what is done before it is closed only; raises IssueClosedError."""
        if self.closed_on is not None:
            raise IssueClosedError(f"On {self.closed_on.isoformat()}")

    def _lie_between(self, teams: list[UUID]) -> None:
        if len(set(teams)) != len(teams) or len(teams) not in (0, 2):
            raise IssueTeamsError.at("#/teams", "Name two teams, or none", "two_teams")
        if teams == [id_ for id_ in (self.first_team_id, self.second_team_id) if id_ is not None]:
            return
        self.first_team_id, self.second_team_id = teams or (None, None)
        self.first_answer = self.first_answered_on = None
        self.second_answer = self.second_answered_on = None
