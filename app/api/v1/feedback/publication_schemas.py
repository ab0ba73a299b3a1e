from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Final

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.domain.feedback.modes.national import MODES, Mode, NationalService
from app.domain.feedback.publication.service import ANSWERS, Level, Publication, levels
from app.domain.feedback.publication.tree import Marker, Reason, Rule, Shown

CAVEAT: Final = (
    "The results of the Friends and Family Test cannot be used to compare providers: how people"
    " were asked, and how many answered, differs between them."
)
_ANSWERS: Final = tuple(answer.value for answer in ANSWERS)
_MODES: Final = {
    service: {mode.value: name for mode, name in modes.items()} for service, modes in MODES.items()
}
MonthText = Annotated[
    str,
    StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$"),
    Field(description="A calendar month.", examples=["2026-03"]),
]


def first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


class PublicationAsked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    month: MonthText
    service: NationalService = Field(description="Whose teams: those of this return's categories.")
    rule: Rule = Field(
        Rule.STRICT,
        description="`national`: just the rule that NHS England publishes by. `strict`: also"
        " hides what would let a hidden figure be worked out.",
    )


class Counts(BaseModel):
    """The six answers; null is hidden."""

    very_good: int | None = Field(examples=[50])
    good: int | None = Field(examples=[30])
    neither_good_nor_poor: int | None = Field(examples=[8])
    poor: int | None = Field(examples=[5])
    very_poor: int | None = Field(examples=[4])
    dont_know: int | None = Field(examples=[3])


class Markers(BaseModel):
    """What to show where a figure is null: `*` is hidden, `-` is of nobody."""

    counts: Marker | None = Field(examples=[None])
    percentages: Marker | None = Field(examples=[None])
    modes: Marker | None = Field(examples=[None])


class Previous(BaseModel):
    """The month before, as it was published."""

    total: int = Field(examples=[96])
    pct_positive: int | None = Field(examples=[82])
    pct_negative: int | None = Field(examples=[7])


class Published(BaseModel):
    """The figures of the trust, a directorate, a service or a team."""

    level: Level
    code: str = Field(examples=["RNU"])
    name: str = Field(examples=["Oxford Health"])
    total: int = Field(description="Sum of the six answers; never hidden.", examples=[100])
    counts: Counts
    pct_positive: int | None = Field(
        description="Very good and good of all six, in whole percent, half up.", examples=[80]
    )
    pct_negative: int | None = Field(examples=[9])
    modes: dict[Mode, int | None] = Field(
        description="The same answers by mode of collection; null is hidden. Those whose channel"
        " has no mode are `other`.",
        examples=[{"sms": 60, "online": 40}],
    )
    suppressed: Reason | None = Field(
        description="Why something is hidden; null where nothing is.", examples=[None]
    )
    markers: Markers
    previous: Previous | None = Field(
        description="Null where it was not published under this code then."
    )
    children: "list[Published]"


class PublicationOut(BaseModel):
    """A month for the open web."""

    month: MonthText
    previous_month: MonthText = Field(examples=["2026-02"])
    service: NationalService
    rule: Rule
    caveat: str = Field(examples=[CAVEAT])
    mode_names: dict[Mode, str] = Field(
        description="The service's modes in their national order.",
        examples=[{"sms": "SMS/text", "online": "Online survey"}],
    )
    trust: Published


def written(told: Publication) -> bytes:
    """Write a publication as JSON of the form above; models would take half of the time."""
    before = {_place(level, path): shown for level, path, shown in levels(told.before)}
    trust = _node(levels(told.now), told, before)
    return orjson.dumps(
        {
            "month": f"{told.month:%Y-%m}",
            "previous_month": f"{told.previous:%Y-%m}",
            "service": told.service,
            "rule": told.rule,
            "caveat": CAVEAT,
            "mode_names": _MODES[told.service],
            "trust": trust,
        }
    )


def _place(level: Level, path: tuple[str, ...]) -> tuple[str, ...]:
    """Say what is the same in two months: a team wherever it stands, a service where it does."""
    return (level, *(path[1:] if level is Level.SERVICE else path[-1:]))


def _node(
    told: Iterator[tuple[Level, tuple[str, ...], Shown]],
    publication: Publication,
    before: Mapping[tuple[str, ...], Shown],
) -> dict[str, Any]:
    """Take a node and all below it from the walk, which comes by parents before children."""
    level, path, shown = next(told)
    return {
        "level": level,
        "code": shown.key,
        "name": publication.now.names[path],
        "total": shown.total,
        "counts": dict(zip(_ANSWERS, shown.counts, strict=True)),
        "pct_positive": shown.pct_positive,
        "pct_negative": shown.pct_negative,
        "modes": dict(zip(_MODES[publication.service], shown.modes, strict=True)),
        "suppressed": shown.reason,
        "markers": {
            "counts": _marker(shown.counts),
            "percentages": shown.percentages,
            "modes": _marker(shown.modes),
        },
        "previous": _previous(before.get(_place(level, path))),
        "children": [_node(told, publication, before) for _ in shown.children],
    }


def _marker(cells: tuple[int | None, ...]) -> Marker | None:
    return Marker.HIDDEN if None in cells else None


def _previous(shown: Shown | None) -> dict[str, int | None] | None:
    if shown is None:
        return None
    return {
        "total": shown.total,
        "pct_positive": shown.pct_positive,
        "pct_negative": shown.pct_negative,
    }
