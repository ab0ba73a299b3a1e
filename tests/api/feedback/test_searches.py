"""Searches are saved, shared, and find for each reader what the list would."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core import changes
from app.domain.feedback.searches.errors import REFUSALS
from tests.api.feedback.conftest import SMALL, Staff
from tests.factories import event, review
from tests.moderating import received

ROWS = ("feedback:read", SMALL)
ALL = (*ROWS, "feedback:read:comments")
PLACE = "searches"


@pytest.fixture
async def jo(client, as_) -> Staff:
    return Staff(client, await as_(*ALL))


@pytest.fixture
async def sam(client, as_) -> Staff:
    return Staff(client, await as_(*ROWS))


@pytest.fixture
async def heard(session, city, ward):
    for location, day, answer in (("CITY", 1, "poor"), ("CITY", 2, "good"), ("WARD", 3, "poor")):
        told = review(
            location_code=location,
            submitted_at=f"2026-03-0{day}T10:00:00Z",
            fft_answer=answer,
            comment_good=f"Kind nurses, {answer}",
        )
        await received(session, event(**told))


def days(items: list[dict]) -> list[str]:
    return [item["day"][-1] for item in items]


def refused(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


async def test_a_search_is_kept_as_it_was_told(jo):
    filters = {"team": "CITY", "from": "2026-03-01", "sentiment": 4, "has_comment": True}
    made = await jo.made(PLACE, name=" Poor ", filters=filters)
    assert made.pop("owner")["name"] == "Jo Bloggs"
    assert made == {
        "id": made["id"],
        "name": "Poor",
        "filters": filters,
        "mine": True,
        "shared": False,
        "alert": "off",
        "email": None,
        "alerting": False,
        "version": 1,
    }
    answer = await jo.get(f"{PLACE}/{made['id']}")
    assert answer.headers["ETag"] == '"1"'
    assert answer.json()["filters"] == filters


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["3", "2", "1"]),
        ({"team": "CITY"}, ["2", "1"]),
        ({"rating": "poor", "to": "2026-03-02"}, ["1"]),
        ({"search": "nurse good"}, ["2"]),
        ({"has_comment": False}, []),
    ],
)
async def test_it_finds_what_the_list_finds_by_the_same_filters(jo, heard, filters, found):
    made = await jo.made(PLACE, name="S", filters=filters)
    items = await jo.items(f"{PLACE}/{made['id']}/responses")
    assert days(items) == found
    told = {name: str(value).lower() for name, value in filters.items()}
    told |= {name: filters[name] for name in ("team",) if name in filters}
    assert items == await jo.items("responses", **told)


async def test_what_it_finds_comes_in_pages(jo, heard):
    made = await jo.made(PLACE, name="S", filters={})
    first = (await jo.get(f"{PLACE}/{made['id']}/responses", limit=2)).json()
    rest = (await jo.get(f"{PLACE}/{made['id']}/responses", after=first["next"])).json()
    assert days(first["items"] + rest["items"]) == ["3", "2", "1"]


async def test_whoever_uses_it_finds_what_they_may_see(jo, sam, limited, heard, ward):
    every = await jo.made(PLACE, name="Every", filters={"rating": "poor"}, shared=True)
    words = await jo.made(PLACE, name="Words", filters={"search": "kind"}, shared=True)
    (first, *_) = await sam.items(f"{PLACE}/{every['id']}/responses")
    assert first["comment_good"] is None
    assert refused(await sam.get(f"{PLACE}/{words['id']}/responses")) == (403, "forbidden")
    there = await limited(teams=[ward.id])
    assert days(await there.items(f"{PLACE}/{every['id']}/responses")) == ["3"]


async def test_others_see_what_is_shared_and_not_where_alerts_go(jo, sam):
    address = {"alert": "daily", "email": "jo@example.org"}
    own = await jo.made(PLACE, name="Own", filters={})
    made = await jo.made(PLACE, name="Ours", filters={"rating": "poor"}, shared=True, **address)
    assert (made["alert"], made["email"], made["alerting"]) == ("daily", "jo@example.org", True)
    (seen,) = await sam.items(PLACE)
    assert (seen["id"], seen["mine"]) == (made["id"], False)
    assert (seen["alert"], seen["email"], seen["alerting"]) == (None, None, None)
    for place in (f"{PLACE}/{own['id']}", f"{PLACE}/{own['id']}/responses"):
        assert refused(await sam.get(place)) == (404, "saved-search-not-found")
    assert [each["name"] for each in await jo.items(PLACE)] == ["Ours", "Own"]
    await sam.made(PLACE, name="Sam's", filters={}, shared=True)
    assert [each["name"] for each in await jo.items(PLACE, mine=True)] == ["Ours", "Own"]


async def test_only_the_owner_changes_and_deletes(jo, sam):
    own = await jo.made(PLACE, name="Own", filters={})
    ours = await jo.made(PLACE, name="Ours", filters={}, shared=True)
    for search, refusal in (
        (own["id"], (404, "saved-search-not-found")),
        (ours["id"], (403, "saved-search-not-yours")),
        (uuid4(), (404, "saved-search-not-found")),
    ):
        assert refused(await sam.patch(f"{PLACE}/{search}", name="Mine")) == refusal
        assert refused(await sam.delete(f"{PLACE}/{search}")) == refusal
    assert (await jo.delete(f"{PLACE}/{own['id']}", match='"1"')).status_code == 204
    assert refused(await jo.get(f"{PLACE}/{own['id']}")) == (404, "saved-search-not-found")


async def test_a_change_keeps_what_it_does_not_name(jo):
    filters = {"rating": "poor"}
    made = await jo.made(PLACE, name="A", filters=filters, alert="weekly", email="jo@example.org")
    place = f"{PLACE}/{made['id']}"
    answer = await jo.patch(place, match='"1"', name="B", shared=True)
    assert answer.headers["ETag"] == '"2"'
    told = answer.json()
    assert (told["name"], told["filters"], told["alert"]) == ("B", filters, "weekly")
    told = (await jo.patch(place, filters={"team": "CITY"}, alert="off", email=None)).json()
    assert (told["filters"], told["email"]) == ({"team": "CITY"}, None)
    assert (await jo.patch(place, match='"1"', name="C")).status_code == 412
    assert (await jo.delete(place, match='"1"')).status_code == 412
    assert (await jo.client.delete(f"/v1/feedback/{place}", headers=jo.headers)).status_code == 428


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"filters": {"colour": "red"}}, "#/filters/colour"),
        ({"filters": {"rating": "splendid"}}, "#/filters/rating"),
        ({"filters": {"from": "2026-03-02", "to": "2026-03-01"}}, "#/filters"),
        ({"filters": {"search": "..."}}, "#/filters"),
        ({"filters": {"limit": 5}}, "#/filters/limit"),
        ({"filters": None}, "#/filters"),
        ({"name": "  "}, "#/name"),
        ({"name": None}, "#/name"),
        ({"name": "x" * 201}, "#/name"),
        ({"alert": "hourly"}, "#/alert"),
        ({"alert": "daily"}, "#/email"),
        ({"email": "jo@here"}, "#/email"),
    ],
)
async def test_what_makes_no_search_is_refused(jo, body, pointer):
    start = {"name": "S", "filters": {}}
    made = await jo.made(PLACE, name="Other", filters={})
    for answer in (
        await jo.post(PLACE, start | body),
        await jo.patch(f"{PLACE}/{made['id']}", **body),
    ):
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_name_is_one_search_of_its_owner(jo, sam):
    await jo.made(PLACE, name="Poor", filters={})
    other = await jo.made(PLACE, name="Good", filters={})
    taken = (409, "saved-search-name-taken")
    assert refused(await jo.post(PLACE, {"name": "Poor", "filters": {}})) == taken
    assert refused(await jo.patch(f"{PLACE}/{other['id']}", name="Poor")) == taken
    await sam.made(PLACE, name="Poor", filters={})


async def test_words_are_saved_by_who_may_read_them(jo, sam):
    body = {"name": "Words", "filters": {"search": "kind"}}
    assert refused(await sam.post(PLACE, body)) == (403, "forbidden")
    own = await sam.made(PLACE, name="Own", filters={})
    answer = await sam.patch(f"{PLACE}/{own['id']}", filters={"search": "kind"})
    assert refused(answer) == (403, "forbidden")


async def test_a_repeated_creation_gives_the_first_search(jo):
    body = {"name": "Once", "filters": {"rating": "poor"}}
    jo.headers["Idempotency-Key"] = "search-1"
    first, again = await jo.post(PLACE, body), await jo.post(PLACE, body)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == f"/v1/feedback/searches/{first.json()['id']}"
    assert refused(await jo.post(PLACE, body | {"name": "Two"}))[0] == 422


async def test_filters_that_nobody_understands_any_more_find_nothing(jo, session):
    made = await jo.made(PLACE, name="Old", filters={})
    await session.execute(text("""UPDATE feedback_search SET filters = '{"colour": "red"}'"""))
    await session.commit()
    answer = await jo.get(f"{PLACE}/{made['id']}/responses")
    assert refused(answer) == (409, "saved-search-outdated")
    assert (await jo.patch(f"{PLACE}/{made['id']}", filters={})).status_code == 200
    assert await jo.items(f"{PLACE}/{made['id']}/responses") == []


async def test_alerts_of_a_key_that_ended_are_told_as_stopped(jo, session):
    made = await jo.made(PLACE, name="S", filters={}, alert="daily", email="jo@example.org")
    await session.execute(text("UPDATE feedback_search SET key_id = NULL"))
    await session.commit()
    assert (await jo.get(f"{PLACE}/{made['id']}")).json()["alerting"] is False
    assert (await jo.patch(f"{PLACE}/{made['id']}", shared=False)).json()["alerting"] is True


async def test_what_is_saved_survives_any_script(jo):
    name = "نمط \u200f🙂 <script>"
    made = await jo.made(PLACE, name=name, filters={"search": "طيب*"})
    assert (made["name"], made["filters"]) == (name, {"search": "طيب*"})


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("name = 'Two'", "uq_feedback_search_owner_id_name"),
        ("alert = 'daily'", "ck_feedback_search_alert_has_address"),
        ("name = ''", "ck_feedback_search_name"),
        ("email = 'nobody'", "ck_feedback_search_email"),
    ],
)
async def test_the_database_refuses_what_the_model_does(jo, session, change, constraint):
    for name in ("One", "Two"):
        await jo.made(PLACE, name=name, filters={})
    with pytest.raises(IntegrityError, match=constraint):
        await session.execute(text(f"UPDATE feedback_search SET {change} WHERE name = 'One'"))
    assert set(REFUSALS) == {
        "uq_feedback_search_owner_id_name",
        "ck_feedback_search_alert_has_address",
    }


async def test_alerts_begin_with_what_comes_after_they_are_set(jo, heard, session):
    """Where they stand is kept while they are on, whatever else of the search changes."""
    made = await jo.made(PLACE, name="S", filters={})
    place, standing = f"{PLACE}/{made['id']}", text("SELECT seq FROM feedback_search_place")
    assert (await session.scalars(standing)).all() == []
    await changes.sequence(session)
    await session.commit()
    newest = await session.scalar(text("SELECT max(seq) FROM change_log"))
    await jo.patch(place, alert="daily", email="jo@example.org")
    assert (await session.scalars(standing)).all() == [newest]
    await changes.sequence(session)
    await session.commit()
    await jo.patch(place, alert="weekly")
    assert (await session.scalars(standing)).all() == [newest]
    await jo.patch(place, alert="off")
    assert (await session.scalars(standing)).all() == []
    await jo.patch(place, alert="weekly")
    assert (await jo.delete(place)).status_code == 204
    assert (await session.scalars(standing)).all() == []
