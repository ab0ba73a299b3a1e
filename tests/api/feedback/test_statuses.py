"""Responses are found by how moderation has their texts stand: in lists, files and searches."""

import csv
import io

import pytest

from tests.api.feedback.conftest import SMALL
from tests.factories import drained, event, review
from tests.moderating import MODERATOR, READER, changed, moderations, path, told

URL = "/v1/feedback/responses"


@pytest.fixture(autouse=True)
async def city(given):
    return await given.team(iwgc=["CITY"], code="CITY", name="City Team")


@pytest.fixture
async def screened(session, client, as_) -> dict[str, dict]:
    """One response of each status, a day after the other, and one without words."""
    found = {
        "released": await told(session, "Kind and quick", submitted_at="2026-03-01T10:00:00Z"),
        "held": await told(session, "Dr Khan was kind", submitted_at="2026-03-02T10:00:00Z"),
        "withheld": await told(
            session, "Dr Lee was late", consent_public=False, submitted_at="2026-03-03T10:00:00Z"
        ),
        "redacted": await told(session, "Dr Roy came", submitted_at="2026-03-04T10:00:00Z"),
        "none": await told(session, submitted_at="2026-03-05T10:00:00Z"),
    }
    (standing,) = [each for each in await moderations(session) if each.proposed == "Dr [name] came"]
    answer = await client.post(
        path(standing, "redaction"),
        json={"reason": "identifies_another_person"},
        headers=await as_(*MODERATOR) | {"If-Match": "*"},
    )
    assert answer.status_code == 200, answer.text
    return found


async def found(client, headers, **params) -> list[dict]:
    answer = await client.get(URL, params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def names(items: list[dict]) -> list[str]:
    return [item["source_review_id"] for item in items]


@pytest.mark.parametrize("status", ["released", "held", "withheld", "redacted", "escalated"])
async def test_each_status_finds_its_own(client, as_, screened, status):
    items = await found(client, await as_(*READER), status=status)
    assert names(items) == [d["source_review_id"] for s, d in screened.items() if s == status]


@pytest.mark.parametrize(
    ("scopes", "shown"),
    [
        ((*READER, *MODERATOR), "Dr Khan was kind"),
        (READER, "Dr [name] was kind"),
        (READER[:2], None),
    ],
)
async def test_every_reader_finds_the_same_and_reads_what_is_theirs(
    client, as_, screened, scopes, shown
):
    headers = await as_(*scopes)
    (item,) = await found(client, headers, status="held", rating="very_good", has_comment="true")
    assert (item["source_review_id"], item["comment_good"], item["highlights"]) == (
        screened["held"]["source_review_id"],
        shown,
        None,
    )
    assert await found(client, headers, status="held", rating="poor") == []


@pytest.mark.parametrize(
    ("status", "search", "read"),
    [("held", "kind", 1), ("held", "Khan", 0), ("released", "kind", 1)],
)
async def test_words_are_searched_for_among_them(client, as_, screened, status, search, read):
    params = {"status": status, "search": search}
    items = await found(client, await as_(*READER), **params)
    assert len(items) == read
    assert all(item["highlights"] for item in items)
    assert len(await found(client, await as_(*READER, *MODERATOR), **params)) == 1


async def test_pages_cover_everything_once(client, session, as_):
    for _ in range(3):
        await told(session, "Dr Khan came", comment_better="Dr Lee did not")
    await told(session, "Kind")
    headers, seen, after = await as_(*READER), [], {}
    while True:
        params = {"status": "held", "limit": 2} | after
        page = (await client.get(URL, params=params, headers=headers)).json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len(seen) == len(set(seen)) == 3
    assert seen == sorted(seen, reverse=True)


async def test_a_limited_key_finds_among_its_own_teams(client, session, as_, given, screened):
    ward = await given.team(iwgc=["WARD"], code="WARD")
    there = await told(session, "Dr Khan was late", location_code="WARD")
    items = await found(client, await as_(*READER, teams=[ward.id]), status="held")
    assert names(items) == [there["source_review_id"]]
    items = await found(client, await as_(*READER), status="held", team="CITY")
    assert names(items) == [screened["held"]["source_review_id"]]


async def test_a_text_that_changed_has_no_status_until_it_is_screened(client, session, as_):
    headers = await as_(*READER)
    data = await told(session, "Dr Khan was kind")
    later = data | {"version": 2, "comment_good": "Kind"}
    await drained(session, event("review.updated", **later))
    assert await found(client, headers, status="held") == []
    await changed(session, later)
    assert len(await found(client, headers, status="released")) == 1


async def test_a_surveys_own_texts_have_their_statuses_too(client, session, as_):
    own = review(location_code="CITY", texts={"more": "Dr Khan was kind"})
    await told(session, source="survey", **own)
    items = await found(client, await as_(*READER), status="held")
    assert names(items) == [own["source_review_id"]]


async def test_a_file_has_the_lists_rows(client, as_, screened):
    params = {"status": "held"}
    answer = await client.get(f"{URL}/download", params=params, headers=await as_(*READER))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["source_review_id"], row["comment_good"]) for row in rows] == [
        (screened["held"]["source_review_id"], "Dr [name] was kind")
    ]


async def test_a_saved_search_finds_what_the_list_finds(client, as_, screened):
    headers = await as_(*READER, SMALL)
    body = {"name": "Held", "filters": {"status": "held"}}
    made = (await client.post("/v1/feedback/searches", json=body, headers=headers)).json()
    assert made["filters"]["status"] == "held"
    place = f"/v1/feedback/searches/{made['id']}/responses"
    answer = await client.get(place, headers=headers)
    assert answer.json()["items"] == await found(client, headers, status="held")
    assert names(answer.json()["items"]) == [screened["held"]["source_review_id"]]
    wrong = body | {"filters": {"status": "lost"}}
    answer = await client.post("/v1/feedback/searches", json=wrong, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/filters/status")


@pytest.mark.parametrize("place", [URL, f"{URL}/download"])
async def test_an_unknown_status_is_a_problem(client, as_, place):
    answer = await client.get(place, params={"status": "lost"}, headers=await as_(*READER))
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] == "#/status"
