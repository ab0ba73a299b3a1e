"""Random codes that people read off and type: of public codes, receipts and tokens.

Crockford's base 32 has no I, L, O and U; what looks like another letter is read as it was meant.
"""

import hashlib
import hmac
import re
import secrets
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RECEIPT: Final = 16  # 80 bits: nobody finds one by trying
PUBLIC_CODE: Final = 8
TOKEN: Final = 26  # 130 bits
_MEANT: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_WELL_FORMED: Final = re.compile(f"[{ALPHABET}]+")


def make(length: int) -> str:
    """Make a random code."""
    drawn = secrets.randbits(5 * length)
    return "".join(ALPHABET[drawn >> (5 * place) & 31] for place in range(length))


def read(typed: str, length: int) -> str | None:
    """Give the code that somebody typed, without hyphens and in capitals; None where it is none."""
    code = typed.upper().translate(_MEANT)
    return code if len(code) == length and _WELL_FORMED.fullmatch(code) else None


def grouped(code: str) -> str:
    """Write a code in groups of four, as it is read out."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def named(receipt: str) -> str:
    """Give the name under which the response to a receipt is kept; it leads to no receipt."""
    return hashlib.sha256(receipt.encode()).hexdigest()


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def same(token: str | None, kept: bytes | None) -> bool:
    """Compare a shown token with the kept hash, in a time that tells nothing."""
    return token is not None and kept is not None and hmac.compare_digest(hashed(token), kept)
