from uuid import uuid4

import pytest

from tests.factories import drained, event, review


async def test_a_directorate_is_made_read_and_renamed(organisation):
    answer = await organisation.post("directorates", code="NORTH", name=" North ")
    made = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    place = f"directorates/{made['id']}"
    assert answer.headers["Location"] == f"/v1/organisation/{place}"
    assert made == {
        "id": made["id"],
        "code": "NORTH",
        "name": "North",
        "trust_code": "RNU",
        "version": 1,
    }
    assert (await organisation.get(place)).json() == made
    renamed = await organisation.patch(place, match='"1"', name="Far North")
    assert (renamed.json()["name"], renamed.headers["ETag"]) == ("Far North", '"2"')
    assert (await organisation.patch(place, match='"1"', name="x")).status_code == 412
    items = (await organisation.get("directorates")).json()
    assert items == {"items": [renamed.json()], "next": None}


async def test_a_creation_of_a_directorate_or_service_is_done_once_per_key(organisation):
    headers = organisation.headers | {"Idempotency-Key": "one"}

    async def post(noun: str, body: dict):
        url = f"/v1/organisation/{noun}"
        return await organisation.client.post(url, json=body, headers=headers)

    body: dict = {"code": "NORTH", "name": "North"}
    first, again = await post("directorates", body), await post("directorates", body)
    assert (again.status_code, again.json()) == (201, first.json())
    body = {"code": "S", "name": "S", "directorate_id": first.json()["id"]}
    first, again = await post("services", body), await post("services", body)
    assert (again.status_code, again.json()) == (201, first.json())


@pytest.mark.parametrize("noun", ["directorates", "services"])
async def test_a_code_names_one_record_of_a_kind(organisation, noun):
    service = await organisation.service("A", "A")
    body = {"code": "A", "name": "Again"}
    if noun == "services":
        body["directorate_id"] = service["directorate_id"]
    taken = await organisation.post(noun, **body)
    assert (taken.status_code, taken.json()["type"]) == (409, "/problems/code-taken")
    other = await organisation.made(noun, **body | {"code": "B"})
    renamed = await organisation.patch(f"{noun}/{other['id']}", code="A")
    assert renamed.json()["type"] == "/problems/code-taken"


async def test_what_nothing_refers_to_is_deleted(organisation):
    service = await organisation.service("S", "D")
    directorate = f"directorates/{service['directorate_id']}"
    refused = await organisation.delete(directorate)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/in-use")
    team = await organisation.team("T", service)
    place = f"services/{service['id']}"
    assert (await organisation.delete(place)).json()["type"] == "/problems/in-use"
    for gone in (f"teams/{team['id']}", place, directorate):
        assert (await organisation.delete(gone)).status_code == 204
        assert (await organisation.get(gone)).status_code == 404
        assert (await organisation.delete(gone)).status_code == 404


@pytest.mark.parametrize("noun", ["directorate", "service", "team"])
async def test_what_is_absent_is_not_found(organisation, noun):
    place = f"{noun}s/{uuid4()}"
    for answer in (await organisation.get(place), await organisation.patch(place, name="x")):
        assert (answer.status_code, answer.json()["type"]) == (404, f"/problems/{noun}-not-found")


async def test_services_are_listed_by_directorate(organisation):
    first = await organisation.service("S1", "D1")
    await organisation.service("S2", "D2")
    for directorate in ("D1", first["directorate_id"]):
        answer = await organisation.get("services", directorate=directorate)
        assert answer.json() == {"items": [first], "next": None}
    assert len((await organisation.get("services")).json()["items"]) == 2


async def test_a_service_stands_nowhere_unknown(organisation):
    service = await organisation.service("S", "D")
    unknown = {"directorate_id": str(uuid4())}
    for answer in (
        await organisation.post("services", code="T", name="T", **unknown),
        await organisation.patch(f"services/{service['id']}", **unknown),
    ):
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "#/directorate_id"


async def test_without_a_trust_there_is_no_directorate(client, as_):
    answer = await client.post(
        "/v1/organisation/directorates",
        json={"code": "A", "name": "A"},
        headers=await as_("organisation:manage"),
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/trust-unnamed")


class TestMovingAService:
    async def test_its_teams_move_with_it_and_figures_before_do_not(
        self, organisation, client, as_, session
    ):
        service = await organisation.service("S", "OLD")
        new = (await organisation.service("OTHER", "NEW"))["directorate_id"]
        team = await organisation.team("A", service, location_codes={"iwgc": ["A"]})
        days = ("2026-01-31T12:00:00Z", "2026-02-01T12:00:00Z")
        await drained(
            session, *(event(**review(location_code="A", submitted_at=day)) for day in days)
        )
        moved = await organisation.patch(
            f"services/{service['id']}", directorate_id=new, effective_from="2026-02-01"
        )
        assert (moved.status_code, moved.json()["directorate_id"]) == (200, new)
        shown = await organisation.get(f"teams/{team['id']}")
        assert (shown.json()["directorate_id"], shown.headers["ETag"]) == (new, '"2"')
        answer = await client.get(
            "/v1/feedback/summary",
            params={"by": "directorate"},
            headers=await as_("feedback:read", "feedback:read:small_numbers"),
        )
        totals = {item["key"]: item["total"] for item in answer.json()["items"]}
        assert totals == {"OLD": 1, "NEW": 1}

    async def test_teams_that_stand_elsewhere_stay(self, organisation):
        service = await organisation.service("S", "OLD")
        other = await organisation.service("OTHER", "APART")
        new = (await organisation.service("THIRD", "NEW"))["directorate_id"]
        apart = await organisation.team("A", service, directorate_id=other["directorate_id"])
        away = await organisation.team("B", service)
        await organisation.patch(f"teams/{away['id']}", service_id=other["id"])
        await organisation.patch(f"services/{service['id']}", directorate_id=new)
        for team in (apart, away):
            shown = (await organisation.get(f"teams/{team['id']}")).json()
            assert shown["directorate_id"] == other["directorate_id"]

    async def test_every_later_placement_in_it_moves(self, organisation):
        service = await organisation.service("S", "OLD")
        new = (await organisation.service("OTHER", "NEW"))["directorate_id"]
        team = await organisation.team("A", service)
        place = f"teams/{team['id']}"
        await organisation.patch(place, setting="inpatient", effective_from="2026-02-01")
        await organisation.patch(
            f"services/{service['id']}", directorate_id=new, effective_from="2026-01-01"
        )
        history = (await organisation.get(f"{place}/placements")).json()["items"]
        assert [(p["valid_from"], p["directorate_id"] == new) for p in history] == [
            ("2026-02-01", True),
            ("2026-01-01", True),
            ("2000-01-01", False),
        ]

    async def test_it_does_not_move_before_it_moved_already(self, organisation):
        service = await organisation.service("S", "OLD")
        new = (await organisation.service("OTHER", "NEW"))["directorate_id"]
        third = (await organisation.service("LAST", "THIRD"))["directorate_id"]
        await organisation.team("A", service)
        place = f"services/{service['id']}"
        await organisation.patch(place, directorate_id=new, effective_from="2026-02-01")
        refused = await organisation.patch(place, directorate_id=third, effective_from="2026-01-01")
        assert (refused.status_code, refused.json()["type"]) == (
            409,
            "/problems/placement-contradicted",
        )

    @pytest.mark.parametrize("day", ["2100-01-01", "2026-02-02"])
    async def test_it_moves_on_a_first_of_a_month_that_has_come(self, organisation, day):
        service = await organisation.service("S", "OLD")
        answer = await organisation.patch(f"services/{service['id']}", name="x", effective_from=day)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (
            422,
            "#/effective_from",
        )


async def test_the_tree_shows_who_stood_where_on_a_day(organisation):
    old, new = await organisation.service("S1", "D1"), await organisation.service("S2", "D2")
    team = await organisation.team("A", old)
    await organisation.team("CLOSED", old, opened_on="2020-01-01", closed_on="2026-01-01")
    await organisation.made("directorates", code="EMPTY", name="Empty")
    await organisation.patch(
        f"teams/{team['id']}", service_id=new["id"], effective_from="2026-03-01"
    )

    async def shape(**params: str) -> list:
        answer = (await organisation.get("tree", **params)).json()
        assert set(answer) == {"on", "directorates"}
        return [
            (d["code"], [(s["code"], [t["code"] for t in s["teams"]]) for s in d["services"]])
            for d in answer["directorates"]
        ]

    assert await shape() == [
        ("D1", [("S1", [])]),
        ("D2", [("S2", ["A"])]),
        ("EMPTY", []),
    ]
    assert await shape(on="2025-12-31") == [
        ("D1", [("S1", ["A", "CLOSED"])]),
        ("D2", [("S2", [])]),
        ("EMPTY", []),
    ]
    assert await shape(on="2019-12-31") == [
        ("D1", [("S1", ["A"])]),
        ("D2", [("S2", [])]),
        ("EMPTY", []),
    ]
    shown = (await organisation.get("tree")).json()["directorates"][1]["services"][0]["teams"][0]
    assert shown == {
        "id": team["id"],
        "code": "A",
        "name": "Team A",
        "segment": "physical_health",
        "setting": "community",
    }


async def test_the_tree_of_nothing_is_empty(organisation):
    assert (await organisation.get("tree")).json()["directorates"] == []
    assert (await organisation.get("tree", un="2026-01-01")).status_code == 422


@pytest.mark.parametrize("place", ["directorates", "services", "tree"])
async def test_readers_need_their_scope(client, as_, place):
    url = f"/v1/organisation/{place}"
    assert (await client.get(url, headers=await as_("feedback:read"))).status_code == 403
    assert (await client.get(url, headers=await as_("organisation:read"))).status_code == 200
