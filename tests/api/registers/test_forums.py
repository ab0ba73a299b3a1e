from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.clock import today

SCOPES = ("registers:read", "registers:manage")
FORUMS = "registers/forums"
VOICE = {"kind": "pathway", "name": "Our voice: eating disorders", "pathway": "eating disorders"}
TOMORROW = str(today() + timedelta(1))


@pytest.fixture
async def api(api_of):
    return await api_of(*SCOPES)


@pytest.fixture
async def staff(given) -> str:
    return str((await given.user(name="Lee")).id)


@pytest.fixture
def person(api):
    async def made(**told: object) -> str:
        return (await api.made("registers/people", **{"name": "Amara"} | told))["id"]

    return made


@pytest.fixture
async def forum(api) -> str:
    return f"{FORUMS}/{(await api.made(FORUMS, **VOICE))['id']}"


def refused(answer, code: int, slug: str, **extra: object) -> None:
    assert (answer.status_code, answer.json()["type"]) == (code, f"/problems/{slug}"), answer.text
    assert answer.json() | extra == answer.json()


async def test_a_forum_begins_changes_and_closes(api):
    found = await api.made(FORUMS, **VOICE)
    place = f"{FORUMS}/{found['id']}"
    assert (found["papers_days"], found["members"], found["closed_on"]) == (7, 0, None)
    stale = await api.send("PATCH", place, {"papers_days": 10}, If_Match='"4"')
    refused(stale, 412, "precondition-failed")
    changed = await api.send("PATCH", place, {"papers_days": 10}, If_Match='"1"')
    assert (changed.json()["papers_days"], changed.headers["etag"]) == (10, '"2"')
    refused(await api.send("PATCH", place, {"pathway": None}), 422, "forum-pathway")
    refused(await api.send("POST", FORUMS, VOICE), 409, "forum-name-taken")
    board = {"kind": "youth_board", "name": "Youth board"}
    refused(await api.send("POST", FORUMS, board | {"pathway": "x"}), 422, "forum-pathway")
    await api.made(FORUMS, **board)
    closed = await api.send("PATCH", place, {"closed_on": str(today())})
    assert (await api.get(place)).json() == closed.json()
    for filters, expected in (
        ({}, ["Youth board", VOICE["name"]]),
        ({"open": True}, ["Youth board"]),
        ({"open": False}, [VOICE["name"]]),
        ({"kind": "youth_board"}, ["Youth board"]),
        ({"pathway": "eating disorders"}, [VOICE["name"]]),
        ({"directorate": "NONE"}, []),
    ):
        items = (await api.get(FORUMS, **filters)).json()["items"]
        assert [each["name"] for each in items] == expected, filters


async def test_who_is_limited_sees_their_directorates_forums_and_the_trusts(api, api_of, given):
    own, other = await given.directorate(), await given.directorate()
    await api.made(FORUMS, kind="trust_wide", name="All")
    await api.made(FORUMS, kind="trust_wide", name="Own", directorate_id=str(own.id))
    theirs = await api.made(FORUMS, kind="trust_wide", name="Z", directorate_id=str(other.id))
    limited = await api_of(*SCOPES, directorates=[own.id])
    items = (await limited.get(FORUMS)).json()["items"]
    assert [each["name"] for each in items] == ["Own", "All"]
    for part in ("", "/members", "/meetings"):
        refused(await limited.get(f"{FORUMS}/{theirs['id']}{part}"), 404, "forum-not-found")
    new = {"kind": "trust_wide", "name": "Mine", "directorate_id": str(other.id)}
    refused(await limited.send("POST", FORUMS, new), 404, "directorate-not-found")
    await limited.made(FORUMS, **new | {"directorate_id": str(own.id)})
    nowhere = new | {"name": "X", "directorate_id": theirs["id"]}
    refused(await api.send("POST", FORUMS, nowhere), 422, "invalid-request")
    told = await limited.get(f"{FORUMS}/figures", **{"from": "2026-01-01", "to": "2026-12-31"})
    assert [each["name"] for each in told.json()["forums"]] == ["All", "Mine", "Own"]


async def test_members_belong_for_a_time(api, api_of, forum, person, staff, given):
    amara = await person()
    first = await api.made(
        f"{forum}/members", person_id=amara, valid_from="2024-01-01", valid_to="2025-01-01"
    )
    again = {"person_id": amara, "valid_from": "2024-12-31"}
    refused(await api.send("POST", f"{forum}/members", again), 409, "forum-member-overlap")
    for told, code, slug in (
        ({}, 422, "person-or-staff"),
        ({"user_id": amara}, 422, "staff-unknown"),
        ({"person_id": staff}, 404, "person-not-found"),
        ({"user_id": staff, "valid_to": "2025-01-01"}, 422, "period-order"),
    ):
        new = {"valid_from": "2025-01-01"} | told
        refused(await api.send("POST", f"{forum}/members", new), code, slug)
    await api.made(f"{forum}/members", user_id=staff, valid_from="2025-01-01")
    place = f"{forum}/members/{first['id']}"
    longer = await api.send("PATCH", place, {"valid_to": None}, If_Match='"1"')
    assert (longer.json()["valid_to"], longer.headers["etag"]) == (None, '"2"')
    refused(await api.send("PATCH", place, {"valid_to": "2023-01-01"}), 422, "period-order")
    refused(
        await api.send("PATCH", f"{forum}/members/{amara}", {"valid_to": None}),
        404,
        "forum-member-not-found",
    )
    for filters, count in (
        ({}, 2),
        ({"person": amara}, 1),
        ({"user": staff}, 1),
        ({"on": "2024-06-01"}, 1),
        ({"limit": 1}, 1),
    ):
        items = (await api.get(f"{forum}/members", **filters)).json()["items"]
        assert len(items) == count, filters
    assert (await api.get(forum)).json()["members"] == 2
    hers = await given.directorate()
    await api.send("PATCH", f"registers/people/{amara}", {"directorate_id": str(hers.id)})
    limited = await api_of(*SCOPES, directorates=[(await given.directorate()).id])
    items = (await limited.get(f"{forum}/members")).json()["items"]
    assert [each["person_id"] for each in items] == [None, None]


@pytest.fixture
async def meeting(api, forum) -> str:
    made = await api.made(f"{forum}/meetings", day="2026-05-12", place="Room 1", agenda=["Hello"])
    return f"{forum}/meetings/{made['id']}"


async def test_a_meeting_is_planned_anew_and_cancelled(api, forum, meeting):
    found = (await api.get(meeting)).json()
    assert (found["papers_due_on"], found["state"]) == ("2026-05-05", "planned")
    await api.send("PATCH", forum, {"papers_days": 14})
    assert (await api.get(meeting)).json()["papers_due_on"] == "2026-05-05"
    moved = await api.send("PATCH", meeting, {"day": "2026-06-16"}, If_Match='"1"')
    assert moved.json()["papers_due_on"] == "2026-06-02"
    refused(await api.send("PATCH", meeting, {"place": None}), 422, "forum-meeting-nowhere")
    nowhere = {"day": "2026-05-12"}
    refused(await api.send("POST", f"{forum}/meetings", nowhere), 422, "forum-meeting-nowhere")
    assert (await api.send("PUT", f"{meeting}/cancellation", None)).json()["state"] == "cancelled"
    for method, place, body in (
        ("PUT", f"{meeting}/cancellation", None),
        ("PATCH", meeting, {"day": "2026-07-01"}),
        ("PUT", f"{meeting}/attendance", {"members": []}),
    ):
        refused(await api.send(method, place, body), 409, "forum-meeting-state", state="cancelled")
    for filters, count in (
        ({"state": "cancelled"}, 1),
        ({"state": "held"}, 0),
        ({"from": "2026-06-16", "to": "2026-06-16"}, 1),
        ({"from": "2026-06-17"}, 0),
    ):
        items = (await api.get(f"{forum}/meetings", **filters)).json()["items"]
        assert len(items) == count, filters
    absent = f"{forum}/meetings/{forum.rpartition('/')[2]}"
    for part in ("", "/papers", "/guests"):
        answer = (
            await api.send("POST", absent + part, {"title": "x", "link": "https://a.example"})
            if part == "/papers"
            else await api.get(absent)
            if not part
            else await api.send("POST", absent + part, {})
        )
        refused(answer, 404, "forum-meeting-not-found")


async def test_papers_are_sent_in_time_or_late(api, meeting):
    papers = f"{meeting}/papers"
    link = "https://papers.example/plan"
    answer = await api.send("POST", papers, {"title": "Plan", "link": link})
    (paper,) = answer.json()["papers"]
    assert (paper["sent_on"], paper["in_time"]) == (None, False)
    place = answer.headers["location"].removeprefix("/v1/")
    assert place == f"{papers}/{paper['id']}"
    for day, in_time in (("2026-05-05", True), ("2026-05-06", False)):
        sent = await api.send("PATCH", place, {"sent_on": day})
        assert [each["in_time"] for each in sent.json()["papers"]] == [in_time]
    refused(await api.send("PATCH", place, {"sent_on": TOMORROW}), 422, "day-in-future")
    stale = await api.send("PATCH", place, {"sent_on": None}, If_Match='"1"')
    refused(stale, 412, "precondition-failed")
    missing = await api.send("PATCH", f"{papers}/{meeting[-36:]}", {"sent_on": None})
    refused(missing, 404, "forum-paper-not-found")


async def test_members_and_invited_guests_attend_and_nobody_else(
    api, forum, meeting, person, staff
):
    amara, guest = await person(), await person(name="Gus")
    member = await api.made(f"{forum}/members", person_id=amara, valid_from="2024-01-01")
    past = await api.made(
        f"{forum}/members", user_id=staff, valid_from="2024-01-01", valid_to="2026-05-12"
    )
    answer = await api.send("POST", f"{meeting}/guests", {"person_id": guest})
    (invitation,) = answer.json()["guests"]
    assert (invitation["person_id"], invitation["attended"]) == (guest, False)
    refused(await api.send("POST", f"{meeting}/guests", {"person_id": guest}), 409, "guest-taken")
    refused(await api.send("POST", f"{meeting}/guests", {}), 422, "person-or-staff")
    for members, guests in (([past["id"]], []), ([amara], []), ([], [guest])):
        told = {"members": members, "guests": guests}
        stranger = await api.send("PUT", f"{meeting}/attendance", told)
        refused(stranger, 409, "not-invited", strangers=[*members, *guests])
    told = {"members": [member["id"]], "guests": [invitation["id"]]}
    held = (await api.send("PUT", f"{meeting}/attendance", told)).json()
    assert (held["state"], held["attended"]) == ("held", [member["id"]])
    assert [each["attended"] for each in held["guests"]] == [True]
    ended = await api.send("PATCH", f"{forum}/members/{member['id']}", {"valid_to": "2026-05-12"})
    refused(ended, 409, "forum-member-attended", on="2026-05-12")
    kept = await api.send("PATCH", f"{forum}/members/{member['id']}", {"valid_to": "2026-05-13"})
    assert kept.status_code == 200
    again = (await api.send("PUT", f"{meeting}/attendance", told | {"guests": []})).json()
    assert ([each["attended"] for each in again["guests"]], again["attended"]) == (
        [False],
        [member["id"]],
    )
    late = await api.send("POST", f"{meeting}/guests", {"user_id": staff})
    refused(late, 409, "forum-meeting-state", state="held")
    nobody = (await api.send("PUT", f"{meeting}/attendance", {"members": []})).json()
    assert nobody["attended"] == []
    early = await api.made(f"{forum}/meetings", day=TOMORROW, link="https://meet.example/a")
    not_yet = await api.send("PUT", f"{forum}/meetings/{early['id']}/attendance", {"members": []})
    refused(not_yet, 409, "forum-meeting-not-yet")


async def test_a_repeated_creation_gives_the_first(api, forum, meeting, person):
    amara = await person()
    for place, body in (
        (f"{forum}/members", {"person_id": amara, "valid_from": "2024-01-01"}),
        (f"{forum}/meetings", {"day": "2026-05-12", "place": "Room 1"}),
        (f"{meeting}/papers", {"title": "Plan", "link": "https://papers.example/plan"}),
        (f"{meeting}/guests", {"person_id": amara}),
    ):
        places = set()
        for _ in range(2):
            answer = await api.send("POST", place, body, Idempotency_Key="once")
            assert answer.status_code == 201, answer.text
            places.add(answer.headers["location"])
        assert len(places) == 1
        assert answer.headers["idempotency-replayed"] == "true"
    other = await api.made(f"{forum}/meetings", day="2026-05-13", place="Room 1")
    guests = f"{forum}/meetings/{other['id']}/guests"
    elsewhere = await api.send("POST", guests, {"person_id": amara}, Idempotency_Key="once")
    refused(elsewhere, 404, "forum-meeting-not-found")


async def test_figures_tell_of_attendance_papers_and_who_raised_issues(api, forum, meeting, person):
    link = "https://papers.example/plan"
    member = None
    for name in ("A", "B", "C"):
        member = await api.made(
            f"{forum}/members", person_id=await person(name=name), valid_from="2026-01-01"
        )
    for sent in ("2026-05-05", "2026-05-06", None):
        answer = await api.send(
            "POST", f"{meeting}/papers", {"title": "Plan", "link": link, "sent_on": sent}
        )
        assert answer.status_code == 201
    await api.send("PUT", f"{meeting}/attendance", {"members": [member["id"]]})
    await api.made(f"{forum}/meetings", day="2026-05-13", place="Not held")
    await api.made(FORUMS, kind="trust_wide", name="Quiet")
    for raised_by in ("patient", "patient", "carer", "staff"):
        await api.made(
            "registers/forum-issues",
            forum_id=forum[-36:],
            what="Signs are hard to read.",
            raised_by=raised_by,
            raised_on="2026-05-12",
        )
    days = {"from": "2026-05-01", "to": "2026-05-31"}
    told = (await api.get(f"{FORUMS}/figures", **days)).json()
    mine, quiet = told["forums"]
    counts = {
        "meetings": 1,
        "members_expected": 3,
        "members_attended": 1,
        "pct_attended": 33.3,
        "papers": 3,
        "papers_in_time": 1,
        "pct_papers_in_time": 33.3,
        "issues": 4,
        "issues_from_patients": 2,
        "issues_from_carers": 1,
        "issues_closed": 0,
    }
    assert told["total"] == counts
    assert mine == counts | VOICE | {"id": forum[-36:]}
    assert (quiet["name"], quiet["meetings"], quiet["pct_attended"]) == ("Quiet", 0, None)
    backwards = {"from": "2026-05-31", "to": "2026-05-01"}
    refused(await api.get(f"{FORUMS}/figures", **backwards), 422, "invalid-request")


async def test_the_database_holds_what_the_models_say(session, api, forum, meeting, person):
    member = await api.made(f"{forum}/members", person_id=await person(), valid_from="2024-01-01")
    await api.send("PUT", f"{meeting}/attendance", {"members": [member["id"]]})
    other = await api.made(FORUMS, kind="trust_wide", name="All")
    stranger = await api.made(
        f"{FORUMS}/{other['id']}/members", person_id=await person(), valid_from="2024-01-01"
    )
    for change in (
        "UPDATE forum SET pathway = NULL WHERE kind = 'pathway'",
        "UPDATE forum SET papers_days = -1",
        f"UPDATE forum_member SET valid_to = '2026-05-12' WHERE id = '{member['id']}'",
        "UPDATE forum_member SET valid_to = valid_from",
        "UPDATE forum_meeting SET day = '2026-05-13', papers_due_on = '2026-05-01'",
        "UPDATE forum_meeting SET state = 'planned'",
        f"UPDATE forum_attendance SET member_id = '{stranger['id']}'",
        (
            "INSERT INTO forum_meeting SELECT gen_random_uuid(), forum_id, CURRENT_DATE + 2, place,"
            " link, agenda, papers_due_on, 'held', created_at, updated_at, 1 FROM forum_meeting"
        ),
        (
            "INSERT INTO forum_guest VALUES (gen_random_uuid(),"
            f" '{meeting[-36:]}', NULL, NULL, false, now(), now(), 1)"
        ),
        (
            "INSERT INTO forum_paper VALUES (gen_random_uuid(),"
            f" '{meeting[-36:]}', 'T', 'L', CURRENT_DATE + 2, now(), now(), 1)"
        ),
    ):
        with pytest.raises(
            Exception, match=r"check constraint|outside of that time|stays as|no member of the"
        ):
            async with session.begin_nested():
                await session.execute(text(change))
