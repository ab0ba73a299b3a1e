from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.core.clock import today
from app.domain.feedback.replies import queries
from tests.factories import drained, event

URL = "https://www.careopinion.org.uk/opinions/1000"


@pytest.fixture
async def response(heard, city) -> dict:
    return await heard(days=8, fft_answer="poor")


@pytest.fixture
def places(response) -> str:
    return f"responses/{response['id']}/replies"


async def published(places: str, writer, publisher, text: str = "Thank you.") -> dict:
    made = await writer.made(places, text=text)
    for step in ("approval", "publication"):
        answer = await publisher.post(f"replies/{made['id']}/{step}", match="*")
        assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_reply_is_written_approved_and_published(writer, publisher, response, places):
    answer = await writer.post(places, {"text": " Thank you for telling us. "})
    made = answer.json()
    place = f"replies/{made['id']}"
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert answer.headers["Location"] == f"/v1/feedback/{place}"
    assert (made["text"], made["status"]) == ("Thank you for telling us.", "draft")
    assert (made["response_id"], made["team_id"]) == (response["id"], response["team_id"])
    assert (made["days_to_reply"], made["published_on"]) == (None, None)
    early = await publisher.post(f"{place}/publication", match="*")
    assert early.json()["type"] == "/problems/reply-not-open"
    approved = await publisher.post(f"{place}/approval", match='"1"')
    assert (approved.json()["status"], approved.headers["ETag"]) == ("approved", '"2"')
    assert (await publisher.post(f"{place}/publication", match='"1"')).status_code == 412
    out = (await publisher.post(f"{place}/publication", match='"2"')).json()
    assert (out["status"], out["published_on"]) == ("published", today().isoformat())
    assert out["days_to_reply"] == 8
    assert (await writer.get(place)).json() == out
    assert await writer.items(places) == [out]


async def test_it_is_drafted_once_per_key(writer, places):
    writer.headers["Idempotency-Key"] = "one"
    first, again = [await writer.post(places, {"text": "Thank you."}) for _ in range(2)]
    assert (again.status_code, again.json()) == (201, first.json())


async def test_nobody_approves_what_they_wrote(limited, publisher, city, places):
    both = await limited(teams=[city.id])
    made = await both.made(places, text="Thank you.")
    place = f"replies/{made['id']}"
    refused = await both.post(f"{place}/approval", match="*")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/own-work")
    assert (await publisher.post(f"{place}/approval", match="*")).status_code == 200


async def test_words_changed_after_the_approval_are_approved_anew(writer, publisher, places):
    made = await writer.made(places, text="Thank you.")
    place = f"replies/{made['id']}"
    await publisher.post(f"{place}/approval", match="*")
    changed = (await writer.patch(place, text="Thank you very much.")).json()
    assert (changed["status"], changed["approved_by"]) == ("draft", None)
    assert (await publisher.post(f"{place}/publication", match="*")).status_code == 409


async def test_what_is_out_stays_and_can_only_be_withdrawn(writer, publisher, places):
    out = await published(places, writer, publisher)
    place = f"replies/{out['id']}"
    for refused in (
        await writer.patch(place, text="x"),
        await writer.delete(place),
        await publisher.post(f"{place}/approval", match="*"),
    ):
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/reply-not-open")
    answer = await publisher.post(f"{place}/withdrawal", {"reason": "Named a nurse"}, match="*")
    gone = answer.json()
    assert (gone["status"], gone["withdrawn_reason"]) == ("withdrawn", "Named a nurse")
    assert gone["text"] == "Thank you."


async def test_a_draft_is_deleted(writer, places):
    made = await writer.made(places, text="Thank you.")
    assert (await writer.delete(f"replies/{made['id']}")).status_code == 204
    assert (await writer.get(f"replies/{made['id']}")).json()["type"] == "/problems/reply-not-found"


async def test_a_reply_made_elsewhere_is_recorded_with_its_link_and_day(writer, places):
    day = (today() - timedelta(3)).isoformat()
    made = await writer.made(places, url=URL, made_on=day)
    assert (made["kind"], made["status"], made["url"]) == ("elsewhere", "published", URL)
    assert (made["published_on"], made["days_to_reply"], made["text"]) == (day, 5, None)


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({}, "#/"),
        ({"text": " "}, "#/text"),
        ({"text": "x" * 5_001}, "#/text"),
        ({"url": URL}, "#/"),
        ({"text": "x", "made_on": "2026-03-01"}, "#/"),
        ({"url": "http://a.example/", "made_on": "2026-03-01"}, "#/url"),
        ({"url": "https://", "made_on": "2026-03-01"}, "#/url"),
        ({"url": "https://[x/", "made_on": "2026-03-01"}, "#/url"),
        ({"url": "https://me:word@a.example/", "made_on": "2026-03-01"}, "#/url"),
        ({"url": "https:///path", "made_on": "2026-03-01"}, "#/url"),
        ({"url": URL, "made_on": "2000-01-01"}, "#/made_on"),
        ({"url": URL, "made_on": "2999-01-01"}, "#/made_on"),
    ],
)
async def test_what_is_no_reply_is_refused_where_it_stands(writer, places, values, pointer):
    answer = await writer.post(places, values)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_it_goes_with_its_response(writer, publisher, response, places, session):
    out = await published(places, writer, publisher)
    gone = {"source_review_id": response["source_review_id"], "version": 2}
    await drained(session, event("review.removed", **gone))
    assert (await writer.get(f"replies/{out['id']}")).status_code == 404
    assert (await writer.get(places)).json()["type"] == "/problems/response-not-found"


async def test_its_author_reads_what_is_published_and_nothing_else(
    writer, publisher, response, places, door
):
    await writer.made(places, text="Not yet.")
    day = today()
    await writer.made(places, url=URL, made_on=day.isoformat())
    withdrawn = await published(places, writer, publisher, "Wrong.")
    await publisher.post(f"replies/{withdrawn['id']}/withdrawal", {"reason": "x"}, match="*")
    await published(places, writer, publisher)
    told = await queries.replies_to(door, UUID(response["id"]))
    assert told.decode() == (
        f'[{{"text" : null, "url" : "{URL}", "day" : "{day}"}},'
        f' {{"text" : "Thank you.", "url" : null, "day" : "{day}"}}]'
    )
    assert await queries.replies_to(door, uuid4()) == b"[]"


async def test_who_is_limited_sees_and_answers_only_theirs(limited, writer, ward, places):
    other = await limited(teams=[ward.id])
    made = await writer.made(places, text="Thank you.")
    place = f"replies/{made['id']}"
    assert await other.items("replies") == []
    answers = {
        "response": [await other.get(places), await other.post(places, {"text": "x"})],
        "reply": [
            await other.get(place),
            await other.patch(place, text="x"),
            await other.delete(place),
            await other.post(f"{place}/approval", match="*"),
        ],
    }
    for noun, found in answers.items():
        assert {each.json()["type"] for each in found} == {f"/problems/{noun}-not-found"}


async def test_replies_are_found_by_what_they_are(writer, publisher, places, heard, ward, city):
    day = today()
    out = await published(places, writer, publisher)
    response = await heard("WARD")
    other = await writer.made(f"responses/{response['id']}/replies", text="Thank you.")
    for params in (
        {"team": "CITY"},
        {"team": str(city.id)},
        {"status": "published"},
        {"published_from": day, "published_to": day},
    ):
        assert [each["id"] for each in await writer.items("replies", **params)] == [out["id"]]
    assert await writer.items("replies", published_to=day - timedelta(1)) == []
    assert await writer.items("replies", kind="elsewhere") == []
    assert await writer.items("replies", directorate="NOWHERE") == []
    first = (await writer.get("replies", limit=1)).json()
    rest = await writer.items("replies", after=first["next"])
    assert [each["id"] for each in (*first["items"], *rest)] == [other["id"], out["id"]]
