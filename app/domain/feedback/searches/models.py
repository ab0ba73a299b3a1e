from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Entity
from app.domain.feedback.choosing import ResponseChoice
from app.domain.feedback.searches.errors import AlertAddressError, SearchOutdatedError
from app.domain.identity.models import ApiKey, User

PERSONAL: Final = {"class": "personal"}


class Alert(StrEnum):
    """How often who saved a search is told that there is something new."""

    OFF = "off"
    DAILY = "daily"
    WEEKLY = "weekly"


class SavedSearch(Entity):
    """Filters of the list of responses under a name; whoever saved it owns it.

    Name and filters may name a person. `key_id` is the key it was last saved with: alerts tell of
    what that key may read.
    """

    __tablename__ = "feedback_search"
    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        CheckConstraint("name <> '' AND length(name) <= 200", name="name"),
        CheckConstraint("alert = 'off' OR email IS NOT NULL", name="alert_has_address"),
        CheckConstraint("email ~ '^[^@ ]+@[^@ ]+$' AND length(email) <= 254", name="email"),
    )

    owner_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey(ApiKey.id), index=True)
    name: Mapped[str] = mapped_column(info=PERSONAL)
    filters: Mapped[dict[str, Any]] = mapped_column(info=PERSONAL)
    shared: Mapped[bool]
    alert: Mapped[Alert]
    email: Mapped[str | None] = mapped_column(info=PERSONAL)
    owner: Mapped[User] = relationship(lazy="raise")

    def set(self, told: Mapping[str, Any]) -> None:
        """Take what is told; raises AlertAddressError."""
        for name, value in told.items():
            setattr(self, name, value)
        if self.alert is not Alert.OFF and self.email is None:
            raise AlertAddressError.at("#/email", "Tell where alerts go", "missing")

    def choice(self) -> ResponseChoice:
        """Read the filters as the list does today; raises SearchOutdatedError."""
        return understood(self.filters)


class SearchPlace(Base):
    """How far the alerts of a search have come in the change log; there while they are on.

    `told_on` is the day of the last look, whether or not there was anything to tell.
    """

    __tablename__ = "feedback_search_place"
    __table_args__ = {"info": {"unrecorded": "a place in the log itself"}}  # noqa: RUF012  SQLAlchemy's form

    search_id: Mapped[UUID] = mapped_column(
        ForeignKey(SavedSearch.id, ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(BigInteger)
    told_on: Mapped[date]


def understood(filters: Any) -> ResponseChoice:
    """Read filters that were saved; raises SearchOutdatedError."""
    try:
        return ResponseChoice.model_validate(filters)
    except ValidationError:
        raise SearchOutdatedError from None


def begins(day: date) -> Mapping[Alert, date]:
    """Give the first day of each alert's period that a day is in; weeks begin on Monday."""
    return {Alert.DAILY: day, Alert.WEEKLY: day - timedelta(day.weekday())}
