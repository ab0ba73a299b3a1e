"""Comments of nobody, marked by how they are made: what screening is measured on.

Sentences and names are in the files beside this one, written for it and apart from the lists of
the product: some of the names are in none of them. Every second sentence was looked at while the
screening was written; the others are held back, and the figures are theirs.
"""

import calendar
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stdnum.gb import nhs

_HERE: Final = Path(__file__).parent
_PLACE: Final = re.compile(r"\{(\w+)\}")
KINDS: Final = {
    "n": "name", "s": "name", "f": "name", "l": "name", "phone": "phone", "email": "email",
    "postcode": "postcode", "nhs": "nhs_number", "birth": "date_of_birth", "address": "address",
}  # fmt: skip
_MONTHS: Final = calendar.month_name[1:]


@dataclass(frozen=True, slots=True)
class Truth:
    """A stretch that screening must cover."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Comment:
    text: str
    truths: tuple[Truth, ...] = ()


def lines(name: str) -> list[str]:
    text = (_HERE / f"{name}.txt").read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def people(kind: str) -> list[str]:
    """Give `given` or `family` names."""
    return [w for line in lines("people") if line.startswith(kind) for w in line.split()[1:]]


class Maker:
    """Makes comments, the same every time for a seed; `held` takes the sentences held back."""

    def __init__(self, seed: int, *, held: bool) -> None:
        self._random = random.Random(seed)  # noqa: S311  nothing secret
        self._held = held
        self._given, self._family = people("given"), people("family")

    def _mine(self, name: str) -> list[str]:
        return lines(name)[1 if self._held else 0 :: 2]

    def marked(self, count: int) -> Iterator[Comment]:
        """Give comments with an identifier or more, some with a clean sentence beside it."""
        templates, around = self._mine("marked"), self._mine("clean")
        for number in range(count):
            comment = self._filled(templates[number % len(templates)])
            if self._random.random() < 0.3:
                comment = _joined(Comment(self._random.choice(around)), comment)
            if self._random.random() < 0.2:
                comment = _joined(comment, Comment(self._random.choice(around)))
            yield comment

    def clean(self, count: int) -> Iterator[Comment]:
        """Give comments in which nothing is to be marked; the shortest are single words."""
        single = self._mine("clean")
        for number in range(count):
            if number < len(single):
                yield Comment(single[number])
            else:
                chosen = self._random.sample(single, self._random.choice((2, 2, 3)))
                yield Comment(self._random.choice((" ", " ", "\n")).join(chosen))

    def concerning(self) -> Iterator[tuple[str, str]]:
        """Give comments to look at because of what they tell, each with `s` or `c`."""
        for line in self._mine("concerning"):
            kind, _, text = line.partition("\t")
            yield kind, text

    def _filled(self, template: str) -> Comment:
        parts: list[str] = []
        truths: list[Truth] = []
        at = length = 0
        for match in _PLACE.finditer(template):
            parts.append(template[at : match.start()])
            length += match.start() - at
            said = getattr(self, f"_{match[1]}")()
            truths.append(Truth(length, length + len(said), KINDS[match[1]]))
            parts.append(said)
            length, at = length + len(said), match.end()
        return Comment("".join([*parts, template[at:]]), tuple(truths))

    def _n(self) -> str:
        return self._random.choice(self._given)

    def _s(self) -> str:
        return self._random.choice(self._family)

    def _f(self) -> str:
        return f"{self._n()} {self._s()}"

    def _l(self) -> str:
        return self._n().lower()

    def _phone(self) -> str:
        end = f"{self._random.randrange(1000):03}"
        local = self._random.choice(("01632 960", "0118 496 0", "020 7946 0", "01865 741"))
        forms = (
            f"07700 900{end}", f"07700900{end}", f"07700-900-{end}", f"+44 7700 900{end}",
            f"+447700900{end}", f"(01632) 960{end}", f"{local}{end}", f"0044 7700 900{end}",
            f"07700 900 {end}", f"07 700 900 {end}",
        )  # fmt: skip
        return self._random.choice(forms)

    def _email(self) -> str:
        first, last = self._n().lower(), self._s().lower().replace("'", "")
        host = self._random.choice(("example.com", "example.org.uk", "mail.example.co.uk"))
        return self._random.choice(
            (f"{first}.{last}@{host}", f"{first}{self._random.randrange(99)}@{host}",
             f"{first[0]}_{last}@{host}", f"{first}.{last}@{host}".upper())
        )  # fmt: skip

    def _postcode(self) -> str:
        area = self._random.choice(("OX", "HP", "RG", "SN", "MK", "SL", "B", "W", "SW", "NG"))
        district = self._random.choice(("1", "4", "9", "12", "33"))
        letters = "".join(self._random.choices("ABDEFGHJLNPQRSTUWXYZ", k=2))
        inward = f"{self._random.randrange(10)}{letters}"
        between = self._random.choice((" ", " ", " ", ""))
        whole = f"{area}{district}{between}{inward}"
        return whole.lower() if self._random.random() < 0.25 else whole

    def _nhs(self) -> str:
        while True:
            first = f"{self._random.choice('4679')}{self._random.randrange(10**8):08}"
            digits = f"{first}{self._random.randrange(10)}"
            if nhs.is_valid(digits):
                break
        spaced = f"{digits[:3]} {digits[3:6]} {digits[6:]}"
        return self._random.choice((digits, spaced, spaced.replace(" ", "-")))

    def _birth(self) -> str:
        day, month = self._random.randint(1, 28), self._random.randint(1, 12)
        year = self._random.randint(1932, 2019)
        name = _MONTHS[month - 1]
        nth = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}.get(day, "th")
        return self._random.choice(
            (f"{day:02}/{month:02}/{year}", f"{day}/{month}/{year % 100:02}",
             f"{day}.{month}.{year}",
             f"{day} {name} {year}", f"{day}{nth} {name} {year}", f"{name} {day}, {year}",
             f"{year}-{month:02}-{day:02}", f"{day}{nth} of {name} {year}",
             f"{day:02}-{month:02}-{year}",
             f"{day} {name[:3]} {year}")
        )  # fmt: skip

    def _address(self) -> str:
        street = self._random.choice(
            ("Mill Lane", "Church Street", "Station Road", "Orchard Close", "Windmill Avenue",
             "St Peter's Road", "Old Bakery Mews", "Quarry High Street", "Kestrel Drive",
             "The Grove",
             "Primrose Hill", "Saxon Way", "Manor Court", "Wheelwrights Yard", "high street",
             "london road", "Elm Crescent", "King George Terrace")
        )  # fmt: skip
        number = self._random.choice(("3", "12", "147", "28a", "5B", "Flat 4, 19", "61"))
        comma = self._random.choice(("", "", ","))
        return f"{number}{comma} {street}"


def _joined(one: Comment, other: Comment) -> Comment:
    start = len(one.text) + 1
    moved = (Truth(t.start + start, t.end + start, t.kind) for t in other.truths)
    return Comment(f"{one.text} {other.text}", (*one.truths, *moved))
