"""A digest as a page for who may see its figures, and as a message for a mailbox.

A message may be passed on, so that it holds no words of patients, and no figure of fewer than
five of them, nor one from which such a figure could be worked out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.core.suppression import THRESHOLD, hidden
from app.domain.feedback.cadence.rules import State
from app.domain.feedback.codes import FftAnswer
from app.domain.feedback.digests.digest import NEGATIVE, POSITIVE, Digest, Week, responses
from app.domain.feedback.digests.service import Written
from app.domain.feedback.summary import ANSWERS, Group

FEW: Final = f"fewer than {THRESHOLD}"
NOT_SHOWN: Final = "not shown"
NONE: Final = "none"
_UNANSWERED: Final = "unanswered"
_TOTAL: Final = "total"
LABELS: Final[Mapping[str, str]] = {
    FftAnswer.VERY_GOOD: "Very good",
    FftAnswer.GOOD: "Good",
    FftAnswer.NEITHER_GOOD_NOR_POOR: "Neither good nor poor",
    FftAnswer.POOR: "Poor",
    FftAnswer.VERY_POOR: "Very poor",
    FftAnswer.DONT_KNOW: "Don't know",
    _UNANSWERED: "Question not answered",
}
_STATES: Final[Mapping[State, str]] = {
    State.MET: "met",
    State.MISSED: "missed",
    State.PENDING: "still open",
    State.NOT_APPLICABLE: "does not apply",
}
_OTHERS: Final = (FftAnswer.NEITHER_GOOD_NOR_POOR, FftAnswer.DONT_KNOW)
_GROUPS: Final[Sequence[Sequence[str]]] = (POSITIVE, NEGATIVE, _OTHERS, (_UNANSWERED,))
# Undefined names fail; what ends in .html is escaped, whatever a team is called.
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Table:
    """Figures under one heading; `note` stands instead of rows where there are none."""

    heading: str
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


def page(digest: Digest) -> str:
    """Write a digest as an HTML page with all its figures, and the comments its reader may see."""
    return _TEMPLATES.get_template("digest.html").render(
        **_heading(digest), tables=_tables(digest), comments=_comments(digest), mail=False
    )


def mail(digest: Digest) -> Written:
    """Write a digest as a message."""
    told = {
        **_heading(digest),
        "tables": _tables(digest, mail=True),
        "mail": True,
        "comments": None,
    }
    return Written(
        subject=f"{digest.team.name}: feedback of {days(digest.week)}",
        text=_TEMPLATES.get_template("digest.txt").render(told),
        html=_TEMPLATES.get_template("digest.html").render(told),
    )


def few(number: int) -> str:
    """Tell how many people, but not how few."""
    return FEW if 0 < number < THRESHOLD else str(number)


def days(week: Week) -> str:
    return f"{_day(week.first)} to {_day(week.last)}"


def _heading(digest: Digest) -> dict[str, Any]:
    return {
        "team": digest.team.name,
        "week": digest.week.name,
        "days": days(digest.week),
        "over": digest.over,
    }


Count = Callable[[int], str]


def _tables(digest: Digest, *, mail: bool = False) -> list[Table]:
    count: Count = few if mail else str
    return [
        _veiled_figures(digest) if mail else _figures(digest),
        Table(
            "What it was about",
            "Responses of the week by theme, most first; one response can have several themes",
            ("Theme", "Responses"),
            [(each.name, count(each.responses)) for each in digest.themes],
            "No response of the week has been coded by themes.",
        ),
        _standing(digest, count),
        _told_back(digest, count),
        _cadence(digest, mail=mail),
    ]


def _figures(digest: Digest) -> Table:
    shown = [_counted(group) for group in (digest.figures, digest.before)]
    change = "" if digest.change is None else f"{digest.change:+}" if digest.change else "0"
    rows = [("Responses", *(str(each[_TOTAL]) for each in shown), change)]
    rows += [(label, *(str(each[key]) for each in shown), "") for key, label in LABELS.items()]
    rows += [
        (
            label,
            *(_percentage(group, answers) for group in (digest.figures, digest.before)),
            _points(digest.points(*answers)),
        )
        for label, answers in _SHARES.items()
    ]
    return _people_said(("Answer", "This week", "Week before", "Change"), rows)


def _veiled_figures(digest: Digest) -> Table:
    groups = (digest.figures, digest.before)
    shown = [_veiled(group) for group in groups]
    rows = [(label, *(each[key] for each in shown)) for key, label in _ROWS.items()]
    return _people_said(("Answer", "This week", "Week before"), rows)


_SHARES: Final = {"Positive": POSITIVE, "Negative": NEGATIVE}
_ROWS: Final = {_TOTAL: "Responses", **LABELS, "Positive": "Positive", "Negative": "Negative"}


def _people_said(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    caption = "Answers to the Friends and Family Test; shares are of all six answers"
    return Table("What people said", caption, columns, rows)


def _counted(group: Group) -> dict[str, int]:
    counts = dict(zip(ANSWERS, group.counts, strict=True))
    return {_TOTAL: responses(group), **counts, _UNANSWERED: group.unanswered}


def _veiled(group: Group) -> dict[str, str]:
    """Hide figures of few, and others by whose sums these could be known.

    Shares tell how many are positive, negative and neither, so that they are told only where none
    of these is small.
    """
    counts = _counted(group)
    total = counts.pop(_TOTAL)
    small = any(0 < sum(counts[key] for key in keys) < THRESHOLD for keys in _GROUPS)
    closed = hidden(counts, [*_GROUPS[:-1], counts])
    told = {
        key: NOT_SHOWN if key in closed and few(number) != FEW else few(number)
        for key, number in counts.items()
    }
    shares = {
        label: NOT_SHOWN if small else _percentage(group, answers)
        for label, answers in _SHARES.items()
    }
    return {_TOTAL: few(total), **told, **shares}


def _percentage(group: Group, answers: Sequence[FftAnswer]) -> str:
    share = group.percentage(*answers)
    return NONE if share is None else f"{share:.1f} %"


def _points(points: float | None) -> str:
    return "" if points is None else f"{points:+.1f} points" if points else "0.0 points"


def _standing(digest: Digest, count: Count) -> Table:
    now = digest.standing
    return Table(
        "What waits",
        "What the team has still to see to, as it stands today",
        ("What", "Number"),
        [
            ("Responses that ask for a reply or an action", count(now.waiting)),
            ("Of these, past the day they were due", _within(now.overdue, now.waiting, count)),
            ("Replies to approve", count(now.replies_to_approve)),
            ("Replies to publish", count(now.replies_to_publish)),
            ("Texts that wait for moderation", count(now.texts_held)),
            ("Actions still to be done", str(now.actions_open)),
            ("Of these, overdue", str(now.actions_overdue)),
        ],
    )


def _within(part: int, whole: int, count: Count) -> str:
    """Tell a part beside its whole, so that the rest is told no less carefully."""
    known = FEW not in (count(whole), count(part))
    return NOT_SHOWN if known and count(whole - part) == FEW else count(part)


def _told_back(digest: Digest, count: Count) -> Table:
    told = digest.standing
    return Table(
        "What was told back",
        "What patients and carers were told in the week",
        ("What", "Number"),
        [
            ("Actions published", str(told.actions_told)),
            ("Replies published", count(told.replies_told)),
            ("Promises kept", str(told.promises_kept)),
        ],
    )


def _cadence(digest: Digest, *, mail: bool) -> Table:
    """Tell how each period stands; a message leaves out what adds up over weeks."""
    columns = ("Period", "Hearing people", "Telling them back", "Collected")
    rows = [
        (
            f"{_day(each.period.first)} to {_day(each.period.last)}",
            _STATES[each.state],
            _STATES[each.told_back],
            str(each.collected),
        )
        for each in digest.cadence
    ]
    return Table(
        "Hearing people in time",
        "The periods in which the team should hear somebody, up to now",
        columns[:-1] if mail else columns,
        [row[:-1] for row in rows] if mail else rows,
        "The team has no period to hear somebody in.",
    )


def _comments(digest: Digest) -> dict[str, Any] | None:
    if digest.comments is None:
        return None
    shown = [
        {
            "about": f"{_day(each.day)}, {_answer(each.fft_answer)}",
            "language": each.language,
            "texts": [
                (label, text)
                for label, text in (
                    ("What was good", each.comment_good),
                    ("What could be better", each.comment_better),
                )
                if text is not None
            ],
        }
        for each in digest.comments.shown
    ]
    return {"shown": shown, "more": digest.comments.more}


def _answer(answer: FftAnswer | None) -> str:
    return "no rating" if answer is None else LABELS[answer].lower()


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
