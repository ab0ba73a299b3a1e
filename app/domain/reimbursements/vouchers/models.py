"""The stock of numbered vouchers, for people without a bank account.

A voucher's status, and what may follow it:

    in_stock -> issued | void
"""

import re
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.people.register.models import Person
from app.domain.reimbursements.ledger.models import Posting
from app.domain.reimbursements.vouchers.errors import VoucherReceiverError, VoucherStatusError

MOST_PENCE: Final = 100_000
MOST_NUMBER: Final = 10**15
MOST_AT_ONCE: Final = 10_000
# The number of the signed receipt in the trust's files: no words, so that it names nobody.
SIGNATURE: Final = r"^[A-Z0-9][A-Z0-9/-]{0,39}$"


class VoucherStatus(StrEnum):
    IN_STOCK = "in_stock"
    ISSUED = "issued"
    VOID = "void"


class VoidReason(StrEnum):
    LOST = "lost"
    DAMAGED = "damaged"
    EXPIRED = "expired"
    SENT_BACK = "sent_back"


class Voucher(Entity):
    """One voucher of the stock; what became of it is said once and never changed."""

    __tablename__ = "voucher"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint(f"number BETWEEN 1 AND {MOST_NUMBER}", name="number"),
        CheckConstraint(f"value_pence BETWEEN 1 AND {MOST_PENCE}", name="value_pence"),
        CheckConstraint(
            "num_nonnulls(person_id, issued_on, signature_reference, issued_by, issue_posting_id)"
            " = CASE WHEN status = 'issued' THEN 5 ELSE 0 END"
            " AND (claim_id IS NULL OR status = 'issued')",
            name="issued",
        ),
        CheckConstraint(f"signature_reference ~ '{SIGNATURE}'", name="signature_reference"),
        CheckConstraint(
            "num_nonnulls(void_reason, voided_on, voided_by, void_posting_id)"
            " = CASE WHEN status = 'void' THEN 4 ELSE 0 END",
            name="void",
        ),
        Index(None, "value_pence", "number", postgresql_where="status = 'in_stock'"),
        Index(None, "person_id", "id", postgresql_where="person_id IS NOT NULL"),
        Index(None, "claim_id", postgresql_where="claim_id IS NOT NULL"),
    )

    number: Mapped[int] = mapped_column(BigInteger)
    value_pence: Mapped[int] = mapped_column(BigInteger)
    bought_posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id), index=True)
    status: Mapped[VoucherStatus]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    issued_on: Mapped[date | None]
    signature_reference: Mapped[str | None]
    issued_by: Mapped[UUID | None]
    claim_id: Mapped[UUID | None]
    issue_posting_id: Mapped[UUID | None] = mapped_column(ForeignKey(Posting.id), index=True)
    void_reason: Mapped[VoidReason | None]
    voided_on: Mapped[date | None]
    voided_by: Mapped[UUID | None]
    void_posting_id: Mapped[UUID | None] = mapped_column(ForeignKey(Posting.id), index=True)

    def check_in_stock(self) -> None:
        """Refuse what was issued or voided; raises VoucherStatusError."""
        if self.status is not VoucherStatus.IN_STOCK:
            raise VoucherStatusError(f"It is {self.status}", state=self.status)


def check_signature(reference: str) -> None:
    """Refuse what is no reference of a signed receipt; raises VoucherReceiverError."""
    if not re.fullmatch(SIGNATURE, reference):
        raise VoucherReceiverError.at("#/signature_reference", "No reference", "pattern")
