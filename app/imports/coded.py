"""Coded comments as a CSV file, to learn themes from.

Our own layout: `comment`, `themes` (codes joined by `;`), and if wanted `question` (good, better
or other), `sentiment` (1 to 5) and `respondent`. Or a trust's export with a column a theme, in
which anything but nothing and 0 is a yes; columns of the framework's version 6 are understood by
what they have in common with version 7.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.feedback.errors import UnusableFileError
from app.domain.feedback.themes.examples import LONGEST, Asked, Comment, Example
from app.domain.feedback.themes.framework import COLUMNS, CURRENT, WORST
from app.imports.layouts import EMPTY

LARGEST: Final = 64 * 1024 * 1024
_NO: Final = frozenset({"", "0"})
_BY_NAME: Final[Mapping[str, str]] = {
    **{theme.name.casefold(): theme.code for theme in CURRENT.themes},
    **{theme.code: theme.code for theme in CURRENT.themes},
    **{column.casefold(): code for column, code in COLUMNS.items()},
}
_QUESTIONS: Final[Mapping[str, Asked]] = {
    "good": Asked.GOOD,
    "what was good?": Asked.GOOD,
    "better": Asked.BETTER,
    "what could we do better?": Asked.BETTER,
}
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Coded:
    """The examples of a file, and how many of its rows say nothing to learn from."""

    examples: Sequence[Example]
    without_text: int
    without_theme: int


def read(raw: bytes) -> Coded:
    """Read the file whole; raises UnusableFileError for a file that holds no coded comments."""
    if len(raw) > LARGEST:
        raise UnusableFileError.because("too-large", f"The file is larger than {LARGEST} bytes")
    try:
        lines = raw.decode("utf-8-sig").replace("\x00", "").splitlines(keepends=True)
        reader = csv.DictReader(lines, strict=True, restval="", restkey="")
        names = {(name or "").strip().casefold(): name for name in reader.fieldnames or ()}
        convert = _converter(names)
        rows = [convert(row) for row in reader]
    except (UnicodeDecodeError, csv.Error):
        raise UnusableFileError.because("not-utf8", "The file is not CSV in UTF-8") from None
    told = [row for row in rows if row.comment.text]
    coded = [row for row in told if row.themes]
    if not coded:
        raise UnusableFileError.because("no-rows", "No row has a comment and a theme")
    return Coded(coded, len(rows) - len(told), len(told) - len(coded))


def _converter(names: Mapping[str, str]) -> Callable[[Row], Example]:
    """Say how to read a row, by the columns that there are."""
    if {"comment", "themes"} <= names.keys():
        return lambda row: _ours(row, names)
    told = [(name, _BY_NAME[key]) for key, name in names.items() if key in _BY_NAME]
    if "fft answer" in names and told:
        return lambda row: _export(row, names, told)
    raise UnusableFileError.because(
        "missing-column", "Missing: comment and themes, or FFT answer and columns of themes"
    )


def _ours(row: Row, names: Mapping[str, str]) -> Example:
    def cell(name: str) -> str:
        return (row.get(names.get(name, "")) or "").strip()

    codes = [code.strip() for code in cell("themes").split(";") if code.strip()]
    if unknown := sorted(set(codes) - set(CURRENT.codes)):
        shown = ", ".join(each[:40] for each in unknown[:5])
        raise UnusableFileError.because("unknown-theme", f"No theme has the code {shown}")
    return _example(cell("comment"), cell("question"), codes, cell("sentiment"), cell("respondent"))


def _export(row: Row, names: Mapping[str, str], told: Sequence[tuple[str, str]]) -> Example:
    def cell(name: str) -> str:
        return (row.get(names.get(name, "")) or "").strip()

    codes = [code for name, code in told if (row.get(name) or "").strip() not in _NO]
    return _example(
        cell("fft answer"),
        cell("fft question"),
        codes,
        cell("comment sentiment"),
        cell("respondent id"),
    )


def _example(
    text: str, question: str, codes: Sequence[str], sentiment: str, respondent: str
) -> Example:
    said = "" if text.casefold() in EMPTY else text[:LONGEST]
    asked = _QUESTIONS.get(question.casefold(), Asked.OTHER)
    felt = int(sentiment) if sentiment in map(str, range(1, WORST + 1)) else None
    return Example(Comment(said, asked), frozenset(codes), felt, respondent)
