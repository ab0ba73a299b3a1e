"""Working days of England: weekends and bank holidays, with their substitute days."""

from datetime import date

import pytest

from app.domain.feedback.returns import deadlines


@pytest.mark.parametrize(
    ("month", "n", "due"),
    [
        ("2026-03-01", 13, "2026-04-21"),  # Good Friday and Easter Monday
        ("2026-03-01", 9, "2026-04-15"),
        ("2026-04-01", 9, "2026-05-14"),  # early May
        ("2026-11-01", 13, "2026-12-17"),
        ("2026-12-01", 1, "2027-01-04"),  # New Year's Day is a Friday
        ("2027-12-01", 1, "2028-01-04"),  # New Year's Day is a Saturday: Monday instead
        ("2024-02-01", 13, "2024-03-19"),
        ("2026-05-01", 1, "2026-06-01"),
    ],
)
def test_the_deadline_is_a_working_day_of_the_following_month(month, n, due):
    assert deadlines.due(date.fromisoformat(month), n) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("month", "last"),
    [("2026-02-01", "2026-02-28"), ("2024-02-01", "2024-02-29"), ("2026-12-01", "2026-12-31")],
)
def test_months_end_when_they_end(month, last):
    assert deadlines.last_day(date.fromisoformat(month)) == date.fromisoformat(last)
