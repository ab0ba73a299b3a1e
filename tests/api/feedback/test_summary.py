from datetime import date

import pytest
from sqlalchemy import select

from app.domain.organisation.models import Placement, Segment
from tests.factories import drained, event, review

URL = "/v1/feedback/summary"
EXACT = ("feedback:read", "feedback:read:small_numbers")


def reviews(location: str, day: str, **answers: int) -> list[bytes]:
    return [
        event(**review(location_code=location, submitted_at=f"{day}T12:00:00Z", fft_answer=answer))
        for answer, count in answers.items()
        for _ in range(count)
    ]


@pytest.fixture
async def vector(given, session):
    """The published test vector: 50, 30, 8, 5, 4 and 3 answers."""
    await given.team(iwgc=["A"], code="A", name="Team A")
    counts = {"very_good": 50, "good": 30, "neither_good_nor_poor": 8, "poor": 5}
    await drained(session, *reviews("A", "2026-03-01", **counts, very_poor=4, dont_know=3))


async def summary(client, headers, **params) -> list[dict]:
    answer = await client.get(URL, params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_dont_know_is_in_the_denominator(client, as_, vector):
    (item,) = await summary(client, await as_(*EXACT), by="team")
    assert item["key"] == "A"
    assert (item["total"], item["dont_know"], item["unanswered"]) == (100, 3, 0)
    shares = (item["pct_positive"], item["pct_negative"], item["pct_very_good"])
    assert shares == (80.0, 9.0, 50.0)
    assert item["suppressed"] is False


@pytest.mark.parametrize(
    ("by", "key"),
    [
        ("trust", "RNU"),
        ("segment", "mental_health_learning_disability"),
        ("team", "A"),
        ("month", "2026-03"),
        ("week", "2026-W09"),
        ("source", "iwgc"),
        ("channel", "not_recorded"),
        ("ethnic_group", "99"),
    ],
)
async def test_figures_are_told_by_every_group(client, as_, vector, by, key):
    (item,) = await summary(client, await as_(*EXACT), by=by)
    assert (item["key"], item["total"]) == (key, 100)


@pytest.mark.parametrize(
    ("per", "period"),
    [("week", "2026-W09"), ("month", "2026-03"), ("quarter", "2025-26-Q4"), ("year", "2025-26")],
)
async def test_per_adds_a_period_to_each_group(client, as_, vector, per, period):
    (item,) = await summary(client, await as_(*EXACT), by="trust", per=per)
    assert item["period"] == period


async def test_a_response_counts_on_its_day_in_london(client, as_, given, session):
    await given.team(iwgc=["A"])
    await drained(session, event(**review(location_code="A", submitted_at="2026-06-30T23:30:00Z")))
    (item,) = await summary(client, await as_(*EXACT), by="month")
    assert item["key"] == "2026-07"


async def test_from_and_to_are_included(client, as_, given, session):
    await given.team(iwgc=["A"])
    bodies = [reviews("A", f"2026-03-0{day}", good=1)[0] for day in range(1, 6)]
    await drained(session, *bodies)
    params = {"by": "trust", "from": "2026-03-02", "to": "2026-03-04"}
    (item,) = await summary(client, await as_(*EXACT), **params)
    assert item["total"] == 3


async def test_percentages_round_half_up(client, as_, given, session):
    await given.team(iwgc=["A"])
    await drained(session, *reviews("A", "2026-03-01", very_good=1, poor=15))
    (item,) = await summary(client, await as_(*EXACT), by="trust")
    assert (item["pct_positive"], item["pct_negative"]) == (6.3, 93.8)


async def test_unanswered_stands_outside_every_percentage(client, as_, given, session):
    await given.team(iwgc=["A"])
    await drained(session, event(**review(location_code="A", fft_answer=None)))
    (item,) = await summary(client, await as_(*EXACT), by="trust")
    assert (item["total"], item["unanswered"], item["pct_positive"]) == (0, 1, None)


async def test_a_reorganisation_does_not_rewrite_history(client, as_, given, session):
    old, new = await given.service(), await given.service()
    team = await given.team(old, iwgc=["A"])
    place = (await session.scalars(select(Placement).where(Placement.team_id == team.id))).one()
    place.valid_to = date(2026, 4, 1)
    await session.commit()
    await given.placement(team, new, valid_from=date(2026, 4, 1), segment=Segment.PHYSICAL_HEALTH)
    await drained(session, *reviews("A", "2026-03-31", good=2), *reviews("A", "2026-04-01", good=3))
    items = await summary(client, await as_(*EXACT), by="service")
    assert {item["key"]: item["total"] for item in items} == {old.code: 2, new.code: 3}
    (whole,) = await summary(client, await as_(*EXACT), by="team")
    assert whole["total"] == 5


async def test_a_filter_takes_a_code_or_an_id(client, as_, given, session):
    team = await given.team(iwgc=["A"], code="A")
    await given.team(iwgc=["B"], code="B")
    await drained(session, *reviews("A", "2026-03-01", good=2), *reviews("B", "2026-03-01", good=7))
    for name in ("A", str(team.id)):
        (item,) = await summary(client, await as_(*EXACT), by="trust", team=name)
        assert item["total"] == 2


async def test_a_limited_key_counts_its_own_teams_only(client, as_, given, session):
    team = await given.team(iwgc=["A"])
    await given.team(iwgc=["B"])
    await drained(session, *reviews("A", "2026-03-01", good=2), *reviews("B", "2026-03-01", good=7))
    (item,) = await summary(client, await as_(*EXACT, teams=[team.id]), by="trust")
    assert item["total"] == 2


@pytest.mark.parametrize(
    ("params", "scopes"),
    [
        ({"by": "ethnic_group", "from": "2026-03-02"}, EXACT),
        ({"by": "ethnic_group", "per": "week"}, EXACT),
        ({"by": "team", "from": "2026-03-01", "to": "2026-03-30"}, ("feedback:read",)),
        ({"by": "week"}, ("feedback:read",)),
    ],
)
async def test_what_is_told_by_whole_months_is_not_told_of_less(client, as_, params, scopes):
    answer = await client.get(URL, params=params, headers=await as_(*scopes))
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/whole-months-required")


async def test_a_period_beside_a_period_is_refused(client, as_):
    answer = await client.get(URL, params={"by": "month", "per": "year"}, headers=await as_(*EXACT))
    assert answer.json()["errors"][0]["pointer"] == "#/per"


async def test_groups_of_ethnicity_without_small_numbers_are_told_elsewhere(client, as_):
    params, headers = {"by": "ethnic_group"}, await as_("feedback:read")
    answer = await client.get(URL, params=params, headers=headers)
    assert (answer.status_code, answer.json()["missing"]) == (403, ["feedback:read:small_numbers"])
    assert "representation" in answer.json()["detail"]
