"""Who is heard, as an involvement lead and a caller without small numbers see it."""

import pytest
from sqlalchemy import text

from tests.factories import drained, event, review

URL = "/v1/feedback/representation"
EXACT = ("feedback:read", "feedback:read:small_numbers")
YEAR = {"from": "2025-04-01", "to": "2026-03-31"}


def heard(location: str, number: int, day: str = "2026-03-01", **demographics) -> list[bytes]:
    told = {k: demographics.pop(k) for k in ("fft_answer", "language") if k in demographics}
    return [
        event(
            **review(
                location_code=location,
                submitted_at=f"{day}T12:00:00Z",
                demographics=demographics or None,
                **told,
            )
        )
        for _ in range(number)
    ]


async def ask(client, headers, **params) -> dict:
    answer = await client.get(URL, params=YEAR | params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def groups(told: dict) -> dict[str, dict]:
    return {group["code"]: group for group in told["groups"]}


@pytest.fixture
async def team_a(given, session):
    """Let a team hear what is given."""
    await given.team(iwgc=["A"], code="A")

    async def hears(*bodies: bytes) -> None:
        await drained(session, *bodies)

    return hears


@pytest.fixture
async def profile(client, as_):
    """A population that is a tenth Asian (Pakistani), nine tenths White British."""
    body = {
        "title": "Census",
        "source": "Census office",
        "as_of": "2021-03-21",
        "valid_from": "2023-04-01",
        "people": {"ethnic_category": {"A": 900, "J": 100, "Z": 500}},
    }
    headers = await as_("feedback:read", "feedback:configure") | {"If-Match": '"0"'}
    answer = await client.put("/v1/feedback/population-profiles/census", json=body, headers=headers)
    assert answer.status_code == 200, answer.text


@pytest.fixture
async def responses(given, session):
    """60 White British, 20 Pakistani, 10 Z, 10 not asked; Caribbean 3."""
    await given.team(iwgc=["A"], code="A")
    await drained(
        session,
        *heard("A", 40, ethnic_category="A"),
        *heard("A", 20, ethnic_category="A", fft_answer="poor"),
        *heard("A", 20, ethnic_category="J", fft_answer="good"),
        *heard("A", 10, ethnic_category="Z"),
        *heard("A", 7, ethnic_category="99"),
        *heard("A", 3),
    )


async def test_shares_have_both_denominators_and_unknowns_are_kept_apart(
    client, as_, responses, profile
):
    told = await ask(client, await as_(*EXACT), by="ethnic_category")
    assert (told["responses"], told["stated"], told["adds_up"]) == (100, 80, True)
    found = groups(told)
    assert list(found) == [*"ABCDEFGHJKLMNPRSZ", "99"]
    shares = {code: (g["pct_of_all"], g["pct_of_stated"]) for code, g in found.items()}
    assert shares["A"] == (60.0, 75.0)
    assert shares["J"] == (20.0, 25.0)
    assert shares["Z"] == (10.0, None)
    assert shares["99"] == (10.0, None)
    assert sum(group["pct_of_all"] for group in found.values()) == 100
    assert sum(group["pct_of_stated"] or 0 for group in found.values()) == 100


async def test_answers_are_told_of_each_group(client, as_, responses):
    found = groups(await ask(client, await as_(*EXACT), by="ethnic_category"))
    white = found["A"]
    assert (white["very_good"], white["poor"], white["responses"]) == (40, 20, 60)
    shares = (white["pct_positive"], white["pct_negative"], white["pct_very_good"])
    assert shares == (66.7, 33.3, 66.7)
    assert (found["B"]["responses"], found["B"]["pct_positive"]) == (0, None)


async def test_the_ratio_says_who_is_under_heard(client, as_, responses, profile):
    told = await ask(client, await as_(*EXACT), by="ethnic_category")
    assert told["profile"]["code"] == "census"
    found = groups(told)
    assert (found["J"]["population"], found["J"]["pct_of_population"]) == (100, 10.0)
    assert (found["J"]["ratio"], found["J"]["ratio_low"]) == (2.5, 1.681)
    assert found["J"]["heard"] == "over_heard"
    assert (found["A"]["ratio"], found["A"]["heard"]) == (0.833, "under_heard")
    assert (found["M"]["ratio"], found["M"]["heard"]) == (None, "unknown")
    assert (found["Z"]["population"], found["Z"]["pct_of_population"]) == (500, None)


async def test_categories_are_told_in_five_groups_too(client, as_, responses, profile):
    found = groups(await ask(client, await as_(*EXACT), by="ethnic_group"))
    assert list(found) == ["white", "mixed", "asian", "black", "other", "Z", "99"]
    assert (found["asian"]["responses"], found["asian"]["population"]) == (20, 100)
    assert found["asian"]["ratio"] == 2.5


async def test_a_profile_may_tell_groups_itself(client, as_, responses, profile):
    headers = await as_(*EXACT, "feedback:configure")
    body = {
        "title": "Groups",
        "source": "Census office",
        "as_of": "2021-03-21",
        "valid_from": "2024-04-01",
    }
    people = {"ethnic_group": {"white": 50, "asian": 50}}
    path = "/v1/feedback/population-profiles/groups"
    await client.put(path, json=body | {"people": people}, headers=headers | {"If-Match": '"0"'})
    told = await ask(client, headers, by="ethnic_group")
    assert (told["profile"]["code"], groups(told)["asian"]["ratio"]) == ("groups", 0.5)
    named = await ask(client, headers, by="ethnic_group", profile="census")
    assert groups(named)["asian"]["ratio"] == 2.5


async def test_without_any_response_there_is_nothing_and_no_error(client, as_):
    for scopes in (EXACT, ("feedback:read",)):
        told = await ask(client, await as_(*scopes), by="gender")
        assert (told["responses"], told["stated"], told["profile"]) == (0, 0, None)
        assert {g["responses"] for g in told["groups"]} == {0}


async def test_a_disability_is_a_share_of_respondents(client, as_, given, session):
    await given.team(iwgc=["A"])
    await drained(
        session, *heard("A", 6, disability=["02", "05"]), *heard("A", 2, disability=["ZZ"])
    )
    told = await ask(client, await as_(*EXACT), by="disability")
    assert (told["responses"], told["stated"], told["adds_up"]) == (8, 6, False)
    found = groups(told)
    assert (found["02"]["pct_of_all"], found["02"]["pct_of_stated"]) == (75.0, 100.0)
    assert found["05"]["pct_of_stated"] == 100.0


@pytest.mark.parametrize(
    ("by", "demographics", "code"),
    [
        ("age_band", {"age_band": "25-34"}, "25-34"),
        ("gender", {"gender": "2"}, "2"),
        ("sexual_orientation", {"sexual_orientation": "U"}, "U"),
        ("religion", {"religion": "G"}, "G"),
        ("carer", {"carer": True}, "true"),
        ("language", {"language": "PL"}, "pl"),
    ],
)
async def test_every_characteristic_is_told(client, as_, team_a, by, demographics, code):
    await team_a(*heard("A", 6, **demographics), *heard("A", 5))
    for scopes in (EXACT, ("feedback:read",)):
        found = await ask(client, await as_(*scopes), by=by)
        assert (found["responses"], found["stated"]) == (11, 6)
        assert groups(found)[code]["responses"] == 6
        assert groups(found)["not_recorded"]["responses"] == 5


async def test_age_bands_stand_in_the_order_of_ages(client, as_, given, session):
    await given.team(iwgc=["A"])
    bands = ("85+", "5-11", "18-24", "100+")
    await drained(session, *(b for band in bands for b in heard("A", 1, age_band=band)))
    told = await ask(client, await as_(*EXACT), by="age_band")
    assert list(groups(told)) == ["5-11", "18-24", "85+", "100+", "not_recorded"]


@pytest.mark.parametrize(
    ("params", "status", "slug"),
    [
        ({"to": "2026-03-30"}, 422, "whole-months-required"),
        ({"team": "A", "directorate": "D"}, 422, "invalid-request"),
        ({"team": "NONE"}, 404, "team-not-found"),
        ({"directorate": "NONE"}, 404, "directorate-not-found"),
        ({"profile": "none"}, 404, "population-profile-not-found"),
        ({"by": "height"}, 422, "invalid-request"),
    ],
)
async def test_what_cannot_be_asked_is_refused(client, as_, params, status, slug):
    params = YEAR | {"by": "gender"} | params
    answer = await client.get(URL, params=params, headers=await as_(*EXACT))
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")


@pytest.fixture
async def trust(given, session):
    """Two directorates; in the north two teams. Few are Caribbean, and fewer in each team."""
    north, south = await given.directorate("NORTH"), await given.directorate("SOUTH")
    first, second = await given.service(north), await given.service(south)
    teams = {}
    for code, service in (("N1", first), ("N2", first), ("S1", second)):
        teams[code] = await given.team(service, iwgc=[code], code=code)
        await drained(
            session,
            *heard(code, 20, ethnic_category="A"),
            *heard(code, 6, "2025-06-01", ethnic_category="J"),
            *heard(code, 7, ethnic_category="J"),
            *heard(code, 2, ethnic_category="M"),
            *heard(code, 5, ethnic_category="99"),
        )
    return teams


def told(answer: dict) -> dict[str, int]:
    return {code: g["responses"] for code, g in groups(answer).items() if not g["suppressed"]}


async def test_small_groups_are_hidden_with_all_that_would_tell_of_them(
    client, as_, given, session
):
    await given.team(iwgc=["A"])
    await drained(
        session,
        *heard("A", 60, ethnic_category="A"),
        *heard("A", 9, ethnic_category="J"),
        *heard("A", 3, ethnic_category="M"),
        *heard("A", 30, ethnic_category="99"),
    )
    found = groups(await ask(client, await as_("feedback:read"), by="ethnic_category"))
    hidden = {code for code, group in found.items() if group["suppressed"]}
    assert {"J", "M"} <= hidden
    assert {"A", "99"} & hidden == set()
    figures = ("responses", "very_good", "unanswered", "pct_of_all", "pct_positive", "ratio")
    assert all(found["M"][name] is None for name in figures)
    assert found["M"]["heard"] == "unknown"


async def test_a_year_tells_more_than_its_parts(client, as_, trust):
    headers = await as_("feedback:read")
    whole = told(await ask(client, headers, by="ethnic_category"))
    assert (whole["J"], whole["M"], whole["B"]) == (39, 6, 0)
    march = await ask(client, headers, by="ethnic_category", **{"from": "2026-03-01"})
    assert told(march)["M"] == 6
    exact = await ask(client, await as_(*EXACT), by="ethnic_category", **{"from": "2026-03-01"})
    assert told(exact)["J"] == 21


async def test_areas_hide_fewer_than_five_and_none_at_all(client, as_, trust):
    headers = await as_("feedback:read")
    for area in ({"team": "N1"}, {"directorate": "SOUTH"}):
        found = told(await ask(client, headers, by="ethnic_category", **area))
        # J would tell of M by the sum of all whom measure K7b counts.
        assert found == {"A": 20, "99": 5}
    part = await ask(client, headers, by="ethnic_category", team="N1", **{"from": "2026-03-01"})
    assert told(part) == {}
    assert (part["responses"], part["stated"]) == (34, None)


async def test_who_may_see_small_numbers_sees_them(client, as_, trust):
    found = told(await ask(client, await as_(*EXACT), by="ethnic_category", team="N1"))
    assert (found["M"], found["B"]) == (2, 0)


async def test_a_limited_key_counts_its_own_teams_only(client, as_, trust):
    mine = {"teams": [trust["N1"].id, trust["S1"].id]}
    for scopes in (EXACT, ("feedback:read",)):
        headers = await as_(*scopes, **mine)
        answer = await ask(client, headers, by="ethnic_category")
        assert (answer["responses"], told(answer)["A"]) == (80, 40)
        north = await ask(client, headers, by="ethnic_category", directorate="NORTH")
        assert north["responses"] == 40
        other = await client.get(URL, params=YEAR | {"by": "gender", "team": "N2"}, headers=headers)
        assert other.status_code == 404
    stranger = await as_(*EXACT, teams=[trust["N1"].id])
    params = YEAR | {"by": "gender", "directorate": "SOUTH"}
    assert (await client.get(URL, params=params, headers=stranger)).status_code == 404


async def test_an_area_without_responses_has_nothing_to_hide(client, as_, given, trust):
    await given.directorate("WEST")
    west = await ask(client, await as_("feedback:read"), by="gender", directorate="WEST")
    assert (west["responses"], {g["responses"] for g in west["groups"]}) == (0, {0})


async def test_a_team_that_stood_nowhere_then_counts_for_the_trust_only(
    client, as_, trust, session
):
    await session.execute(
        text("UPDATE team_placement SET valid_from = '2026-04-01' WHERE team_id = :id"),
        {"id": trust["N2"].id},
    )
    await session.commit()
    headers = await as_("feedback:read")
    assert told(await ask(client, headers, by="ethnic_category"))["A"] == 60
    north = await ask(client, headers, by="ethnic_category", directorate="NORTH")
    assert (north["responses"], told(north)["A"]) == (40, 20)


async def test_a_hidden_language_is_not_even_named(client, as_, given, session):
    await given.team(iwgc=["A"])
    await drained(session, *heard("A", 9, language="pl"), *heard("A", 2, language="cy"))
    found = groups(await ask(client, await as_("feedback:read"), by="language"))
    assert "cy" not in found
    assert set(groups(await ask(client, await as_(*EXACT), by="language"))) >= {"cy", "pl"}
