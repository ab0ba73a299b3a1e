"""The form of an API key: `ev_<env>_<30 base62><6 checksum>`.

The checksum refuses a mistyped key before the database is asked; 30 characters of base 62 are
178 bits, so a keyed hash without salt or stretching is enough to store.
"""

import hashlib
import hmac
import re
import secrets
import string
import zlib
from dataclasses import dataclass, field

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_FORM = re.compile(r"(ev_(?:dev|test|live)_[0-9A-Za-z]{30})([0-9A-Za-z]{6})")


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A key that was just made: `key` is shown once, the others are stored."""

    key: str = field(repr=False)
    digest: bytes = field(repr=False)
    hint: str


def make_secret(env: str, pepper: str) -> NewSecret:
    key = make(env)
    return NewSecret(key, digest(key, pepper), hint(key))


def make(env: str) -> str:
    """Make a new key for `dev`, `test` or `live`."""
    start = f"ev_{env}_" + "".join(secrets.choice(ALPHABET) for _ in range(30))
    return start + _checksum(start)


def well_formed(key: str) -> bool:
    match = _FORM.fullmatch(key)
    return match is not None and hmac.compare_digest(_checksum(match[1]), match[2])


def digest(key: str, pepper: str) -> bytes:
    """Give what is stored of a key: HMAC-SHA-256 under the server's pepper."""
    return hmac.digest(pepper.encode(), key.encode(), hashlib.sha256)


def hint(key: str) -> str:
    """Give what may be shown of a key, to tell it from another."""
    return f"{key[:11]}...{key[-4:]}"


def _checksum(text: str) -> str:
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(6):
        number, rest = divmod(number, 62)
        digits = ALPHABET[rest] + digits
    return digits
