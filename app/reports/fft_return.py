"""A national return as the tables that are sent on."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from app.domain.feedback.codes import FftAnswer
from app.domain.feedback.modes.national import CATEGORIES, MODES
from app.domain.feedback.returns.figures import Figures, Line
from app.reports.workbooks import Sheet, Value, as_csv, as_workbook

ANSWERS: Final = {
    FftAnswer.VERY_GOOD: "Very Good",
    FftAnswer.GOOD: "Good",
    FftAnswer.NEITHER_GOOD_NOR_POOR: "Neither Good nor Poor",
    FftAnswer.POOR: "Poor",
    FftAnswer.VERY_POOR: "Very Poor",
    FftAnswer.DONT_KNOW: "Don't Know",
}
_SERVICES: Final = {"mental_health": "Mental health", "community": "Community healthcare"}


@dataclass(frozen=True, slots=True)
class Heading:
    """Whose return it is; `number` is None for figures that nobody has drafted."""

    trust_code: str
    trust_name: str
    month: date
    number: int | None
    status: str


def csv_of(figures: Figures, heading: Heading) -> bytes:
    """Give one row a category, with the month and trust on each."""
    return as_csv(
        Sheet(
            "",
            (),
            ("Period", "Org code", *_header(figures)),
            [
                (f"{heading.month:%Y-%m}", heading.trust_code, *row)
                for row in (_row(figures, line) for line in figures.lines)
            ],
        )
    )


def workbook_of(figures: Figures, heading: Heading) -> bytes:
    """Give one sheet: a row a category and one of their sum."""
    number = "" if heading.number is None else f" {heading.number}"
    told = (
        f"Friends and Family Test: {_SERVICES[figures.service]}",
        f"{heading.trust_name} ({heading.trust_code}), {heading.month:%B %Y}",
        f"Return: {heading.status}{number}",
    )
    rows = [_row(figures, line) for line in (*figures.lines, figures.whole)]
    sheet = Sheet("FFT return", told, _header(figures), rows)
    month = heading.month
    return as_workbook([sheet], datetime(month.year, month.month, 1, tzinfo=UTC))


def _header(figures: Figures) -> tuple[str, ...]:
    modes = MODES[figures.service].values()
    return ("Category", "Total Responses", *ANSWERS.values(), *(f"Mode: {mode}" for mode in modes))


def _row(figures: Figures, line: Line) -> tuple[Value, ...]:
    names = {str(category): name for category, name in CATEGORIES[figures.service].items()}
    return (names.get(line.category, "Total"), line.total, *line.counts, *line.modes)
