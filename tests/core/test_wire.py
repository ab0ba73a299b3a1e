from datetime import UTC, date, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from app.core.wire import Day, Instant

DAY, INSTANT = TypeAdapter(Day), TypeAdapter(Instant)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_day_is_written_one_way():
    assert DAY.validate_python("2026-03-01") == date(2026, 3, 1)
    assert DAY.validate_python(date(2026, 3, 1)) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "value", [0, "0", "1772442840", 1.5, True, "2026-3-1", "01/03/2026", "2026-02-30", "", None]
)
def test_nothing_else_is_a_day(value):
    with pytest.raises(ValidationError):
        DAY.validate_python(value)


@pytest.mark.parametrize(
    "value",
    ["2026-03-01T12:00:00Z", "2026-03-01t14:00:00.000+02:00", "2026-03-01T12:00Z", NOON],
)
def test_an_instant_is_taken_to_utc(value):
    found = INSTANT.validate_python(value)
    assert (found, found.tzinfo) == (NOON, UTC)


@pytest.mark.parametrize(
    "value",
    [
        0,
        "0",
        "1772442840.5",
        "2026-03-01",
        "2026-03-01T12:00:00",
        "2026-03-01T25:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+12:00",
        None,
    ],
)
def test_nothing_else_is_an_instant(value):
    with pytest.raises(ValidationError):
        INSTANT.validate_python(value)
