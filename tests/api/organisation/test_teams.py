from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.clock import today
from tests.factories import drained, event, review

THIS_MONTH = today().replace(day=1)
EXACT = ("feedback:read", "feedback:read:small_numbers")


@pytest.fixture
async def old(organisation) -> dict:
    return await organisation.service("OLD", "NORTH")


@pytest.fixture
async def new(organisation) -> dict:
    return await organisation.service("NEW", "SOUTH")


async def test_a_team_shows_what_the_contract_names(organisation, old):
    answer = await organisation.post(
        "teams",
        code="CMHT-CITY",
        name="City",
        service_id=old["id"],
        segment="mental_health_learning_disability",
        setting="community",
        pathway="adult mental health",
        fft_category="mh_secondary_care_community",
        location_codes={"iwgc": ["B", "A"]},
        opened_on="2019-04-01",
    )
    made = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert answer.headers["Location"] == f"/v1/organisation/teams/{made['id']}"
    assert made == {
        "id": made["id"],
        "code": "CMHT-CITY",
        "name": "City",
        "directorate_id": old["directorate_id"],
        "service_id": old["id"],
        "segment": "mental_health_learning_disability",
        "setting": "community",
        "pathway": "adult mental health",
        "fft_category": "mh_secondary_care_community",
        "location_codes": {"iwgc": ["A", "B"]},
        "opened_on": "2019-04-01",
        "closed_on": None,
        "valid_from": "2000-01-01",
        "version": 1,
    }
    read = await organisation.get(f"teams/{made['id']}")
    assert (read.json(), read.headers["ETag"]) == (made, '"1"')


async def test_a_team_may_stand_apart_from_its_service(organisation, old, new):
    team = await organisation.team("A", old, directorate_id=new["directorate_id"])
    assert (team["service_id"], team["directorate_id"]) == (old["id"], new["directorate_id"])


async def test_a_creation_is_done_once_per_key(organisation, old):
    body = {"code": "A", "name": "A", "service_id": old["id"]}
    body |= {"segment": "physical_health", "setting": "inpatient"}
    headers = organisation.headers | {"Idempotency-Key": "one"}
    url = "/v1/organisation/teams"
    first = await organisation.client.post(url, json=body, headers=headers)
    again = await organisation.client.post(url, json=body, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await organisation.client.post(url, json=body | {"name": "B"}, headers=headers)
    assert other.json()["type"] == "/problems/idempotency-key-reused"


async def test_a_move_ends_one_placement_and_begins_another(organisation, old, new):
    team = await organisation.team("A", old)
    moved = await organisation.patch(f"teams/{team['id']}", match='"1"', service_id=new["id"])
    assert (moved.status_code, moved.headers["ETag"]) == (200, '"2"'), moved.text
    assert moved.json()["directorate_id"] == new["directorate_id"]
    history = (await organisation.get(f"teams/{team['id']}/placements")).json()
    assert history["next"] is None
    told = [(p["service_id"], p["valid_from"], p["valid_to"]) for p in history["items"]]
    assert told == [
        (new["id"], str(THIS_MONTH), None),
        (old["id"], "2000-01-01", str(THIS_MONTH)),
    ]
    then = await organisation.get(f"teams/{team['id']}", on="2010-06-30")
    assert (then.json()["service_id"], then.json()["valid_from"]) == (old["id"], "2000-01-01")


async def test_figures_before_a_move_stay_in_the_old_directorate(
    organisation, old, new, session, client, as_
):
    team = await organisation.team("A", old, location_codes={"iwgc": ["A"]})
    days = ["2026-01-31T12:00:00Z", "2026-02-01T12:00:00Z", "2026-03-01T12:00:00Z"]
    await drained(session, *(event(**review(location_code="A", submitted_at=d)) for d in days))
    headers, params = await as_(*EXACT), {"by": "directorate"}
    before = (await client.get("/v1/feedback/summary", params=params, headers=headers)).json()
    assert [(i["key"], i["total"]) for i in before["items"]] == [("NORTH", 3)]
    place = f"teams/{team['id']}"
    await organisation.patch(place, service_id=new["id"], effective_from="2026-02-01")
    await drained(session, event(**review(location_code="A", submitted_at="2026-01-05T12:00:00Z")))
    for narrowed in (params, params | {"from": "2026-01-02"}):
        answer = await client.get("/v1/feedback/summary", params=narrowed, headers=headers)
        totals = {item["key"]: item["total"] for item in answer.json()["items"]}
        assert totals == {"NORTH": 2, "SOUTH": 2}


async def test_a_change_on_the_day_a_placement_began_replaces_it(organisation, old, new):
    team = await organisation.team("A", old)
    place = f"teams/{team['id']}"
    await organisation.patch(place, service_id=new["id"])
    await organisation.patch(place, setting="inpatient")
    history = (await organisation.get(f"{place}/placements")).json()["items"]
    assert [(p["service_id"], p["setting"]) for p in history] == [
        (new["id"], "inpatient"),
        (old["id"], "community"),
    ]
    await organisation.patch(place, service_id=old["id"], setting="community")
    history = (await organisation.get(f"{place}/placements")).json()["items"]
    assert [(p["valid_from"], p["valid_to"]) for p in history] == [("2000-01-01", None)]


async def test_a_change_in_the_past_contradicts_no_later_placement(organisation, old, new):
    team = await organisation.team("A", old)
    place = f"teams/{team['id']}"
    await organisation.patch(place, service_id=new["id"], effective_from="2025-04-01")
    refused = await organisation.patch(place, setting="inpatient", effective_from="2024-04-01")
    assert (refused.status_code, refused.json()["type"]) == (
        409,
        "/problems/placement-contradicted",
    )
    assert refused.json()["valid_from"] == "2025-04-01"
    earlier = await organisation.patch(place, service_id=new["id"], effective_from="2024-04-01")
    assert earlier.json()["valid_from"] == "2024-04-01"


async def test_a_planned_move_shows_on_its_day(organisation, old, new):
    team = await organisation.team("A", old)
    place = f"teams/{team['id']}"
    answer = await organisation.patch(place, service_id=new["id"], effective_from="2100-01-01")
    assert answer.json()["service_id"] == old["id"]
    then = await organisation.get(place, on="2100-01-01")
    assert then.json()["service_id"] == new["id"]


async def test_a_team_to_come_is_read_without_a_day(organisation, old):
    team = await organisation.team("A", old, effective_from="2100-01-01")
    assert team["valid_from"] == "2100-01-01"
    assert (await organisation.get(f"teams/{team['id']}", on=str(today()))).status_code == 404
    assert len((await organisation.get("teams")).json()["items"]) == 1
    assert (await organisation.get("teams", on=str(today()))).json()["items"] == []


@pytest.mark.parametrize("day", ["2026-03-02", "1999-12-01"])
async def test_placements_begin_on_the_first_of_a_month_since_2000(organisation, old, day):
    team = await organisation.team("A", old)
    place = f"teams/{team['id']}"
    answer = await organisation.patch(place, setting="inpatient", effective_from=day)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/effective_from"


async def test_what_is_left_out_of_a_patch_stays_and_null_takes_away(organisation, old):
    team = await organisation.team(
        "A", old, pathway="p", fft_category="ch_other", location_codes={"iwgc": ["A"], "own": ["1"]}
    )
    place = f"teams/{team['id']}"
    answer = await organisation.patch(place, pathway=None, location_codes={"own": None})
    told = answer.json()
    assert (told["pathway"], told["fft_category"]) == (None, "ch_other")
    assert told["location_codes"] == {"iwgc": ["A"]}
    again = await organisation.patch(place, location_codes={"own": ["1"]})
    assert again.json()["location_codes"] == {"iwgc": ["A"], "own": ["1"]}


@pytest.mark.parametrize(
    "field", ["code", "name", "service_id", "directorate_id", "segment", "location_codes"]
)
async def test_what_a_team_must_have_is_not_taken_away(organisation, old, field):
    team = await organisation.team("A", old)
    answer = await organisation.patch(f"teams/{team['id']}", **{field: None})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"#/{field}")


async def test_a_change_needs_the_version_read(organisation, old):
    team = await organisation.team("A", old)
    url = f"/v1/organisation/teams/{team['id']}"
    bare = await organisation.client.patch(url, json={"name": "B"}, headers=organisation.headers)
    assert bare.status_code == 428
    await organisation.patch(f"teams/{team['id']}", match='"1"', name="B")
    stale = await organisation.patch(f"teams/{team['id']}", match='"1"', name="C")
    assert stale.status_code == 412
    assert (await organisation.delete(f"teams/{team['id']}", match='"1"')).status_code == 412


async def test_a_code_belongs_to_one_team_at_a_time(organisation, old):
    a = await organisation.team("A", old, location_codes={"iwgc": ["X"]})
    b = await organisation.team("B", old)
    taken = await organisation.patch(f"teams/{b['id']}", location_codes={"iwgc": ["X"]})
    assert (taken.status_code, taken.json()["type"]) == (409, "/problems/location-code-taken")
    other = await organisation.patch(f"teams/{b['id']}", location_codes={"own": ["X"]})
    assert other.status_code == 200
    await organisation.patch(
        f"teams/{a['id']}", location_codes={"iwgc": []}, location_codes_from="2026-02-01"
    )
    given = await organisation.patch(f"teams/{b['id']}", location_codes={"iwgc": ["X"]})
    assert given.json()["location_codes"] == {"iwgc": ["X"], "own": ["X"]}
    for team, day in ((a, "2026-01-31"), (b, "2026-02-01")):
        shown = await organisation.get(f"teams/{team['id']}", on=day)
        assert shown.json()["location_codes"]["iwgc"] == ["X"]
    too_early = await organisation.patch(
        f"teams/{b['id']}", location_codes={"iwgc": ["X"]}, location_codes_from="2026-01-01"
    )
    assert too_early.status_code == 409


async def test_codes_end_today_where_no_day_is_told(organisation, old):
    a = await organisation.team("A", old, location_codes={"iwgc": ["X"]})
    place = f"teams/{a['id']}"
    ended = await organisation.patch(place, location_codes={"iwgc": ["Y"]})
    assert ended.json()["location_codes"] == {"iwgc": ["Y"]}
    yesterday = await organisation.get(place, on=str(today() - timedelta(days=1)))
    assert yesterday.json()["location_codes"] == {"iwgc": ["X", "Y"]}


async def test_no_code_holds_before_its_team_stands_anywhere(organisation, old):
    team = await organisation.team("A", old, effective_from="2025-04-01")
    answer = await organisation.patch(
        f"teams/{team['id']}", location_codes={"iwgc": ["X"]}, location_codes_from="2025-03-31"
    )
    assert answer.json()["errors"][0]["code"] == "before_first_placement"


@pytest.mark.parametrize("how", ["create", "change"])
async def test_a_new_code_promises_what_waits_for_it_another_try(organisation, old, session, how):
    codes = {"iwgc": ["X"]}
    if how == "create":
        await organisation.team("A", old, location_codes=codes)
    else:
        team = await organisation.team("A", old)
        await organisation.patch(f"teams/{team['id']}", location_codes=codes)
    queued = text("SELECT entrypoint, payload FROM jobs.pgqueuer")
    rows = [tuple(row) for row in await session.execute(queued)]
    assert rows == [("location_codes_begun", b'[["iwgc","X"]]')]


async def test_a_team_that_had_responses_is_closed_not_deleted(organisation, old, session):
    team = await organisation.team("A", old, location_codes={"iwgc": ["A"]})
    await drained(session, event(**review(location_code="A")))
    place = f"teams/{team['id']}"
    refused = await organisation.delete(place)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/in-use")
    closed = await organisation.patch(place, closed_on="2026-04-01")
    assert closed.json()["closed_on"] == "2026-04-01"


async def test_a_team_without_responses_is_deleted_with_its_parts(organisation, old):
    team = await organisation.team("A", old, location_codes={"iwgc": ["A"]})
    place = f"teams/{team['id']}"
    assert (await organisation.delete(place)).status_code == 204
    assert (await organisation.get(place)).status_code == 404
    assert (await organisation.get(f"{place}/placements")).status_code == 404
    await organisation.team("A", old, location_codes={"iwgc": ["A"]})


async def test_a_team_does_not_close_before_it_opens(organisation, old):
    team = await organisation.team("A", old, opened_on="2026-01-01")
    refused = await organisation.patch(f"teams/{team['id']}", closed_on="2025-12-31")
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/closed-before-opened")
    assert refused.json()["errors"][0]["pointer"] == "#/closed_on"


async def test_a_code_names_one_team(organisation, old):
    await organisation.team("A", old)
    body = {"code": "A", "name": "B", "service_id": old["id"]}
    body |= {"segment": "physical_health", "setting": "inpatient"}
    answer = await organisation.post("teams", **body)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/code-taken")


@pytest.mark.parametrize("field", ["service_id", "directorate_id"])
async def test_a_team_stands_nowhere_unknown(organisation, old, field):
    team = await organisation.team("A", old)
    answer = await organisation.patch(f"teams/{team['id']}", **{field: str(uuid4())})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"#/{field}")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"code": "a b"}, "#/code"),
        ({"code": "x" * 51}, "#/code"),
        ({"name": "  "}, "#/name"),
        ({"segment": "elsewhere"}, "#/segment"),
        ({"location_codes": {"I W G C": []}}, "#/location_codes/I W G C/[key]"),
        ({"location_codes": {"iwgc": [""]}}, "#/location_codes/iwgc/0"),
        ({"closed": True}, "#/closed"),
    ],
)
async def test_a_bad_team_is_refused_where_it_is_bad(organisation, old, body, pointer):
    start = {"code": "A", "name": "A", "service_id": old["id"]}
    start |= {"segment": "physical_health", "setting": "inpatient"}
    answer = await organisation.post("teams", **start | body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_lists_are_filtered(organisation, old, new):
    await organisation.team("A", old, opened_on="2020-01-01", closed_on="2026-01-01")
    await organisation.team("B", old, setting="inpatient")
    await organisation.team("C", new, segment="mental_health_learning_disability")

    async def codes(**params: object) -> list[str]:
        answer = await organisation.get("teams", **params)
        assert answer.status_code == 200, answer.text
        return sorted(item["code"] for item in answer.json()["items"])

    assert await codes() == ["A", "B", "C"]
    assert await codes(directorate="SOUTH") == ["C"]
    assert await codes(service=old["id"]) == ["A", "B"]
    assert await codes(segment="mental_health_learning_disability") == ["C"]
    assert await codes(setting="inpatient") == ["B"]
    assert await codes(open=True) == ["B", "C"]
    assert await codes(open=False) == ["A"]
    assert await codes(open=True, on="2025-12-31") == ["A", "B", "C"]
    assert await codes(open=True, on="2019-12-31") == ["B", "C"]
    assert (await organisation.get("teams", stetting="inpatient")).status_code == 422


async def test_keyset_pages_cover_everything_once(organisation, old):
    for code in "ABCDE":
        await organisation.team(code, old)
    seen, params = [], {"limit": 2}
    while params is not None:
        page = (await organisation.get("teams", **params)).json()
        seen += [item["code"] for item in page["items"]]
        params = {"limit": 2, "after": page["next"]} if page["next"] else None
    assert seen == ["E", "D", "C", "B", "A"]


async def test_a_reader_sees_all_and_changes_nothing(client, as_, given, organisation):
    team = await given.team(code="SEEN")
    other = await given.team()
    headers = await as_("organisation:read", teams=[other.id])
    shown = await client.get(f"/v1/organisation/teams/{team.id}", headers=headers)
    assert shown.json()["code"] == "SEEN"
    refused = await client.post("/v1/organisation/teams", json={}, headers=headers)
    assert (refused.status_code, refused.json()["missing"]) == (403, ["organisation:manage"])
    blind = await client.get("/v1/organisation/teams", headers=await as_("feedback:read"))
    assert blind.status_code == 403


async def test_every_change_is_in_the_change_log(organisation, old, session):
    team = await organisation.team("A", old)
    await organisation.patch(f"teams/{team['id']}", setting="inpatient")
    logged = text(
        "SELECT DISTINCT entity, op FROM change_pending WHERE operation = 'change_team' ORDER BY 1"
    )
    assert [tuple(row) for row in await session.execute(logged)] == [
        ("team_placement", "I"),
        ("team_placement", "U"),
    ]


async def test_any_day_may_be_asked_for(organisation, old):
    team = await organisation.team("A", old)
    for day in (date.min, date.max):
        answer = await organisation.get(f"teams/{team['id']}", on=str(day))
        assert answer.status_code in (200, 404)


async def test_days_are_taken_only_as_they_are_written(organisation):
    for on in ("0", "2026-3-1", "20260301"):
        answer = await organisation.get("teams", on=on)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/on")


def test_the_document_tells_what_a_patch_may_leave_out_but_not_take_away(app):
    schema = app.openapi()["components"]["schemas"]["TeamPatch"]
    assert "required" not in schema
    for name in ("code", "name", "service_id", "segment", "location_codes"):
        told = schema["properties"][name]
        assert "default" not in told
        assert {"type": "null"} not in told.get("anyOf", [])
