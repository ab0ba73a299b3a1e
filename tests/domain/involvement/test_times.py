from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from app.core.clock import LONDON
from app.domain.involvement.opportunities.errors import OpportunityTimesError
from app.domain.involvement.opportunities.times import Time, checked, slots

MONDAY = date(2026, 6, 1)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
HOURS = st.timedeltas(timedelta(), timedelta(days=365)).map(lambda since: NEW_YEAR + since)


def at(hour: int, minute: int = 0, day: int = 0) -> datetime:
    local = datetime.combine(MONDAY, datetime.min.time(), LONDON)
    return local + timedelta(days=day, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (at(9), at(12), ["mon_morning"]),
        (at(9), at(12, 1), ["mon_morning", "mon_afternoon"]),
        (at(12), at(17), ["mon_afternoon"]),
        (at(11, 59), at(17, 30), ["mon_morning", "mon_afternoon", "mon_evening"]),
        (at(17), at(21), ["mon_evening"]),
        (at(22), at(1, day=1), ["mon_evening", "tue_morning"]),
        (at(0, day=6), at(0, day=7), ["sun_morning", "sun_afternoon", "sun_evening"]),
    ],
)
def test_a_time_takes_the_parts_of_the_week_it_lies_in_as_london_knows_them(begins, ends, expected):
    assert slots([Time(begins.astimezone(UTC), ends.astimezone(UTC))]) == expected


@drawn(HOURS, st.timedeltas(timedelta(minutes=1), timedelta(hours=24)))
def test_a_time_takes_the_part_it_begins_in_and_no_more_than_four(begins, length):
    found = slots([Time(begins, begins + length)])
    assert slots([Time(begins, begins + timedelta.resolution)])[0] in found
    assert 1 <= len(found) <= 4


@drawn(st.lists(st.tuples(HOURS, st.timedeltas(timedelta(minutes=1), timedelta(hours=24)))))
def test_times_come_in_order(told):
    times = list({begins: Time(begins, begins + length) for begins, length in told}.values())
    assert checked(times) == sorted(times)


@pytest.mark.parametrize(
    "times",
    [
        [Time(at(9), at(9))],
        [Time(at(9), at(8))],
        [Time(at(9), at(9, 1, day=1))],
        [Time(at(9), at(10)), Time(at(9), at(11))],
    ],
)
def test_a_time_that_cannot_be_is_refused(times):
    with pytest.raises(OpportunityTimesError):
        checked(times)
