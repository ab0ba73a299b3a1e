from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.clock import today
from app.core.db import constraint_of
from tests.api.registers.test_people import refused

LIBRARY, REQUESTS = "registers/resources", "registers/format-requests"
SCOPES = ("resources:read", "resources:ask", "resources:manage")
LEAFLET = {
    "title": "Your first appointment",
    "about": "What happens on the day.",
    "review_on": str(today() + timedelta(90)),
}
EASY = {"format": "easy_read", "link": "https://example.org/easy", "made_on": str(today())}


@pytest.fixture
async def api(api_of):
    return await api_of(*SCOPES)


@pytest.fixture
async def leaflet(api) -> str:
    return (await api.made(LIBRARY, **LEAFLET))["id"]


async def ids(api, place: str, **filters: object) -> list[str]:
    answer = await api.get(place, **filters)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]


async def test_a_resource_is_kept_with_its_formats(api):
    answer = await api.send("POST", LIBRARY, LEAFLET, Idempotency_Key="a")
    made = answer.json()
    place = f"{LIBRARY}/{made['id']}"
    assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/{place}")
    assert made | LEAFLET | {"formats": [], "overdue": False} == made
    again = await api.send("POST", LIBRARY, LEAFLET, Idempotency_Key="a")
    assert (again.json(), again.headers["idempotency-replayed"]) == (made, "true")
    easy = await api.made(f"{place}/formats", **EASY)
    urdu = await api.made(f"{place}/formats", **EASY | {"format": "audio", "language": "ur"})
    shown = await api.get(place)
    assert (shown.json()["formats"], shown.headers["etag"]) == ([urdu, easy], '"3"')
    assert easy["language"] == "en"
    refused(await api.send("POST", f"{place}/formats", EASY), 409, "resource-format-taken")
    later = EASY | {"format": "braille", "made_on": str(today() + timedelta(1))}
    refused(await api.send("POST", f"{place}/formats", later), 422, "format-made-later")
    change = {"link": "https://example.org/2", "made_on": "2026-01-05"}
    changed = await api.send("PATCH", f"{place}/formats/{easy['id']}", change)
    assert changed.json() == easy | change | {"version": 2}
    assert changed.headers["etag"] == '"2"'
    gone = await api.send("DELETE", f"{place}/formats/{urdu['id']}", None)
    assert gone.status_code == 204
    assert (await api.get(place)).json()["formats"] == [changed.json()]
    lost = await api.send("DELETE", f"{place}/formats/{urdu['id']}", None)
    refused(lost, 404, "resource-format-not-found")
    other = await api.made(LIBRARY, **LEAFLET)
    stray = await api.send("DELETE", f"{LIBRARY}/{other['id']}/formats/{easy['id']}", None)
    refused(stray, 404, "resource-format-not-found")


async def test_a_resource_is_corrected_and_taken_out(api, leaflet):
    place = f"{LIBRARY}/{leaflet}"
    stale = await api.send("PATCH", place, {"title": "X"}, If_Match='"9"')
    refused(stale, 412, "precondition-failed")
    changed = await api.send("PATCH", place, {"title": "X"})
    assert (changed.json()["title"], changed.headers["etag"]) == ("X", '"2"')
    await api.made(f"{place}/formats", **EASY)
    await api.made(REQUESTS, resource_id=leaflet, format="audio")
    assert (await api.send("DELETE", place, None)).status_code == 204
    refused(await api.get(place), 404, "resource-not-found")
    refused(await api.send("DELETE", place, None), 404, "resource-not-found")
    assert await ids(api, REQUESTS) == []


async def test_resources_are_found_by_format_language_and_overdue_review(api, leaflet, session):
    late = (await api.made(LIBRARY, **LEAFLET | {"review_on": str(today())}))["id"]
    await api.made(f"{LIBRARY}/{late}/formats", **EASY | {"language": "ur"})
    assert await ids(api, LIBRARY) == [late, leaflet]
    assert await ids(api, LIBRARY, format="easy_read") == [late]
    assert await ids(api, LIBRARY, language="ur") == [late]
    assert await ids(api, LIBRARY, language="en") == []
    assert await ids(api, LIBRARY, overdue=True) == []
    await session.execute(
        text(f"UPDATE information_resource SET review_on = review_on - 1 WHERE id = '{late}'")
    )
    await session.commit()
    assert await ids(api, LIBRARY, overdue=True) == [late]
    assert await ids(api, LIBRARY, overdue=False) == [leaflet]


async def test_a_missing_format_is_asked_for_and_made(api, leaflet):
    asking = {"resource_id": leaflet, "format": "easy_read", "why": "For the ward."}
    answer = await api.send("POST", REQUESTS, asking)
    asked = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (
        201,
        f"/v1/{REQUESTS}/{asked['id']}",
    )
    told = {"state": "asked", "language": "en", "resource_title": LEAFLET["title"]}
    assert asked | told | {"reason": None, "answered_at": None} == asked
    refused(await api.send("POST", REQUESTS, asking), 409, "format-requested")
    assert await ids(api, REQUESTS, state="asked", resource=leaflet) == [asked["id"]]
    await api.made(f"{LIBRARY}/{leaflet}/formats", **EASY)
    made = (await api.get(f"{REQUESTS}/{asked['id']}")).json()
    assert (made["state"], made["answered_by"]) == ("made", asked["asked_by"])
    assert made["answered_at"]
    assert await ids(api, REQUESTS, state="asked") == []
    refused(await api.send("POST", REQUESTS, asking), 409, "resource-format-taken")
    late = await api.send("POST", f"{REQUESTS}/{asked['id']}/decline", {"reason": "No."})
    refused(late, 409, "format-request-closed", state="made")


async def test_a_request_is_declined_with_a_reason_and_may_be_made_again(api, leaflet):
    asking = {"resource_id": leaflet, "format": "braille"}
    first = await api.send("POST", REQUESTS, asking, Idempotency_Key="a")
    again = await api.send("POST", REQUESTS, asking, Idempotency_Key="a")
    assert first.json() == again.json()
    place = f"{REQUESTS}/{first.json()['id']}"
    refused(await api.send("POST", f"{place}/decline", {}), 422, "invalid-request")
    declined = await api.send("POST", f"{place}/decline", {"reason": "It is rewritten in May."})
    told = declined.json()
    assert (told["state"], told["reason"]) == ("declined", "It is rewritten in May.")
    assert (await api.send("POST", REQUESTS, asking)).status_code == 201
    unknown = asking | {"resource_id": str(uuid4())}
    refused(await api.send("POST", REQUESTS, unknown), 404, "resource-not-found")
    refused(await api.get(f"{REQUESTS}/{uuid4()}"), 404, "format-request-not-found")
    stray = await api.send("POST", f"{REQUESTS}/{uuid4()}/decline", {"reason": "No."})
    refused(stray, 404, "format-request-not-found")


async def test_who_asks_does_not_keep_the_library(api_of, leaflet):
    staff = await api_of("resources:read", "resources:ask")
    asked = await staff.made(REQUESTS, resource_id=leaflet, format="audio")
    decline = await staff.send("POST", f"{REQUESTS}/{asked['id']}/decline", {"reason": "No."})
    refused(decline, 403, "forbidden")
    refused(await staff.send("POST", LIBRARY, LEAFLET), 403, "forbidden")


async def test_the_database_holds_what_the_model_says(api, leaflet, session):
    easy = (await api.made(f"{LIBRARY}/{leaflet}/formats", **EASY))["id"]
    asked = (await api.made(REQUESTS, resource_id=leaflet, format="audio"))["id"]
    copy = (
        "INSERT INTO {table} SELECT gen_random_uuid(), {format}, {rest} FROM {table} WHERE id ="
        " '{id}'"
    )
    formats = "language, link, made_on, created_at, updated_at, version"
    requests = "language, why, state, asked_by, reason, answered_by, answered_at, created_at,"
    requests += " updated_at, version"
    for statement, constraint in (
        (
            copy.format(
                table="resource_format", format="resource_id, format", rest=formats, id=easy
            ),
            "uq_resource_format_resource_id_format_language",
        ),
        (
            f"UPDATE resource_format SET made_on = made_on + 1 WHERE id = '{easy}'",
            "ck_resource_format_made",
        ),
        (
            copy.format(
                table="format_request", format="resource_id, format", rest=requests, id=asked
            ),
            "uq_format_request_open",
        ),
        (
            copy.format(
                table="format_request", format="resource_id, 'easy_read'", rest=requests, id=asked
            ),
            "format_request_missing",
        ),
        (
            f"UPDATE format_request SET reason = 'x' WHERE id = '{asked}'",
            "ck_format_request_declined_because",
        ),
        (
            f"UPDATE format_request SET state = 'made' WHERE id = '{asked}'",
            "ck_format_request_answered",
        ),
    ):
        with pytest.raises(IntegrityError) as refusal:
            async with session.begin_nested():
                await session.execute(text(statement))
        assert constraint_of(refusal.value) == constraint
