"""Measure K7b: its definition as data, both denominators, and what few would tell."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.api.feedback.test_representation import EXACT, heard
from tests.factories import drained, event, review

URL = "/v1/feedback/representation/racialised-communities"
DEFINITIONS = f"{URL}/definitions"
CONFIGURE = (*EXACT, "feedback:configure")
NEW = {"title": "With Irish", "source": "Board", "codes": ["B", "J", "M", "J"]}


async def shares(client, headers, **params) -> dict[str, dict]:
    answer = await client.get(URL, params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return {item["period"]: item for item in answer.json()["items"]}


async def put(client, headers, day: str, etag: str = '"0"', **values):
    headers = headers | {"If-Match": etag}
    return await client.put(f"{DEFINITIONS}/{day}", json=NEW | values, headers=headers)


@pytest.fixture
async def responses(given, session):
    """2025-26: 10 of 40 in June, 8 of 20 in March; 2026-27: 6 of 12 in April."""
    await given.team(iwgc=["A"], code="A")
    await drained(
        session,
        *heard("A", 10, "2025-06-01", ethnic_category="J"),
        *heard("A", 20, "2025-06-01", ethnic_category="B"),
        *heard("A", 6, "2025-06-01", ethnic_category="Z"),
        *heard("A", 4, "2025-06-01"),
        *heard("A", 8, "2026-03-31", ethnic_category="M"),
        *heard("A", 12, "2026-03-31", ethnic_category="A"),
        *heard("A", 6, "2026-04-01", ethnic_category="S"),
        *heard("A", 6, "2026-04-01", ethnic_category="99"),
    )


async def test_both_denominators_are_told_and_labelled(client, as_, responses):
    found = await shares(client, await as_(*EXACT))
    assert list(found) == ["2025-26", "2026-27"]
    year = found["2025-26"]
    assert (year["racialised"], year["responses"], year["stated"]) == (18, 60, 50)
    assert (year["pct_of_all"], year["pct_of_stated"]) == (30.0, 36.0)
    assert (year["pct_of_all_low"], year["pct_of_all_high"]) == (19.9, 42.5)
    assert (year["pct_of_stated_low"], year["pct_of_stated_high"]) == (24.1, 49.9)
    assert (year["iwgc_responses"], year["suppressed"]) == (60, False)
    assert year["definition"]["codes"] == list("DEFGHJKLMNPRS")


@pytest.mark.parametrize(
    ("per", "periods"),
    [
        ("year", {"2025-26": 18, "2026-27": 6}),
        ("quarter", {"2025-26-Q1": 10, "2025-26-Q4": 8, "2026-27-Q1": 6}),
        ("month", {"2025-06": 10, "2026-03": 8, "2026-04": 6}),
    ],
)
async def test_periods_are_those_of_the_financial_year(client, as_, responses, per, periods):
    for scopes in (EXACT, ("feedback:read",)):
        found = await shares(client, await as_(*scopes), per=per)
        assert {period: item["racialised"] for period, item in found.items()} == periods
    some = await shares(client, await as_(*EXACT), per=per, **{"from": "2026-04-01"})
    assert [item["racialised"] for item in some.values()] == [6]


async def test_a_period_ends_with_the_range(client, as_, responses):
    for scopes in (EXACT, ("feedback:read",)):
        found = await shares(client, await as_(*scopes), per="year", to="2025-06-30")
        assert {period: item["responses"] for period, item in found.items()} == {"2025-26": 40}


async def test_a_period_whose_responses_were_taken_back_is_not_told(client, as_, given, session):
    await given.team(iwgc=["A"])
    await drained(session, event(**review(location_code="A", source_review_id="gone")))
    await drained(session, event("review.removed", source_review_id="gone", version=2))
    assert await shares(client, await as_(*EXACT)) == {}


async def test_a_definition_holds_from_its_financial_year_on(client, as_, responses):
    headers = await as_(*CONFIGURE)
    made = await put(client, headers, "2026-04-01")
    assert made.status_code == 200, made.text
    assert made.json()["codes"] == ["B", "J", "M"]
    found = await shares(client, headers)
    assert {period: item["racialised"] for period, item in found.items()} == {
        "2025-26": 18,
        "2026-27": 0,
    }
    earlier = await put(client, headers, "2000-04-01", '"1"')
    assert earlier.status_code == 200
    found = await shares(client, headers)
    assert found["2025-26"]["racialised"] == 38  # White minorities are the trust's choice
    assert found["2025-26"]["definition"]["title"] == "With Irish"


async def test_what_was_before_every_definition_is_told_by_the_first(client, as_, given, session):
    await given.team(iwgc=["A"])
    await drained(session, *heard("A", 5, "2000-03-01", ethnic_category="J"))
    found = await shares(client, await as_(*EXACT))
    assert found["1999-00"]["definition"]["valid_from"] == "2000-04-01"


async def test_few_are_hidden_and_so_is_what_would_tell_of_them(client, as_, given, session):
    await given.team(iwgc=["A"])
    own = event(**review(location_code="A", submitted_at="2025-06-01T12:00:00Z"))
    await drained(
        session,
        *heard("A", 3, "2025-06-01", ethnic_category="J"),
        *heard("A", 20, "2025-06-01", ethnic_category="A"),
        *heard("A", 2, "2025-06-01", ethnic_category="Z"),
    )
    await given.location(await given.team(code="T"), "T", source="other")
    await drained(session, own.replace(b'"A"', b'"T"'), source="other")
    hidden = (await shares(client, await as_("feedback:read")))["2025-26"]
    assert (hidden["racialised"], hidden["stated"], hidden["iwgc_responses"]) == (None, None, None)
    assert (hidden["pct_of_all"], hidden["pct_of_all_low"]) == (None, None)
    assert (hidden["suppressed"], hidden["responses"]) == (True, 26)
    exact = (await shares(client, await as_(*EXACT)))["2025-26"]
    assert (exact["racialised"], exact["stated"], exact["iwgc_responses"]) == (3, 23, 25)


async def test_nobody_who_stated_anything_has_no_percentage(client, as_, given, session):
    await given.team(iwgc=["A"])
    await drained(session, *heard("A", 6, "2025-06-01"))
    year = (await shares(client, await as_(*EXACT)))["2025-26"]
    assert (year["pct_of_all"], year["pct_of_stated"], year["stated"]) == (0.0, None, 0)


@pytest.mark.parametrize(
    ("params", "slug"),
    [
        ({"from": "2026-03-02"}, "whole-months-required"),
        ({"per": "week"}, "invalid-request"),
    ],
)
async def test_what_cannot_be_asked_is_refused(client, as_, params, slug):
    answer = await client.get(URL, params=params, headers=await as_(*EXACT))
    assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{slug}")


async def test_the_shipped_definition_leaves_white_categories_out(client, as_):
    headers = await as_("feedback:read")
    (item,) = (await client.get(DEFINITIONS, headers=headers)).json()["items"]
    one = await client.get(f"{DEFINITIONS}/2000-04-01", headers=headers)
    assert (one.json(), one.headers["etag"]) == (item, '"1"')
    assert item["codes"] == list("DEFGHJKLMNPRS")
    other = await client.get(f"{DEFINITIONS}/2001-04-01", headers=headers)
    assert other.json()["type"] == "/problems/racialised-definition-not-found"


@pytest.mark.parametrize(
    ("day", "values", "pointer"),
    [
        ("2026-05-01", {}, "#/valid_from"),
        ("2026-04-01", {"codes": ["Z"]}, "#/codes"),
        ("2026-04-01", {"codes": ["99", "D"]}, "#/codes"),
        ("2026-04-01", {"codes": []}, "#/codes"),
        ("2026-04-01", {"title": " "}, "#/title"),
    ],
)
async def test_what_is_no_definition_is_refused_where_it_stands(client, as_, day, values, pointer):
    answer = await put(client, await as_(*CONFIGURE), day, **values)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_a_stale_or_second_definition_is_refused(client, as_):
    headers = await as_(*CONFIGURE)
    assert (await put(client, headers, "2026-04-01", '"1"')).status_code == 412
    assert (await put(client, headers, "2000-04-01")).status_code == 412


async def test_a_limited_key_does_not_decide_for_the_trust(client, as_, given):
    team = await given.team()
    answer = await put(client, await as_(*CONFIGURE, teams=[team.id]), "2026-04-01")
    assert answer.status_code == 404


@pytest.mark.parametrize("change", ["valid_from = '2000-05-01'", "codes = '{Z}'", "codes = '{}'"])
async def test_the_database_refuses_it_too(session, change):
    with pytest.raises(IntegrityError):
        await session.execute(text(f"UPDATE racialised_definition SET {change}"))
