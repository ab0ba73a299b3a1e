from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.involvement.naming.models import IN_ORDER, TODAY, in_order, not_after
from app.domain.involvement.posts.errors import PostVacantError, PostWteError, WteExceededError
from app.domain.organisation.models import Team
from app.domain.people.register.models import Person

WHOLE: Final = Decimal(1)


class PostKind(StrEnum):
    LIVED_EXPERIENCE = "lived_experience"
    PEER_SUPPORT_WORKER = "peer_support_worker"


class Post(Entity):
    """A lived-experience role or a peer support worker's post in a team, from a day until another.

    Without a person it is a vacancy. `trained_on` is the day on which its holder completed the
    training for it. `valid_to` is the first day without the post.
    """

    __tablename__ = "involvement_post"
    __table_args__ = (
        CheckConstraint("wte > 0 AND wte <= 1", name="wte"),
        CheckConstraint(IN_ORDER, name="in_order"),
        CheckConstraint("trained_on IS NULL OR person_id IS NOT NULL", name="trained_holder"),
        CheckConstraint(f"trained_on <= {TODAY}", name="trained_by_now"),
        Index(None, "trained_on", postgresql_where="trained_on IS NOT NULL"),
    )

    kind: Mapped[PostKind]
    wte: Mapped[Decimal] = mapped_column(Numeric(4, 2))
    paid: Mapped[bool]
    team_id: Mapped[UUID] = mapped_column(ForeignKey(Team.id), index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    trained_on: Mapped[date | None]

    def tell(self, told: Mapping[str, Any], today: date) -> None:
        """Take what is told; another holder is untrained until their own training is told.

        Raises PostWteError, PeriodOrderError, PostVacantError, DayInFutureError.
        """
        if "person_id" in told and told["person_id"] != self.person_id:
            self.trained_on = None
        for name, value in told.items():
            setattr(self, name, value)
        if not 0 < self.wte <= WHOLE:
            raise PostWteError.at("#/wte", "Not above 0 and up to 1", "wte")
        in_order(self.valid_from, self.valid_to)
        not_after(today, self.trained_on, "trained_on")
        if self.trained_on is not None and self.person_id is None:
            raise PostVacantError.at("#/trained_on", "Name who holds the post", "post_vacant")

    def holds(self, day: date) -> bool:
        """Tell whether the post is there on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def fullest_day(posts: Iterable[Post]) -> tuple[Decimal, date] | None:
    """Give the greatest WTE that posts have together on a day, and the first such day.

    The sum grows only on days on which one of them begins.
    """
    each = list(posts)
    days = sorted({post.valid_from for post in each})
    sums = [(sum((p.wte for p in each if p.holds(day)), Decimal()), day) for day in days]
    return max(sums, key=lambda found: found[0], default=None)


def fit_one_person(posts: Iterable[Post]) -> None:
    """Refuse posts that nobody could hold together; raises WteExceededError."""
    found = fullest_day(posts)
    if found is not None and found[0] > WHOLE:
        raise WteExceededError(
            f"{found[0]} WTE on {found[1].isoformat()}", wte=str(found[0]), on=found[1].isoformat()
        )
