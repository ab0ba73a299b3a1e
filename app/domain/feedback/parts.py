"""The texts of a response, each by the name of its part: what is screened, coded and released."""

from collections.abc import Mapping
from typing import Final

GOOD: Final = "good"
BETTER: Final = "better"
"""The parts that every source knows; others are named by a survey's own text questions."""
PART: Final = r"^[a-z][a-z0-9_]{0,63}$"


def parts(good: str | None, better: str | None, texts: Mapping[str, str] | None) -> dict[str, str]:
    """Give the texts of a response by part; those without a word are none."""
    found = {**(texts or {}), GOOD: good or "", BETTER: better or ""}
    return {part: text for part, text in found.items() if text.strip()}
