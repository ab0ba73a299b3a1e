from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.feedback.modes.national import NationalService
from app.domain.feedback.returns.errors import OwnReturnError, ReturnSignedError


class ReturnStatus(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"


class FftReturn(Entity):
    """A national return of a month and service: its figures as they were when it was drafted.

    Once signed it never changes, which a trigger holds; a correction is the next one by `number`.
    """

    __tablename__ = "fft_return"
    __table_args__ = (
        UniqueConstraint("month", "service", "number"),
        CheckConstraint("extract(day FROM month) = 1", name="first_of_month"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint(
            "(status = 'signed') = (signed_by IS NOT NULL)"
            " AND (signed_by IS NULL) = (signed_at IS NULL)",
            name="signed_by_somebody",
        ),
        CheckConstraint("signed_by <> drafted_by", name="signed_by_another"),
        CheckConstraint("number = 1 OR reason IS NOT NULL", name="correction_has_reason"),
        Index(
            "ix_fft_return_one_draft",
            "month",
            "service",
            unique=True,
            postgresql_where="status = 'draft'",
        ),
    )

    month: Mapped[date]
    service: Mapped[NationalService]
    number: Mapped[int]
    status: Mapped[ReturnStatus] = mapped_column(default=ReturnStatus.DRAFT)
    reason: Mapped[str | None]
    figures: Mapped[list[dict[str, Any]]]
    drafted_by: Mapped[UUID]
    signed_by: Mapped[UUID | None]
    signed_at: Mapped[datetime | None]

    def check_open(self) -> None:
        """Refuse to change what is signed; raises ReturnSignedError."""
        if self.status is ReturnStatus.SIGNED:
            raise ReturnSignedError

    def sign(self, *, by: UUID, at: datetime) -> None:
        """Sign and lock it; raises ReturnSignedError, OwnReturnError."""
        self.check_open()
        if by == self.drafted_by:
            raise OwnReturnError
        self.status, self.signed_by, self.signed_at = ReturnStatus.SIGNED, by, at
