from datetime import date, timedelta
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import select, text

from app.core.clock import today
from app.core.inbox import InboxEvent
from app.domain.feedback import intake
from app.domain.feedback.models import FeedbackResponse

SCOPES = ("feedback:read", "feedback:act", "feedback:read:small_numbers")
PLAN = {"kind": "hear_say", "title": " Hear say ", "place": "Room 1", "access": ["step_free"]}
PLAN |= {"starts_at": "14:00", "ends_at": "15:30"}
CAME = {"patients": 6, "carers": 2, "staff": 3}
PAST = str(date(2026, 3, 5))


def soon(days: int = 3) -> str:
    return str(today() + timedelta(days=days))


@pytest.fixture
async def api(api_of):
    return await api_of(*SCOPES)


async def held(api, *teams, day: str = PAST, **counts: int) -> dict:
    ids = [str(team.id) for team in teams]
    meeting = await api.made("feedback/meetings", **PLAN, day=day, teams=ids)
    place = f"feedback/meetings/{meeting['id']}/attendance"
    answer = await api.send("PUT", place, CAME | counts)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_meeting_is_planned_read_changed_and_held(api, given):
    first, second = await given.team(), await given.team()
    answer = await api.send(
        "POST", "feedback/meetings", PLAN | {"day": PAST, "teams": [str(first.id)]}
    )
    made = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    place = f"feedback/meetings/{made['id']}"
    assert answer.headers["location"] == f"/v1/{place}"
    team = {"id": str(first.id), "code": first.code, "name": first.name}
    assert made == {
        "id": made["id"],
        "kind": "hear_say",
        "title": "Hear say",
        "day": PAST,
        "starts_at": "14:00",
        "ends_at": "15:30",
        "teams": [team],
        "place": "Room 1",
        "link": None,
        "access": ["step_free"],
        "access_note": None,
        "host": None,
        "state": "planned",
        "cancelled_because": None,
        "patients": None,
        "carers": None,
        "staff": None,
        "heard": 0,
        "version": 1,
    }
    assert (await api.get(place)).json() == made
    both = [str(first.id), str(second.id)]
    changed = await api.send("PATCH", place, {"teams": both, "host": "PALS"}, If_Match='"1"')
    assert [each["id"] for each in changed.json()["teams"]] == both
    assert (changed.json()["host"], changed.headers["etag"]) == ("PALS", '"2"')
    changed = await api.send("PATCH", place, {"teams": both[1:], "ends_at": "16:00"})
    assert [each["id"] for each in changed.json()["teams"]] == both[1:]
    stale = await api.send("PUT", f"{place}/attendance", CAME, If_Match='"1"')
    assert stale.status_code == 412
    now_held = (await api.send("PUT", f"{place}/attendance", CAME)).json()
    assert (now_held["state"], now_held["patients"]) == ("held", 6)
    corrected = await api.send("PUT", f"{place}/attendance", CAME | {"patients": 7})
    assert corrected.json()["patients"] == 7


async def test_a_creation_of_a_meeting_or_promise_is_done_once_per_key(api, given):
    for place, body in (
        ("feedback/meetings", PLAN | {"day": PAST}),
        (
            f"feedback/meetings/{(await held(api))['id']}/promises",
            {"what": "A clock", "who": "Jo", "due_on": PAST},
        ),
    ):
        answers = [await api.send("POST", place, body, Idempotency_Key="k") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()


async def test_meetings_are_listed_by_what_they_are_and_when(api, given):
    team = await given.team()
    own = await held(api, team)
    wide = await api.made("feedback/meetings", **PLAN | {"kind": "pals_surgery"}, day=soon())
    for params, found in (
        ({}, [wide, own]),
        ({"kind": "pals_surgery"}, [wide]),
        ({"state": "held"}, [own]),
        ({"team": team.code}, [own]),
        ({"from": soon()}, [wide]),
        ({"to": PAST}, [own]),
    ):
        assert (await api.get("feedback/meetings", **params)).json()["items"] == found, params


@pytest.mark.parametrize(
    ("values", "slug"),
    [
        ({"ends_at": "14:00"}, "meeting-times"),
        ({"place": None}, "meeting-nowhere"),
        ({"teams": [str(uuid4())]}, "invalid-request"),
        ({"starts_at": "24:00"}, "invalid-request"),
        ({"link": "javascript:alert(1)"}, "invalid-request"),
        ({"access": ["a lift"]}, "invalid-request"),
        ({"title": " "}, "invalid-request"),
        ({"host": "x" * 201}, "invalid-request"),
    ],
)
async def test_what_is_no_plan_is_refused(api, values, slug):
    answer = await api.send("POST", "feedback/meetings", PLAN | {"day": PAST} | values)
    assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{slug}")


async def test_a_meeting_is_held_on_its_day_at_the_earliest(api):
    meeting = await api.made("feedback/meetings", **PLAN, day=soon(1))
    answer = await api.send("PUT", f"feedback/meetings/{meeting['id']}/attendance", CAME)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/meeting-not-yet")


HEARD = {"items": [{"fft_answer": "good"}]}
PROMISE = {"what": "A clock", "who": "Jo", "due_on": PAST}
STEPS = {
    "change": ("PATCH", "", {"title": "x"}, {"planned"}),
    "hold": ("PUT", "/attendance", CAME, {"planned", "held"}),
    "cancel": ("POST", "/cancellation", {"because": "Flood"}, {"planned"}),
    "hear": ("POST", "/responses", HEARD, {"held"}),
    "promise": ("POST", "/promises", PROMISE, {"held"}),
}


@pytest.mark.parametrize("state", ["planned", "held", "cancelled"])
@pytest.mark.parametrize("step", STEPS)
async def test_each_state_allows_its_own_steps(api, given, state, step):
    team = await given.team()
    meeting = await api.made("feedback/meetings", **PLAN, day=PAST, teams=[str(team.id)])
    place = f"feedback/meetings/{meeting['id']}"
    if state == "held":
        await api.send("PUT", f"{place}/attendance", CAME)
    if state == "cancelled":
        shown = await api.send("POST", f"{place}/cancellation", {"because": "Flood"})
        assert (shown.json()["state"], shown.json()["cancelled_because"]) == (state, "Flood")
    method, suffix, body, allowed = STEPS[step]
    answer = await api.send(method, place + suffix, body)
    if state in allowed:
        assert answer.is_success, answer.text
    else:
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/meeting-state")


async def test_what_was_heard_becomes_responses_of_the_meetings_day(api, given, session):
    team = await given.team()
    meeting = await held(api, team)
    item = {
        "fft_answer": "good",
        "involved": "no",
        "comment_good": "Kind \U0001f33b",
        "comment_better": "\u05e9\u05dc\u05d5\u05dd",
        "respondent_type": "carer",
        "demographics": {"ethnic_category": "M", "carer": True},
    }
    place = f"feedback/meetings/{meeting['id']}/responses"
    for _ in range(2):
        answer = await api.send("POST", place, {"items": [item, item]}, Idempotency_Key="k")
        assert (answer.status_code, answer.json()) == (202, {"taken": 2})
    await intake.drain(session)
    await session.commit()
    found = (await session.scalars(select(FeedbackResponse))).all()
    assert len(found) == 2
    for response in found:
        assert (response.team_id, response.day) == (team.id, date(2026, 3, 5))
        assert (response.source, response.channel) == ("meeting", "in_person")
        assert (response.comment_good, response.comment_better) == (
            item["comment_good"],
            item["comment_better"],
        )
        assert (response.involved, response.ethnic_category, response.carer) == ("no", "M", True)
        assert (response.publication_status, response.consent_public) == ("pending", False)
    assert (await api.get(f"feedback/meetings/{meeting['id']}")).json()["heard"] == 2


async def test_of_several_teams_each_response_names_its_own(api, given, session):
    first, second = await given.team(), await given.team()
    meeting = await held(api, first, second)
    place = f"feedback/meetings/{meeting['id']}/responses"
    items = [{"team": first.code}, {"team": str(second.id)}, {"team": "OTHER"}, {}]
    told = {"items": [each | {"fft_answer": "good"} for each in items]}
    refused = await api.send("POST", place, told)
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.json()["errors"]] == [
        "#/items/2/team",
        "#/items/3/team",
    ]
    assert (await session.scalars(select(InboxEvent))).all() == []
    taken = await api.send("POST", place, {"items": told["items"][:2]})
    assert taken.json() == {"taken": 2}
    bodies = await session.scalars(select(InboxEvent.body).order_by(InboxEvent.id))
    codes = {orjson.loads(body)["data"]["location_code"] for body in bodies}
    assert codes == {first.code, second.code}


@pytest.mark.parametrize(
    "item",
    [{}, {"fft_answer": "great"}, {"comment_good": " "}, {"demographics": {"race": "A"}}],
)
async def test_what_says_nothing_or_something_unknown_is_refused(api, given, item):
    meeting = await held(api, await given.team())
    answer = await api.send(
        "POST", f"feedback/meetings/{meeting['id']}/responses", {"items": [item]}
    )
    assert answer.status_code == 422


async def test_few_people_are_hidden_from_who_may_not_see_small_numbers(api, api_of, given):
    reader = await api_of("feedback:read")
    meeting = await held(api, await given.team(), patients=4, carers=5)
    place = f"feedback/meetings/{meeting['id']}"
    await api.send("POST", f"{place}/responses", {"items": [{"fft_answer": "good"}]})
    shown = (await reader.get(place)).json()
    assert (shown["patients"], shown["carers"], shown["staff"]) == (None, 5, 3)
    listed = (await reader.get("feedback/meetings")).json()["items"]
    assert listed == [shown]


async def test_who_is_limited_keeps_meetings_of_their_own_teams(api, api_of, given):
    mine, other = await given.team(), await given.team()
    limited = await api_of(*SCOPES, teams=[mine.id])
    plan = PLAN | {"day": PAST}
    for teams in ([], [str(other.id)], [str(mine.id), str(other.id)]):
        refused = await limited.send("POST", "feedback/meetings", plan | {"teams": teams})
        assert (refused.status_code, refused.json()["type"]) == (404, "/problems/team-not-found")
    own = await limited.made("feedback/meetings", **plan, teams=[str(mine.id)])
    wide, theirs = await held(api), await held(api, other)
    both = await held(api, mine, other)
    items = (await limited.get("feedback/meetings")).json()["items"]
    assert [each["id"] for each in items] == [both["id"], wide["id"], own["id"]]
    assert (await limited.get(f"feedback/meetings/{theirs['id']}")).status_code == 404
    for meeting, status in ((own, 200), (wide, 404), (both, 404), (theirs, 404)):
        place = f"feedback/meetings/{meeting['id']}/attendance"
        assert (await limited.send("PUT", place, CAME)).status_code == status
    moved = await limited.send(
        "PATCH", f"feedback/meetings/{own['id']}", {"teams": [str(other.id)]}
    )
    assert moved.status_code in (404, 409)


class TestPromises:
    async def test_a_promise_is_made_corrected_and_kept(self, api, given):
        meeting = await held(api, await given.team())
        answer = await api.send("POST", f"feedback/meetings/{meeting['id']}/promises", PROMISE)
        made = answer.json()
        place = f"feedback/promises/{made['id']}"
        assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/{place}")
        start = {"id": made["id"], "meeting_id": meeting["id"], "version": 1}
        assert made == PROMISE | start | {"kept_on": None, "kept_how": None, "overdue": True}
        later = (await api.send("PATCH", place, {"due_on": soon()})).json()
        assert (later["overdue"], later["version"]) == (False, 2)
        kept = await api.send("POST", f"{place}/keeping", {"how": "It hangs.", "kept_on": PAST})
        assert (kept.json()["kept_on"], kept.json()["kept_how"]) == (PAST, "It hangs.")
        for method, suffix, body in (
            ("PATCH", "", {"who": "Al"}),
            ("POST", "/keeping", {"how": "x"}),
        ):
            again = await api.send(method, place + suffix, body)
            assert (again.status_code, again.json()["type"]) == (409, "/problems/promise-kept")
        assert (await api.get(place)).json() == kept.json()

    @pytest.mark.parametrize("day", ["2026-03-04", soon(1)])
    async def test_a_promise_is_kept_after_it_was_made_and_not_in_the_future(self, api, day):
        meeting = await held(api)
        made = await api.made(f"feedback/meetings/{meeting['id']}/promises", **PROMISE)
        place = f"feedback/promises/{made['id']}/keeping"
        refused = await api.send("POST", place, {"how": "x", "kept_on": day})
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/promise-day")
        kept = await api.send("POST", place, {"how": "x"})
        assert kept.json()["kept_on"] == str(today())

    async def test_promises_are_listed_by_state_team_and_meeting(self, api, api_of, given):
        team, other = await given.team(), await given.team()
        meeting, elsewhere = await held(api, team), await held(api, other)
        place = f"feedback/meetings/{meeting['id']}/promises"
        owed = await api.made(place, **PROMISE)
        due = await api.made(place, **PROMISE | {"due_on": soon()})
        third = await api.made(f"feedback/meetings/{elsewhere['id']}/promises", **PROMISE)
        kept = (
            await api.send("POST", f"feedback/promises/{third['id']}/keeping", {"how": "x"})
        ).json()
        for params, found in (
            ({}, [kept, due, owed]),
            ({"state": "kept"}, [kept]),
            ({"state": "open"}, [due, owed]),
            ({"state": "overdue"}, [owed]),
            ({"team": team.code}, [due, owed]),
            ({"meeting": elsewhere["id"]}, [kept]),
        ):
            assert (await api.get("feedback/promises", **params)).json()["items"] == found, params
        limited = await api_of(*SCOPES, teams=[team.id])
        assert (await limited.get("feedback/promises")).json()["items"] == [due, owed]
        for id_ in (kept["id"], str(uuid4())):
            for answer in (
                await limited.get(f"feedback/promises/{id_}"),
                await limited.send("PATCH", f"feedback/promises/{id_}", {"who": "x"}),
            ):
                assert answer.json()["type"] == "/problems/promise-not-found"


async def test_the_public_is_told_what_is_to_come_without_a_key(api, client, given):
    team, other = await given.team(), await given.team()
    later = await api.made("feedback/meetings", **PLAN, day=soon(5), teams=[str(team.id)])
    first = await api.made("feedback/meetings", **PLAN | {"kind": "pals_surgery"}, day=soon(1))
    await held(api, team, day=str(today()))
    await api.made("feedback/meetings", **PLAN, day=PAST)
    off = await api.send(
        "POST", f"feedback/meetings/{later['id']}/cancellation", {"because": "Flood"}
    )
    answer = await client.get("/v1/public/meetings")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=300")
    hidden = ("patients", "carers", "staff", "heard", "version")
    shown = [
        {key: value for key, value in each.items() if key not in hidden}
        for each in (first, off.json())
    ]
    assert answer.json() == {"items": shown, "next": None}
    for params, found in (
        ({"kind": "hear_say"}, [later]),
        ({"team": team.code}, [first, later]),
        ({"team": str(other.id)}, [first]),
    ):
        items = (await client.get("/v1/public/meetings", params=params)).json()["items"]
        assert [each["id"] for each in items] == [each["id"] for each in found], params


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("starts_at = '0:99'", "ck_feedback_meeting_starts_at"),
        ("ends_at = '25:00'", "ck_feedback_meeting_ends_at"),
        ("ends_at = starts_at", "ck_feedback_meeting_ends_later"),
        ("place = NULL", "ck_feedback_meeting_somewhere"),
        ("state = 'held'", "ck_feedback_meeting_counted_when_held"),
        ("patients = 1", "ck_feedback_meeting_counted_when_held"),
        ("state = 'held', patients = -1, carers = 0, staff = 0", "ck_feedback_meeting_counts"),
        ("state = 'cancelled'", "ck_feedback_meeting_cancelled_because"),
    ],
)
async def test_the_database_holds_the_rules_too(api, session, change, constraint):
    await api.made("feedback/meetings", **PLAN, day=PAST)
    with pytest.raises(Exception, match=constraint):
        await session.execute(text(f"UPDATE feedback_meeting SET {change}"))
