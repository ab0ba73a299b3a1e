"""Receipts: what somebody shows for what they spent.

A receipt is written anew before it is stored (see `app/imports/receipts`), so that what is kept
is what can be seen of it. What looks like a receipt and could not be written anew is kept apart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Entity
from app.core.ids import uuid7
from app.domain.people.register.models import Person
from app.domain.reimbursements.receipts.errors import ReceiptQuarantinedError, ReceiptUsedError
from app.domain.reimbursements.receipts.kinds import SUFFIX, MediaType

MOST_BYTES: Final = 10 * 1024**2
MOST_AT_ONCE: Final = 10
_PERSONAL: Final = {"class": "personal"}


class ReceiptStatus(StrEnum):
    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"


class QuarantineReason(StrEnum):
    UNREADABLE = "unreadable"
    DEMANDING = "too_demanding"


ADVICE: Final[Mapping[QuarantineReason, str]] = {
    QuarantineReason.UNREADABLE: "The file is damaged. Take the picture or save the PDF again,"
    " and send that.",
    QuarantineReason.DEMANDING: "The file takes too long to read. Take the picture at a smaller"
    " size, or print the PDF to a new PDF, and send that.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file as the sandbox leaves it; without pages, it could not be written anew.

    `read` gives the bytes to keep: the clean ones, or those that came. `phash` has 64 bits, with
    a sign as PostgreSQL's bigint has.
    """

    media_type: MediaType
    sha256_sent: bytes
    sha256: bytes | None = None
    size: int
    pages: int | None = None
    width: int | None = None
    height: int | None = None
    phash: int | None = None
    reason: QuarantineReason | None = None
    read: Callable[[], bytes]


class ReceiptContent(Base):
    """The bytes of a receipt that was written anew; apart, so that lists never read them."""

    __tablename__ = "receipt_content"
    __table_args__ = {"info": {"unrecorded": "its receipt is recorded, and goes with it"}}  # noqa: RUF012  SQLAlchemy's form

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    bytes: Mapped[bytes] = mapped_column(LargeBinary, info=_PERSONAL)


class ReceiptQuarantine(Base):
    """The bytes of a file that could not be written anew; the service cannot read them back."""

    __tablename__ = "receipt_quarantine"
    __table_args__ = {"info": {"unrecorded": "its receipt is recorded, and goes with it"}}  # noqa: RUF012  SQLAlchemy's form

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    bytes: Mapped[bytes] = mapped_column(LargeBinary, info=_PERSONAL)


class Receipt(Entity):
    """A file that shows what somebody spent.

    `sha256_sent` is of the file as it came, `sha256` of the file as it is kept. `uses` counts the
    lines of claims that refer to it, kept by the triggers that `receipt_uses(table)` makes.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(content_id, sha256, pages)"
            " = CASE WHEN status = 'accepted' THEN 3 ELSE 0 END",
            name="accepted_with_content",
        ),
        CheckConstraint(
            "num_nonnulls(quarantine_id, reason)"
            " = CASE WHEN status = 'quarantined' THEN 2 ELSE 0 END",
            name="quarantined_with_reason",
        ),
        CheckConstraint("pages BETWEEN 1 AND 20", name="pages"),
        CheckConstraint("width > 0 AND height > 0", name="pixels"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("uses >= 0", name="uses"),
        Index(None, "person_id", "id"),
        Index(
            "ix_receipt_phash",
            "phash",
            postgresql_include=["id"],
            postgresql_where="phash IS NOT NULL",
        ),
        Index(
            "ix_receipt_bands",
            text("receipt_bands(phash)"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_where="phash IS NOT NULL",
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    status: Mapped[ReceiptStatus]
    reason: Mapped[QuarantineReason | None]
    media_type: Mapped[MediaType]
    size: Mapped[int]
    pages: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    sha256_sent: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    phash: Mapped[int | None] = mapped_column(BigInteger)
    received_on: Mapped[date]
    uses: Mapped[int] = mapped_column(default=0)
    content_id: Mapped[UUID | None] = mapped_column(ForeignKey(ReceiptContent.id), unique=True)
    quarantine_id: Mapped[UUID | None] = mapped_column(
        ForeignKey(ReceiptQuarantine.id), unique=True
    )

    @property
    def used(self) -> bool:
        return self.uses > 0

    @property
    def advice(self) -> str | None:
        """What to do about a file that could not be written anew."""
        return None if self.reason is None else ADVICE[self.reason]

    @property
    def name(self) -> str:
        """A name that tells nothing; what the sender called the file is not kept."""
        return f"receipt-{self.id}.{SUFFIX[self.media_type]}"

    def unused(self) -> None:
        """Refuse where a claim refers to it; raises ReceiptUsedError."""
        if self.used:
            raise ReceiptUsedError

    def shown(self) -> UUID:
        """Tell where its bytes are; raises ReceiptQuarantinedError."""
        if self.content_id is None:
            raise ReceiptQuarantinedError(reason=self.reason)
        return self.content_id
