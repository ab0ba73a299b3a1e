"""Rules of time as properties: what a history says is asked month by month."""

import itertools
from datetime import date

import pytest
from hypothesis import given, strategies

from app.core.errors import InvalidError
from app.core.ids import uuid7
from app.domain.organisation import placing
from app.domain.organisation.errors import PlacementContradictedError
from app.domain.organisation.models import Segment, Setting
from app.domain.organisation.placing import Stand, Stay, changed

HERE, THERE = uuid7(), uuid7()
MONTHS = [date(2024 + n // 12, n % 12 + 1, 1) for n in range(24)]
months = strategies.sampled_from(MONTHS)
stands = strategies.builds(
    Stand,
    directorate_id=strategies.sampled_from([HERE, THERE]),
    service_id=strategies.just(HERE),
    segment=strategies.just(Segment.PHYSICAL_HEALTH),
    setting=strategies.sampled_from(Setting),
    pathway=strategies.sampled_from([None, "a"]),
)
changes = strategies.fixed_dictionaries(
    {},
    optional={
        "directorate_id": strategies.sampled_from([HERE, THERE]),
        "setting": strategies.sampled_from(Setting),
        "pathway": strategies.sampled_from([None, "a"]),
    },
)


@strategies.composite
def histories(draw) -> list[Stay]:
    begins = sorted(draw(strategies.sets(months, min_size=1, max_size=4)))
    ends = [*begins[1:], None]
    return [Stay(draw(stands), *each) for each in zip(begins, ends, strict=True)]


def at(history: list[Stay], month: date) -> Stand | None:
    found = [stay.stand for stay in history if stay.holds(month)]
    assert len(found) < 2
    return found[0] if found else None


@given(histories(), changes, months, strategies.none() | months)
def test_a_change_holds_from_its_month_until_the_next_and_nothing_else_changes(
    history, told, since, until
):
    try:
        after = changed(history, told, since, until)
    except PlacementContradictedError:
        later = [
            stay
            for stay in history
            if stay.valid_from > since and (until is None or stay.valid_from < until)
        ]
        assert any(getattr(stay.stand, name) != told[name] for stay in later for name in told)
        return
    start = at(history, since) or history[0].stand
    real = {name: value for name, value in told.items() if getattr(start, name) != value}
    for month in MONTHS:
        before, now = at(history, month), at(after, month)
        if since <= month and (until is None or month < until):
            for name, value in real.items():
                assert getattr(now, name) == value
        elif month >= history[0].valid_from:
            assert now == before
    assert after[-1].valid_to is None
    for one, other in itertools.pairwise(after):
        assert one.valid_to == other.valid_from
        assert one.stand != other.stand


@given(histories(), changes, months)
def test_a_change_made_twice_is_a_change_made_once(history, told, since):
    try:
        once = changed(history, told, since)
    except PlacementContradictedError:
        return
    assert changed(once, told, since) == once


@pytest.mark.parametrize("day", [date(2026, 3, 2), date(1999, 12, 1)])
def test_a_month_begins_on_its_first_and_not_before_2000(day):
    with pytest.raises(InvalidError):
        placing.month_start(day)
