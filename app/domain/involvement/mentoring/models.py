from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.identity.models import User
from app.domain.involvement.mentoring.errors import MentoringDayError, MentoringEndedError
from app.domain.involvement.naming.models import TODAY, not_after
from app.domain.people.register.models import Person

PERSONAL = {"class": "personal"}


class MentoringPair(Entity):
    """Reverse mentoring: a person of the register is the mentor of a member of staff.

    `ended_on` is the last day; what was learned is told with it.
    """

    __tablename__ = "mentoring_pair"
    __table_args__ = (
        CheckConstraint("(ended_on IS NULL) = (learning IS NULL)", name="ended_learning"),
        CheckConstraint("ended_on >= started_on", name="ended_later"),
        CheckConstraint(f"ended_on <= {TODAY}", name="ended_by_now"),
        ExcludeConstraint(
            ("person_id", "="),
            ("user_id", "="),
            (text("daterange(started_on, ended_on, '[]'::text)"), "&&"),
            name="ex_mentoring_pair_once",
            using="gist",
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    goals: Mapped[str] = mapped_column(info=PERSONAL)
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    learning: Mapped[str | None] = mapped_column(info=PERSONAL)

    def tell(self, told: Mapping[str, Any], met: Iterable[date] = ()) -> None:
        """Correct goals or the start; raises MentoringEndedError, MentoringDayError."""
        self.going()
        for name, value in told.items():
            setattr(self, name, value)
        if any(day < self.started_on for day in met):
            raise MentoringDayError.at("#/started_on", "They met before", "within")

    def end(self, on: date, learning: str, *, met: Iterable[date], today: date) -> None:
        """End it; raises MentoringEndedError, DayInFutureError, MentoringDayError."""
        self.going()
        not_after(today, on, "ended_on")
        if on < max(met, default=self.started_on) or on < self.started_on:
            raise MentoringDayError.at("#/ended_on", "They began or met later", "within")
        self.ended_on, self.learning = on, learning

    def meet(self, on: date, today: date) -> None:
        """Refuse a day that no meeting was on.

        Raises MentoringEndedError, DayInFutureError, MentoringDayError.
        """
        self.going()
        not_after(today, on, "met_on")
        if on < self.started_on:
            raise MentoringDayError.at("#/met_on", "Before they began", "within")

    def going(self) -> None:
        """Refuse what is done before the end only; raises MentoringEndedError."""
        if self.ended_on is not None:
            raise MentoringEndedError(f"On {self.ended_on.isoformat()}")


class MentoringMeeting(Entity):
    """A day on which a pair met, and what they want noted of it."""

    __tablename__ = "mentoring_meeting"
    __table_args__ = (
        CheckConstraint(f"met_on <= {TODAY}", name="met_by_now"),
        UniqueConstraint("pair_id", "met_on"),
    )

    pair_id: Mapped[UUID] = mapped_column(ForeignKey(MentoringPair.id))
    met_on: Mapped[date]
    note: Mapped[str | None] = mapped_column(info=PERSONAL)
