"""What screening finds in a text: stretches of it, each with what it likely is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class MarkKind(StrEnum):
    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    POSTCODE = "postcode"
    NHS_NUMBER = "nhs_number"
    DATE_OF_BIRTH = "date_of_birth"
    ADDRESS = "address"
    SAFEGUARDING = "safeguarding"
    COMPLAINT = "complaint"
    OTHER_SCRIPT = "other_script"


class Certainty(StrEnum):
    """How sure the screening is, the surest first."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


# What stands for an identifier where it is masked or redacted: words, so that a screen reader
# speaks them. Where two overlap, the first of them is what the stretch is called.
MASKS: Final[Mapping[MarkKind, str]] = {
    MarkKind.EMAIL: "[email]",
    MarkKind.NHS_NUMBER: "[NHS number]",
    MarkKind.PHONE: "[phone]",
    MarkKind.DATE_OF_BIRTH: "[date of birth]",
    MarkKind.ADDRESS: "[address]",
    MarkKind.POSTCODE: "[postcode]",
    MarkKind.NAME: "[name]",
}
IDENTIFIERS: Final = frozenset(MASKS)
_RANK: Final = {kind: rank for rank, kind in enumerate(MASKS)}
_SURENESS: Final = {certainty: rank for rank, certainty in enumerate(Certainty)}


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text; `start` and `end` count code points, the end is not included."""

    start: int
    end: int
    kind: MarkKind
    certainty: Certainty


def joined(found: Iterable[Mark]) -> list[Mark]:
    """Give marks in order; identifiers that overlap become one, so that nothing is left over."""
    marks: list[Mark] = []
    for mark in sorted(found, key=lambda m: (m.start, m.end)):
        if marks and mark.start < marks[-1].end:
            marks[-1] = _union(marks[-1], mark)
        else:
            marks.append(mark)
    return marks


def redact(text: str, marks: Iterable[Mark]) -> str:
    """Put the mask of its kind in the place of each of these identifiers, which are in order."""
    parts, at = [], 0
    for mark in marks:
        parts += [text[at : mark.start], MASKS[mark.kind]]
        at = mark.end
    return "".join([*parts, text[at:]])


def _union(one: Mark, other: Mark) -> Mark:
    kind = min(one.kind, other.kind, key=_RANK.__getitem__)
    certainty = min(one.certainty, other.certainty, key=_SURENESS.__getitem__)
    return Mark(one.start, max(one.end, other.end), kind, certainty)
