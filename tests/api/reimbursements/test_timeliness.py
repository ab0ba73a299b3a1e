"""How long claims take, and what waits where."""

from datetime import UTC, date, datetime, timedelta
from statistics import median, quantiles
from uuid import uuid4

import pytest
from dirty_equals import IsPartialDict

from app.api.v1.reimbursements.timeliness_schemas import StuckOut, TimelinessOut
from app.core.clock import today
from app.domain.reimbursements.timeliness import queries
from tests.budgeting import budget
from tests.claiming import BUS, FEE, claim, move, pay

TIMELINESS = "reimbursements/timeliness"
MAY = date(2026, 5, 1)


def may(day: int) -> date:
    return date(2026, 5, day)


@pytest.fixture
async def api(api_of):
    return await api_of("claims:read")


@pytest.fixture
def paid(given):
    """Let a claim go all the way: handed in, approved and paid after so many days."""

    async def made(on: date, to_claim: int, to_approval: int, to_payment: int, **told):
        own = await budget(given)
        handed_in = on + timedelta(to_claim)
        agreed = handed_in + timedelta(to_approval)
        done = handed_in + timedelta(to_payment)
        moves = (("submitted", handed_in), ("certified", agreed), ("approved", agreed))
        found = await claim(given, on, *moves, budget=own, **told)
        await pay(given, found, own, done)
        for what in ("in_run", "sent", "paid"):
            await move(given, found, what, done)
        return found

    return made


async def asked(api, **told) -> dict:
    answer = await api.get(TIMELINESS, **{"first": "2026-01", "last": "2026-12"} | told)
    assert answer.status_code == 200, answer.text
    TimelinessOut.model_validate_json(answer.content)
    found = answer.json()
    for days, whole in found["total"].items():
        for counted in ("claims", "within_target"):
            assert sum(row[days][counted] for row in found["items"]) == whole[counted]
    return found


async def test_days_are_counted_to_the_claim_its_approval_and_its_payment(api, paid):
    for days in ((2, 3, 10), (4, 5, 20), (31, 40, 60)):
        await paid(may(4), *days)
    told = await asked(api)
    assert told["targets"] == {
        "claim_within_days": 30,
        "approve_within_days": 14,
        "pay_within_days": 42,
    }
    assert told["total"] == {
        "to_claim": {
            "claims": 3,
            "median_days": 4.0,
            "p90_days": 25.6,
            "within_target": 2,
            "pct_within_target": 66.7,
        },
        "to_approval": IsPartialDict(claims=3, median_days=5.0, within_target=2),
        "to_payment": IsPartialDict(claims=3, median_days=20.0, within_target=2),
    }
    assert told["items"] == [{"month": "2026-05", "directorate_id": None, **told["total"]}]


async def test_figures_are_told_by_month_and_directorate(api, given, paid):
    north = await given.directorate()
    for on, of in ((may(31), None), (date(2026, 6, 1), None), (date(2026, 6, 2), north.id)):
        await paid(on, 1, 1, 1, directorate_id=of)
    groups = {
        "month": [("2026-05", None, 1), ("2026-06", None, 2)],
        "directorate": [(None, str(north.id), 1), (None, None, 2)],
        "both": [("2026-05", None, 1), ("2026-06", str(north.id), 1), ("2026-06", None, 1)],
    }
    for by, found in groups.items():
        told = await asked(api, by=by)
        rows = [
            (row["month"], row["directorate_id"], row["to_claim"]["claims"])
            for row in told["items"]
        ]
        assert rows == found
        assert told["total"]["to_claim"]["claims"] == 3
    assert (await asked(api, last="2026-05"))["total"]["to_claim"]["claims"] == 1
    mine = await asked(api, directorate=str(north.id))
    assert mine["total"]["to_claim"]["claims"] == 1


async def test_what_has_not_come_yet_is_not_counted(api, given):
    own = await budget(given)
    handed_in = (("submitted", may(5)),)
    agreed = (*handed_in, ("certified", may(6)), ("approved", may(7)))
    await claim(given, may(4))
    await claim(given, may(4), *handed_in)
    found = await claim(given, may(4), *agreed, budget=own)
    await claim(given, may(4), *agreed, ("edited", may(8)), budget=own)
    part = await claim(given, may(4), *agreed, budget=own, lines=(FEE, BUS), tops_up_id=found.id)
    await pay(given, part, own, may(20))
    total = (await asked(api))["total"]
    assert total["to_claim"]["claims"] == 3
    assert total["to_approval"] == IsPartialDict(claims=2, median_days=2.0)
    assert total["to_payment"] == {
        "claims": 0,
        "median_days": None,
        "p90_days": None,
        "within_target": 0,
        "pct_within_target": None,
    }


async def test_the_first_submission_counts_by_london_s_day_and_never_before_the_activity(
    api, given
):
    late = datetime(2026, 5, 10, 23, 30, tzinfo=UTC)
    again = (("submitted", late), ("sent_back", may(12)), ("submitted", may(20)))
    await claim(given, may(10), *again)
    await claim(given, may(10), ("submitted", may(8)))
    spread = (await asked(api))["total"]["to_claim"]
    assert spread == IsPartialDict(claims=2, median_days=0.5)


async def test_the_median_and_the_90th_percentile_lie_between_the_days_themselves(api, given):
    days = [0, 41, 3, 3, 17, 88, 9, 29, 30, 31, 2, 60, 14, 5]
    for each in days:
        await claim(given, may(4), ("submitted", may(4) + timedelta(each)))
    spread = (await asked(api))["total"]["to_claim"]
    assert spread["median_days"] == pytest.approx(median(days))
    assert spread["p90_days"] == pytest.approx(
        quantiles(days, n=10, method="inclusive")[8], abs=0.05
    )


async def test_the_last_twelve_months_are_told_where_none_are_named(api, paid):
    month = today().replace(day=1)
    await paid(month, 0, 0, 0)
    await paid(month - timedelta(400), 0, 0, 0)
    told = (await api.get(TIMELINESS)).json()
    assert [row["month"] for row in told["items"]] == [f"{month:%Y-%m}"]


async def test_a_limited_key_sees_its_own_directorate_s_claims_and_those_of_none(
    api_of, given, paid
):
    north, south = await given.directorate(), await given.directorate()
    for of in (north.id, south.id, None):
        await paid(may(4), 1, 1, 1, directorate_id=of)
    await claim(given, may(4), ("submitted", may(5)), directorate_id=north.id)
    await claim(given, may(4), ("submitted", may(5)), directorate_id=south.id)
    api = await api_of("claims:read", directorates=[south.id])
    assert (await asked(api))["total"]["to_claim"]["claims"] == 3
    waiting = (await api.get(f"{TIMELINESS}/stuck")).json()["items"]
    assert [row["directorate_id"] for row in waiting] == [str(south.id)]


async def test_measures_are_given_each_month_s_figures(session, given, paid):
    north = await given.directorate()
    await paid(may(4), 2, 3, 10, directorate_id=north.id)
    await paid(date(2026, 6, 4), 4, 5, 20)
    found = await queries.by_month(session, MAY, date(2026, 6, 30))
    assert [(each.month, each.to_claim.median_days) for each in found] == [
        (MAY, 2),
        (date(2026, 6, 1), 4),
    ]
    assert (found[0].to_payment.claims, found[0].to_payment.within_target) == (1, 1)
    own = await queries.by_month(session, MAY, date(2026, 6, 30), directorate_id=north.id)
    assert own == found[:1]


async def stuck(api, **told) -> list[dict]:
    answer = await api.get(f"{TIMELINESS}/stuck", **told)
    assert answer.status_code == 200, answer.text
    StuckOut.model_validate_json(answer.content)
    return answer.json()["items"]


async def test_what_waits_is_told_by_who_has_it_and_for_how_long(api, given):
    own, north = await budget(given), await given.directorate()
    ago = [today() - timedelta(days) for days in (7, 8, 15, 29)]
    waiting = [await claim(given, may(4), ("submitted", day)) for day in ago]
    ends = (("certified", ago[0]), ("approved", ago[0]))
    await claim(given, may(4), ("submitted", ago[3]), *ends, budget=own, directorate_id=north.id)
    await claim(given, may(4), ("submitted", ago[3]), ("rejected", ago[0]))
    items = await stuck(api)
    assert [(row["directorate_id"], row["held_by"], row["claims"]) for row in items] == [
        (str(north.id), "finance", 1),
        (None, "certifier", 4),
    ]
    assert items[1]["total_pence"] == 24_000
    assert items[1]["ages"] == [
        {"days": age, "claims": 1, "total_pence": 6_000} for age in ("0-7", "8-14", "15-28", "29+")
    ]
    oldest = items[1]["oldest"]
    assert [row["id"] for row in oldest] == [str(each.id) for each in reversed(waiting)]
    assert oldest[0] == IsPartialDict(status="submitted", since=str(ago[3]), days=29)
    assert oldest[0]["reference"].startswith("EV0")
    assert len(await stuck(api, held_by="finance")) == 1
    assert len(await stuck(api, directorate=str(north.id))) == 1
    assert await stuck(api, directorate=str(uuid4())) == []


async def test_only_the_five_that_wait_longest_are_named(api, given):
    for days in range(6):
        await claim(given, may(4), ("submitted", today() - timedelta(days)))
    [row] = await stuck(api)
    assert (row["claims"], [each["days"] for each in row["oldest"]]) == (6, [5, 4, 3, 2, 1])
