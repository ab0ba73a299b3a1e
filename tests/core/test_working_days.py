from datetime import date

import pytest

from app.core.working_days import working_day_after


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        (date(2026, 11, 24), 1, date(2026, 11, 25)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # a Friday
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        (date(2026, 12, 23), 3, date(2026, 12, 30)),  # Christmas, Boxing Day and its substitute
        (date(2026, 11, 24), 10, date(2026, 12, 8)),
    ],
)
def test_bank_holidays_and_weekends_are_no_working_days(day, number, expected):
    assert working_day_after(day, number) == expected
