from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.clock import today
from tests.api.feedback.conftest import SMALL, Staff, told
from tests.factories import drained, event, review


async def published(writer, publisher, **values) -> dict:
    made = await writer.made("actions", **told(**values))
    answer = await publisher.post(f"actions/{made['id']}/publication", match="*")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_action_is_begun_read_and_changed(writer, city, heard):
    response = await heard(fft_answer="poor")
    body = {
        "said": " It is hard to reach you. ",
        "decision": "will_do",
        "team_ids": [str(city.id)],
        "themes": ["contacting_services"],
        "response_ids": [response["id"]],
        "co_produced_with": [{"kind": "patients", "who": "The ward's meeting"}],
        "displays": [{"place": "ward_board", "shown_from": "2026-04-02"}],
    }
    answer = await writer.post("actions", body)
    made = answer.json()
    place = f"actions/{made['id']}"
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/v1/feedback/{place}"
    assert made["said"] == "It is hard to reach you."
    assert (made["status"], made["level"]) == ("draft", "team")
    assert made["strategy_actions"] == ["4.1"]
    assert made["response_ids"] == [response["id"]]
    assert made["displays"] == [
        {"place": "ward_board", "where": None, "shown_from": "2026-04-02", "shown_to": None}
    ]
    assert (made["unpublished_changes"], made["counts"], made["overdue"]) == (True, None, False)
    shown = await writer.get(place)
    assert (shown.json(), shown.headers["ETag"]) == (made, answer.headers["ETag"])
    changed = await writer.patch(
        place, match=shown.headers["ETag"], owner_name="Ward manager", response_ids=[]
    )
    assert changed.status_code == 200, changed.text
    assert (changed.json()["owner_name"], changed.json()["response_ids"]) == ("Ward manager", [])
    assert (await writer.patch(place, match=shown.headers["ETag"], said="x")).status_code == 412


async def test_it_is_begun_once_per_key(writer):
    writer.headers["Idempotency-Key"] = "one"
    first, again = [await writer.post("actions", told()) for _ in range(2)]
    assert (again.status_code, again.json()) == (201, first.json())


async def test_the_owner_s_name_is_the_user_s_where_none_is_told(writer, given):
    user = await given.user(name="Sam Lee")
    made = await writer.made("actions", **told(owner_id=str(user.id)))
    assert made["owner_name"] == "Sam Lee"


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"decision": "cannot", "effective_on": None}, "#/reason"),
        ({"effective_on": None}, "#/effective_on"),
        ({"effective_on": "2999-01-01"}, "#/effective_on"),
        ({"measure": "theme_share"}, "#/measure"),
        ({"measure": "K9"}, "#/measure"),
        ({"strategy_actions": ["3.6"]}, "#/strategy_actions/0"),
        ({"strategy_actions": ["4.1", "4.1"]}, "#/strategy_actions"),
        ({"themes": ["Parking!"]}, "#/themes/0"),
        ({"themes": ["no_such_theme"]}, "#/themes/0"),
        ({"said": "  "}, "#/said"),
        ({"said": "x" * 4_001}, "#/said"),
        ({"team_ids": [str(uuid4())]}, "#/team_ids"),
        ({"directorate_id": str(uuid4())}, "#/directorate_id"),
        ({"owner_id": str(uuid4())}, "#/owner_id"),
        ({"response_ids": [str(uuid4())]}, "#/response_ids"),
        ({"counted_from": "2026-01-01"}, "#/"),
        ({"counted_from": "2026-03-01", "counted_to": "2026-02-28"}, "#/"),
        ({"counted_from": "2026-03-02", "counted_to": "2026-03-31"}, "#/counted_from"),
        (
            {
                "displays": [
                    {"place": "website", "shown_from": "2026-03-02", "shown_to": "2026-03-01"}
                ]
            },
            "#/displays/0",
        ),
    ],
)
async def test_what_makes_no_sense_is_refused_where_it_stands(writer, values, pointer):
    answer = await writer.post("actions", told(**values))
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_it_is_for_teams_or_for_a_directorate(writer, given, city):
    directorate = await given.directorate()
    both = told(team_ids=[str(city.id)], directorate_id=str(directorate.id))
    answer = await writer.post("actions", both)
    assert answer.json()["errors"][0]["code"] == "not_together"
    made = await writer.made("actions", **told(directorate_id=str(directorate.id)))
    assert made["level"] == "directorate"
    moved = await writer.patch(
        f"actions/{made['id']}", directorate_id=None, team_ids=[str(city.id)]
    )
    assert (moved.json()["level"], moved.json()["directorate_id"]) == ("team", None)


async def test_counts_are_those_of_the_day_it_was_begun(writer, given, session):
    directorate = await given.directorate()
    service = await given.service(directorate)
    team = await given.team(service, iwgc=["CITY"])
    await given.team(iwgc=["WARD"])

    def of_march(location: str, answer: str | None = "poor") -> bytes:
        at = "2026-03-05T12:00:00Z"
        return event(**review(location_code=location, fft_answer=answer, submitted_at=at))

    await drained(session, of_march("CITY"), of_march("CITY", None), of_march("WARD"))
    await session.execute(
        text("UPDATE feedback_response SET themes = '{parking}' WHERE fft_answer IS NOT NULL")
    )
    await session.commit()
    months = {"counted_from": "2026-03-01", "counted_to": "2026-03-31"}
    months["themes"] = ["parking", "discharge"]
    places = [{"team_ids": [str(team.id)]}, {"directorate_id": str(directorate.id)}, {}]
    made = [await writer.made("actions", **told(**place, **months)) for place in places]
    await drained(session, of_march("CITY"))
    for each, poor, unanswered in zip(made, (1, 1, 2), (1, 1, 1), strict=True):
        shown = (await writer.get(f"actions/{each['id']}")).json()["counts"]
        assert (shown["all"]["poor"], shown["all"]["unanswered"]) == (poor, unanswered)
        assert shown["themes"]["parking"]["poor"] == poor
        assert sum(shown["themes"]["discharge"].values()) == 0


async def test_what_few_stand_behind_needs_its_scope(client, as_, writer, heard, city):
    response = await heard()
    months = {"counted_from": "2026-03-01", "counted_to": "2026-03-31"}
    made = await writer.made("actions", **told(response_ids=[response["id"]], **months))
    without = Staff(client, await as_("feedback:read", "feedback:act"))
    shown = (await without.get(f"actions/{made['id']}")).json()
    assert (shown["counts"], shown["response_ids"]) == (None, None)
    refused = await without.post("actions", told(response_ids=[response["id"]]))
    assert (refused.status_code, refused.json()["missing"]) == (403, [SMALL])
    kept = await without.patch(f"actions/{made['id']}", response_ids=[], note="Seen")
    assert kept.status_code == 200
    assert (await writer.get(f"actions/{made['id']}")).json()["response_ids"] == [response["id"]]


@pytest.mark.usefixtures("city")
class TestPublishing:
    async def test_nobody_publishes_what_they_wrote(self, limited, publisher, city):
        both = await limited(teams=[city.id])
        made = await both.made("actions", **told(team_ids=[str(city.id)]))
        place = f"actions/{made['id']}"
        refused = await both.post(f"{place}/publication", match="*")
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/own-work")
        answer = await publisher.post(f"{place}/publication", match='"1"')
        shown = answer.json()
        assert (shown["status"], shown["published_number"]) == ("published", 1)
        assert (shown["published_on"], shown["authors"]) == (today().isoformat(), [])
        again = await publisher.post(f"{place}/publication", match="*")
        assert (again.status_code, again.json()["type"]) == (409, "/problems/nothing-to-publish")

    async def test_of_two_who_publish_one_is_told_to_read_again(self, writer, publisher):
        made = await writer.made("actions", **told())
        place = f"actions/{made['id']}/publication"
        first = await publisher.post(place, match='"1"')
        second = await publisher.post(place, match='"1"')
        assert (first.status_code, second.status_code) == (200, 412)
        assert (await publisher.post(place)).status_code == 428

    @pytest.mark.parametrize(
        ("values", "missing"),
        [
            ({"said_easy_read": None}, ["said_easy_read"]),
            ({"did": None, "did_easy_read": None}, ["did", "did_easy_read"]),
            ({"measure": None}, ["measure"]),
            ({"decision": "doing"}, ["owner_name", "due_on"]),
            (
                {"decision": "cannot", "reason": "No lift can be built.", "measure": None},
                ["reason_easy_read"],
            ),
        ],
    )
    async def test_what_patients_would_miss_is_told(self, writer, publisher, values, missing):
        made = await writer.made("actions", **told(**values))
        answer = await publisher.post(f"actions/{made['id']}/publication", match="*")
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/action-incomplete")
        assert [e["pointer"] for e in answer.json()["errors"]] == [f"#/{m}" for m in missing]

    async def test_a_later_version_supersedes_and_keeps_the_one_before(self, writer, publisher):
        made = await published(writer, publisher)
        place = f"actions/{made['id']}"
        changed = await writer.patch(place, did="Four more people answer it.")
        assert changed.json()["unpublished_changes"] is True
        kept = await writer.items(f"{place}/versions")
        assert [each["did"] for each in kept] == ["Two more people answer it."]
        await publisher.post(f"{place}/publication", match="*")
        kept = await writer.items(f"{place}/versions")
        assert [each["number"] for each in kept] == [2, 1]
        assert kept[0]["did"] == "Four more people answer it."
        absent = await writer.get(f"actions/{uuid4()}/versions")
        assert absent.json()["type"] == "/problems/action-not-found"

    async def test_to_track_it_is_no_change_of_what_is_read(self, writer, publisher):
        made = await published(writer, publisher)
        displays = [{"place": "website", "where": "Our page", "shown_from": "2026-04-02"}]
        changed = await writer.patch(f"actions/{made['id']}", displays=displays, note="On the web")
        assert (changed.status_code, changed.json()["unpublished_changes"]) == (200, False)

    async def test_what_is_out_keeps_an_owner_and_a_day(self, writer, publisher):
        owned = {"decision": "will_do", "owner_name": "Sam", "due_on": "2026-01-01"}
        made = await published(writer, publisher, **owned)
        answer = await writer.patch(f"actions/{made['id']}", due_on=None)
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/action-incomplete")

    async def test_it_is_withdrawn_with_a_reason_for_good(self, writer, publisher):
        made = await published(writer, publisher)
        place = f"actions/{made['id']}"
        reason = {"reason": "It named a person"}
        answer = await publisher.post(f"{place}/withdrawal", reason, match="*")
        assert answer.json()["status"] == "withdrawn"
        assert answer.json()["withdrawn_on"] == today().isoformat()
        later = [
            await publisher.post(f"{place}/withdrawal", reason, match="*"),
            await publisher.post(f"{place}/publication", match="*"),
            await writer.patch(place, said="x"),
        ]
        assert {each.json()["type"] for each in later} == {"/problems/action-withdrawn"}

    async def test_only_what_was_never_published_is_deleted(self, writer, publisher, heard):
        response = await heard()
        draft = await writer.made("actions", **told(response_ids=[response["id"]]))
        assert (await writer.delete(f"actions/{draft['id']}")).status_code == 204
        assert (await writer.get(f"actions/{draft['id']}")).status_code == 404
        made = await published(writer, publisher)
        answer = await writer.delete(f"actions/{made['id']}")
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/action-published")


@pytest.mark.usefixtures("ward")
class TestWhoIsLimited:
    async def test_sees_only_what_is_for_theirs(self, limited, writer, city, ward, given):
        directorate = await given.directorate()
        bodies = [
            {"team_ids": [str(city.id)]},
            {"team_ids": [str(ward.id)]},
            {"team_ids": [str(city.id), str(ward.id)]},
            {"directorate_id": str(directorate.id)},
            {},
        ]
        ids = [(await writer.made("actions", **told(**body)))["id"] for body in bodies]
        of_city = await limited(teams=[city.id])
        assert {each["id"] for each in await of_city.items("actions")} == {ids[0], ids[2]}
        of_directorate = await limited(directorates=[directorate.id])
        assert [each["id"] for each in await of_directorate.items("actions")] == [ids[3]]
        for unseen in (ids[1], ids[3], ids[4]):
            for answer in (
                await of_city.get(f"actions/{unseen}"),
                await of_city.patch(f"actions/{unseen}", note="x"),
            ):
                assert answer.json()["type"] == "/problems/action-not-found"

    async def test_changes_only_what_is_all_theirs(self, limited, writer, city, ward, given):
        directorate = await given.directorate()
        shared = await writer.made("actions", **told(team_ids=[str(city.id), str(ward.id)]))
        of_city = await limited(teams=[city.id])
        place = f"actions/{shared['id']}"
        refused = [
            await of_city.patch(place, note="x"),
            await of_city.delete(place),
            await of_city.post(f"{place}/publication", match="*"),
            await of_city.post(f"{place}/withdrawal", {"reason": "x"}, match="*"),
            await of_city.post("actions", told()),
            await of_city.post("actions", told(team_ids=[str(ward.id)])),
            await of_city.post("actions", told(directorate_id=str(directorate.id))),
        ]
        assert {each.status_code for each in refused} == {403}
        theirs = await limited(directorates=[directorate.id])
        await theirs.made("actions", **told(directorate_id=str(directorate.id)))

    async def test_links_and_unlinks_only_responses_of_theirs(self, limited, writer, city, heard):
        of_city, of_ward = await heard("CITY"), await heard("WARD")
        team = await limited(teams=[city.id])
        unseen = await team.post(
            "actions", told(team_ids=[str(city.id)], response_ids=[of_ward["id"]])
        )
        assert unseen.json()["errors"][0]["pointer"] == "#/response_ids"
        both = sorted([of_city["id"], of_ward["id"]])
        made = await writer.made("actions", **told(team_ids=[str(city.id)], response_ids=both))
        place = f"actions/{made['id']}"
        assert (await team.get(place)).json()["response_ids"] == [of_city["id"]]
        assert (await team.patch(place, response_ids=[])).json()["response_ids"] == []
        assert (await writer.get(place)).json()["response_ids"] == [of_ward["id"]]


async def test_a_link_goes_with_its_response(writer, heard, city, session):
    response = await heard()
    made = await writer.made("actions", **told(response_ids=[response["id"]]))
    gone = {"source_review_id": response["source_review_id"], "version": 2}
    await drained(session, event("review.removed", **gone))
    assert (await writer.get(f"actions/{made['id']}")).json()["response_ids"] == []


async def test_a_team_that_an_action_names_stays(client, as_, writer, city):
    await writer.made("actions", **told(team_ids=[str(city.id)]))
    headers = await as_("organisation:manage") | {"If-Match": "*"}
    answer = await client.delete(f"/v1/organisation/teams/{city.id}", headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/in-use")


async def test_actions_are_found_by_what_they_are(writer, publisher, city, given, heard):
    response = await heard()
    directorate = await given.directorate(code="NORTH")
    late = {
        "decision": "will_do",
        "owner_name": "Sam",
        "due_on": (today() - timedelta(1)).isoformat(),
    }
    one = await published(
        writer,
        publisher,
        team_ids=[str(city.id)],
        themes=["parking"],
        response_ids=[response["id"]],
        strategy_actions=["1.1"],
        **late,
    )
    other = await writer.made("actions", **told(directorate_id=str(directorate.id), measure="K2"))
    assert one["overdue"] is True
    for params in (
        {"team": "CITY"},
        {"team": str(city.id)},
        {"level": "team"},
        {"status": "published"},
        {"decision": "will_do"},
        {"theme": "parking"},
        {"strategy_action": "1.1"},
        {"measure": "K1"},
        {"response": response["id"]},
        {"overdue": "true"},
    ):
        found = await writer.items("actions", **params)
        assert [each["id"] for each in found] == [one["id"]], params
    for params in ({"directorate": "NORTH"}, {"overdue": "false"}):
        found = await writer.items("actions", **params)
        assert [each["id"] for each in found] == [other["id"]], params
    first = (await writer.get("actions", limit=1)).json()
    rest = await writer.items("actions", after=first["next"])
    assert [each["id"] for each in (*first["items"], *rest)] == [other["id"], one["id"]]
    assert date.fromisoformat(one["due_on"]) < today()
