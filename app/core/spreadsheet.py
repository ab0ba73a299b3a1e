"""What a spreadsheet would take for a formula, made harmless."""

from typing import Final

# As OWASP lists them, with the forms of full width that some programs read alike.
_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(text: str) -> str:
    """Give the text as it is, or with an apostrophe before it."""
    return f"'{text}" if text.startswith(_BEGINS) else text
