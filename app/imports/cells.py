"""One cell at a time: from what stands in a file to a value of the feed's Review."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, Final

from app.core.clock import LONDON
from app.imports.layouts import ISO, Layout

# Whatever prints nothing, except tabs and line ends.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_TRUE: Final = frozenset({"true", "yes", "y", "1"})
_FALSE: Final = frozenset({"false", "no", "n", "0"})
_LONGEST_MARKER: Final = 20
_NOON: Final = time(12)  # the same day in London and UTC, summer and winter

# Fields of few values, which are no words of the code lists that are folded.
_CODED: Final = (
    "experience_month",
    "language",
    "ethnic_category",
    "age_band",
    "gender",
    "sexual_orientation",
    "religion",
)

Read = Callable[[str], Any]


class RowError(Exception):
    """A row that cannot be taken; `detail` names columns and rules, never what they hold."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


class Cells:
    """Reads cells by the rules of one layout; what repeats is worked out once."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.folded = lru_cache(1024)(self._folded)
        self.answer = lru_cache(256)(self._answer)
        self.question = lru_cache(256)(self._question)
        self.location = lru_cache(4096)(self._location)
        self.instant = lru_cache(4096)(self._day) if layout.dates != ISO else self._instant
        self._readers: dict[str, Read] = {
            "version": self._version,
            "submitted_at": self.instant,
            "fft_answer": self.answer,
            "question": self.question,
            "location_code": self.location,
            "item_ratings": lru_cache(1024)(self._ratings),
            "disability": lru_cache(1024)(self._several),
            **dict.fromkeys(_CODED, lru_cache(1024)(self.text)),
            **dict.fromkeys(
                ("channel", "collection_point", "respondent_type", "publication_status"),
                self.folded,
            ),
            **dict.fromkeys(("consent_public", "easy_read", "carer"), lru_cache(64)(self._flag)),
        }

    def reader(self, field: str) -> Read:
        return self._readers.get(field, self.text)

    def text(self, cell: str) -> str | None:
        """Give a text without its outer spaces and control characters; None where it says none."""
        cell = cell.strip()
        if not cell or (len(cell) < _LONGEST_MARKER and cell.casefold() in self._layout.empty):
            return None
        return cell if cell.isprintable() else _CONTROL.sub("", cell).strip() or None

    def _folded(self, cell: str) -> str | None:
        """Write a word as the code lists do: `Very good` and `staff-assisted` as theirs."""
        told = self.text(cell)
        if told is None:
            return None
        return "_".join(re.sub(r"['\u2019]", "", told.lower()).replace("-", " ").split())

    def _answer(self, cell: str) -> tuple[str, str] | None:
        """Give the field that the answer belongs to, and the answer."""
        told = self._folded(cell)
        if told is None:
            return None
        if told in self._layout.answers:
            return "fft_answer", self._layout.answers[told].value
        if told in self._layout.raw_answers:
            return "raw_answer", told
        raise RowError("unknown-answer")

    def _question(self, cell: str) -> str:
        try:
            return self._layout.questions[" ".join(cell.split()).casefold()]
        except KeyError:
            raise RowError("unknown-question") from None

    def _location(self, cell: str) -> str | None:
        told = self.text(cell)
        if told is None or told.casefold() in self._layout.location_empty:
            return None
        return " ".join(told.split())

    def _day(self, cell: str) -> datetime | None:
        told = self.text(cell)
        if told is None:
            return None
        try:
            day = datetime.strptime(told, self._layout.dates).replace(tzinfo=UTC).date()
        except ValueError:
            raise RowError("bad-date") from None
        return datetime.combine(day, _NOON, UTC)

    def _instant(self, cell: str) -> datetime | None:
        """Read ISO 8601; a time without an offset is London's, a day alone its noon."""
        told = self.text(cell)
        if told is None:
            return None
        try:
            if len(told) == len("2026-03-01"):
                return datetime.combine(date.fromisoformat(told), _NOON, UTC)
            found = datetime.fromisoformat(told)
            return (found if found.tzinfo else found.replace(tzinfo=LONDON)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise RowError("bad-date") from None

    def _version(self, cell: str) -> int | None:
        told = self.text(cell)
        return None if told is None else whole(told)

    def _flag(self, cell: str) -> bool | None:
        told = self._folded(cell)
        if told is None:
            return None
        if told in _TRUE or told in _FALSE:
            return told in _TRUE
        raise RowError("bad-value")

    def _several(self, cell: str) -> list[str] | None:
        told = self.text(cell) or ""
        return [part.strip() for part in told.split(";") if part.strip()] or None

    def _ratings(self, cell: str) -> list[dict[str, Any]] | None:
        """Read `involved:5;listened:4`."""
        found = []
        for part in self._several(cell) or ():
            item, _, stars = part.rpartition(":")
            found.append({"item": item.strip(), "stars": whole(stars)})
        return found or None


def whole(text: str) -> int:
    """Read a number of few plain digits."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < _LONGEST_MARKER:
        return int(text)
    raise RowError("bad-value")
