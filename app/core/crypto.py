"""Sealing of single fields: AES-256-GCM, bound to the row and the column that a field stands in.

What is stored is `v1.<key id>.<nonce>.<ciphertext>`, the last two in URL-safe base64 without
padding. Table, column, row, key and version are authenticated with it (the AAD), so that a
ciphertext that is moved opens nowhere else. A nonce is 96 random bits: one key seals fewer than
2**32 fields (NIST SP 800-38D, 8.3).
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.keyring import Keys, KeysMissingError

__all__ = [
    "Keys",
    "KeysMissingError",
    "Place",
    "SealBrokenError",
    "blind_index",
    "decrypt",
    "encrypt",
    "rotate",
]
VERSION: Final = "v1"
_NONCE: Final = 12
_FORM: Final = re.compile(rf"{VERSION}\.([a-z0-9-]+)\.([\w-]{{16}})\.([\w-]+)", re.ASCII)


class SealBrokenError(Exception):
    """A sealed field that does not open: it was changed, moved, or its key is gone.

    It is no refusal that somebody planned, so it is a fault; it quotes nothing.
    """


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed field stands."""

    table: str
    column: str
    row: UUID

    def bound(self, key_id: str) -> bytes:
        """Write what a seal is bound to; no part of it can hold the separator."""
        return "|".join((VERSION, self.table, self.column, str(self.row), key_id)).encode()


def encrypt(keys: Keys, place: Place, plain: str) -> str:
    """Seal a text for its place by the active key; raises KeysMissingError."""
    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(keys.key()).encrypt(nonce, plain.encode(), place.bound(keys.active))
    return ".".join((VERSION, keys.active, _text(nonce), _text(sealed)))


def decrypt(keys: Keys, place: Place, stored: str) -> str:
    """Open what was sealed for this place; raises KeysMissingError, SealBrokenError."""
    keys.key()
    key_id, nonce, sealed = _read(stored)
    key = keys.by_id.get(key_id)
    if key is None:
        raise SealBrokenError
    try:
        return AESGCM(key).decrypt(nonce, sealed, place.bound(key_id)).decode()
    except InvalidTag:
        raise SealBrokenError from None


def rotate(keys: Keys, place: Place, stored: str) -> str:
    """Seal by the active key what another one sealed; what the active one sealed stays as it is.

    Raises KeysMissingError, SealBrokenError.
    """
    if stored.startswith(f"{VERSION}.{keys.active}."):
        return stored
    return encrypt(keys, place, decrypt(keys, place, stored))


def blind_index(keys: Keys, column: str, normalised: str) -> bytes:
    """Give what equal values are found by without being opened: HMAC-SHA-256, a column apart.

    It tells equality and nothing else to who has not the index key. Bank details are few enough
    to be tried one by one with it, so that it is guarded as the ring is. Raises KeysMissingError.
    """
    keys.key()
    return hmac.digest(keys.index, f"{column}|{normalised}".encode(), hashlib.sha256)


def _read(stored: str) -> tuple[str, bytes, bytes]:
    parts = _FORM.fullmatch(stored)
    if parts is None:
        raise SealBrokenError
    try:
        return parts[1], _bytes(parts[2]), _bytes(parts[3])
    except binascii.Error:
        raise SealBrokenError from None


def _text(told: bytes) -> str:
    return base64.urlsafe_b64encode(told).rstrip(b"=").decode()


def _bytes(told: str) -> bytes:
    return base64.b64decode(told + "=" * (-len(told) % 4), altchars=b"-_", validate=True)
