"""The tables of where people are paid. What is sealed is given to nobody as it stands."""

from collections.abc import Sequence
from typing import Final

from app.domain.rights.registry.entries import Entry, Erasure, titles
from app.domain.rights.registry.people import ACCOUNT, SHOWN

PAID: Final = (
    "To pay people back and for their time (UK GDPR 6(1)(e), a task in the public interest)"
)
PAYEES: Final[Sequence[Entry]] = (
    Entry(
        table="bank_account",
        title="Bank accounts you are or were paid to",
        purpose=PAID,
        columns=titles(
            "status set_on confirmed_on confirmed_how usable_from ended_on",
            last_digits="Last three digits",
            name_level="How far the holder's name is from yours",
            modulus="Check of the number",
        ),
        erasure=Erasure.DELETE,
    ),
    Entry(
        table="payee",
        title="Numbers you are paid by",
        purpose=PAID,
        columns=titles("payroll_number supplier_number prefers confirmed_on"),
        erasure=Erasure.DELETE,
    ),
    Entry(
        table="payee_access",
        title="Who read or set where you are paid",
        purpose=ACCOUNT,
        columns=titles("purpose created_at", accessed_by="By"),
        labels={"accessed_by": "app_user.name"},
        erasure=Erasure.KEEP,
        because=SHOWN,
    ),
)
