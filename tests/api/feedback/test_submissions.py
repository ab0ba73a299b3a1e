"""What people answer without a key: taken in whole, told to nobody, opened by its receipt."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from app.core.clock import today
from app.core.inbox import InboxAlert, InboxEvent
from app.domain.feedback import intake
from app.domain.feedback.models import FeedbackResponse, FeedbackTombstone
from app.domain.feedback.replies.models import FeedbackReply
from app.domain.feedback.submissions import receipts
from app.settings import Submissions
from tests.api.feedback.forms import FFT, RECEIPT, SUBMISSIONS, answered, opened, token

pytestmark = pytest.mark.usefixtures("team")


@pytest.fixture
async def team(given):
    return await given.team(code="CMHT-CITY", name="City Team")


@pytest.fixture
async def writer(as_):
    return await as_("feedback:surveys")


@pytest.fixture
async def code(client, writer, team):
    return await opened(client, writer, "CMHT-CITY", channel="kiosk")


async def drain(session):
    while await intake.drain(session):
        pass
    await session.commit()


async def send(client, body, path="", **headers):
    return await client.post(f"{SUBMISSIONS}{path}", json=body, headers=headers)


async def test_an_answer_becomes_a_counted_response(client, session, code, team):
    told = {
        "experience": "good",
        "why": "\u202eKind 👍\t\x07\r\n",
        "better": "  ",
        "involved": "no",
        "do_not_publish": True,
        "reply_wanted": True,
        "who": "parent",
        "age": "25-34",
        "ethnic_group": "M",
        "disability": ["05", "09"],
    }
    answer = await send(client, answered(code, answers=told, language="EN", easy_read=True))
    assert answer.status_code == 202, answer.text
    assert receipts.read(answer.json()["receipt"], receipts.RECEIPT)
    await drain(session)
    stored = (await session.scalars(select(FeedbackResponse))).one()
    assert (stored.team_id, stored.source, stored.day) == (team.id, "survey", today())
    assert (stored.fft_answer, stored.involved, stored.channel) == ("good", "no", "kiosk")
    assert stored.comment_good == "\u202eKind 👍\t\x07\r\n"
    assert stored.comment_better is None
    assert (stored.consent_public, stored.contact_wanted) == (False, True)
    assert (stored.respondent_type, stored.age_band, stored.ethnic_category) == (
        "parent",
        "25-34",
        "M",
    )
    assert (stored.disability, stored.language, stored.easy_read) == (["05", "09"], "en", True)
    assert (str(stored.survey_version_id), stored.answers) == (FFT, None)


async def test_nothing_finer_than_the_day_and_no_receipt_is_kept(client, session, code):
    answer = await send(client, answered(code, receipt=RECEIPT))
    assert answer.json() == {"receipt": RECEIPT, "status": "stored"}
    event = (await session.scalars(select(InboxEvent))).one()
    day = datetime.combine(today(), datetime.min.time(), UTC)
    assert event.received_at == day
    assert datetime.fromtimestamp((event.id.int >> 80) / 1000, UTC) == day
    plain = RECEIPT.replace("-", "")
    assert plain not in event.body.decode()
    assert json.loads(event.body)["data"]["source_review_id"] == event.event_id
    assert event.event_id == receipts.named(plain)
    assert json.loads(event.body)["data"]["submitted_at"] == f"{today()}T12:00:00Z"


async def test_a_repeat_does_nothing_and_a_receipt_is_used_once(client, session, code):
    for typed, status in (
        (RECEIPT, 202),
        (RECEIPT.lower().replace("-", " ").replace("0", "o"), 200),
    ):
        answer = await send(client, answered(code, receipt=typed))
        assert answer.status_code == status, answer.text
    other = await send(client, answered(code, receipt=RECEIPT, answers={"experience": "poor"}))
    assert (other.status_code, other.json()["type"]) == (409, "/problems/receipt-used")
    assert len((await session.scalars(select(InboxEvent))).all()) == 1
    assert (await session.scalars(select(InboxAlert))).all() == []  # it would tell an instant


async def test_a_repeat_on_another_day_is_a_repeat(client, writer, code):
    shown = await token(client, writer, code)
    item = answered(receipt=RECEIPT, day=str(today() - timedelta(3)))
    for status in (202, 200):
        answer = await send(client, {"team": code, "token": shown, "items": [item]}, "/batch")
        assert [each["status"] for each in answer.json()["items"]] == [status]
        item = item | {"day": str(today())}
    assert (await send(client, answered(code, receipt=RECEIPT))).status_code == 200


WRONG = {
    "a question not in it": ({"no_such": 1}, "#/answers/no_such", "unknown_question"),
    "a key with a slash": ({"a/b~": 1}, "#/answers/a~1b~0", "unknown_question"),
    "nothing at all": ({}, "#/answers/experience", "missing"),
    "an answer of null": ({"experience": None}, "#/answers/experience", "missing"),
    "two answers to one choice": (
        {"experience": ["good", "poor"]},
        "#/answers/experience",
        "one_code",
    ),
    "a code that is none": ({"experience": "great"}, "#/answers/experience", "unknown_option"),
    "a number for a code": ({"experience": 1}, "#/answers/experience", "one_code"),
    "a number for a text": ({"why": 5}, "#/answers/why", "text"),
    "a text too long": ({"why": "x" * 4_001}, "#/answers/why", "too_long"),
    "a word for a tick": ({"reply_wanted": "yes"}, "#/answers/reply_wanted", "tick"),
    "a code for codes": ({"disability": "05"}, "#/answers/disability", "list_of_codes"),
    "an option twice": ({"disability": ["05", "05"]}, "#/answers/disability", "twice"),
    "an option unknown": ({"disability": ["77"]}, "#/answers/disability", "unknown_option"),
    "an object for a code": ({"age": {}}, "#/answers/age", "one_code"),
}


@pytest.mark.parametrize(("answers", "pointer", "fault"), WRONG.values(), ids=WRONG)
async def test_a_wrong_answer_is_named_and_never_quoted(client, code, answers, pointer, fault):
    whole = answers if "experience" in answers or not answers else {"experience": "good"} | answers
    answer = await send(client, answered(code, answers=whole))
    assert answer.status_code == 422, answer.text
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, fault)]


BODIES = {
    "a version that never existed": (
        {"survey_version": "0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"},
        "#/survey_version",
    ),
    "a version that is no id": ({"survey_version": "fft"}, "#/survey_version"),
    "a language it is not in": ({"language": "cy"}, "#/language"),
    "a receipt that is none": ({"receipt": "UUUU-UUUU-UUUU-UUUU"}, "#/receipt"),
    "an unknown field": ({"name": "Jo"}, "#/name"),
    "a day of one's own": ({"day": "2026-01-01"}, "#/day"),
    "answers as a list": ({"answers": []}, "#/answers"),
}


@pytest.mark.parametrize(("told", "pointer"), BODIES.values(), ids=BODIES)
async def test_a_wrong_body_is_named(client, code, told, pointer):
    answer = await send(client, answered(code, **told))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


RAW = {
    "a MiB of text": (b'{"answers": {"why": "%s"}}' % (b"x" * 1024 * 1024), 413),
    "NUL": (b'{"answers": {"why": "\\u0000"}}', 400),
    "half a pair": (b'{"answers": {"why": "\\ud800"}}', 400),
    "an answer twice": (b'{"answers": {"why": "a", "why": "b"}}', 400),
    "no JSON": (b"{", 400),
    "nothing": (b"", 422),
}


@pytest.mark.parametrize(("body", "status"), RAW.values(), ids=RAW)
async def test_a_hostile_body_gets_a_problem(client, body, status):
    headers = {"content-type": "application/json"}
    answer = await client.post(SUBMISSIONS, content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_of_another_kind_is_refused(client):
    answer = await client.post(SUBMISSIONS, content=b"a=b", headers={"content-type": "text/plain"})
    assert answer.status_code == 415


async def test_a_carers_form_is_answered_by_a_carer(client, session, code):
    await send(client, answered(code, audience="carer"))
    await drain(session)
    stored = (await session.scalars(select(FeedbackResponse))).one()
    assert (stored.respondent_type, stored.consent_public) == ("carer", None)


@pytest.mark.parametrize("unknown", ["00000000", "UUUUUUUU", "x"])
async def test_a_code_that_opens_nothing_is_not_there(client, unknown):
    answer = await send(client, answered(unknown))
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/public-code-not-found")


async def test_a_survey_of_another_code_is_refused(client, session, code):
    await session.execute(
        text(
            "INSERT INTO survey SELECT gen_random_uuid(), 'other', 'Other',"
            " NULL, NULL, now(), now(), 1"
        )
    )
    await session.execute(
        text("UPDATE public_code SET survey_id = (SELECT id FROM survey WHERE code = 'other')")
    )
    await session.commit()
    answer = await send(client, answered(code))
    assert answer.json()["errors"][0]["code"] == "another_survey"


async def test_a_code_may_demand_its_token(client, writer, code):
    headers = writer | {"If-Match": "*"}
    path = f"/v1/feedback/public-codes/{code}"
    without = await client.patch(path, headers=headers, json={"token_required": True})
    assert without.json()["errors"][0]["code"] == "no_token"
    old = await token(client, writer, code)
    assert (
        await client.patch(path, headers=headers, json={"token_required": True})
    ).status_code == 200
    new = await token(client, writer, code)
    for shown, status in ((None, 403), ("x", 403), (old, 403), (new, 202)):
        answer = await send(client, answered(code, token=shown))
        assert answer.status_code == status, answer.text


async def test_floods_end_without_anybody_being_known(serve, writer, code):
    limits = Submissions(per_code_per_minute=2, per_minute=4, cache_seconds=0)
    async with serve(submissions=limits) as client:
        statuses = [(await send(client, answered(code))).status_code for _ in range(5)]
        assert statuses == [202, 202, 429, 429, 429]
        last = await send(client, answered("00000000"))
        assert (last.status_code, last.json()["type"]) == (429, "/problems/too-many-requests")
        assert 1 <= int(last.headers["retry-after"]) <= 60


async def test_a_receipt_opens_its_response_until_it_is_withdrawn(client, session, code):
    await send(
        client, answered(code, receipt=RECEIPT, answers={"experience": "poor", "why": "Cold."})
    )
    seen = await send(client, {"receipt": RECEIPT}, "/receipt")
    assert seen.json() == {"state": "received", "day": str(today()), "replies": []}
    await drain(session)
    assert (await send(client, {"receipt": RECEIPT}, "/receipt")).json()["state"] == "heard"
    for _ in range(2):
        gone = await send(client, {"receipt": RECEIPT}, "/withdrawal")
        assert gone.json() == {"state": "withdrawn", "day": str(today()), "replies": []}
    await drain(session)
    assert (await session.scalars(select(FeedbackResponse))).all() == []
    counted = (await session.execute(text("SELECT sum(poor) FROM feedback_daily"))).scalar()
    assert not counted
    bodies = (
        await session.scalars(select(InboxEvent.body).execution_options(populate_existing=True))
    ).all()
    assert not any(b"Cold." in body for body in bodies if body)
    assert (
        await send(
            client, answered(code, receipt=RECEIPT, answers={"experience": "poor", "why": "Cold."})
        )
    ).status_code == 200
    await drain(session)
    assert (await session.scalars(select(FeedbackResponse))).all() == []


async def test_what_is_withdrawn_before_it_is_counted_never_is(client, session, code):
    await send(client, answered(code, receipt=RECEIPT))
    assert (await send(client, {"receipt": RECEIPT}, "/withdrawal")).json()["state"] == "withdrawn"
    await drain(session)
    assert (await session.scalars(select(FeedbackResponse))).all() == []
    assert (await session.scalars(select(FeedbackTombstone))).one().source_version == 2
    statuses = (
        await session.scalars(select(InboxEvent.status).order_by(InboxEvent.event_id))
    ).all()
    assert statuses == ["discarded", "applied"]


@pytest.mark.parametrize("path", ["/receipt", "/withdrawal"])
@pytest.mark.parametrize("shown", [RECEIPT, "x", ""])
async def test_an_unknown_receipt_is_the_same_404(client, path, shown):
    answer = await send(client, {"receipt": shown}, path)
    assert answer.status_code == 404
    told = answer.json()
    assert told == {
        "type": "/problems/receipt-unknown",
        "title": "No response has this receipt",
        "status": 404,
    }


async def test_a_kiosk_s_batch_is_judged_item_by_item_and_may_be_sent_again(
    client, session, writer, code
):
    shown, day = await token(client, writer, code), today() - timedelta(60)
    made = [receipts.grouped(receipts.make(16)) for _ in range(4)]
    items = [
        answered(receipt=made[0], day=str(day)),
        answered(receipt=made[1], day=str(day - timedelta(1))),
        answered(receipt=made[0], day=str(day)),
        answered(receipt=made[0], day=str(day), answers={"experience": "poor"}),
        answered(receipt=made[2], day=str(today() + timedelta(1))),
        answered(receipt=made[2], day=str(day), answers={"experience": "great"}),
        {"receipt": made[3]},
        "nothing",
    ]
    body = {"team": code, "token": shown, "items": items}
    answer = await send(client, body, "/batch")
    assert answer.status_code == 207
    told = answer.json()["items"]
    assert [each["index"] for each in told] == list(range(8))
    assert [each["status"] for each in told] == [202, 422, 200, 409, 422, 422, 422, 422]
    assert told[0]["receipt"] == made[0]
    assert told[5]["problem"]["errors"][0]["pointer"] == "#/answers/experience"
    assert "great" not in answer.text
    again = (await send(client, body, "/batch")).json()["items"]
    assert [each["status"] for each in again] == [200, 422, 200, 409, 422, 422, 422, 422]
    await drain(session)
    stored = (await session.scalars(select(FeedbackResponse))).one()
    assert (stored.day, stored.channel) == (day, "kiosk")
    counted = await client.post(f"{SUBMISSIONS}/receipt", json={"receipt": made[0]})
    assert counted.json() == {"state": "heard", "day": str(day), "replies": []}


async def test_a_batch_always_needs_the_token(client, code):
    body = {"team": code, "token": "x", "items": [answered(receipt=RECEIPT, day=str(today()))]}
    answer = await send(client, body, "/batch")
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/token-refused")


@pytest.mark.parametrize("count", [0, 501])
async def test_a_batch_has_bounds(client, code, count):
    answer = await send(client, {"team": code, "token": "x", "items": [{}] * count}, "/batch")
    assert answer.status_code == 422


async def test_staff_key_answers_in_for_their_own_team(client, session, as_, given, team):
    user = await given.user("feedback:submit")
    mine = await as_("feedback:submit", user=user)
    item = answered(receipt=RECEIPT, day=str(today()))
    body = {"team": "CMHT-CITY", "channel": "paper", "collection_point": "after_discharge"}
    for status in (202, 200):
        answer = await send(client, body | {"items": [item]}, "/keyed", **mine)
        assert answer.status_code == 207, answer.text
        assert [each["status"] for each in answer.json()["items"]] == [status]
    await drain(session)
    stored = (await session.scalars(select(FeedbackResponse))).one()
    assert (stored.team_id, stored.channel) == (team.id, "paper")
    assert stored.collection_point == "after_discharge"
    batch = (await session.execute(text("SELECT * FROM keyed_batch"))).one()
    assert (batch.team_id, batch.channel, batch.accepted) == (team.id, "paper", 1)
    assert batch.keyed_by == user.id
    assert not {"receipt", "response_id", "event_id"} & set(batch._fields)


@pytest.mark.parametrize("told", [{"team": "NO-SUCH"}, {"channel": "kiosk"}])
async def test_keyed_answers_name_a_team_and_how_they_came(client, as_, told):
    body = {"team": "CMHT-CITY", "channel": "telephone", "items": [{}]} | told
    answer = await send(client, body, "/keyed", **await as_("feedback:submit"))
    assert answer.status_code == 422


async def test_a_published_reply_is_read_with_the_receipt(client, session, code):
    await send(client, answered(code, receipt=RECEIPT))
    await drain(session)
    response = (await session.scalars(select(FeedbackResponse))).one()
    session.add(
        FeedbackReply(
            response_id=response.id,
            kind="elsewhere",
            status="published",
            url="https://example.org/1",
            authors=[],
            published_on=today(),
        )
    )
    await session.commit()
    seen = await send(client, {"receipt": RECEIPT}, "/receipt")
    told = {"text": None, "url": "https://example.org/1", "day": str(today())}
    assert seen.json()["replies"] == [told]


async def test_a_batch_of_which_nothing_can_be_taken_is_told_item_by_item(client, as_, given):
    await given.team(code="OTHER-TEAM")
    item = {"survey_version": str(uuid4()), "receipt": RECEIPT, "answers": {}, "day": "2020-01-01"}
    body = {"team": "OTHER-TEAM", "channel": "paper", "items": [item]}
    answer = await send(client, body, "/keyed", **await as_("feedback:submit"))
    assert answer.status_code == 207, answer.text
    assert [each["status"] for each in answer.json()["items"]] == [422]
