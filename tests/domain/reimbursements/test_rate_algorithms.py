from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.reimbursements.rates import fees, mileage, subsistence, wording
from app.domain.reimbursements.rates.rounding import whole_pence
from app.domain.reimbursements.rates.tax_year import first_day, tax_year

D = Decimal
HMRC = [mileage.Band(D(0), D(55)), mileage.Band(D(10_000), D(25))]
MILES = st.integers(1, 249_010).map(lambda tenths: D(tenths) / 10)
USED = st.integers(0, 300_000).map(lambda tenths: D(tenths) / 10)
QUARTERS = st.integers(1, 96).map(lambda quarters: D(quarters) / 4)
RATES = st.integers(0, 10_000_000).map(lambda tenths: D(tenths) / 1000)


def mileage_pence(before, miles, bands=HMRC):
    return mileage.exact_pence(mileage.split(before, miles, bands))


@pytest.mark.parametrize(
    ("exact", "pence"), [("0", 0), ("0.4", 0), ("0.5", 1), ("1.5", 2), ("2.5", 3), ("37.49", 37)]
)
def test_half_a_penny_is_rounded_up(exact, pence):
    assert whole_pence(D(exact)) == pence


@given(st.dates(date(1900, 4, 6), date(2200, 1, 1)))
def test_a_day_lies_in_its_tax_year(day):
    year = tax_year(day)
    assert first_day(year) <= day < first_day(year + 1)


def test_a_tax_year_ends_on_5_april():
    assert (tax_year(date(2026, 4, 5)), tax_year(date(2026, 4, 6))) == (2025, 2026)
    assert first_day(2026) - timedelta(1) == date(2026, 4, 5)


@pytest.mark.parametrize(("rate", "pence"), [(55, 1050), (45, 950)])
def test_a_journey_lies_on_both_sides_of_the_threshold(rate, pence):
    bands = [mileage.Band(D(0), D(rate)), mileage.Band(D(10_000), D(25))]
    assert mileage_pence(D(9_990), D(30), bands) == pence


@given(USED, MILES, MILES)
def test_mileage_in_one_line_is_mileage_in_two(before, first, second):
    whole = mileage_pence(before, first + second)
    assert whole == mileage_pence(before, first) + mileage_pence(before + first, second)


@given(USED, MILES)
def test_every_mile_is_paid_once_by_one_band(before, miles):
    parts = mileage.split(before, miles, HMRC)
    assert sum(part.miles for part in parts) == miles
    assert 25 * miles <= mileage.exact_pence(parts) <= 55 * miles


@given(USED, USED, MILES)
def test_no_more_is_paid_the_more_came_before(one, other, miles):
    least, most = sorted((one, other))
    assert mileage_pence(least, miles) >= mileage_pence(most, miles)


@given(USED, MILES, MILES)
def test_a_longer_journey_is_never_paid_less(before, one, other):
    short, long = sorted((one, other))
    assert mileage_pence(before, short) <= mileage_pence(before, long)


def test_each_passenger_adds_their_rate_for_each_mile():
    assert mileage.passenger_pence(D("10.5"), 2, D(5)) == 105


@given(QUARTERS, QUARTERS, RATES)
def test_pay_by_the_hour_adds_up(one, other, pence):
    together = fees.by_hour(one + other, pence)
    assert together == fees.by_hour(one, pence) + fees.by_hour(other, pence)


@given(QUARTERS, st.integers(1, 48).map(lambda halves: D(halves) / 2))
def test_blocks_cover_the_time_and_no_more_than_one_is_begun(hours, length):
    count = fees.blocks(hours, length)
    assert (count - 1) * length < hours <= count * length


@pytest.mark.parametrize(("hours", "count"), [("0.25", 1), ("3", 1), ("3.25", 2), ("9", 3)])
def test_a_block_that_is_begun_is_paid(hours, count):
    assert fees.blocks(D(hours), D(3)) == count


@pytest.mark.parametrize(
    ("hours", "limits", "found"),
    [
        ("4", [None, D(4)], 1),
        ("4.25", [None, D(4)], 0),
        ("4.25", [D(4)], None),
        ("1", [D(4), D(1), D(2)], 1),
        ("1", [None, None], 0),
        ("1", [], None),
    ],
)
def test_the_lowest_tier_that_holds_the_time_is_taken(hours, limits, found):
    assert fees.tier(D(hours), limits) == found


@given(QUARTERS, st.lists(st.none() | QUARTERS, max_size=6))
def test_a_tier_holds_the_time(hours, limits):
    found = fees.tier(hours, limits)
    fitting = [limit for limit in limits if limit is None or limit >= hours]
    assert (found is None) == (not fitting)
    if found is not None:
        assert limits[found] in fitting


@given(st.integers(0, 1_000_000), st.integers(0, 100))
def test_a_share_and_the_rest_are_the_whole(pence, percent):
    assert fees.share(D(pence), D(percent)) + fees.share(D(pence), D(100 - percent)) == pence


@given(QUARTERS, QUARTERS, st.lists(QUARTERS, max_size=4))
def test_who_is_longer_away_is_due_no_less(one, other, over):
    short, long = sorted((one, other))
    assert set(subsistence.passed(short, over)) <= set(subsistence.passed(long, over))


@pytest.mark.parametrize(
    ("hours", "due"), [("5", []), ("5.25", [0]), ("10", [0]), ("10.25", [0, 1])]
)
def test_an_allowance_is_due_when_its_hours_are_passed(hours, due):
    assert subsistence.passed(D(hours), [D(5), D(10)]) == due


def test_amounts_are_told_in_plain_words():
    assert wording.pounds(123_456) == "£1,234.56"
    assert [wording.rate(D(p)) for p in ("37.400", "55", "2000", "2062.5")] == [
        "37.4p",
        "55p",
        "£20.00",
        "£20.625",
    ]
    assert [wording.hours(D(h)) for h in ("1.00", "2.50", "10")] == [
        "1 hour",
        "2.5 hours",
        "10 hours",
    ]
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.listed(["a"]) == "a"
