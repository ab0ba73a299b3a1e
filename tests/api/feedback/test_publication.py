"""The figures for the open web, over HTTP."""

from datetime import date

import pytest
import time_machine
from sqlalchemy import select, text

from app.api.v1.feedback.publication_schemas import PublicationOut
from app.domain.organisation.models import FftCategory, Placement, Segment
from tests.api.feedback.test_summary import reviews
from tests.factories import drained, event, review

URL = "/v1/feedback/publication"
READ = "feedback:read"


@pytest.fixture
async def trust(given, session):
    """Two directorates: one with teams of 150, 80 and 2 answers, one of a single large team."""
    first, second = await given.directorate("A"), await given.directorate("B")
    wards = await given.service(first, code="S1", name="Wards")
    clinics = await given.service(second, code="S2", name="Clinics")
    for code, service, counts in (
        ("T150", wards, {"very_good": 90, "good": 40, "poor": 10, "very_poor": 5, "dont_know": 5}),
        ("T80", wards, {"very_good": 50, "good": 14, "poor": 4, "very_poor": 1, "dont_know": 11}),
        ("T2", wards, {"poor": 1, "very_poor": 1}),
        ("T0", wards, {}),
        ("T60", clinics, {"very_good": 50, "neither_good_nor_poor": 10}),
    ):
        await given.team(service, code=code, name=f"Team {code}", iwgc=[code])
        await drained(session, *reviews(code, "2026-03-10", **counts))


async def published(client, headers, **params) -> dict:
    start = {"month": "2026-03", "service": "mental_health"}
    answer = await client.get(URL, params=start | params, headers=headers)
    assert answer.status_code == 200, answer.text
    assert PublicationOut.model_validate_json(answer.content).model_dump(mode="json") == (
        answer.json()
    )
    return answer.json()


def found(node: dict, code: str) -> dict:
    """Find a node by its code, wherever it stands."""
    if node["code"] == code:
        return node
    return next((hit for child in node["children"] if (hit := found(child, code))), {})


async def test_the_national_rule_is_told_on_request(client, as_, trust):
    told = await published(client, await as_(READ), rule="national")
    small, second, large, empty = (found(told["trust"], c) for c in ("T2", "T80", "T150", "T0"))
    assert (small["suppressed"], second["suppressed"], large["suppressed"]) == (
        "first_level",
        "second_level",
        None,
    )
    assert set(small["counts"].values()) == set(second["counts"].values()) == {None}
    assert small["markers"] == {"counts": "*", "percentages": "*", "modes": "*"}
    assert (second["pct_positive"], second["pct_negative"], second["total"]) == (80, 6, 80)
    assert second["markers"] == {"counts": "*", "percentages": None, "modes": "*"}
    assert (large["counts"]["very_good"], large["pct_positive"]) == (90, 87)
    assert empty["markers"]["percentages"] == "-"
    assert (empty["total"], empty["counts"]["good"]) == (0, 0)
    assert told["caveat"].endswith("differs between them.")


async def test_strict_is_what_is_told_unless_asked(client, as_, trust):
    told = await published(client, await as_(READ))
    assert told["rule"] == "strict"
    second = found(told["trust"], "T80")
    assert (second["pct_positive"], second["markers"]["percentages"]) == (None, "*")
    levels = {found(told["trust"], code)["level"] for code in ("RNU", "A", "S1", "T2")}
    assert levels == {"trust", "directorate", "service", "team"}
    assert (told["trust"]["name"], found(told["trust"], "S1")["name"]) == (
        "Demonstration Trust",
        "Wards",
    )


async def test_modes_are_mapped_and_what_cannot_be_is_other(client, as_, given, session):
    await given.team(iwgc=["A"], code="A")
    told = [("sms", None), ("tablet", "before_or_at_discharge"), ("tablet", None), (None, None)]
    await drained(
        session,
        *(
            event(**review(location_code="A", channel=channel, collection_point=point))
            for channel, point in told
            for _ in range(5)
        ),
    )
    trust = (await published(client, await as_(READ)))["trust"]
    modes = {mode: count for mode, count in trust["modes"].items() if count}
    assert modes == {"sms": 5, "electronic_before_discharge": 5, "other": 10}
    assert next(iter(trust["modes"])) == "sms"
    assert len(trust["modes"]) == 8


async def test_a_month_loaded_as_counts_has_its_modes_as_other(client, as_, given, session):
    team = await given.team(code="A")
    await session.execute(text("SET LOCAL ROLE everyvoice_owner"))
    await session.execute(
        text(
            "INSERT INTO feedback_monthly VALUES"
            " (:team, 'all', '2026-03-01', 'all', 'RNU', 9, 1, 0, 0, 0, 0, 0)"
        ),
        {"team": team.id},
    )
    await session.commit()
    trust = (await published(client, await as_(READ)))["trust"]
    assert (trust["total"], trust["modes"]["other"]) == (10, 10)


async def test_unanswered_responses_are_in_no_figure(client, as_, given, session):
    await given.team(iwgc=["A"], code="A")
    await drained(
        session,
        *reviews("A", "2026-03-01", good=9),
        event(**review(location_code="A", fft_answer=None, channel="sms")),
    )
    trust = (await published(client, await as_(READ)))["trust"]
    assert (trust["total"], trust["modes"]["sms"]) == (9, 0)


async def test_each_service_has_the_teams_of_its_own_categories(client, as_, given, session):
    for code, category in (
        ("MH", FftCategory.MH_ACUTE),
        ("CH", FftCategory.CH_NURSING),
        ("NO", None),
    ):
        await given.team(iwgc=[code], code=code, fft_category=category)
        await drained(session, *reviews(code, "2026-03-01", good=9))
    told = await published(client, await as_(READ), service="community")
    assert (told["trust"]["total"], len(told["trust"]["modes"])) == (9, 6)
    assert found(told["trust"], "CH")["total"] == 9
    assert not found(told["trust"], "MH")
    assert not found(told["trust"], "NO")


async def test_a_team_stands_where_it_stood_and_its_past_is_told_as_it_was(
    client, as_, given, session
):
    old = await given.service(code="OLD")
    new = await given.service(code="NEW")
    team = await given.team(old, iwgc=["A"], code="A")
    place = (await session.scalars(select(Placement).where(Placement.team_id == team.id))).one()
    place.valid_to = date(2026, 3, 1)
    await session.commit()
    await given.placement(team, new, valid_from=date(2026, 3, 1), segment=Segment.PHYSICAL_HEALTH)
    await drained(session, *reviews("A", "2026-02-01", good=8), *reviews("A", "2026-03-01", good=9))
    trust = (await published(client, await as_(READ)))["trust"]
    assert found(trust, "NEW")["total"] == 9
    assert found(trust, "NEW")["previous"] is None
    assert not found(trust, "OLD")
    before = {"total": 8, "pct_positive": 100, "pct_negative": 0}
    assert found(trust, "A")["previous"] == trust["previous"] == before


async def test_what_was_hidden_last_month_is_hidden_beside_this_month(client, as_, given, session):
    await given.team(iwgc=["A"], code="A")
    await drained(session, *reviews("A", "2026-02-01", good=3), *reviews("A", "2026-03-01", good=9))
    told = found((await published(client, await as_(READ)))["trust"], "A")
    assert told["previous"] == {"total": 3, "pct_positive": None, "pct_negative": None}
    assert told["pct_positive"] == 100


async def test_closed_and_unopened_teams_are_told_only_with_answers(client, as_, given, session):
    service = await given.service()
    await given.team(service, code="CLOSED", closed_on=date(2026, 3, 1))
    await given.team(service, code="LATER", opened_on=date(2026, 4, 1))
    await given.team(service, code="LATE", iwgc=["L"], closed_on=date(2026, 2, 20))
    await given.team(service, code="OPEN", opened_on=date(2026, 3, 31))
    await drained(session, *reviews("L", "2026-03-01", good=9))
    trust = (await published(client, await as_(READ)))["trust"]
    told = {code: bool(found(trust, code)) for code in ("CLOSED", "LATER", "LATE", "OPEN")}
    assert told == {"CLOSED": False, "LATER": False, "LATE": True, "OPEN": True}


async def test_a_trust_without_teams_has_an_empty_publication(client, as_):
    trust = (await published(client, await as_(READ)))["trust"]
    assert (trust["total"], trust["children"], trust["markers"]["percentages"]) == (0, [], "-")


@pytest.mark.parametrize(("month", "status"), [("2026-03", 200), ("2026-04", 422)])
async def test_a_month_is_told_when_it_is_over(client, as_, month, status):
    with time_machine.travel("2026-04-01T12:00:00Z", tick=False):
        answer = await client.get(
            URL, params={"month": month, "service": "community"}, headers=await as_(READ)
        )
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["type"] == "/problems/month-not-over"
        assert answer.json()["errors"][0]["pointer"] == "#/month"


@pytest.mark.parametrize(
    "wrong",
    [
        {"month": "2026-13"},
        {"month": "2026-3"},
        {"service": "dental"},
        {"rule": "none"},
        {"x": "1"},
    ],
)
async def test_what_cannot_be_asked_is_refused(client, as_, wrong):
    params = {"month": "2026-03", "service": "community"} | wrong
    answer = await client.get(URL, params=params, headers=await as_(READ))
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")


async def test_what_a_reader_has_already_is_not_sent_again(client, as_, trust):
    headers, params = await as_(READ), {"month": "2026-03", "service": "mental_health"}
    first = await client.get(URL, params=params, headers=headers)
    assert first.headers["cache-control"] == "private, no-cache"
    again = {"If-None-Match": first.headers["etag"]}
    second = await client.get(URL, params=params, headers=headers | again)
    assert (second.status_code, second.content) == (304, b"")
    other = await client.get(URL, params=params | {"rule": "national"}, headers=headers | again)
    assert other.status_code == 200
