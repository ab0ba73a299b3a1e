from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import uuid7
from app.domain.reimbursements.kinds import LineKind, Vehicle
from app.domain.reimbursements.rates import shape
from app.domain.reimbursements.rates.errors import (
    LineHoursMissingError,
    RateMissingError,
    RateTwiceError,
    RateUnfitError,
)
from app.domain.reimbursements.rates.models import Rate, RateCard, RateCardStatus, Scheme
from app.domain.reimbursements.rates.pricing import Card, Line, price
from app.domain.reimbursements.rates.units import MostPer, RateUnit

D = Decimal
DAY = date(2026, 5, 14)
FEE, MILEAGE = LineKind.INVOLVEMENT_FEE, LineKind.MILEAGE
MILES = st.integers(1, 249_010).map(lambda tenths: D(tenths) / 10)
QUARTERS = st.integers(1, 96).map(lambda quarters: D(quarters) / 4)


def rate(kind, unit, **parts):
    return Rate(id=uuid7(), kind=kind, unit=RateUnit(unit), **parts)


def card(scheme, *rates, status=RateCardStatus.ACTIVE, **told):
    start = {"valid_from": date(2020, 1, 1), "valid_to": None}
    made = RateCard(id=uuid7(), scheme=scheme, status=status, **start | told)
    return Card(made, rates)


def half_day_and_day(*, half=7_500, day=15_000, level=4):
    return (
        rate(FEE, "half_day", level=level, pence=D(half), up_to_hours=D(4)),
        rate(FEE, "day", level=level, pence=D(day)),
    )


def hmrc(car=55, **told):
    return card(
        Scheme.HMRC,
        rate(MILEAGE, "mile", vehicle=Vehicle.CAR, pence=D(25), over_miles=D(10_000)),
        rate(MILEAGE, "mile", vehicle=Vehicle.CAR, pence=D(car), over_miles=D(0)),
        rate(MILEAGE, "mile", vehicle=Vehicle.BICYCLE, pence=D(20), over_miles=D(0)),
        rate(MILEAGE, "passenger_mile", pence=D(5)),
        **told,
    )


def fee(hours, level=4, day=DAY, kind=FEE):
    return Line(kind, day, level=level, hours=D(hours))


def drive(miles, day=DAY, **told):
    return Line(MILEAGE, day, miles=D(miles), **{"vehicle": Vehicle.CAR} | told)


def priced(lines, *cards, scheme=None, before=()):
    return price(lines, cards, scheme=scheme, miles_before=dict(before))


def pence(*args, **told):
    return [each.amount_pence for each in priced(*args, **told)]


def test_a_half_day_has_four_hours_at_most():
    ppv = card(Scheme.PPV, *half_day_and_day(), rate(FEE, "day", level=1, pence=D(0)))
    lines = [fee("0.25"), fee(4), fee("4.25"), fee(24), fee(8, level=1)]
    assert pence(lines, ppv) == [7_500, 7_500, 15_000, 15_000, 0]
    found = priced([fee(4)], ppv)[0]
    assert found.explanation == "4 hours at level 4: a half day, £75.00."
    assert (found.card_id, found.rate_id) == (ppv.card.id, ppv.rates[0].id)
    assert not found.unconfirmed


def test_a_level_without_its_own_rate_has_that_of_any_level():
    trust = card(
        Scheme.TRUST,
        rate(FEE, "block", pence=D(2_000), block_hours=D(3)),
        rate(FEE, "hour", level=3, pence=D("1250.5"), label="Chairing"),
    )
    assert pence([fee("3.25", level=1), fee(3), fee("2.5", level=3)], trust) == [
        4_000,
        2_000,
        3_126,
    ]
    said = [each.explanation for each in priced([fee("3.25"), fee("2.5", level=3)], trust)]
    assert said == [
        "3.25 hours: 2 blocks of 3 hours at £20.00, £40.00.",
        "Chairing. 2.5 hours at level 3: at £12.505 an hour, £31.26.",
    ]


def test_a_time_above_every_limit_has_no_rate():
    ppv = card(Scheme.PPV, half_day_and_day()[0])
    with pytest.raises(RateMissingError) as refusal:
        priced([fee(4), fee("4.25")], ppv)
    assert refusal.value.extra["errors"][0]["pointer"] == "#/lines/1"
    assert refusal.value.extra["kind"] == "involvement_fee"
    assert refusal.value.extra["day"] == "2026-05-14"


def test_the_card_of_the_day_prices_a_line():
    old, new = hmrc(45, valid_to=date(2026, 4, 6)), hmrc(valid_from=date(2026, 4, 6))
    lines = [drive(10, date(2026, 4, 5)), drive(10, date(2026, 4, 6))]
    assert pence(lines, old, new) == [450, 550]
    with pytest.raises(RateMissingError):
        priced([drive(1, date(2019, 12, 31))], old, new)


@pytest.mark.parametrize(("day", "car", "paid"), [(DAY, 55, 1_050), (date(2026, 4, 5), 45, 950)])
def test_one_claim_lies_on_both_sides_of_the_threshold(day, car, paid):
    before = {DAY.year - (day < DAY): D(9_990)}
    found = priced([drive(30, day)], hmrc(car), before=before.items())
    assert [each.amount_pence for each in found] == [paid]
    assert found[0].explanation == (
        f"30 miles by car: 10 at {car}p and 20 at 25p; £{paid / 100:.2f}."
    )


def test_the_lines_before_count_to_the_threshold_of_their_own_year():
    lines = [
        drive(9_990, date(2026, 4, 5)),
        drive(9_990),
        drive(30),
        drive(30, vehicle=Vehicle.BICYCLE),
    ]
    assert pence(lines, hmrc()) == [549_450, 549_450, 1_050, 600]
    above = priced([drive(1)], hmrc(), before=[(2026, D(10_000))])[0]
    assert above.amount_pence == 25


def test_passengers_add_to_the_line():
    found = priced([drive("10.1", passengers=2)], hmrc())[0]
    assert found.amount_pence == 657  # 555.5 and 101
    assert found.explanation == "10.1 miles by car: 10.1 at 55p; 2 passengers at 5p a mile; £6.57."
    alone = card(Scheme.TRUST, *hmrc().rates[:2])
    assert pence([drive(10, passengers=2)], alone) == [550]


@given(MILES, MILES, st.integers(0, 200_000).map(lambda tenths: D(tenths) / 10))
def test_a_journey_in_two_lines_differs_by_the_rounding_alone(first, second, before):
    whole = pence([drive(first + second)], HMRC, before=[(2026, before)])[0]
    parts = sum(pence([drive(first), drive(second)], HMRC, before=[(2026, before)]))
    assert abs(whole - parts) <= 1


@given(QUARTERS, QUARTERS)
def test_more_time_is_never_paid_less(one, other):
    short, long = sorted((one, other))
    assert pence([fee(short)], PPV) <= pence([fee(long)], PPV)


HMRC, PPV = hmrc(), card(Scheme.PPV, *half_day_and_day())


def test_fees_are_the_trusts_own_else_those_of_ppv():
    ppv = card(Scheme.PPV, *half_day_and_day())
    trust = card(Scheme.TRUST, rate(FEE, "hour", pence=D(1_000)), valid_from=DAY)
    before = DAY - timedelta(1)
    assert pence([fee(2), fee(2, day=before)], ppv, trust) == [2_000, 7_500]
    bare = card(Scheme.TRUST, rate(LineKind.TAXI, "actual"))
    assert pence([fee(2)], bare, ppv) == [7_500]


def test_mileage_and_subsistence_are_the_trusts_where_it_has_them():
    afc = card(Scheme.AFC, rate(LineKind.SUBSISTENCE, "time_away", pence=D(500), over_hours=D(5)))
    own = card(
        Scheme.TRUST,
        rate(MILEAGE, "mile", vehicle=Vehicle.CAR, pence=D("37.4"), over_miles=D(0)),
        rate(LineKind.SUBSISTENCE, "time_away", pence=D(800), over_hours=D(6)),
    )
    away = Line(LineKind.SUBSISTENCE, DAY, hours_away=D(8))
    lines = [drive(5), drive(10, vehicle=Vehicle.BICYCLE), away]
    assert pence(lines, hmrc(), afc) == [275, 200, 500]
    assert pence(lines, hmrc(), afc, own) == [187, 200, 800]


def test_a_scheme_that_is_asked_for_gives_its_own_fee_or_none():
    ppv = card(Scheme.PPV, *half_day_and_day())
    nihr = card(Scheme.NIHR, rate(FEE, "hour", pence=D(2_750)))
    lines = [fee(1), drive(10)]
    assert pence(lines, ppv, nihr, hmrc(), scheme=Scheme.NIHR) == [2_750, 550]
    with pytest.raises(RateMissingError):
        priced([fee(1)], ppv, scheme=Scheme.NIHR)


def test_what_is_active_comes_before_a_draft_of_any_scheme():
    ppv = card(Scheme.PPV, *half_day_and_day())
    drafts = [
        card(Scheme.TRUST, rate(FEE, "hour", pence=D(1)), status=status)
        for status in (RateCardStatus.PROPOSED, RateCardStatus.DRAFT)
    ]
    assert pence([fee(2)], *drafts, ppv) == [7_500]
    found = priced([fee(2)], *drafts)[0]
    assert (found.card_id, found.unconfirmed) == (drafts[0].card.id, True)


def test_a_rate_without_a_figure_prices_nothing():
    line = fee(2, kind=LineKind.PREPARATION)
    open_ = card(Scheme.TRUST, rate(LineKind.PREPARATION, "hour"), status=RateCardStatus.DRAFT)
    with pytest.raises(RateMissingError):
        priced([line], open_)


def test_a_cancellation_is_paid_as_a_share_of_the_fee():
    share = rate(LineKind.CANCELLATION, "fee_share", percent=D(50), label="Cancelled late")
    trust = card(Scheme.TRUST, share)
    ppv = card(Scheme.PPV, *half_day_and_day(half=7_501), status=RateCardStatus.DRAFT)
    found = priced([fee(3, kind=LineKind.CANCELLATION)], trust, ppv)[0]
    assert (found.amount_pence, found.rate_id, found.unconfirmed) == (3_751, share.id, True)
    assert found.explanation == "Cancelled late. 50% of the fee of £75.01: £37.51."
    with pytest.raises(RateMissingError):
        priced([fee(3, kind=LineKind.CANCELLATION)], trust)


def test_allowances_for_time_away_come_together():
    afc = card(
        Scheme.AFC,
        rate(LineKind.SUBSISTENCE, "time_away", pence=D(1_500), over_hours=D(10)),
        rate(LineKind.SUBSISTENCE, "time_away", pence=D(500), over_hours=D(5), label="lunch"),
    )
    lines = [Line(LineKind.SUBSISTENCE, DAY, hours_away=D(h)) for h in ("5", "5.25", "10.25")]
    assert pence(lines, afc) == [0, 500, 2_000]
    said = [each.explanation for each in priced(lines, afc)]
    assert said[0] == "5 hours away: too short for an allowance; £0.00."
    assert said[2] == (
        "10.25 hours away: lunch over 5 hours £5.00 and an allowance over 10 hours £15.00; £20.00."
    )


def test_what_was_paid_is_paid_back_up_to_the_most_a_day():
    taxi = rate(LineKind.TAXI, "actual", most_pence=2_000, most_per=MostPer.DAY)
    trust = card(Scheme.TRUST, taxi, rate(LineKind.PARKING, "actual"))
    days = [DAY, DAY, DAY, DAY + timedelta(1)]
    lines = [Line(LineKind.TAXI, day, amount_pence=1_500) for day in days]
    found = priced([*lines, Line(LineKind.PARKING, DAY, amount_pence=1_500)], trust)
    assert [each.amount_pence for each in found] == [1_500, 500, 0, 1_500, 1_500]
    assert [each.capped for each in found] == [False, True, True, False, False]
    assert found[0].explanation == "What was paid, £15.00."
    assert found[1].explanation == "Of £15.00 paid, £5.00 is left of the most a day."
    dear = priced([Line(LineKind.TAXI, DAY, amount_pence=2_001)], trust)[0]
    assert dear.explanation == "Of £20.01 paid, £20.00 is the most a day."


def test_care_is_paid_back_up_to_the_most_an_hour():
    hourly = rate(LineKind.CARER, "actual", most_pence=1_501, most_per=MostPer.HOUR)
    trust = card(Scheme.TRUST, hourly)
    line = Line(LineKind.CARER, DAY, amount_pence=5_000, hours=D("2.5"))
    found = priced([line], trust)[0]
    assert found.amount_pence == 3_753
    assert found.explanation == "Of £50.00 paid, £37.53 is the most for 2.5 hours."
    with pytest.raises(LineHoursMissingError) as refusal:
        priced([Line(LineKind.CARER, DAY, amount_pence=1)], trust)
    assert refusal.value.extra["errors"][0]["pointer"] == "#/lines/0/hours"


def test_a_line_without_its_parts_is_a_fault_of_the_caller():
    with pytest.raises(ValueError, match="lacks"):
        priced([Line(FEE, DAY, level=4)], PPV)


@pytest.mark.parametrize(
    ("rates", "place"),
    [
        ([rate(FEE, "mile")], "0/unit"),
        ([rate(LineKind.TAXI, "hour")], "0/unit"),
        ([rate(LineKind.TAXI, "actual", pence=D(1))], "0/pence"),
        ([rate(FEE, "half_day", pence=D(1))], "0/up_to_hours"),
        ([rate(FEE, "hour", pence=D(1)), rate(FEE, "block", up_to_hours=D(1))], "1/block_hours"),
        ([rate(MILEAGE, "mile", pence=D(1), over_miles=D(0))], "0/vehicle"),
        ([rate(MILEAGE, "mile", vehicle=Vehicle.CAR, over_miles=D(1))], "0/over_miles"),
        ([rate(LineKind.TAXI, "actual", most_pence=1)], "0/most_per"),
        ([rate(LineKind.CANCELLATION, "fee_share", pence=D(1))], "0/pence"),
    ],
)
def test_the_parts_of_a_rate_fit_its_unit(rates, place):
    with pytest.raises(RateUnfitError) as refusal:
        shape.check(rates)
    assert refusal.value.extra["errors"][0]["pointer"] == f"#/rates/{place}"


def test_two_rates_never_hold_for_the_same():
    shape.check([*half_day_and_day(), *half_day_and_day(level=3), *hmrc().rates])
    with pytest.raises(RateTwiceError):
        shape.check([rate(FEE, "hour", pence=D(1)), rate(FEE, "day", pence=D(2))])
