"""A bank account in the open, in memory alone, and as it is sealed into a row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from app.core.crypto import Keys, Place, SealBrokenError, blind_index, decrypt, encrypt, rotate

# The index is one for every table, so that an account is found wherever it stands.
_INDEXED: Final = "account"
_MASKED: Final = 3
SEALED: Final = ("sort_code", "account_number", "account_name")


@dataclass(frozen=True, slots=True)
class BankDetails:
    """6 digits, 8 digits, and the holder's name; none of them is ever written out by itself."""

    sort_code: str = field(repr=False)
    account_number: str = field(repr=False)
    account_name: str = field(repr=False)

    @property
    def last_digits(self) -> str:
        return self.account_number[-_MASKED:]

    def fingerprint(self, keys: Keys) -> bytes:
        """Give what the same account is found by, whoever's it is."""
        return blind_index(keys, _INDEXED, self.sort_code + self.account_number)

    def sealed(self, keys: Keys, table: str, row: UUID) -> dict[str, Any]:
        """Give the columns of a row of a table; raises KeysMissingError."""
        columns = {
            name: encrypt(keys, Place(table, name, row), getattr(self, name)) for name in SEALED
        }
        return {
            **columns,
            "last_digits": self.last_digits,
            "fingerprint": self.fingerprint(keys),
        }


def opened(
    keys: Keys, table: str, row: UUID, columns: Mapping[str, str], fingerprint: bytes
) -> BankDetails:
    """Open a row's columns; what does not fit its fingerprint was changed.

    Raises KeysMissingError, SealBrokenError.
    """
    found = BankDetails(
        **{name: decrypt(keys, Place(table, name, row), columns[name]) for name in SEALED}
    )
    if found.fingerprint(keys) != fingerprint:
        raise SealBrokenError
    return found


def rotated(keys: Keys, table: str, row: UUID, columns: Mapping[str, str]) -> dict[str, str]:
    """Seal a row's columns by the active key; raises KeysMissingError, SealBrokenError."""
    return {name: rotate(keys, Place(table, name, row), columns[name]) for name in SEALED}
