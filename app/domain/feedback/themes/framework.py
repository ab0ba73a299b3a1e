"""The coding framework: what a comment can be about, by NHS England's QDC project, version 7.

Its themes are shipped data, one file a version. Codes are public API and stay; a theme that a
later version leaves is retired there, so that what was coded by it can still be read.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from app.core.errors import InvalidError
from app.core.reference import Code, CodeList

VERSION: Final = "qdc-7"
BEST, NEUTRAL, WORST = 1, 3, 5


@dataclass(frozen=True, slots=True)
class Theme:
    """One sub-category; themes stand in the order in which they are shown."""

    code: str
    name: str
    category: str
    easy_read: str
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Framework:
    version: str
    themes: tuple[Theme, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Give the codes that can be used now."""
        return tuple(theme.code for theme in self.themes if not theme.retired)

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(theme.category for theme in self.themes))

    def ordered(self, codes: Iterable[str]) -> list[str]:
        """Put codes into the framework's order, each once; those it has not known come last."""
        places = {theme.code: place for place, theme in enumerate(self.themes)}
        return sorted(set(codes), key=lambda code: (places.get(code, len(places)), code))

    def check(self, codes: Iterable[str], pointer: str = "#/themes") -> list[str]:
        """Give usable codes in order; raises InvalidError for unknown, retired or repeated ones."""
        known = {theme.code: theme for theme in self.themes}
        seen: set[str] = set()
        errors = []
        for place, code in enumerate(codes):
            fault = _fault(known, code, seen)
            if fault is not None:
                detail, kind = fault
                errors.append({"pointer": f"{pointer}/{place}", "detail": detail, "code": kind})
            seen.add(code)
        if errors:
            raise InvalidError(errors=errors)
        return self.ordered(seen)


def _fault(known: Mapping[str, Theme], code: str, seen: set[str]) -> tuple[str, str] | None:
    if code not in known:
        return "No theme has this code", "unknown_theme"
    if known[code].retired:
        return "This theme is retired", "retired_theme"
    if code in seen:
        return "This theme is named twice", "repeated_theme"
    return None


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def load(version: str, file: str) -> Framework:
    """Read a version of the framework from the file it is shipped in."""
    return Framework(
        version,
        tuple(
            Theme(
                row["code"], row["name"], row["category"], row["easy_read"], row["retired"] == "yes"
            )
            for row in _rows(file)
        ),
    )


CURRENT: Final = load(VERSION, "qdc_7.csv")

# The one-hot columns of a file coded by version 6, by the code each agrees with: `same` in name,
# `part` where version 7 joins or renames what it names, `none` where version 7 has nothing.
_EARLIER: Final = _rows("qdc_6_columns.csv")
COLUMNS: Final[Mapping[str, str]] = {row["column"]: row["code"] for row in _EARLIER if row["code"]}
WITHOUT_COUNTERPART: Final = tuple(row["column"] for row in _EARLIER if not row["code"])


def code_list(framework: Framework = CURRENT) -> CodeList:
    """Show the framework as a list of codes, for front ends."""
    return CodeList(
        "theme",
        "What the comment is about (QDC framework, version 7)",
        tuple(Code(t.code, t.name, t.easy_read, t.retired) for t in framework.themes),
    )


SENTIMENT: Final = CodeList.of(
    "sentiment",
    "How the comment feels, 1 is best",
    {
        "1": "Very positive",
        "2": "Positive",
        "3": "Neutral or mixed",
        "4": "Negative",
        "5": "Very negative",
    },
    {
        "1": "Very happy",
        "2": "Happy",
        "3": "In the middle",
        "4": "Unhappy",
        "5": "Very unhappy",
    },
)
LISTS: Final = (code_list(), SENTIMENT)
