"""What a caller without small numbers could try, played against the summary."""

import pytest

from tests.api.feedback.test_summary import reviews, summary
from tests.factories import drained

COUNTS = ("very_good", "good", "neither_good_nor_poor", "poor", "very_poor", "dont_know")
SHARES = ("pct_positive", "pct_negative", "pct_very_good")


@pytest.fixture
async def trust(given, session):
    """Directorate One with a small, a middling and a large team; Two with one large team."""
    one, two = await given.directorate("ONE"), await given.directorate("TWO")
    first, second = await given.service(one, code="S1"), await given.service(two, code="S2")
    for code, service in (("SMALL", first), ("MID", first), ("BIG", first), ("FAR", second)):
        await given.team(service, iwgc=[code], code=code)
    await drained(
        session,
        *reviews("SMALL", "2026-03-10", very_good=3, poor=1),
        *reviews("MID", "2026-03-10", very_good=6, poor=2),
        *reviews("BIG", "2026-03-10", very_good=40, poor=5),
        *reviews("FAR", "2026-03-10", very_good=30, poor=10),
        *reviews("SMALL", "2026-04-10", very_good=20),
        *reviews("MID", "2026-04-10", very_good=20),
        *reviews("BIG", "2026-04-10", very_good=20),
    )


async def told(client, as_, **params) -> dict[str, dict]:
    march = {"from": "2026-03-01", "to": "2026-03-31"}
    items = await summary(client, await as_("feedback:read"), **march | params)
    return {item["key"]: item for item in items}


def is_hidden(item: dict) -> bool:
    nothing = all(item[name] is None for name in (*COUNTS, *SHARES, "unanswered"))
    assert nothing == item["suppressed"]
    return nothing


async def test_total_and_percentages_do_not_give_four_answers_away(client, as_, trust):
    teams = await told(client, as_, by="team")
    assert is_hidden(teams["SMALL"])
    assert teams["SMALL"]["total"] == 4


async def test_a_sum_and_its_other_parts_do_not_give_the_small_part_away(client, as_, trust):
    teams = await told(client, as_, by="team")
    assert is_hidden(teams["MID"])
    assert not is_hidden(teams["BIG"])
    assert not is_hidden(teams["FAR"])


async def test_a_filter_does_not_show_what_its_siblings_hide(client, as_, trust):
    assert is_hidden((await told(client, as_, by="team", team="SMALL"))["SMALL"])
    for by in ("trust", "segment", "month", "directorate", "service", "source", "channel"):
        for team in ("SMALL", "MID"):
            items = await told(client, as_, by=by, team=team)
            assert all(is_hidden(item) for item in items.values()), by
    within = await told(client, as_, by="team", directorate="ONE")
    assert {key for key, item in within.items() if is_hidden(item)} == {"SMALL", "MID"}
    assert not is_hidden((await told(client, as_, by="trust", directorate="ONE"))["RNU"])


async def test_periods_of_one_team_do_not_give_a_small_one_away(client, as_, trust):
    params = {"by": "team", "per": "month", "from": "2026-01-01", "to": "2026-12-31"}
    items = await summary(client, await as_("feedback:read"), **params)
    small = [item for item in items if item["key"] == "SMALL"]
    assert [is_hidden(item) for item in small] == [True, False]
    ranges = [("2026-01-01", "2026-12-31"), ("2026-03-01", "2026-04-30"), (None, None)]
    for first, last in ranges:
        params = {"by": "team"} | ({"from": first, "to": last} if first else {})
        items = await summary(client, await as_("feedback:read"), **params)
        assert [is_hidden(item) for item in items if item["key"] == "SMALL"] == [True]


async def test_months_quarters_and_years_do_not_give_each_other_away(client, as_, given, session):
    """Of a quarter that is hidden beside a small one, its months would tell it."""
    await given.team(iwgc=["A"], code="A")
    bodies = []
    for day, count in (
        ("2025-05-01", 2),
        ("2025-07-01", 10),
        ("2025-08-01", 15),
        ("2025-09-01", 15),
        ("2025-11-01", 50),
        ("2026-02-01", 60),
    ):
        bodies += reviews("A", day, good=count)
    await drained(session, *bodies)
    found: dict[str, bool] = {}
    headers = await as_("feedback:read")
    year = {"from": "2025-04-01", "to": "2026-03-31"}
    for per in ("month", "quarter", "year"):
        items = await summary(client, headers, by="team", per=per, **year)
        found |= {item["period"]: is_hidden(item) for item in items}
    hidden = {name for name, told in found.items() if told}
    assert hidden == {"2025-05", "2025-26-Q1", "2025-26-Q2", "2025-07"}
    (half,) = await summary(
        client, headers, by="team", **{"from": "2025-04-01", "to": "2025-09-30"}
    )
    assert is_hidden(half)


async def test_overlapping_ranges_cannot_be_asked_for(client, as_, trust):
    headers = await as_("feedback:read")
    for first, last in (("2026-03-01", "2026-03-10"), ("2026-03-02", "2026-03-31")):
        params = {"by": "team", "from": first, "to": last}
        answer = await client.get("/v1/feedback/summary", params=params, headers=headers)
        assert answer.status_code == 422


async def test_who_may_see_small_numbers_sees_them(client, as_, trust):
    headers = await as_("feedback:read", "feedback:read:small_numbers")
    params = {"by": "team", "from": "2026-03-10", "to": "2026-03-10"}
    items = await summary(client, headers, **params)
    small = next(item for item in items if item["key"] == "SMALL")
    assert (small["very_good"], small["poor"], small["pct_positive"]) == (3, 1, 75.0)


async def test_small_groups_of_answers_are_hidden_too(client, as_, given, session):
    await given.team(iwgc=["A"])
    bodies = [
        b.replace(b'"good"', b'"good", "channel": "sms"')
        for b in reviews("A", "2026-03-01", good=2)
    ]
    await drained(session, *bodies, *reviews("A", "2026-03-01", poor=9))
    items = await told(client, as_, by="channel")
    assert all(is_hidden(item) for item in items.values())
