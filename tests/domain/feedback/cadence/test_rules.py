"""Action 4.2 of the strategy, as domain reference 0.3 tells it, case by case."""

import itertools
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given as always
from hypothesis import strategies as st

from app.domain.feedback.cadence import rules
from app.domain.feedback.cadence.rules import Because, Evidence, MetBy, State, Stay, Team
from app.domain.organisation.models import Setting

COMMUNITY, INPATIENT = Setting.COMMUNITY, Setting.INPATIENT
MET, MISSED, PENDING, NA = State.MET, State.MISSED, State.PENDING, State.NOT_APPLICABLE
MONDAY = date(2024, 1, 1)
TODAY = date(2026, 6, 20)
START = date(2000, 1, 1)


def day(text: str) -> date:
    return date.fromisoformat(text)


def team(*stays: Stay, **values: object) -> Team:
    return Team(UUID(int=1), "T", "Team", stays or (Stay(COMMUNITY, "D", START),), **values)


def ward(**values: object) -> Team:
    return team(Stay(INPATIENT, "D", START), **values)


def judged(of: Team, first: str, last: str, **known: object) -> list[rules.Verdict]:
    periods = {
        COMMUNITY: rules.months(day(first), day(last)),
        INPATIENT: rules.fortnights(MONDAY, day(first), day(last)),
    }
    collected = {day(text): 1 for text in known.pop("collected", ())}
    told = frozenset(day(text) for text in known.pop("told", ()))
    evidence = Evidence(
        dict.fromkeys(Setting, collected),
        dict.fromkeys(Setting, told),
        frozenset(day(text) for text in known.pop("before_discharge", ())),
    )
    return rules.judge(of, periods, evidence, known.pop("today", TODAY), 30)


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        ("2026-01-01", "2026-03-31", ["2026-01", "2026-02", "2026-03"]),
        ("2025-12-01", "2026-01-01", ["2025-12", "2026-01"]),
        ("2026-01-02", "2026-02-01", ["2026-02"]),
        ("2026-01-02", "2026-01-31", []),
        ("2024-02-01", "2024-02-01", ["2024-02"]),
    ],
)
def test_months_begin_within_the_days(first, last, names):
    assert [period.name for period in rules.months(day(first), day(last))] == names


def test_a_month_ends_on_its_last_day_also_in_a_leap_year():
    (period,) = rules.months(day("2024-02-01"), day("2024-02-01"))
    assert (period.last, period.monthly) == (day("2024-02-29"), True)


@pytest.mark.parametrize(
    ("first", "last", "begins"),
    [
        ("2024-01-01", "2024-01-15", ["2024-01-01", "2024-01-15"]),
        ("2024-01-02", "2024-01-14", []),
        ("2024-01-14", "2024-01-15", ["2024-01-15"]),
        # Before the stated Monday they are counted back from it.
        ("2023-12-01", "2023-12-31", ["2023-12-04", "2023-12-18"]),
        ("2025-12-20", "2026-01-20", ["2025-12-29", "2026-01-12"]),
    ],
)
def test_fortnights_are_counted_from_a_monday_both_ways(first, last, begins):
    found = rules.fortnights(MONDAY, day(first), day(last))
    assert [str(period.first) for period in found] == begins
    assert all(period.last - period.first == timedelta(13) for period in found)
    assert all(period.first.isoweekday() == 1 and not period.monthly for period in found)


def test_a_fortnight_goes_over_the_end_of_a_year():
    (period,) = rules.fortnights(MONDAY, day("2025-12-29"), day("2025-12-29"))
    assert (period.name, period.last) == ("2025-12-29/2026-01-11", day("2026-01-11"))


def test_a_team_that_collects_in_a_month_has_met_it():
    found = judged(team(), "2026-04-01", "2026-06-01", collected=["2026-04-01"])
    told = [(v.period.name, v.collected, v.state, v.met_by) for v in found]
    assert told == [
        ("2026-04", 1, MET, MetBy.COLLECTION),
        ("2026-05", 0, MISSED, None),
        ("2026-06", 0, PENDING, None),
    ]


@pytest.mark.parametrize(
    ("today", "state"), [("2026-06-30", PENDING), ("2026-07-01", MISSED), ("2026-06-01", PENDING)]
)
def test_a_period_is_missed_once_its_last_day_is_over(today, state):
    (found,) = judged(team(), "2026-06-01", "2026-06-01", today=day(today))
    assert found.state is state


def test_a_period_that_is_not_over_can_be_met():
    (found,) = judged(team(), "2026-06-01", "2026-06-01", collected=["2026-06-01"])
    assert found.state is MET


@pytest.mark.parametrize(
    ("values", "because"),
    [
        ({"opened": day("2026-04-01")}, None),
        ({"opened": day("2026-04-02")}, Because.OPENED),
        ({"opened": day("2026-04-30")}, Because.OPENED),
        ({"closed": day("2026-05-01")}, None),
        ({"closed": day("2026-04-30")}, Because.CLOSED),
        ({"closed": day("2026-04-02")}, Because.CLOSED),
        ({"empty": [(day("2026-04-30"), day("2026-06-01"))]}, Because.EMPTY),
        ({"empty": [(day("2026-01-01"), day("2026-04-02"))]}, Because.EMPTY),
        ({"empty": [(day("2026-04-10"), day("2026-04-11"))]}, Because.EMPTY),
        ({"empty": [(day("2026-01-01"), date.max)]}, Because.EMPTY),
        ({"empty": [(day("2026-01-01"), day("2026-04-01"))]}, None),
        ({"empty": [(day("2026-05-01"), date.max)]}, None),
    ],
)
def test_a_month_in_which_a_team_opened_closed_or_was_empty_does_not_count(values, because):
    (found,) = judged(team(**values), "2026-04-01", "2026-04-01", collected=["2026-04-01"])
    assert found.because is because
    assert found.state is (MET if because is None else NA)
    assert found.met_by is (MetBy.COLLECTION if because is None else None)
    assert found.collected == 1
    if because is not None:
        assert found.told_back is NA


@pytest.mark.parametrize(
    ("opened", "because"),
    [("2026-04-06", None), ("2026-04-07", Because.OPENED), ("2026-04-19", Because.OPENED)],
)
def test_a_ward_that_opens_within_a_fortnight_has_none_to_meet(opened, because):
    (found,) = judged(ward(opened=day(opened)), "2026-04-06", "2026-04-06")
    assert found.because is because


@pytest.mark.parametrize("values", [{"opened": day("2026-05-01")}, {"closed": day("2026-04-01")}])
def test_before_it_opened_and_after_it_closed_a_team_has_no_periods(values):
    assert judged(team(**values), "2026-04-01", "2026-04-01") == []


def test_a_ward_that_becomes_a_community_team_meets_fortnights_then_months():
    moved = team(
        Stay(INPATIENT, "D", START, day("2026-05-01")), Stay(COMMUNITY, "D", day("2026-05-01"))
    )
    found = judged(moved, "2026-04-01", "2026-05-31")
    told = [(v.period.name, v.setting, v.state, v.because) for v in found]
    assert told == [
        ("2026-04-06/2026-04-19", INPATIENT, MISSED, None),
        ("2026-04-20/2026-05-03", INPATIENT, NA, Because.MOVED),
        ("2026-05", COMMUNITY, MISSED, None),
    ]


def test_a_community_team_that_becomes_a_ward_begins_with_its_first_whole_fortnight():
    moved = team(
        Stay(COMMUNITY, "D", START, day("2026-05-01")), Stay(INPATIENT, "D", day("2026-05-01"))
    )
    found = judged(moved, "2026-04-01", "2026-05-31")
    told = [(v.period.name, v.because) for v in found]
    assert told == [
        ("2026-04", None),
        ("2026-04-20/2026-05-03", Because.MOVED),
        ("2026-05-04/2026-05-17", None),
        ("2026-05-18/2026-05-31", None),
    ]


def test_a_ward_that_is_first_placed_within_a_fortnight_opens_in_it():
    (found,) = judged(team(Stay(INPATIENT, "D", day("2026-05-01"))), "2026-04-20", "2026-04-20")
    assert found.because is Because.OPENED


def test_a_change_of_directorate_changes_nothing_but_where_periods_are_told():
    moved = team(
        Stay(INPATIENT, "OLD", START, day("2026-05-01")), Stay(INPATIENT, "NEW", day("2026-05-01"))
    )
    found = judged(moved, "2026-04-20", "2026-05-04")
    assert [(v.directorate, v.state) for v in found] == [("OLD", MISSED), ("NEW", MISSED)]


@pytest.mark.parametrize(
    ("of", "state", "met_by"),
    [(ward(), MET, MetBy.BEFORE_DISCHARGE), (team(), MISSED, None)],
    ids=["ward", "community"],
)
def test_hearing_enough_before_discharge_is_a_wards_other_way(of, state, met_by):
    found = judged(of, "2026-04-01", "2026-05-31", before_discharge=["2026-04-01"])
    april = [v for v in found if v.period.first < day("2026-05-01")]
    assert {(v.state, v.met_by, v.told_back) for v in april} == {(state, met_by, NA)}
    assert {v.state for v in found if v not in april} == {MISSED}


def test_a_ward_that_did_both_met_it_by_its_collection():
    found = judged(
        ward(),
        "2026-04-06",
        "2026-04-06",
        collected=["2026-04-06"],
        before_discharge=["2026-04-01"],
    )
    assert [v.met_by for v in found] == [MetBy.COLLECTION]


def test_hearing_people_before_discharge_does_not_make_a_closed_ward_count():
    closed = ward(closed=day("2026-04-10"))
    (found,) = judged(closed, "2026-04-06", "2026-04-06", before_discharge=["2026-04-01"])
    assert (found.state, found.because) == (NA, Because.CLOSED)


@pytest.mark.parametrize(
    ("heard", "discharged", "share", "enough"),
    [
        (1, 2, 50, True),
        (0, 2, 50, False),
        (49, 100, 50, False),
        (50, 100, 50, True),
        (2, 3, 67, False),
        (3, 3, 100, True),
        (5, 3, 100, True),
        (0, 0, 50, False),
        (0, None, 50, False),
        (3, None, 50, False),
    ],
)
def test_the_share_before_discharge_is_reached_exactly(heard, discharged, share, enough):
    assert rules.enough_before_discharge(heard, discharged, share) is enough


@pytest.mark.parametrize(
    ("known", "told_back"),
    [
        ({"collected": ["2026-04-01"], "told": ["2026-04-01"]}, MET),
        (
            {"collected": ["2026-04-01"], "told": ["2026-03-01"], "today": day("2026-05-30")},
            PENDING,
        ),
        ({"collected": ["2026-04-01"], "today": day("2026-05-31")}, MISSED),
        ({"told": ["2026-04-01"]}, NA),
    ],
)
def test_people_are_told_back_in_time_of_what_was_collected(known, told_back):
    (found,) = judged(team(), "2026-04-01", "2026-04-01", **known)
    assert found.told_back is told_back


@pytest.mark.parametrize(
    ("states", "streak"),
    [
        ([], 0),
        ([MET], 1),
        ([MISSED, MET, MET], 2),
        ([MET, MET, MISSED], 0),
        ([MET, NA, MET], 2),
        ([MET, MET, PENDING], 2),
        ([MISSED, NA, PENDING], 0),
        ([MET, MISSED, NA, MET, PENDING, MET], 2),
    ],
)
def test_a_streak_is_broken_by_a_miss_alone(states, streak):
    assert rules.streak(states) == streak


def test_a_groups_streak_is_of_months_in_which_nobody_missed():
    groups = [[MET, MISSED], [MET, MET], [NA], [MET, NA], [PENDING, PENDING]]
    assert rules.streak_of_all(groups) == 2
    assert rules.streak_of_all([*groups, [MET, MISSED]]) == 0


@pytest.mark.parametrize(
    ("states", "expected", "pct"),
    [
        ([], 0, None),
        ([NA, PENDING], 1, None),
        ([MET, MET, MISSED], 3, 66.7),
        ([MET, MISSED, PENDING, NA], 3, 50.0),
        ([MISSED] * 15 + [MET], 16, 6.3),
    ],
)
def test_periods_are_counted_by_how_they_went(states, expected, pct):
    found = rules.tally(states, 7)
    assert (found.expected, found.pct_met, found.streak) == (expected, pct, 7)
    counted = (found.met, found.missed, found.pending, found.not_applicable)
    assert counted == tuple(states.count(state) for state in (MET, MISSED, PENDING, NA))


DAYS = st.dates(date(2023, 1, 1), date(2026, 12, 31))


@always(first=DAYS, length=st.integers(0, 800), monday=st.integers(-200, 200))
def test_every_day_within_falls_in_one_period_of_each_kind(first, length, monday):
    last = first + timedelta(length)
    for found in (
        rules.months(first, last),
        rules.fortnights(MONDAY + timedelta(7 * monday), first, last),
    ):
        for earlier, later in itertools.pairwise(found):
            assert later.first == earlier.last + timedelta(1)
        if found:
            assert first <= found[0].first
            assert found[-1].first <= last < found[-1].last + timedelta(31)


@always(
    opened=DAYS,
    closed=st.none() | DAYS,
    setting=st.sampled_from(Setting),
    today=DAYS,
    data=st.data(),
)
def test_a_verdict_never_contradicts_itself(opened, closed, setting, today, data):
    of = team(Stay(setting, "D", START), opened=opened, closed=closed or date.max)
    begins = [str(p.first) for p in rules.months(day("2023-01-01"), day("2026-12-31"))]
    collected = data.draw(st.lists(st.sampled_from(begins), max_size=5))
    for v in judged(of, "2023-01-01", "2026-12-31", collected=collected, today=today):
        assert (v.state is NA) == (v.because is not None)
        assert (v.state is MET) == (v.met_by is not None)
        assert v.state is not PENDING or v.period.last >= today
        assert v.state is not MISSED or (v.period.last < today and v.collected == 0)
        assert v.told_back is NA or v.state is MET
