"""Every table that tells of a person, each with its exporter and its eraser, in one place.

An area with a table that refers to a person adds an `Entry` here; a test fails until it does.
Erasure goes through `ENTRIES` backwards: what leads to a person comes after what it leads over.
"""

from collections.abc import Sequence
from typing import Final

from app.domain.rights.registry.caps import CAPS
from app.domain.rights.registry.claims import CLAIMS
from app.domain.rights.registry.elsewhere import LETTERS, MENTIONS, NOBODYS
from app.domain.rights.registry.entries import ERASED, Entry, Erasure, Mention
from app.domain.rights.registry.flags import FLAGS
from app.domain.rights.registry.involvement import CARE, PLACES
from app.domain.rights.registry.ledger import LEDGER
from app.domain.rights.registry.payees import PAYEES
from app.domain.rights.registry.people import PEOPLE
from app.domain.rights.registry.receipts import RECEIPTS

ENTRIES: Final[Sequence[Entry]] = (
    *PEOPLE,
    *PLACES,
    *CARE,
    *PAYEES,
    *RECEIPTS,
    *LEDGER,
    *CLAIMS,
    *CAPS,
    *FLAGS,
)

__all__ = ["ENTRIES", "ERASED", "LETTERS", "MENTIONS", "NOBODYS", "Entry", "Erasure", "Mention"]
