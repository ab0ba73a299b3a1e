"""The form of a sign-in code: 26 of 32 letters and digits, which are 130 bits."""

import hashlib
import hmac
import secrets
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U (Crockford)
LENGTH: Final = 26
_READ_AS: Final = str.maketrans({"I": "1", "L": "1", "O": "0", " ": None, "-": None})


def make() -> str:
    """Make a code, in groups that are easy to copy."""
    told = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join((told[:5], told[5:10], told[10:15], told[15:20], told[20:]))


def digest(code: str, pepper: str) -> bytes:
    """Give what is stored of a code, however it was typed: an HMAC under the server's pepper."""
    told = code.upper().translate(_READ_AS)
    return hmac.digest(pepper.encode(), b"sign-in code:" + told.encode(), hashlib.sha256)
