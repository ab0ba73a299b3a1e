"""Staff read comments at once, with marked stretches masked; moderators read them as written."""

import pytest

from tests.factories import drained, event, review
from tests.moderating import MODERATOR, READER, changed, moderations, only, told

URL = "/v1/feedback/responses"


@pytest.fixture(autouse=True)
async def city(given):
    return await given.team(iwgc=["CITY"], code="CITY")


async def items(client, headers, **params) -> list[dict]:
    answer = await client.get(URL, params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_reader_sees_words_in_the_place_of_identifiers(client, session, as_):
    await told(session, "Dr Khan was kind", comment_better="More tea")
    reader, moderator = await as_(*READER), await as_(*READER, *MODERATOR)
    (item,) = await items(client, reader)
    assert (item["comment_good"], item["comment_better"]) == ("Dr [name] was kind", "More tea")
    assert item["comments_pending"] is False
    one = await client.get(f"{URL}/{item['id']}", headers=reader)
    assert one.json() == item
    (raw,) = await items(client, moderator)
    assert raw == item | {"comment_good": "Dr Khan was kind"}


async def test_without_the_scope_for_words_there_are_none(client, session, as_):
    await told(session, "Dr Khan was kind")
    (item,) = await items(client, await as_(*READER[:2]))
    assert (item["comment_good"], item["comments_pending"]) == (None, False)


async def test_what_nobody_has_screened_is_pending(client, session, as_):
    reader = await as_(*READER)
    data = review(comment_good="Dr Khan was kind", location_code="CITY")
    await drained(session, event(**data))
    (item,) = await items(client, reader)
    assert (item["comment_good"], item["comments_pending"]) == (None, True)
    assert await items(client, reader, search="kind") == []
    await changed(session, data)
    (item,) = await items(client, reader)
    assert (item["comment_good"], item["comments_pending"]) == ("Dr [name] was kind", False)
    await drained(
        session, event("review.updated", **data | {"version": 9, "comment_good": "Sarah"})
    )
    (item,) = await items(client, reader)
    assert (item["comment_good"], item["comments_pending"]) == (None, True)


async def test_a_response_without_words_is_not_pending(client, session, as_):
    await told(session)
    (item,) = await items(client, await as_(*READER))
    assert (item["comment_good"], item["comments_pending"]) == (None, False)


@pytest.mark.parametrize(
    ("search", "read", "moderated"),
    [
        ("Khan", 0, 1),
        ("kha*", 0, 1),
        ('"dr khan"', 0, 1),
        ("khan kind", 0, 1),
        ("kind", 1, 1),
        ("kind tea", 1, 1),
        ("01865", 0, 1),
    ],
)
async def test_no_search_confirms_a_masked_word(client, session, as_, search, read, moderated):
    await told(session, "Dr Khan was kind", comment_better="Tea. Ring 01865 741000")
    assert len(await items(client, await as_(*READER), search=search)) == read
    assert len(await items(client, await as_(*READER, *MODERATOR), search=search)) == moderated


async def test_a_decision_does_not_change_what_staff_read(client, session, as_):
    await told(session, "Dr Khan was kind")
    reader, moderator = await as_(*READER), await as_(*MODERATOR)
    found = await only(session)
    await client.post(
        f"/v1/feedback/moderation/{found.id}/release", headers=moderator | {"If-Match": "*"}
    )
    (item,) = await items(client, reader)
    assert item["comment_good"] == "Dr [name] was kind"


async def test_a_surveys_own_texts_are_shown_as_comments_are(client, session, as_):
    texts = {"more": "Dr Khan was kind", "ward": "Quiet"}
    own = {"texts": texts, "answers": {"came_by": "bus"}, "involved": "no"}
    await told(session, source="survey", contact_wanted=True, **own)
    reader = await as_(*READER)
    (item,) = await items(client, reader)
    assert item["texts"] == {"more": "Dr [name] was kind", "ward": "Quiet"}
    told_of = (item["answers"], item["involved"], item["contact_wanted"])
    assert told_of == ({"came_by": "bus"}, "no", True)
    assert (await items(client, await as_(*READER[:2])))[0]["texts"] is None
    (raw,) = await items(client, await as_(*READER, *MODERATOR))
    assert raw["texts"] == texts
    later = review(location_code="CITY", texts={"more": "Sarah"})
    await drained(session, event(**later), source="survey")
    newest = {each["source_review_id"]: each for each in await items(client, reader)}
    assert newest[later["source_review_id"]]["texts"] is None


async def test_what_a_feed_tells_beside_a_story_is_no_text_of_it(client, session, as_):
    await told(session, source="survey", answers={"criticality": "mildly critical"})
    assert await moderations(session) == []
