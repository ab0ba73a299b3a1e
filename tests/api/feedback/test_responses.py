import json
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.api.v1.feedback.schemas import ResponseOut
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.queries import tsquery
from app.domain.organisation.models import Directorate
from tests.factories import drained, event, review
from tests.moderating import follow

URL = "/v1/feedback/responses"
ROWS = ("feedback:read", "feedback:read:small_numbers")
ALL = (*ROWS, "feedback:read:comments")


def plain(location: str, day: str, **values: object) -> bytes:
    at = f"{day}T10:00:00Z"
    return event(**review(location_code=location, submitted_at=at, **values))


@pytest.fixture
async def teams(given, session):
    """Two teams in two directorates: one review with words, one without, one of the other."""
    city = await given.team(iwgc=["CITY"], code="CITY")
    ward = await given.team(iwgc=["WARD"], code="WARD")
    await drained(
        session,
        event(
            **review(
                location_code="CITY",
                submitted_at="2026-03-01T10:00:00Z",
                comment_good="Kind nurses, waited patiently with me",
                channel="sms",
                item_ratings=[{"item": "involved", "stars": 5}],
            )
        ),
        event(
            **review(location_code="CITY", submitted_at="2026-03-02T10:00:00Z", fft_answer="poor")
        ),
        event(**review(location_code="WARD", submitted_at="2026-03-03T10:00:00Z", fft_answer=None)),
    )
    await follow(session)
    return city, ward


async def found(client, headers, **params) -> list[dict]:
    answer = await client.get(URL, params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_responses_come_newest_day_first(client, as_, teams):
    items = await found(client, await as_(*ALL))
    assert [item["day"] for item in items] == ["2026-03-03", "2026-03-02", "2026-03-01"]


@pytest.mark.parametrize(
    ("params", "days"),
    [
        ({"team": "CITY"}, ["2026-03-02", "2026-03-01"]),
        ({"from": "2026-03-02", "to": "2026-03-02"}, ["2026-03-02"]),
        ({"rating": "poor"}, ["2026-03-02"]),
        ({"channel": "sms"}, ["2026-03-01"]),
        ({"source": "other"}, []),
        ({"has_comment": "true"}, ["2026-03-01"]),
        ({"has_comment": "false"}, ["2026-03-03", "2026-03-02"]),
        ({"search": "nurse"}, ["2026-03-01"]),
        ({"search": '"waited patiently"'}, ["2026-03-01"]),
        ({"search": '"patiently waited"'}, []),
        ({"search": "pati*"}, ["2026-03-01"]),
        ({"search": "kind unkind"}, []),
    ],
)
async def test_each_filter_narrows_the_list(client, as_, teams, params, days):
    items = await found(client, await as_(*ALL), **params)
    assert [item["day"] for item in items] == days


async def test_a_team_and_its_directorate_are_found_by_id_and_by_code(client, as_, given, session):
    service = await given.service()
    directorate = await session.get_one(Directorate, service.directorate_id)
    team = await given.team(service, iwgc=["CITY"])
    await given.team(iwgc=["WARD"])
    await drained(session, plain("CITY", "2026-03-01"), plain("WARD", "2026-03-01"))
    headers = await as_(*ALL)
    for name, record in (("team", team), ("directorate", directorate)):
        for known_by in (record.code, str(record.id)):
            items = await found(client, headers, **{name: known_by})
            assert [item["team_id"] for item in items] == [str(team.id)]


async def test_pages_cover_everything_once(client, as_, teams):
    headers, seen, after = await as_(*ALL), [], None
    while True:
        params = {"limit": 2} | ({"after": after} if after else {})
        page = (await client.get(URL, params=params, headers=headers)).json()
        seen += [item["id"] for item in page["items"]]
        if (after := page["next"]) is None:
            break
    assert len(seen) == len(set(seen)) == 3


async def test_comments_need_their_own_scope(client, as_, teams):
    headers = await as_(*ROWS)
    assert {item["comment_good"] for item in await found(client, headers)} == {None}
    refused = await client.get(URL, params={"search": "nurse"}, headers=headers)
    assert (refused.status_code, refused.json()["missing"]) == (403, ["feedback:read:comments"])


async def test_a_search_tells_where_the_words_stand(client, as_, teams):
    (item,) = await found(client, await as_(*ALL), search="nurse wait*")
    (told,) = item["highlights"]
    assert told["part"] == "comment_good"
    assert "".join(piece["text"] for piece in told["pieces"]) == item["comment_good"]
    hits = [piece["text"] for piece in told["pieces"] if piece["hit"]]
    assert hits == ["nurses", "waited"]
    assert await found(client, await as_(*ALL), search="absent") == []


async def test_coded_responses_are_found_by_theme_and_sentiment(client, as_, teams, session):
    coded = "UPDATE feedback_response SET themes = '{a,b}', sentiment = 4 WHERE day = '2026-03-02'"
    await session.execute(text(coded))
    await session.commit()
    for params in ({"theme": "b"}, {"sentiment": "4"}, {"theme": "a", "sentiment": "4"}):
        items = await found(client, await as_(*ALL), **params)
        assert [item["day"] for item in items] == ["2026-03-02"]
    assert await found(client, await as_(*ALL), theme="c") == []


async def test_single_responses_are_small_numbers(client, as_, teams):
    answer = await client.get(URL, headers=await as_("feedback:read", "feedback:read:comments"))
    assert (answer.status_code, answer.json()["missing"]) == (403, ["feedback:read:small_numbers"])


async def test_a_limited_key_sees_its_own_teams_only(client, as_, teams):
    city, ward = teams
    headers = await as_(*ALL, teams=[ward.id])
    items = await found(client, headers)
    assert [item["team_id"] for item in items] == [str(ward.id)]
    other = (await found(client, await as_(*ALL), team=str(city.id)))[0]
    assert (await client.get(f"{URL}/{other['id']}", headers=headers)).status_code == 404


async def test_the_bytes_of_a_list_are_what_the_model_would_write(client, as_, teams, session):
    items = await found(client, await as_(*ALL))
    for item in items:
        row = await session.get_one(FeedbackResponse, item["id"])
        known = {column.key: getattr(row, column.key) for column in row.__table__.columns}
        expected = ResponseOut(**known, comments_pending=False).model_dump(mode="json")
        assert json.dumps(item) == json.dumps(expected)
        one = await client.get(f"{URL}/{item['id']}", headers=await as_(*ALL))
        assert (one.json(), one.headers["ETag"]) == (item, f'"{row.version}"')


async def test_an_absent_response_is_not_found(client, as_):
    answer = await client.get(f"{URL}/{uuid4()}", headers=await as_(*ALL))
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/response-not-found")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("tema=CITY", "#/tema"),
        ("limit=201", "#/limit"),
        ("limit=1&limit=2", "#/limit"),
        ("rating=great", "#/rating"),
        ("from=2026-13-01", "#/from"),
        ("from=2026-03-02&to=2026-03-01", "#/"),
        ("after=x", "#/after"),
        ("search=%22%22", "#/"),
        ("team=%00", "#/team"),
    ],
)
async def test_a_wrong_query_is_told_where(client, as_, query, pointer):
    answer = await client.get(f"{URL}?{query}", headers=await as_(*ALL))
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("search", "query"),
    [
        ("kind", "('kind')"),
        ('"so kind" ward*', "('so' <-> 'kind') & ('ward':*)"),
        ("don't", "('don' <-> 't')"),
        ("***", None),
    ],
)
def test_a_search_becomes_a_tsquery(search, query):
    assert tsquery(search) == query
