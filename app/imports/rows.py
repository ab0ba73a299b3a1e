"""One row at a time: from its cells to what is staged, by the rules of its layout."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import orjson
from pydantic import ValidationError

from app.core.clock import london_day
from app.domain.feedback.codes import FftAnswer, Scale
from app.domain.feedback.events import Demographics, Review
from app.domain.feedback.reading import EARLIEST
from app.imports.cells import Cells, RowError, whole
from app.imports.layouts import Layout

_TOLD: Final = frozenset(Demographics.model_fields)
_APART: Final = frozenset({"version", "location_code", "question", "comment"})
_MOST: Final = 10**9  # answers a team can have in a month
_LONGEST_COMMENT: Final = 100_000  # as in an event


class Good(NamedTuple):
    """What a row says: `head` is a JSON object without its end, `tail` what a join adds to it.

    `question` is which of a review's rows, or which scale of a team's month, it is.
    """

    review_id: str
    day: date
    version: int | None
    head: str
    tail: str | None = None
    question: str | None = None
    location: str | None = None


Convert = Callable[[Sequence[str]], Good]


def converter(layout: Layout, header: Sequence[tuple[str, str]], today: date) -> Convert:
    """Make the reader of rows whose cells stand in the order of `header`: (name, field)."""
    if layout.counts:
        return _Counts(header, today).convert
    return _Reviews(layout, header, today).convert


class _Reviews:
    def __init__(self, layout: Layout, header: Sequence[tuple[str, str]], today: date) -> None:
        cells = Cells(layout)
        self._layout, self._text, self._today = layout, cells.text, today
        self._place = {field: (at, name) for at, (name, field) in enumerate(header) if field}
        self._locations = [at for at, (_, field) in enumerate(header) if field == "location_code"]
        self._location, self._version = cells.reader("location_code"), cells.reader("version")
        self._question = cells.reader("question")
        self._plan = tuple(
            (at, field, cells.reader(field), name)
            for at, (name, field) in enumerate(header)
            if field and field not in _APART
        )

    def convert(self, row: Sequence[str]) -> Good:
        """Give what the row says; raises RowError."""
        told = self._fields(row)
        told["location_code"] = self._located(row)
        version = self._read(row, "version", self._version)
        for field in ("source_review_id", "submitted_at", "location_code"):
            if told.get(field) is None:
                raise RowError("missing-value", self._place[field][1])
        day = _dated(told["submitted_at"], self._today)
        tail, question = None, None
        if self._layout.questions:
            question = self._read(row, "question", self._question)
            tail = self._tail(question, self._read(row, "comment", self._comment))
        _check(told, version)
        head = orjson.dumps(told).decode()[:-1]
        location = told["location_code"]
        return Good(told["source_review_id"], day, version, head, tail, question, location)

    def _fields(self, row: Sequence[str]) -> dict[str, Any]:
        told: dict[str, Any] = {}
        demographics: dict[str, Any] = {}
        name = ""
        try:
            for at, field, read, name in self._plan:  # noqa: B007  told where it fails
                cell = row[at]
                if not cell or (value := read(cell)) is None:
                    continue
                if field == "fft_answer":
                    told[value[0]] = value[1]
                elif field in _TOLD:
                    demographics[field] = value
                else:
                    told[field] = value
        except RowError as error:
            raise RowError(error.reason, name) from None
        if demographics:
            told["demographics"] = demographics
        return told

    def _located(self, row: Sequence[str]) -> str | None:
        parts = [part for at in self._locations if (part := self._location(row[at])) is not None]
        return " / ".join(parts) or self._layout.location_absent

    def _read(self, row: Sequence[str], field: str, read: Callable[[str], Any]) -> Any:
        if field not in self._place:
            return None
        try:
            return read(row[self._place[field][0]])
        except RowError as error:
            raise RowError(error.reason, self._place[field][1]) from None

    def _comment(self, cell: str) -> str | None:
        told = self._text(cell)
        if told is not None and len(told) > _LONGEST_COMMENT:
            raise RowError("too-long")
        return told

    def _tail(self, field: str, comment: str | None) -> str | None:
        return None if comment is None else orjson.dumps({field: comment}).decode()[1:-1]


def _check(told: Mapping[str, Any], version: int | None) -> None:
    """Hold the row to the rules that its event will be held to."""
    try:
        Review.model_validate({**told, "version": version or 0})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = "/".join(str(part) for part in first["loc"])
        reason = "too-long" if first["type"] == "string_too_long" else "bad-value"
        raise RowError(reason, f"{place}: {first['type']}") from None


def _dated(at: datetime, today: date) -> date:
    day = london_day(at)
    if day > today:
        raise RowError("date-in-future", "after today")
    if day < EARLIEST:
        raise RowError("date-before-2000", "before 2000")
    return day


class _Counts:
    def __init__(self, header: Sequence[tuple[str, str]], today: date) -> None:
        self._place = {field: at for at, (_, field) in enumerate(header)}
        self._today = today

    def convert(self, row: Sequence[str]) -> Good:
        """Give a team's month of one scale; raises RowError."""
        team = row[self._place["team_code"]].strip()
        if not team:
            raise RowError("missing-value", "team_code")
        month = self._month(row[self._place["month"]].strip())
        scale = row[self._place["scale"]].strip().lower()
        if scale not in tuple(Scale):
            raise RowError("bad-value", "scale")
        counts = {answer.value: self._count(row, answer) for answer in FftAnswer}
        return Good(team, month, None, orjson.dumps(counts).decode()[:-1], question=scale)

    def _month(self, text: str) -> date:
        try:
            month = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  a month, no instant
        except ValueError:
            raise RowError("bad-date", "month") from None
        if month > self._today:
            raise RowError("date-in-future", "month")
        if month < EARLIEST:
            raise RowError("date-before-2000", "month")
        return month

    def _count(self, row: Sequence[str], answer: FftAnswer) -> int:
        try:
            count = whole(row[self._place[answer]])
        except RowError as error:
            raise RowError(error.reason, answer.value) from None
        if count > _MOST:
            raise RowError("bad-value", answer.value)
        return count
