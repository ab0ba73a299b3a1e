import gzip
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from app.core.inbox import InboxAlert, InboxEvent
from app.domain.feedback import intake
from app.domain.feedback.models import FeedbackResponse
from tests.conftest import SECRET
from tests.factories import drained, event, review, signed

URL = "/v1/webhooks/iwgc"


async def post(client, body: bytes, **headers: object):
    return await client.post(URL, content=body, headers=signed(body, SECRET, **headers))


async def test_a_signed_event_is_stored_and_acknowledged(client, session):
    answer = await post(client, event())
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] == "stored"
    stored = (await session.scalars(select(InboxEvent))).one()
    assert str(stored.id) == answer.json()["id"]


async def test_the_same_event_twice_is_a_duplicate(client, session):
    body = event()
    first = await post(client, body, event_id="msg_1")
    again = await post(client, body, event_id="msg_1")
    assert (again.status_code, again.json()["status"]) == (202, "duplicate")
    assert again.json()["id"] == first.json()["id"]


async def test_a_known_id_with_another_body_is_refused_and_leaves_an_alert(client, session):
    await post(client, event(), event_id="msg_1")
    answer = await post(client, event(), event_id="msg_1")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/event-conflict")
    assert (await session.scalars(select(InboxAlert))).one().event_id == "msg_1"


async def test_an_event_is_counted_for_its_team_once_drained(client, session, given):
    await given.team(iwgc=["OXH-CMHT-CITY"])
    await post(client, event(**review()))
    assert await intake.drain(session) == 1
    await session.commit()
    row = (await session.execute(text("SELECT * FROM feedback_daily"))).one()
    assert (row.trust, row.very_good, row.channel) == ("RNU", 1, "not_recorded")


HOSTILE = {
    "no JSON": (b"{", "not JSON: not-json"),
    "nothing": (b"", "not JSON: not-json"),
    "byte order mark": ("\ufeff{}".encode(), "not JSON: not-json"),
    "NUL": (b'{"type": "a\\u0000"}', "not JSON: bad-character"),
    "half a pair": (b'{"type": "a\\ud800"}', "not JSON: bad-character"),
    "NaN": (b'{"type": NaN}', "not JSON: not-a-number"),
    "too large a number": (b'{"type": 1e400}', "not JSON: number-too-large"),
    "too long a number": (b'{"type": ' + b"9" * 5_000 + b"}", "not JSON: not-json"),
    "a key twice": (b'{"type": 1, "type": 2}', "not JSON: duplicate-key"),
    "depth": (b"[" * 10_000 + b"]" * 10_000, "not JSON: too-deep"),
    "no object": (b"[]", "no type"),
    "no type": (b"{}", "no type"),
    "no data": (b'{"type": "review.created"}', "/data: missing"),
    "nothing to remove": (
        b'{"type": "review.removed", "data": {}}',
        "/data/source_review_id: missing",
    ),
    "an unknown answer": (event(**review(fft_answer="great")), "/data/fft_answer: enum"),
    "an unknown code": (
        event(**review(demographics={"ethnic_category": "I"})),
        "/data/demographics/ethnic_category: value_error",
    ),
    "the future": (
        event(**review(submitted_at="2199-01-01T00:00:00Z")),
        "/data/submitted_at: before 2000 or in the future",
    ),
    "the past": (
        event(**review(submitted_at="1999-12-31T00:00:00Z")),
        "/data/submitted_at: before 2000 or in the future",
    ),
    "too large a version": (event(**review(version=2**60)), "/data/version: less_than_equal"),
}


@pytest.mark.parametrize(("body", "reason"), HOSTILE.values(), ids=HOSTILE)
async def test_what_cannot_be_read_is_kept_as_a_dead_letter(client, session, body, reason):
    answer = await post(client, body)
    assert (answer.status_code, answer.json()["status"]) == (202, "stored")
    assert await intake.drain(session) == 1
    stored = (await session.scalars(select(InboxEvent))).one()
    assert (stored.status, stored.reason, stored.body) == ("dead", reason, body)


@pytest.mark.parametrize("kind", ["ping", "review.translated"])
async def test_a_ping_and_an_unknown_type_are_stored_and_ignored(client, session, kind):
    await post(client, event(kind))
    await intake.drain(session)
    assert (await session.scalars(select(InboxEvent))).one().status == "ignored"


async def test_a_body_over_256_kib_is_refused(client):
    answer = await post(client, b" " * (256 * 1024 + 1))
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")
    assert (await post(client, b" " * (256 * 1024))).status_code == 202


async def test_a_compressed_body_is_not_unpacked(client):
    body = gzip.compress(b"0" * 1_000_000)
    headers = signed(event(), SECRET) | {"content-encoding": "gzip"}
    answer = await client.post(URL, content=body, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (415, "/problems/unsupported-encoding")


async def test_a_whole_review_is_kept_as_it_was_told(client, session, given):
    await given.team(iwgc=["A"])
    told = review(
        location_code="A",
        channel="sms",
        respondent_type="carer",
        item_ratings=[{"item": "involved", "stars": 5}],
        comment_good="  \u202eKind 👍\r\n",
        comment_better=" ",
        publication_status="published",
        consent_public=True,
        language="en",
        easy_read=False,
        experience_month="2026-02",
        collection_point="after_discharge",
        demographics={"ethnic_category": "A", "age_band": "25-34", "disability": ["05"]},
        mean_stars=5,
    )
    await drained(session, event(**told))
    stored = (await session.scalars(select(FeedbackResponse))).one()
    assert stored.comment_good == "  \u202eKind 👍\r\n"
    assert stored.comment_better is None
    assert (stored.age_band, stored.disability, stored.gender) == ("25-34", ["05"], None)
    assert stored.item_ratings == [{"item": "involved", "stars": 5}]
    assert (stored.experience_month, stored.collection_point) == ("2026-02", "after_discharge")


async def test_a_response_tells_its_day_and_nothing_finer(client, session, given):
    await given.team(iwgc=["A"])
    await drained(session, event(**review(location_code="A")))
    stored = (await session.scalars(select(FeedbackResponse))).one()
    millis = stored.id.int >> 80
    assert datetime.fromtimestamp(millis / 1000, UTC) == datetime(2026, 3, 1, tzinfo=UTC)
    assert not {"created_at", "updated_at"} & set(FeedbackResponse.__table__.columns.keys())


async def test_another_method_is_told_what_is_allowed(client):
    answer = await client.get(URL)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_query_parameter_is_refused(client):
    body = event("ping")
    answer = await client.post(f"{URL}?x=1", content=body, headers=signed(body, SECRET))
    assert answer.json()["errors"][0]["pointer"] == "#/x"
