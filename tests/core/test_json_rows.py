"""What PostgreSQL writes is what the model would have written of the same row."""

import base64
import json
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.api.v1.feedback.schemas import ResponseOut
from app.api.v1.webhooks.schemas import AlertOut, EventDetail
from app.core.actor import Actor
from app.core.clock import now
from app.core.ids import day_uuid7, uuid7
from app.core.inbox import EventStatus, InboxAlert, InboxEvent
from app.core.paging import Page
from app.domain.feedback import codes, operators, queries
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.moderation import responses

QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# Quotes, backslashes, controls, separators that JavaScript minds, and far planes.
ODD = st.sampled_from(list("\"\\/\b\f\n\r\t\x01\x1f\x7f\x85\u2028\u2029<>&'{}[],:\U0001f600\ufeff"))
PLAIN = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
TEXTS = st.text(ODD | PLAIN, max_size=30)
READER = Actor(
    id=uuid7(),
    name="Jo",
    key_id=uuid7(),
    scopes=frozenset({"feedback:read", queries.COMMENTS, responses.MODERATE}),
)


def maybe(strategy):
    return st.none() | strategy


RATINGS = st.lists(
    st.fixed_dictionaries({"item": TEXTS.filter(bool), "stars": st.integers(1, 5)}), max_size=3
)
ROWS = st.fixed_dictionaries(
    {
        "day": st.dates(date(2000, 1, 1), date(2099, 12, 31)),
        "source": TEXTS,
        "location_code": TEXTS,
        "version": st.integers(1, 2**31 - 1),
        "experience_month": maybe(TEXTS),
        "collection_point": maybe(st.sampled_from(codes.CollectionPoint)),
        "channel": maybe(st.sampled_from(codes.Channel)),
        "respondent_type": maybe(st.sampled_from(codes.RespondentType)),
        "fft_answer": maybe(st.sampled_from(codes.FftAnswer)),
        "raw_answer": maybe(TEXTS),
        "item_ratings": maybe(RATINGS),
        "comment_good": maybe(TEXTS),
        "comment_better": maybe(TEXTS),
        "publication_status": maybe(st.sampled_from(codes.PublicationStatus)),
        "consent_public": maybe(st.booleans()),
        "language": maybe(TEXTS),
        "easy_read": maybe(st.booleans()),
    }
)


@given(values=ROWS)
@QUICK
async def test_a_response_is_what_its_model_dumps(session, door, given, values):
    team = await given.team()
    row = FeedbackResponse(
        id=day_uuid7(values["day"]),
        team_id=team.id,
        source_review_id=str(uuid7()),
        source_version=1,
        source_hash=b"",
        **values,
    )
    await given.add(row)
    fields = tuple(ResponseOut.model_fields)
    stored = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    shown = ResponseOut.model_validate(stored | {"comments_pending": False, "highlights": None})
    expected = shown.model_dump(mode="json")
    body, version = await responses.get(door, fields, row.id, to=READER)
    assert (json.loads(body), version) == (expected, values["version"])
    only = {"team": team.code}
    page = json.loads(await responses.find(door, fields, Page(), only, to=READER))
    assert page == {"items": [expected], "next": None}


# PostgreSQL always tells microseconds; a model leaves out those of a whole second.
INSTANTS = st.integers(1, 10**15).map(lambda n: now() - timedelta(microseconds=n))


def fractional(at: datetime) -> bool:
    return at.microsecond > 0


@given(
    values=st.fixed_dictionaries(
        {
            "source": TEXTS,
            "event_id": TEXTS,
            "body": maybe(st.binary(max_size=200)),
            "status": st.sampled_from(EventStatus),
            "reason": maybe(TEXTS),
            "waits_for": maybe(TEXTS),
            "received_at": INSTANTS.filter(fractional),
        }
    )
)
@QUICK
async def test_an_event_is_what_its_model_dumps(session, door, given, values):
    row = await given.add(InboxEvent(id=uuid7(), body_hash=b"", **values))
    shown = {name: getattr(row, name) for name in EventDetail.model_fields if hasattr(row, name)}
    told = None if row.body is None else base64.b64encode(row.body).decode()
    expected = EventDetail(**shown, body_base64=told).model_dump(mode="json")
    body, _ = await operators.EVENTS.one(door, tuple(EventDetail.model_fields), row.id, {})
    assert json.loads(body) == expected
    await session.delete(row)
    await session.commit()


@given(event_id=TEXTS, received_at=INSTANTS.filter(fractional))
@QUICK
async def test_an_alert_is_what_its_model_dumps(session, door, given, event_id, received_at):
    row = InboxAlert(source="iwgc", event_id=event_id, body_hash=b"", received_at=received_at)
    await given.add(row)
    expected = AlertOut.model_validate(row, from_attributes=True).model_dump(mode="json")
    page = await operators.ALERTS.page(door, tuple(AlertOut.model_fields), Page(limit=1), {})
    assert json.loads(page)["items"] == [expected]


async def test_pages_cover_everything_once_newest_first(door, given, session):
    ids = []
    for _ in range(5):
        alert = InboxAlert(id=uuid7(), source="iwgc", event_id="e", body_hash=b"")
        ids.append(str((await given.add(alert)).id))
    seen, page = [], Page(limit=2)
    while True:
        found = json.loads(await operators.ALERTS.page(door, ("id",), page, {}))
        seen += [item["id"] for item in found["items"]]
        if found["next"] is None:
            break
        page = Page(found["next"], 2)
    assert seen == sorted(ids, reverse=True)
