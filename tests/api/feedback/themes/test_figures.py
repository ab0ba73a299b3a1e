"""How often themes are told, and what is hidden of them."""

from datetime import date

import pytest
from sqlalchemy import text

from app.api.v1.feedback.themes_schemas import ThemeFigure
from tests.factories import drained, event, review

URL = "/v1/feedback/themes"
READ = ("feedback:read",)
EXACT = ("feedback:read", "feedback:read:small_numbers")
_CODE = text(
    "UPDATE feedback_response SET themes = CAST(:themes AS text[]), coded_by = 'person'"
    " WHERE source_review_id = ANY(:ids)"
)


async def told(session, location, day, count, *themes, answer="good"):
    """So many people at a place tell of these themes."""
    reviews = [
        review(location_code=location, submitted_at=f"{day}T12:00:00Z", fft_answer=answer)
        for _ in range(count)
    ]
    await drained(session, *(event(**each) for each in reviews))
    ids = [each["source_review_id"] for each in reviews]
    if themes:
        await session.execute(_CODE, {"themes": list(themes), "ids": ids})
        await session.commit()


async def figures(client, headers, **params) -> list[dict]:
    answer = await client.get(URL, params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


@pytest.fixture
async def places(given):
    """Directorate ONE with teams A and B, directorate TWO with team C."""
    one, two = await given.directorate("ONE"), await given.directorate("TWO")
    first, second = await given.service(one, code="S1"), await given.service(two, code="S2")
    for code, service in (("A", first), ("B", first), ("C", second)):
        await given.team(service, iwgc=[code], code=code, name=f"Team {code}")


async def test_a_response_counts_for_each_of_its_themes(client, as_, session, places):
    await told(session, "A", "2026-03-01", 6, "parking", "food_drink")
    await told(session, "A", "2026-03-02", 3, "parking", answer="poor")
    await told(session, "A", "2026-03-02", 1, "parking", answer=None)
    await told(session, "A", "2026-03-03", 10)
    headers = await as_(*EXACT)
    food, parking = await figures(client, headers, by="team", per="month")
    assert (parking["theme"], food["theme"]) == ("parking", "food_drink")
    assert (parking["key"], parking["name"], parking["period"]) == ("A", "Team A", "2026-03")
    assert (parking["responses"], parking["good"], parking["poor"]) == (10, 6, 3)
    assert (parking["unanswered"], parking["pct_positive"]) == (1, 66.7)
    assert (parking["pct_of_responses"], food["pct_of_responses"]) == (50.0, 30.0)
    assert parking["suppressed"] is False
    assert set(parking) == set(ThemeFigure.model_fields)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"by": "trust"}, {("RNU", None): 30}),
        ({"by": "directorate"}, {("ONE", None): 20, ("TWO", None): 10}),
        ({"by": "team", "directorate": "ONE"}, {("A", None): 12, ("B", None): 8}),
        ({"by": "trust", "team": "B"}, {("RNU", None): 8}),
        ({"by": "directorate", "team": "B", "per": "year"}, {("ONE", "2025-26"): 8}),
        ({"by": "team", "team": "A", "per": "month"}, {("A", "2026-02"): 7, ("A", "2026-03"): 5}),
        ({"by": "trust", "from": "2026-03-01", "to": "2026-03-31"}, {("RNU", None): 23}),
        ({"by": "trust", "per": "quarter"}, {("RNU", "2025-26-Q4"): 30}),
        ({"by": "trust", "team": "NONE"}, {}),
    ],
)
async def test_figures_are_given_by_place_and_period(
    client, as_, session, places, params, expected
):
    await told(session, "A", "2026-02-01", 7, "parking")
    await told(session, "A", "2026-03-01", 5, "parking")
    await told(session, "B", "2026-03-01", 8, "parking")
    await told(session, "C", "2026-03-01", 10, "parking")
    await told(session, "C", "2026-03-01", 9, "food_drink")
    for scopes in (EXACT, READ):
        items = await figures(client, await as_(*scopes), theme="parking", **params)
        found = {(item["key"], item["period"]): item["responses"] for item in items}
        assert found == expected


async def test_a_team_that_moved_within_the_year_counts_once(client, as_, given, session):
    one, two = await given.service(), await given.service()
    team = await given.team(one, iwgc=["A"], code="A")
    await session.execute(text("UPDATE team_placement SET valid_to = '2026-03-01'"))
    await given.placement(team, two, valid_from=date(2026, 3, 1))
    await told(session, "A", "2026-02-01", 6, "parking")
    await told(session, "A", "2026-03-01", 8, "parking")
    for scopes in (EXACT, READ):
        (item,) = await figures(client, await as_(*scopes), by="team")
        assert item["responses"] == 14


@pytest.mark.parametrize(
    ("params", "status", "kind"),
    [
        ({"by": "team", "from": "2026-03-02"}, 422, "whole-months-required"),
        ({"by": "team", "theme": "weather"}, 422, "invalid-request"),
        ({"by": "team", "per": "week"}, 422, "invalid-request"),
        ({"by": "month"}, 422, "invalid-request"),
    ],
)
async def test_what_cannot_be_told_is_refused(client, as_, params, status, kind):
    answer = await client.get(URL, params=params, headers=await as_(*READ))
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{kind}")


async def test_a_part_of_a_quarter_is_hidden_with_any_month_of_it(client, as_, session, places):
    await told(session, "A", "2026-01-01", 20, "parking")
    await told(session, "A", "2026-02-01", 2, "parking")
    params = {"by": "team", "per": "quarter", "theme": "parking"}
    for last, telling in (("2026-01-31", 20), ("2026-02-28", 22)):
        (item,) = await figures(client, await as_(*EXACT), to=last, **params)
        assert item["responses"] == telling
        (item,) = await figures(client, await as_(*READ), to=last, **params)
        assert is_hidden(item)  # January is hidden for the sake of February


def is_hidden(item: dict) -> bool:
    counted = [v for k, v in item.items() if k not in ("key", "name", "period", "theme")]
    assert item["suppressed"] == (set(counted[1:]) == {None})
    return item["suppressed"]


async def hidden(client, as_, **params) -> dict[tuple, bool]:
    items = await figures(client, await as_(*READ), **params)
    return {(i["key"], i["theme"], i["period"]): is_hidden(i) for i in items}


async def test_a_theme_of_few_and_what_gives_it_away_are_hidden(client, as_, session, places):
    await told(session, "A", "2026-03-01", 3, "parking")
    await told(session, "B", "2026-03-01", 9, "parking")
    await told(session, "C", "2026-03-01", 20, "parking")
    for team in "ABC":
        await told(session, team, "2026-03-01", 30)
    found = await hidden(client, as_, by="team")
    assert found == {
        ("A", "parking", None): True,
        ("B", "parking", None): True,
        ("C", "parking", None): False,
    }
    for by in ("trust", "directorate", "team"):
        for team in "AB":
            assert all((await hidden(client, as_, by=by, team=team)).values())
    assert not any((await hidden(client, as_, by="directorate")).values())


async def test_the_few_who_do_not_tell_of_a_theme_are_not_given_away(client, as_, session, places):
    await told(session, "A", "2026-03-01", 20, "parking")
    await told(session, "A", "2026-03-01", 2, answer="very_poor")
    assert await hidden(client, as_, by="trust") == {("RNU", "parking", None): True}


async def test_a_theme_of_one_place_alone_is_not_told_by_those_around_it(
    client, as_, session, places
):
    await told(session, "A", "2026-03-01", 28, "parking")
    await told(session, "A", "2026-03-01", 2)
    await told(session, "B", "2026-03-01", 40)
    teams = await hidden(client, as_, by="team")
    assert teams == {("A", "parking", None): True, ("B", "parking", None): True}
    assert await hidden(client, as_, by="trust", team="B") == {("RNU", "parking", None): True}


async def test_few_answers_among_many_unanswered_are_hidden(client, as_, session, places):
    await told(session, "A", "2026-03-01", 2, "parking")
    await told(session, "A", "2026-03-01", 20, "parking", answer=None)
    await told(session, "A", "2026-03-01", 20)
    assert await hidden(client, as_, by="trust") == {("RNU", "parking", None): True}


async def test_no_other_range_of_months_gives_a_hidden_one_away(client, as_, session, places):
    for month, count in (("01", 9), ("02", 8), ("03", 3)):
        await told(session, "A", f"2026-{month}-01", count, "parking")
        await told(session, "A", f"2026-{month}-01", 30)
    months = {"from": "2026-01-01", "to": "2026-03-31"}
    assert await hidden(client, as_, by="trust", per="month", **months) == {
        ("RNU", "parking", "2026-01"): False,
        ("RNU", "parking", "2026-02"): True,
        ("RNU", "parking", "2026-03"): True,
    }
    first_two = {"from": "2026-01-01", "to": "2026-02-28"}
    found = await hidden(client, as_, by="trust", per="month", **first_two)
    assert found["RNU", "parking", "2026-02"]
    assert not any((await hidden(client, as_, by="trust", **months)).values())  # a quarter
    assert all((await hidden(client, as_, by="trust", **first_two)).values())
    quarter = await hidden(client, as_, by="trust", per="quarter")
    assert quarter == {("RNU", "parking", "2025-26-Q4"): False}
    year = await hidden(client, as_, by="trust", per="year")
    assert year == {("RNU", "parking", "2025-26"): False}


async def test_a_limited_key_is_told_of_its_own_teams(client, as_, session, places):
    await told(session, "A", "2026-03-01", 10, "parking")
    await told(session, "B", "2026-03-01", 10, "parking")
    id_ = await session.scalar(text("SELECT id FROM team WHERE code = 'A'"))
    items = await figures(client, await as_(*READ, teams=[id_]), by="trust")
    assert [item["responses"] for item in items] == [10]
