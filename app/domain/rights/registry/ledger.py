"""The tables of the ledger that tell of a person: amounts and days, in no words."""

from collections.abc import Sequence
from typing import Final

from app.domain.rights.registry.entries import Entry, Erasure, titles

BOOKS: Final = "To keep the trust's books (UK GDPR 6(1)(c), a legal obligation)"
KEPT: Final = "The books are kept for the current year and six more; they hold no words"
LEDGER: Final[Sequence[Entry]] = (
    Entry(
        table="ledger_entry",
        title="What was booked for you",
        purpose=BOOKS,
        columns=titles("account line_kind amount_pence currency created_at"),
        erasure=Erasure.KEEP,
        because=KEPT,
    ),
    Entry(
        table="voucher",
        title="Vouchers that you were given",
        purpose=BOOKS,
        columns=titles(
            "number value_pence status issued_on signature_reference void_reason voided_on"
        ),
        erasure=Erasure.KEEP,
        because=KEPT,
    ),
)
