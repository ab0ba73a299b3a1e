from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from app.api.v1.feedback.cadence_schemas import CadenceList
from app.domain.organisation.models import Placement, Setting
from tests.api.feedback.conftest import told
from tests.factories import drained, event, review

SCOPES = ("feedback:read", "feedback:act", "feedback:configure")
NOON = "T12:00:00Z"
WARD = Setting.INPATIENT


@pytest.fixture(autouse=True)
def now():
    """It is the 20th of June 2026, a Saturday."""
    with time_machine.travel("2026-06-20T09:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
async def api(api_of):
    return await api_of(*SCOPES)


async def respond(session, code: str, *days: str, **values: object) -> None:
    bodies = [
        event(**review(location_code=code, submitted_at=day + NOON, **values)) for day in days
    ]
    await drained(session, *bodies)


async def cadence(api, **params: object) -> list[dict]:
    answer = await api.get("feedback/cadence", **{"from": "2026-04-01"} | params)
    assert answer.status_code == 200, answer.text
    CadenceList.model_validate_json(answer.content)
    return answer.json()["items"]


def states(item: dict, key: str = "state") -> list[str]:
    return [period[key] for period in item["periods"]]


async def test_a_community_team_is_judged_by_month(api, given, session):
    team = await given.team(iwgc=["A"])
    await respond(session, "A", "2026-04-30", "2026-04-30", "2026-06-01")
    (item,) = await cadence(api, by="team")
    periods = item.pop("periods")
    directorate = periods[0]["directorate"]
    told_back = {"expected": 2, "met": 0, "missed": 1, "pending": 1, "not_applicable": 1}
    assert item == {
        "key": team.code,
        "name": team.name,
        "directorate": directorate,
        "setting": "community",
        "expected": 3,
        "met": 2,
        "missed": 1,
        "pending": 0,
        "not_applicable": 0,
        "pct_met": 66.7,
        "streak": 1,
        "told_back": told_back | {"pct_met": 0.0, "streak": 0},
        "months": None,
    }
    assert periods[0] == {
        "period": "2026-04",
        "first": "2026-04-01",
        "last": "2026-04-30",
        "setting": "community",
        "directorate": directorate,
        "expected": 1,
        "collected": 2,
        "state": "met",
        "because": None,
        "met_by": "collection",
        "told_back": "missed",
    }
    assert [(p["collected"], p["state"]) for p in periods[1:]] == [(0, "missed"), (1, "met")]


async def test_a_ward_is_judged_by_fortnights_from_the_policys_monday(api, given, session):
    await given.team(iwgc=["W"], setting=WARD)
    await respond(session, "W", "2026-04-06", "2026-05-03", "2026-05-04", "2026-05-17")
    (item,) = await cadence(api, by="team")
    told = [(p["period"], p["collected"], p["state"]) for p in item["periods"]]
    assert told == [
        ("2026-04-06/2026-04-19", 1, "met"),
        ("2026-04-20/2026-05-03", 1, "met"),
        ("2026-05-04/2026-05-17", 2, "met"),
        ("2026-05-18/2026-05-31", 0, "missed"),
        ("2026-06-01/2026-06-14", 0, "missed"),
        ("2026-06-15/2026-06-28", 0, "pending"),
    ]


async def test_the_policy_may_have_wards_collect_monthly(api, given, session):
    await given.team(iwgc=["W"], setting=WARD)
    await respond(session, "W", "2026-04-06")
    policy = (await api.get("feedback/policy")).json()
    del policy["version"]
    changed = await api.send("PUT", "feedback/policy", policy | {"inpatient_period": "month"})
    assert changed.status_code == 200, changed.text
    (item,) = await cadence(api, by="team")
    assert [p["period"] for p in item["periods"]] == ["2026-04", "2026-05", "2026-06"]
    assert states(item) == ["met", "missed", "pending"]


async def test_a_ward_may_hear_people_before_they_leave_instead(api, given, session):
    ward = await given.team(iwgc=["W"], setting=WARD)
    at = {"collection_point": "before_or_at_discharge"}
    await respond(session, "W", "2026-04-30", "2026-04-30", **at)
    await respond(session, "W", "2026-05-31", "2026-05-31", **at | {"fft_answer": None})
    items = [
        {"team": ward.code, "month": "2026-04", "discharged": 5},
        {"team": ward.code, "month": "2026-05", "discharged": 4},
    ]
    answer = await api.send("PUT", "feedback/denominators", {"items": items})
    assert answer.json() == {"taken": 2, "changed": 2}
    (item,) = await cadence(api, by="team", to="2026-05-31")
    told = [(p["first"], p["state"], p["met_by"]) for p in item["periods"]]
    assert told == [
        ("2026-04-06", "missed", None),
        ("2026-04-20", "met", "collection"),
        ("2026-05-04", "met", "before_discharge"),
        ("2026-05-18", "met", "collection"),
    ]


async def hold(api, day: str, *teams, **counts: int) -> dict:
    plan = {"kind": "hear_say", "title": "x", "place": "x", "starts_at": "14:00"}
    ids = [str(team.id) for team in teams]
    plan |= {"ends_at": "15:00", "day": day, "teams": ids}
    meeting = await api.made("feedback/meetings", **plan)
    came = {"patients": 0, "carers": 0, "staff": 2} | counts
    held = await api.send("PUT", f"feedback/meetings/{meeting['id']}/attendance", came)
    assert held.status_code == 200, held.text
    return meeting


async def test_a_meeting_that_heard_somebody_is_a_collection_of_its_teams(api, given):
    first = await given.team()
    second = await given.team(setting=WARD)
    await hold(api, "2026-05-05", first, second, carers=1)
    await hold(api, "2026-04-10", first, second)  # nobody came but staff
    await hold(api, "2026-04-10", patients=9)  # of no team in particular
    community, ward = await cadence(api, by="team", to="2026-05-31")
    assert states(community) == ["missed", "met"]
    assert states(ward) == ["missed", "missed", "met", "missed"]


@pytest.mark.parametrize(
    ("kept", "told_back"),
    [
        ("2026-04-30", ["met", "pending"]),
        ("2026-05-10", ["met", "met"]),
        ("2026-05-09", ["met", "pending"]),
        ("2026-05-31", ["missed", "met"]),
    ],
)
async def test_a_kept_promise_tells_back_what_was_collected_in_the_days_before(
    api, given, session, kept, told_back
):
    """Collected on 10 April, kept 30 days after at the latest; and on 10 May, a meeting."""
    team = await given.team(iwgc=["A"])
    await respond(session, "A", "2026-04-10")
    await hold(api, "2026-05-10", team, patients=1)
    promising = await hold(api, "2026-03-31", team)
    promise = await api.made(
        f"feedback/meetings/{promising['id']}/promises", what="x", who="Jo", due_on="2026-05-01"
    )
    keeping = {"how": "Done", "kept_on": kept}
    await api.send("POST", f"feedback/promises/{promise['id']}/keeping", keeping)
    (item,) = await cadence(api, by="team", to="2026-05-31")
    assert states(item, "told_back") == told_back


@pytest.mark.parametrize("teller", ["action", "reply"])
async def test_what_is_published_tells_back(api, heard, writer, publisher, city, teller):
    """Of what was said on 21 May, on 20 June: just in time."""
    response = await heard("CITY", days=30)
    assert response["day"] == "2026-05-21"
    if teller == "action":
        made = await writer.made("actions", **told(team_ids=[str(city.id)]))
        steps = [f"actions/{made['id']}/publication"]
    else:
        made = await writer.made(f"responses/{response['id']}/replies", text="Thank you.")
        steps = [f"replies/{made['id']}/{step}" for step in ("approval", "publication")]
    for step in steps:
        (item,) = await cadence(api, by="team", to="2026-05-31")
        assert states(item, "told_back") == ["not_applicable", "pending"]
        answer = await publisher.post(step, match="*")
        assert answer.status_code in (200, 201), answer.text
    (item,) = await cadence(api, by="team", to="2026-05-31")
    assert states(item, "told_back") == ["not_applicable", "met"]


async def test_other_teams_meetings_and_promises_are_theirs(api, given, session):
    await given.team(code="A", iwgc=["A"])
    other = await given.team(code="B")
    await respond(session, "A", "2026-04-10")
    meeting = await hold(api, "2026-04-10", other, patients=1)
    promise = {"what": "x", "who": "Jo", "due_on": "2026-05-01"}
    made = await api.made(f"feedback/meetings/{meeting['id']}/promises", **promise)
    keeping = {"how": "Done", "kept_on": "2026-05-01"}
    await api.send("POST", f"feedback/promises/{made['id']}/keeping", keeping)
    for team, told_back in (("A", "missed"), ("B", "met")):
        (item,) = await cadence(api, by="team", team=team, to="2026-05-31")
        assert states(item, "collected") == [1, 0]
        assert states(item, "told_back") == [told_back, "not_applicable"]


async def test_a_team_marked_empty_is_not_expected_to_hear_anybody(api, given):
    team = await given.team()
    body = {"team_id": str(team.id), "valid_from": "2026-04-10", "reason": " Refurbishment "}
    made = await api.made("feedback/empty-periods", **body)
    assert made["reason"] == "Refurbishment"
    (item,) = await cadence(api, by="team")
    assert states(item, "because") == ["empty"] * 3
    ended = await api.send(
        "PATCH", f"feedback/empty-periods/{made['id']}", {"valid_to": "2026-05-01"}
    )
    assert (ended.json()["valid_to"], ended.headers["etag"]) == ("2026-05-01", '"2"')
    (item,) = await cadence(api, by="team")
    assert states(item) == ["not_applicable", "missed", "pending"]
    assert (item["expected"], item["not_applicable"]) == (2, 1)


async def test_a_team_that_opened_or_closed_in_a_period_is_not_expected_to(api, given):
    await given.team(code="A", opened_on=date(2026, 4, 2))
    await given.team(code="B", closed_on=date(2026, 5, 31))
    await given.team(code="C", closed_on=date(2026, 4, 1))
    first, second = await cadence(api, by="team")
    assert states(first, "because") == ["opened", None, None]
    assert states(second, "because") == [None, "closed"]


async def test_sums_over_directorates_are_the_trusts(api, given, session):
    old, new = await given.service(), await given.service()
    moving = await given.team(code="A", service=old, iwgc=["A"])
    await given.placement(moving, new, valid_from=date(2018, 1, 1), valid_to=date(2019, 1, 1))
    await given.team(code="B", service=new, iwgc=["B"], setting=WARD)
    await given.team(code="C", service=new, iwgc=["C"], opened_on=date(2026, 4, 2))
    await respond(session, "A", "2026-04-01", "2026-05-01")
    await respond(session, "B", "2026-04-06", "2026-05-05")
    (trust,) = await cadence(api, by="trust")
    directorates = await cadence(api, by="directorate")
    teams = await cadence(api, by="team")
    counts = ("expected", "met", "missed", "pending", "not_applicable")
    for name in counts:
        for items in (directorates, teams):
            assert sum(item[name] for item in items) == trust[name]
            assert sum(item["told_back"][name] for item in items) == trust["told_back"][name]
        assert sum(month[name] for month in trust["months"]) == trust[name]
        for month in trust["months"]:
            each = [m for d in directorates for m in d["months"] if m["month"] == month["month"]]
            assert sum(m[name] for m in each) == month[name]
    assert (trust["key"], trust["name"], trust["periods"]) == ("RNU", "Demonstration Trust", None)
    assert [item["key"] for item in directorates] == sorted(d["key"] for d in directorates)
    assert trust["months"][0]["missed"] == 1


async def test_a_streak_of_the_trust_is_of_months_without_a_miss(api, given, session):
    for code in ("A", "B"):
        await given.team(code=code, iwgc=[code])
    await respond(session, "A", "2026-04-01", "2026-05-01", "2026-06-01")
    await respond(session, "B", "2026-05-01")
    (trust,) = await cadence(api, by="trust")
    assert trust["streak"] == 2


async def test_cadence_is_filtered_by_team_directorate_and_setting(api, given):
    first, second = await given.service(), await given.service()
    team = await given.team(code="A", service=first)
    await given.team(code="B", service=second, setting=WARD)
    directorate = (await cadence(api, by="team", team="B"))[0]["directorate"]
    for params, keys in (
        ({}, ["A", "B"]),
        ({"team": "A"}, ["A"]),
        ({"team": str(team.id)}, ["A"]),
        ({"directorate": directorate}, ["B"]),
        ({"directorate": str(second.directorate_id)}, ["B"]),
        ({"setting": "inpatient"}, ["B"]),
        ({"setting": "community"}, ["A"]),
        ({"directorate": "nowhere"}, []),
        ({"from": "2026-06-21", "to": "2026-07-31"}, []),
        ({"from": "2026-07-01", "to": "2026-07-31"}, []),
    ):
        assert [item["key"] for item in await cadence(api, by="team", **params)] == keys, params
    assert await cadence(api, by="trust", team="nobody") == []
    assert await cadence(api, by="directorate", **{"from": "2026-07-01"}) == []


async def test_a_directorate_is_told_the_periods_in_which_its_teams_stood_in_it(
    api, given, session
):
    old, new = await given.service(), await given.service()
    team = await given.team(code="A", service=old)
    placement = await session.scalar(select(Placement).where(Placement.team_id == team.id))
    placement.valid_to = date(2026, 5, 1)
    await session.commit()
    await given.placement(team, new, valid_from=date(2026, 5, 1))
    for service, months in ((old, ["2026-04"]), (new, ["2026-05", "2026-06"])):
        (item,) = await cadence(api, by="team", directorate=str(service.directorate_id))
        assert [period["period"] for period in item["periods"]] == months


async def test_who_is_limited_gets_figures_of_their_own_teams(api_of, given):
    mine = await given.team(code="A")
    await given.team(code="B")
    limited = await api_of(*SCOPES, teams=[mine.id])
    assert [item["key"] for item in await cadence(limited, by="team")] == ["A"]
    (trust,) = await cadence(limited, by="trust")
    assert trust["expected"] == 3


async def test_the_last_twelve_months_are_told_if_no_days_are(api, given):
    await given.team()
    answer = await api.get("feedback/cadence", by="team")
    periods = [period["period"] for period in answer.json()["items"][0]["periods"]]
    assert (len(periods), periods[0], periods[-1]) == (12, "2025-07", "2026-06")


async def test_three_years_are_told_at_most(api):
    refused = await api.get("feedback/cadence", by="team", **{"from": "2023-06-01"})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/cadence-range")
    days = {"from": "0001-01-01", "to": "0002-01-01"}
    assert (await api.get("feedback/cadence", by="team", **days)).json() == {"items": []}
    early = await api.get("feedback/cadence", by="team", to="0001-01-01")
    assert early.json() == {"items": []}


@pytest.mark.parametrize("days", [timedelta(0), timedelta(1)])
async def test_a_month_is_told_from_its_first_day_on(api, given, now, days):
    await given.team()
    now.move_to("2026-06-30T12:00:00Z")
    now.shift(days)
    (item,) = await cadence(api, by="team", **{"from": "2026-06-01"})
    assert states(item) == (["pending"] if not days else ["missed", "pending"])
