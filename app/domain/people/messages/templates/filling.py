"""Places in a text, `((name))` as GOV.UK Notify writes them, and what fills them; nothing runs."""

import re
from collections.abc import Collection, Mapping
from typing import Final

_PLACE: Final = re.compile(r"\(\(([^()]*)\)\)")


def unknown(text: str, known: Collection[str]) -> list[str]:
    """Name the places of a text that are not known, each once, as they come."""
    return [name for name in dict.fromkeys(_PLACE.findall(text)) if name not in known]


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put a value into each place; what a value says is never read as a place again.

    Raises KeyError where a place has no value.
    """
    return _PLACE.sub(lambda place: values[place[1]], text)
