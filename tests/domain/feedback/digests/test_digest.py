from datetime import date

import pytest

from app.domain.feedback.codes import FftAnswer
from app.domain.feedback.digests.digest import NEGATIVE, POSITIVE, Week
from tests.digesting import digest, group


@pytest.mark.parametrize(
    ("name", "first", "last", "before"),
    [
        ("2026-W10", date(2026, 3, 2), date(2026, 3, 8), "2026-W09"),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4), "2025-W52"),
        ("2020-W53", date(2020, 12, 28), date(2021, 1, 3), "2020-W52"),
    ],
)
def test_a_week_is_that_of_iso_8601(name, first, last, before):
    week = Week.named(name)
    assert (week.first, week.last, week.name, week.before.name) == (first, last, name, before)


@pytest.mark.parametrize("name", ["2026-W00", "2026-W54", "2021-W53", "2026", "2026-10"])
def test_a_week_that_never_was_has_no_name(name):
    with pytest.raises(ValueError, match=r".+"):
        Week.named(name)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 3, 8), "2026-W09"),
        (date(2026, 3, 9), "2026-W10"),
        (date(2026, 3, 15), "2026-W10"),
        (date(2026, 3, 16), "2026-W11"),
    ],
)
def test_the_last_whole_week_is_over_on_its_day(day, name):
    assert Week.last_whole(day).name == name


def test_a_week_is_compared_with_the_one_before():
    made = digest()
    assert made.change == 12  # those without one of the six answers are responses too
    assert made.points(*POSITIVE) == -25.0
    assert made.points(*NEGATIVE) == 7.5
    assert made.points(FftAnswer.DONT_KNOW) == 2.5


def test_a_share_of_nothing_is_not_compared():
    for values in ({"figures": group()}, {"before": group()}):
        assert digest(**values).points(*POSITIVE) is None


def test_a_week_that_runs_is_not_compared():
    running = digest(over=False)
    assert running.change is None
    assert running.points(*POSITIVE) is None
