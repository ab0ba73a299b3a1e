"""The secrets that fields are sealed with, as values that are handed down."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.core.errors import DomainError

SIZE: Final = 32
_ID: Final = re.compile(r"[a-z0-9-]{1,32}")


class KeysMissingError(DomainError):
    status = 503
    slug = "field-keys-missing"
    title = "This service has no keys to seal bank details with"


@dataclass(frozen=True, slots=True)
class Keys:
    """A ring of keys of 32 bytes by their ids, the id of the one that seals, and the index key.

    Keys that seal no more still open what they sealed. The index key is none of them.
    """

    active: str = ""
    by_id: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    index: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, told: Sequence[str], index: str) -> "Keys":
        """Read `id:base64`, the active one first, and the index key; raises ValueError.

        What it raises quotes nothing of what it was told. Nothing told makes an empty ring.
        """
        ring: dict[str, bytes] = {}
        for each in told:
            id_, _, key = each.partition(":")
            if not _ID.fullmatch(id_) or id_ in ring:
                raise ValueError("a field key is id:base64, each id once, of a-z, 0-9 and -")
            ring[id_] = _bytes(key)
        found = _bytes(index) if index else b""
        if bool(ring) is not bool(found):
            raise ValueError("field keys and the index key are set together")
        if len({*ring.values(), found}) <= len(ring) and ring:
            raise ValueError("every field key, and the index key, is another one")
        return cls(next(iter(ring), ""), ring, found)

    @property
    def ready(self) -> bool:
        return bool(self.active)

    def key(self) -> bytes:
        """Give the key that seals; raises KeysMissingError."""
        if not self.ready:
            raise KeysMissingError
        return self.by_id[self.active]


def _bytes(told: str) -> bytes:
    try:
        found = base64.b64decode(told, validate=True)
    except binascii.Error:
        found = b""
    if len(found) != SIZE:
        raise ValueError("a key is 32 random bytes in base64")
    return found
