from datetime import timedelta

import pytest
from dirty_equals import IsPartialDict

from app.core.clock import today
from tests.api.registers.conftest import refused

PLACE = "registers/opportunities"
TIME = {"starts_at": "2027-03-01T10:00:00Z", "ends_at": "2027-03-01T12:30:00Z"}


async def titles(api, **filters: object) -> list[str]:
    answer = await api.get(PLACE, **filters)
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


async def test_an_opportunity_is_drafted_with_all_that_is_told_of_it(api, given):
    cora = await given.user()
    course = await api.made(
        "registers/courses", code="CO", kind="training", name="Co-production", summary="x"
    )
    told = {
        "kind": "interview_panel",
        "title": "A panel",
        "summary": "Interviews for a nurse.",
        "experience_relevant": False,
        "co_delivered": True,
        "co_produced_how": "Two of four on the panel.",
        "pathways": ["crisis care"],
        "skills": ["interviewing"],
        "places": 2,
        "level": 4,
        "place": "The hub",
        "access": ["step_free"],
        "pays": "A fee for half a day.",
        "pays_pence": 2000,
        "coordinator_id": str(cora.id),
        "required_check": "enhanced",
        "apply_by": "2027-02-01",
    }
    late = TIME | {"starts_at": "2027-03-01T09:00:00+00:00"}
    sets = {"times": [TIME, late], "required_courses": [course["id"], course["id"]]}
    answer = await api.send("POST", PLACE, told | sets)
    made = answer.json()
    place = f"{PLACE}/{made['id']}"
    assert answer.headers["location"] == f"/v1/{place}"
    assert made == IsPartialDict(told)
    assert made["times"] == [late | {"starts_at": "2027-03-01T09:00:00Z"}, TIME]
    assert made["slots"] == ["mon_morning", "mon_afternoon"]
    assert (made["co_produced"], made["taken"], made["status"]) == (True, 0, "draft")
    assert made["required_courses"] == [{"id": course["id"], "code": "CO", "name": "Co-production"}]
    assert (await api.get(place)).json() == made


async def test_a_draft_is_published_then_closed_then_cancelled(api, drafted):
    made = await drafted(easy_read=None)
    place = f"{PLACE}/{made['id']}"
    bare = await api.send("POST", f"{place}/publication", None)
    refused(bare, 409, "opportunity-incomplete", missing=["easy_read"])
    change = {"easy_read": "Help us choose.", "times": [TIME], "required_courses": []}
    changed = await api.send("PATCH", place, change, If_Match='"1"')
    assert (changed.json()["times"], changed.json()["required_courses"]) == ([TIME], [])
    stale = await api.send("POST", f"{place}/publication", None, If_Match='"1"')
    refused(stale, 412, "precondition-failed")
    published = (await api.send("POST", f"{place}/publication", None)).json()
    assert (published["status"], published["published_on"]) == ("published", str(today()))
    refused(await api.send("PATCH", place, {"easy_read": None}), 409, "opportunity-incomplete")
    again = await api.send("POST", f"{place}/publication", None)
    refused(again, 409, "opportunity-status", state="published")
    closed = (await api.send("POST", f"{place}/closure", None)).json()
    assert closed["status"] == "closed"
    cancelled = await api.send("POST", f"{place}/cancellation", {"because": "No lead."})
    assert cancelled.json() == IsPartialDict(status="cancelled", cancelled_because="No lead.")
    refused(await api.send("PATCH", place, {"title": "X"}), 409, "opportunity-status")
    refused(await api.send("POST", f"{place}/closure", None), 409, "opportunity-status")


async def test_what_cannot_be_is_refused(api, drafted, active):
    found = await drafted()
    nobody = (await active())["id"]
    place = f"{PLACE}/{found['id']}"
    backwards = {"starts_at": TIME["ends_at"], "ends_at": TIME["starts_at"]}
    for told, status, slug in (
        ({"times": [backwards]}, 422, "opportunity-times"),
        ({"times": [TIME, TIME]}, 422, "opportunity-times"),
        ({"coordinator_id": nobody}, 422, "coordinator-unknown"),
        ({"team_id": nobody}, 422, "invalid-request"),
        ({"directorate_id": nobody}, 422, "invalid-request"),
        ({"required_courses": [nobody]}, 422, "invalid-request"),
        ({"places": 0}, 422, "invalid-request"),
        ({"level": 5}, 422, "invalid-request"),
        ({"pays_pence": 20.5}, 422, "invalid-request"),
        ({"link": "javascript:x"}, 422, "invalid-request"),
    ):
        refused(await api.send("PATCH", place, told), status, slug)


async def test_opportunities_are_found_by_what_they_are(api, drafted, given):
    directorate = await given.directorate(code="ADULT")
    service = await given.service(directorate)
    team = await given.team(service, code="CMHT")
    cora = str((await given.user()).id)
    await drafted(
        title="Research into sleep",
        kind="research",
        co_designed=True,
        experience_relevant=False,
        level=2,
        pathways=["sleep"],
        skills=["reading"],
        interests=["research"],
        team_id=str(team.id),
        directorate_id=str(directorate.id),
        coordinator_id=cora,
    )
    await drafted(title="Something else")
    for filters in (
        {"search": "sleeping"},
        {"search": "crisis sleep -tea"},
        {"kind": "research"},
        {"level": 2},
        {"pathway": "sleep"},
        {"skill": "reading"},
        {"interest": "research"},
        {"co_produced": True},
        {"experience_relevant": False},
        {"directorate": "ADULT"},
        {"team": "CMHT"},
        {"coordinator": cora},
    ):
        assert await titles(api, **filters) == ["Research into sleep"], filters
    assert await titles(api, status="draft") == ["Something else", "Research into sleep"]
    assert await titles(api, status="closed") == []


async def test_who_is_limited_keeps_their_own_and_sees_what_is_published(
    api, api_of, drafted, published, given
):
    own, other = await given.directorate(), await given.directorate()
    team, stray = await given.team(), await given.team()
    limited = await api_of(
        "registers:read", "registers:opportunities", directorates=[own.id], teams=[team.id]
    )
    await drafted(title="Other draft", directorate_id=str(other.id))
    theirs = await published(title="Other published", directorate_id=str(other.id))
    mine = await drafted(title="Own draft", directorate_id=str(own.id))
    await drafted(title="Own team's", team_id=str(team.id))
    await drafted(title="Whole trust's")
    shown = ["Own team's", "Own draft", "Other published"]
    assert await titles(limited) == shown
    assert (await limited.get(f"{PLACE}/{theirs['id']}")).status_code == 200
    for where in (f"{PLACE}/{theirs['id']}",):
        refused(await limited.send("PATCH", where, {"title": "X"}), 404, "opportunity-not-found")
    place = f"{PLACE}/{mine['id']}"
    assert (await limited.send("PATCH", place, {"title": "Y"})).json()["title"] == "Y"
    assert (await limited.send("PATCH", place, {"team_id": str(team.id)})).status_code == 200
    for told, slug in (
        ({"directorate_id": None, "team_id": None}, "directorate-not-found"),
        ({"directorate_id": str(other.id)}, "directorate-not-found"),
        ({"team_id": str(stray.id)}, "team-not-found"),
    ):
        refused(await limited.send("PATCH", place, told), 404, slug)


async def test_the_public_reads_what_can_be_applied_for(client, api, drafted, published):
    day = today()
    await drafted(title="Draft")
    await published(title="Late", apply_by=str(day - timedelta(1)))
    await published(title="Open", link="https://meet.example/secret", kind="research")
    first = await published(title="Ends soon", apply_by=str(day), pathways=["sleep"])
    answer = await client.get("/v1/public/opportunities")
    items = answer.json()["items"]
    assert [item["title"] for item in items] == ["Ends soon", "Open"]
    assert items[0] == IsPartialDict(
        id=first["id"], easy_read="Help us make the first visit better.", places_left=2
    )
    assert items[1]["online"] is True
    assert "secret" not in answer.text
    assert "coordinator" not in answer.text
    same = await client.get(
        "/v1/public/opportunities", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert same.status_code == 304
    for filters, expected in (
        ({"kind": "research"}, ["Open"]),
        ({"pathway": "sleep"}, ["Ends soon"]),
    ):
        found = (await client.get("/v1/public/opportunities", params=filters)).json()["items"]
        assert [item["title"] for item in found] == expected
    await api.send("POST", f"{PLACE}/{first['id']}/closure", None)
    assert len((await client.get("/v1/public/opportunities")).json()["items"]) == 1


@pytest.mark.parametrize("status", ["active", "inactive"])
async def test_a_coordinator_is_an_active_user(api, drafted, given, session, status):
    user = await given.user()
    user.active = status == "active"
    await session.commit()
    found = await drafted()
    told = {"coordinator_id": str(user.id)}
    answer = await api.send("PATCH", f"{PLACE}/{found['id']}", told)
    assert answer.status_code == (200 if user.active else 422)
