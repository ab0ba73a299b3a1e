"""Moderators see the queue and decide; the queue's rules by example."""

from datetime import date
from uuid import uuid4

import pytest

from tests.factories import drained, event
from tests.moderating import MODERATOR, READER, changed, moderations, only, path, told

URL = "/v1/feedback/moderation"
PLAIN, NAMED, HARM = "All was well", "Dr Khan was kind", "I want to kill myself"


@pytest.fixture(autouse=True)
async def city(given):
    return await given.team(iwgc=["CITY"], code="CITY")


@pytest.fixture
async def moderator(as_):
    return await as_(*MODERATOR)


async def queue(client, headers, **params) -> list[dict]:
    answer = await client.get(URL, params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def decide(client, headers, found, decision, body=None, version=None):
    match = {"If-Match": f'"{version or found.version}"'}
    options = {} if body is None else {"json": body}
    return await client.post(path(found, decision), headers=headers | match, **options)


async def read(client, headers, found) -> dict:
    answer = await client.get(path(found), headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
    return answer.json()


async def test_the_urgent_stand_first_and_then_the_oldest(client, session, moderator):
    await told(session, "Dr Khan 2", submitted_at="2026-03-02T10:00:00Z")
    await told(session, "Dr Khan 1", submitted_at="2026-03-01T10:00:00Z")
    await told(session, HARM, submitted_at="2026-03-03T10:00:00Z")
    await told(session, PLAIN)
    first = await client.get(URL, params={"limit": 2}, headers=moderator)
    assert [item["text"] for item in first.json()["items"]] == [HARM, "Dr Khan 1"]
    rest = await queue(client, moderator, after=first.json()["next"], limit=2)
    assert [item["text"] for item in rest] == ["Dr Khan 2"]


async def test_an_item_holds_what_a_decision_needs(client, session, moderator, city):
    await told(session, NAMED, language="en")
    (item,) = await queue(client, moderator)
    found = await only(session)
    assert item == {
        "id": str(found.id),
        "response_id": str(found.response_id),
        "part": "good",
        "team_id": str(city.id),
        "day": "2026-03-01",
        "source": "iwgc",
        "fft_answer": "very_good",
        "language": "en",
        "publication_status": "published",
        "consent_public": None,
        "text": NAMED,
        "marks": [{"start": 3, "end": 7, "kind": "name", "certainty": "certain"}],
        "proposed": "Dr [name] was kind",
        "urgent": False,
        "current": True,
        "status": "held",
        "reason": None,
        "released_text": None,
        "decided_by": None,
        "decided_at": None,
        "screening_version": 1,
        "version": 1,
    }
    assert await read(client, moderator, found) == item | {"history": [], "escalations": []}


@pytest.mark.parametrize(
    ("params", "texts"),
    [
        ({}, [HARM, NAMED, "Tea"]),
        ({"status": "released"}, [PLAIN]),
        ({"status": "withheld"}, []),
        ({"kind": "name"}, [NAMED]),
        ({"kind": "phone"}, []),
        ({"marked": "true"}, [HARM, NAMED]),
        ({"marked": "false"}, ["Tea"]),
        ({"team": "CITY"}, [HARM, NAMED, "Tea"]),
        ({"team": "WARD"}, []),
        ({"directorate": "NONE"}, []),
    ],
)
async def test_the_queue_is_filtered(client, session, moderator, params, texts):
    for at, (words, status) in enumerate(
        [(PLAIN, "published"), (NAMED, "published"), (HARM, "published"), ("Tea", "pending")]
    ):
        day = date(2026, 3, 1 + at).isoformat()
        await told(session, words, submitted_at=f"{day}T10:00:00Z", publication_status=status)
    assert [item["text"] for item in await queue(client, moderator, **params)] == texts


async def test_releasing_shows_a_text_and_leaves_history(client, session, moderator):
    await told(session, NAMED)
    found = await only(session)
    answer = await decide(client, moderator, found, "release")
    assert answer.status_code == 200, answer.text
    told_ = answer.json()
    assert (told_["status"], told_["version"], answer.headers["ETag"]) == ("released", 2, '"2"')
    again = await decide(client, moderator, found, "withholding", {"reason": "abusive"}, 2)
    history = again.json()["history"]
    assert [(h["status"], h["reason"], h["superseded"]) for h in history] == [
        ("withheld", "abusive", False),
        ("released", None, True),
    ]
    assert {h["decided_by"] for h in history} == {told_["decided_by"]}
    assert again.json()["decided_at"] is not None


async def test_the_proposed_text_is_shown_where_no_other_is_told(client, session, moderator):
    await told(session, NAMED)
    body = {"reason": "identifies_another_person"}
    answer = await decide(client, moderator, await only(session), "redaction", body)
    assert (answer.json()["status"], answer.json()["released_text"]) == (
        "redacted",
        "Dr [name] was kind",
    )


async def test_where_nothing_is_proposed_a_text_is_needed(client, session, moderator):
    await told(session, HARM)
    answer = await decide(
        client, moderator, await only(session), "redaction", {"reason": "abusive"}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/text"


@pytest.mark.parametrize(
    ("text", "codes"),
    [("khan was kind", ["name"]), ("Ring 01865 741000", ["phone"]), ("The doctor was kind", [])],
)
async def test_a_redaction_that_still_identifies_is_refused(
    client, session, moderator, text, codes
):
    await told(session, NAMED)
    found = await only(session)
    body = {"reason": "identifies_another_person", "text": text}
    answer = await decide(client, moderator, found, "redaction", body)
    if not codes:
        assert answer.json()["released_text"] == text
        return
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/still-identifies")
    assert [error["code"] for error in answer.json()["errors"]] == codes
    assert "khan" not in answer.text.lower()
    sure = await decide(client, moderator, found, "redaction", body | {"confirmed": True})
    assert sure.json()["released_text"] == text


@pytest.mark.parametrize(
    ("decision", "body", "status"),
    [
        ("release", None, 409),
        ("redaction", {"reason": "identifies_another_person"}, 409),
        ("withholding", {"reason": "do_not_publish"}, 200),
        ("escalation", {"kind": "safeguarding"}, 200),
    ],
)
async def test_nobody_releases_what_is_not_to_be_published(
    client, session, moderator, decision, body, status
):
    await told(session, HARM, consent_public=False)
    answer = await decide(client, moderator, await only(session), decision, body)
    assert answer.status_code == status, answer.text
    if status == 409:
        assert answer.json()["type"] == "/problems/do-not-publish"


async def test_a_text_that_changed_is_not_decided_by_what_was_read(client, session, moderator):
    data = await told(session, NAMED)
    found = await only(session)

    data |= {"version": 2, "comment_good": "Dr Jones was kind"}
    await drained(session, event("review.updated", **data))
    item = await read(client, moderator, found)
    assert (item["current"], item["text"], item["proposed"]) == (False, None, None)
    for decision, body in (("release", None), ("redaction", {"reason": "abusive", "text": "x"})):
        answer = await decide(client, moderator, found, decision, body)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/text-changed")
    await changed(session, data, comment_good=None, comment_better="x")
    answer = await decide(client, moderator, found, "release")
    assert answer.status_code == 404


async def test_a_decision_needs_the_version_that_was_read(client, session, moderator):
    await told(session, NAMED)
    found = await only(session)
    assert (await client.post(path(found, "release"), headers=moderator)).status_code == 428
    stale = await decide(client, moderator, found, "release", version=7)
    assert stale.status_code == 412


async def test_several_unmarked_texts_are_released_at_once(client, session, moderator):
    for words in ("Tea", "More tea"):
        await told(session, words, publication_status="pending")
    await told(session, NAMED)
    await told(session, HARM, consent_public=False)
    await told(session, PLAIN)
    by_status = {
        (m.status.value, tuple(m.kinds)): m
        for m in await moderations(session)
        if m.kinds or m.status == "released"
    }
    teas = [m for m in await moderations(session) if m.status == "held" and not m.kinds]
    named, plain = by_status["held", ("name",)], by_status["released", ()]
    unknown = uuid4()
    asked = [
        *({"id": str(tea.id), "version": 1} for tea in (teas[0], teas[0])),
        {"id": str(teas[1].id), "version": 9},
        {"id": str(named.id), "version": 1},
        {"id": str(plain.id), "version": 1},
        {"id": str(unknown), "version": 1},
    ]
    answer = await client.post(f"{URL}/releases", json={"items": asked}, headers=moderator)
    assert answer.status_code == 200, answer.text
    assert answer.json()["released"] == [str(teas[0].id)]
    assert {each["id"]: each["problem"] for each in answer.json()["skipped"]} == {
        str(teas[1].id): "precondition-failed",
        str(named.id): "marked",
        str(plain.id): "precondition-failed",
        str(unknown): "moderation-not-found",
    }


async def test_an_opted_out_text_among_several_is_skipped(client, session, moderator):
    data = await told(session, "Tea", publication_status="pending")

    data |= {"version": 2, "consent_public": False}
    await drained(session, event("review.updated", **data))
    asked = [{"id": str((await only(session)).id), "version": 1}]
    answer = await client.post(f"{URL}/releases", json={"items": asked}, headers=moderator)
    assert answer.json()["skipped"] == [{"id": asked[0]["id"], "problem": "do-not-publish"}]


async def test_who_is_limited_to_other_teams_finds_nothing(client, session, given, as_, city):
    await told(session, NAMED)
    found = await only(session)
    elsewhere = await given.directorate()
    limited = await as_(*MODERATOR, directorates=[elsewhere.id])
    assert await queue(client, limited) == []
    assert (await client.get(path(found), headers=limited)).status_code == 404
    answer = await decide(client, limited, found, "release")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/moderation-not-found")
    asked = {"items": [{"id": str(found.id), "version": 1}]}
    answer = await client.post(f"{URL}/releases", json=asked, headers=limited)
    assert answer.json()["skipped"][0]["problem"] == "moderation-not-found"


async def test_reading_comments_is_not_moderating(client, session, as_):
    await told(session, NAMED)
    answer = await client.get(URL, headers=await as_(*READER))
    assert (answer.status_code, answer.json()["missing"]) == (403, ["feedback:moderate"])
