from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.identity.models import User
from app.domain.involvement.naming.models import (
    IN_ORDER,
    ONE_NAMED,
    TODAY,
    in_order,
    not_after,
    one_named,
)
from app.domain.organisation.models import Team
from app.domain.people.register.models import Person


class Champion(Entity):
    """An experience and involvement champion of a team, from a day until another.

    It is a person of the register or a member of staff. `trained_on` is the day on which they
    completed the training for it.
    """

    __tablename__ = "champion"
    __table_args__ = (
        CheckConstraint(ONE_NAMED, name="one_named"),
        CheckConstraint(IN_ORDER, name="in_order"),
        CheckConstraint(f"trained_on <= {TODAY}", name="trained_by_now"),
        ExcludeConstraint(
            ("team_id", "="),
            (text("COALESCE(person_id, user_id)"), "="),
            (text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_champion_once",
            using="gist",
        ),
    )

    team_id: Mapped[UUID] = mapped_column(ForeignKey(Team.id), index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), index=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    trained_on: Mapped[date | None]

    def tell(self, told: Mapping[str, Any], today: date) -> None:
        """Take what is told; raises PersonOrStaffError, PeriodOrderError, DayInFutureError."""
        for name, value in told.items():
            setattr(self, name, value)
        one_named(self.person_id, self.user_id)
        in_order(self.valid_from, self.valid_to)
        not_after(today, self.trained_on, "trained_on")
