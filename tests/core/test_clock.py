from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import time_machine

from app.core import clock


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-28T23:59:59Z", date(2026, 3, 28)),  # the last evening of winter time
        ("2026-03-29T00:59:59Z", date(2026, 3, 29)),  # the clocks go forward a second later
        ("2026-03-29T01:00:00Z", date(2026, 3, 29)),
        ("2026-03-29T22:59:59Z", date(2026, 3, 29)),
        ("2026-03-29T23:00:00Z", date(2026, 3, 30)),  # the first midnight of summer time
        ("2026-10-24T22:59:59Z", date(2026, 10, 24)),
        ("2026-10-24T23:00:00Z", date(2026, 10, 25)),
        ("2026-10-25T00:30:00Z", date(2026, 10, 25)),  # 01:30, for the first time
        ("2026-10-25T01:30:00Z", date(2026, 10, 25)),  # 01:30, for the second time
        ("2026-10-25T23:59:59Z", date(2026, 10, 25)),
        ("2026-10-26T00:00:00Z", date(2026, 10, 26)),
    ],
)
def test_a_day_is_londons(instant, day):
    at = datetime.fromisoformat(instant)
    elsewhere = at.astimezone(timezone(timedelta(hours=-9)))
    assert clock.london_day(at) == clock.london_day(elsewhere) == day
    with time_machine.travel(at, tick=False):
        assert clock.today() == day
        assert clock.now() == at


def test_now_is_an_aware_instant_in_utc():
    assert clock.now().tzinfo is UTC


def test_a_days_midnight_is_utcs():
    assert clock.midnight(date(2026, 7, 1)) == datetime(2026, 7, 1, tzinfo=UTC)
