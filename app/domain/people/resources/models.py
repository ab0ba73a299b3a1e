"""The library of accessible information (action 5.1 of the strategy)."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.people.needs.codes import Format
from app.domain.people.resources.errors import FormatMadeLaterError, FormatRequestClosedError


class RequestState(StrEnum):
    ASKED = "asked"
    MADE = "made"
    DECLINED = "declined"


class Resource(Entity):
    """A leaflet, letter or film that tells people something, in all its formats."""

    __tablename__ = "information_resource"
    __table_args__ = (Index(None, "review_on"),)

    title: Mapped[str]
    about: Mapped[str]
    review_on: Mapped[date]

    def tell(self, told: Mapping[str, Any]) -> None:
        for name, value in told.items():
            setattr(self, name, value)


class ResourceFormat(Entity):
    """A resource in one format and language: where it is, and from which day."""

    __tablename__ = "resource_format"
    __table_args__ = (
        UniqueConstraint("resource_id", "format", "language"),
        CheckConstraint("made_on <= (created_at AT TIME ZONE 'Europe/London')::date", name="made"),
    )

    resource_id: Mapped[UUID] = mapped_column(ForeignKey(Resource.id))
    format: Mapped[Format]
    language: Mapped[str]
    link: Mapped[str]
    made_on: Mapped[date]

    def tell(self, told: Mapping[str, Any], today: date) -> None:
        """Take what is told; raises FormatMadeLaterError."""
        for name, value in told.items():
            setattr(self, name, value)
        if self.made_on > today:
            raise FormatMadeLaterError.at("#/made_on", "After today", "made_later")


class FormatRequest(Entity):
    """Somebody on the staff asks for a format that a resource has not; made, or declined."""

    __tablename__ = "format_request"
    __table_args__ = (
        Index(
            "uq_format_request_open",
            "resource_id",
            "format",
            "language",
            unique=True,
            postgresql_where="state = 'asked'",
        ),
        Index(None, "resource_id", "id"),
        CheckConstraint("(state = 'declined') = (reason IS NOT NULL)", name="declined_because"),
        CheckConstraint("(state = 'asked') = (answered_at IS NULL)", name="answered"),
    )

    resource_id: Mapped[UUID] = mapped_column(ForeignKey(Resource.id))
    format: Mapped[Format]
    language: Mapped[str]
    why: Mapped[str | None] = mapped_column(info={"class": "personal"})  # may tell of a patient
    state: Mapped[RequestState] = mapped_column(default=RequestState.ASKED)
    asked_by: Mapped[UUID]
    reason: Mapped[str | None]
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]

    def make(self, by: UUID, at: datetime) -> None:
        """Note that the format is there now; raises FormatRequestClosedError."""
        self._answer(RequestState.MADE, by, at)

    def decline(self, reason: str, by: UUID, at: datetime) -> None:
        """Say why it is not made; raises FormatRequestClosedError."""
        self._answer(RequestState.DECLINED, by, at)
        self.reason = reason

    def _answer(self, state: RequestState, by: UUID, at: datetime) -> None:
        if self.state is not RequestState.ASKED:
            raise FormatRequestClosedError(state=self.state)
        self.state, self.answered_by, self.answered_at = state, by, at
