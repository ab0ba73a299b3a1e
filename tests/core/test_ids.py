from datetime import UTC, date, datetime, timedelta

import time_machine
from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import day_uuid7, uuid7

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  Hypothesis adds the zone


def millis(id_) -> int:
    return id_.int >> 80


def test_an_id_is_a_uuid_of_version_7():
    id_ = uuid7()
    assert (id_.version, id_.variant) == (7, "specified in RFC 4122")


@given(instant=INSTANTS, later=st.integers(1, 10**9))
def test_later_ids_are_greater(instant, later):
    with time_machine.travel(instant, tick=False):
        first = uuid7()
    with time_machine.travel(instant + timedelta(milliseconds=later), tick=False):
        assert first < uuid7()


@given(day=DAYS)
def test_a_days_id_tells_its_midnight_and_nothing_finer(day):
    id_ = day_uuid7(day)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert millis(id_) == midnight.timestamp() * 1000
    assert (id_.version, id_.variant) == (7, "specified in RFC 4122")


@given(days=st.lists(DAYS, min_size=2, max_size=10, unique=True))
def test_ids_of_days_are_in_the_order_of_the_days(days):
    assert [day for _, day in sorted((day_uuid7(d), d) for d in days)] == sorted(days)


def test_ids_of_one_day_differ():
    assert len({day_uuid7(date(2026, 3, 1)) for _ in range(10_000)}) == 10_000
