from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from app.api.v1.admin.schemas import KeyOut
from app.core.clock import now
from app.domain.identity import queries
from app.domain.identity.keys import well_formed
from app.domain.identity.models import ApiKey, User
from tests.api.identity.conftest import ALL

URL = "/v1/admin/keys"
ABSENT = "018f0000-0000-7000-8000-000000000000"


@pytest.fixture
async def jo(given) -> User:
    return await given.user("feedback:read", "organisation:read", name="Jo")


async def made(client, headers, user, **values) -> dict:
    body = {"user_id": str(user.id), "name": "dashboard"} | values
    answer = await client.post(URL, json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def refused(client, headers, user, **values) -> tuple[int, str]:
    body = {"user_id": str(user.id), "name": "dashboard"} | values
    answer = await client.post(URL, json=body, headers=headers)
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


async def listed(client, headers, **params) -> list[dict]:
    answer = await client.get(URL, params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def test_a_key_is_shown_once_and_works(client, admin, jo):
    body = {"user_id": str(jo.id), "name": "dashboard", "scopes": ["feedback:read"]}
    answer = await client.post(URL, json=body, headers=admin)
    key = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{URL}/{key['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert well_formed(key["key"])
    assert key["key"].startswith("ev_test_")
    me = await client.get("/v1/me", headers=bearer(key["key"]))
    assert me.json()["user"] == {"id": str(jo.id), "name": "Jo"}
    assert me.json()["scopes"] == ["feedback:read"]
    shown = await client.get(answer.headers["Location"], headers=admin)
    assert "key" not in shown.json()
    assert key["key"] not in shown.text


async def test_the_key_itself_is_nowhere_in_the_database(client, admin, jo, session):
    key = (await made(client, admin, jo))["key"]
    rows = (await session.execute(text("SELECT api_key::text FROM api_key"))).scalars().all()
    assert not [row for row in rows if key in row or key.encode().hex() in row]


async def test_a_repeated_creation_gives_the_same_key_without_showing_it(client, admin, jo):
    headers = admin | {"Idempotency-Key": "one"}
    first = await made(client, headers, jo)
    body = {"user_id": str(jo.id), "name": "dashboard"}
    again = await client.post(URL, json=body, headers=headers)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert again.json() == first | {"key": None}
    other = await client.post(URL, json=body | {"name": "other"}, headers=headers)
    assert other.json()["type"] == "/problems/idempotency-key-reused"


async def test_a_repeated_creation_tells_when_the_key_was_used(client, admin, jo):
    headers = admin | {"Idempotency-Key": "one"}
    key = await made(client, headers, jo)
    await client.get("/v1/me", headers=bearer(key["key"]))
    again = await made(client, headers, jo)
    assert again["last_used_at"] is not None


async def test_keys_are_listed_newest_first_without_the_key(client, admin, jo):
    keys = [await made(client, admin, jo, name=name) for name in ("a", "b")]
    items = await listed(client, admin, user=str(jo.id))
    assert [item["id"] for item in items] == [key["id"] for key in reversed(keys)]
    assert set(items[0]) == set(KeyOut.model_fields)


async def test_pages_of_keys_cover_everything_once(client, admin, jo):
    for name in ("a", "b", "c"):
        await made(client, admin, jo, name=name)
    first = await client.get(URL, params={"limit": 3}, headers=admin)
    after = first.json()["next"]
    second = await client.get(URL, params={"limit": 3, "after": after}, headers=admin)
    ids = [item["id"] for page in (first, second) for item in page.json()["items"]]
    assert len(ids) == len(set(ids)) == 4
    assert second.json()["next"] is None


async def test_live_keys_are_those_that_would_be_taken(client, admin, jo, given, session):
    live = await made(client, admin, jo, name="live")
    revoked = await made(client, admin, jo, name="revoked")
    await client.delete(f"{URL}/{revoked['id']}", headers=admin)
    expired = await given.key(b"x", user=jo, name="expired", expires_at=now() - timedelta(hours=1))
    gone = await given.user(name="Gone")
    idle = await given.key(b"y", user=gone)
    gone.active = False
    await session.commit()
    items = await listed(client, admin, live="true", user=str(jo.id))
    assert [item["id"] for item in items] == [live["id"]]
    items = await listed(client, admin, live="false")
    assert {item["id"] for item in items} == {revoked["id"], str(expired.id), str(idle.id)}


async def test_the_bytes_of_a_key_are_what_the_model_would_write(
    client, admin, as_, given, session
):
    team = await given.team()
    await as_("feedback:read", teams=[team.id], expires_at=now() + timedelta(days=1))
    await client.get("/v1/me", headers=admin)
    keys = await queries.all_keys(session)
    for item, key in zip(await listed(client, admin), keys, strict=True):
        assert KeyOut.model_validate(item) == KeyOut.model_validate(key)
        one = await client.get(f"{URL}/{key.id}", headers=admin)
        assert (one.json(), one.headers["ETag"]) == (item, f'"{key.version}"')


async def test_a_revoked_key_is_refused_and_stays_readable(client, admin, jo):
    key = await made(client, admin, jo)
    assert (await client.get("/v1/me", headers=bearer(key["key"]))).status_code == 200
    answer = await client.delete(f"{URL}/{key['id']}", headers=admin)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await client.get("/v1/me", headers=bearer(key["key"]))).status_code == 401
    shown = await client.get(f"{URL}/{key['id']}", headers=admin)
    assert shown.json()["revoked_at"] is not None


async def test_a_second_revocation_changes_nothing(client, admin, jo, session):
    key = await made(client, admin, jo)
    for _ in range(2):
        assert (await client.delete(f"{URL}/{key['id']}", headers=admin)).status_code == 204
    row = await session.get_one(ApiKey, key["id"])
    assert row.version == 2


async def test_what_becomes_of_a_key_stands_in_the_change_log(client, admin, jo, session):
    key = await made(client, admin, jo)
    await client.delete(f"{URL}/{key['id']}", headers=admin)
    recorded = text(
        "SELECT op, operation, fields FROM change_pending WHERE entity_id = :id ORDER BY id"
    )
    rows = (await session.execute(recorded, {"id": key["id"]})).all()
    assert [tuple(row) for row in rows] == [
        ("I", "create_key", []),
        ("U", "revoke_key", ["revoked_at"]),
    ]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_an_absent_key_is_not_found(client, admin, method):
    answer = await client.request(method, f"{URL}/{uuid4()}", headers=admin)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/key-not-found")


async def test_a_key_is_rotated_by_a_second_of_its_name_but_no_third(client, admin, jo):
    first, second = [await made(client, admin, jo) for _ in range(2)]
    assert await refused(client, admin, jo) == (409, "too-many-live-keys")
    await made(client, admin, jo, name="another")
    await client.delete(f"{URL}/{first['id']}", headers=admin)
    third = await made(client, admin, jo)
    assert await refused(client, admin, jo) == (409, "too-many-live-keys")
    for key in (second, third):
        assert (await client.get("/v1/me", headers=bearer(key["key"]))).status_code == 200


async def test_an_expired_key_makes_room_for_another(client, admin, jo, given):
    hour = timedelta(hours=1)
    for slot in (1, 2):
        past = {"created_at": now() - 2 * hour, "expires_at": now() - hour}
        await given.key(bytes([slot]), user=jo, name="dashboard", slot=slot, **past)
    await made(client, admin, jo)


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"expires_at": "2020-01-01T00:00:00Z"}, "#/expires_at"),
        ({"expires_at": "9999-12-31T23:59:59-14:00"}, "#/expires_at"),
        ({"expires_at": "9999-12-31T12:00:00Z"}, "#/expires_at"),
        ({"expires_at": "2020-01-01T00:00:00"}, "#/expires_at"),
        ({"scopes": ["feedback:read", "keys:manage"]}, "#/scopes/1"),
        ({"scopes": ["nonsense"]}, "#/scopes/0"),
        ({"name": ""}, "#/name"),
        ({"teams": []}, "#/teams"),
        ({"directorates": []}, "#/directorates"),
        ({"user_id": "x"}, "#/user_id"),
        ({"hash": "mine"}, "#/hash"),
    ],
)
async def test_a_wrong_key_is_told_where(client, admin, jo, values, pointer):
    body = {"user_id": str(jo.id), "name": "dashboard"} | values
    answer = await client.post(URL, json=body, headers=admin)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_scope_that_the_user_does_not_hold_has_its_own_problem(client, admin, jo):
    problem = await refused(client, admin, jo, scopes=["keys:manage"])
    assert problem == (422, "scope-not-held")


async def test_records_that_are_not_there_are_not_found(client, admin, jo):
    nobody = User(id=uuid4())
    assert await refused(client, admin, nobody) == (404, "user-not-found")
    gone = [str(uuid4())]
    assert await refused(client, admin, jo, directorates=gone) == (404, "directorate-not-found")
    assert await refused(client, admin, jo, teams=gone) == (404, "team-not-found")


async def test_a_user_who_is_not_active_gets_no_key(client, admin, jo, session):
    jo.active = False
    await session.commit()
    assert await refused(client, admin, jo) == (409, "user-inactive")


async def test_nobody_grants_a_scope_they_do_not_hold(client, as_, jo):
    manager = await as_("keys:manage", "organisation:read")
    assert await refused(client, manager, jo) == (403, "grant-exceeds-own")
    asked = {"scopes": ["feedback:read"]}
    assert await refused(client, manager, jo, **asked) == (403, "grant-exceeds-own")
    await made(client, manager, jo, scopes=["organisation:read"])


@pytest.fixture
async def place(given) -> dict:
    """A directorate with one team, a team elsewhere, and a directorate without."""
    service = await given.service()
    inside = await given.team(service)
    return {
        "directorate": service.directorate_id,
        "inside": inside.id,
        "outside": (await given.team()).id,
        "elsewhere": (await given.directorate()).id,
    }


async def test_a_limited_key_makes_keys_within_its_limits_only(client, as_, jo, place):
    limited = await as_(*ALL, directorates=[place["directorate"]])
    for asked in (
        {},
        {"directorates": [str(place["elsewhere"])]},
        {"directorates": [str(place["directorate"]), str(place["elsewhere"])]},
        {"teams": [str(place["outside"])]},
        {"teams": [str(uuid4())]},
    ):
        assert await refused(client, limited, jo, **asked) == (403, "grant-exceeds-own")
    await made(client, limited, jo, directorates=[str(place["directorate"])])
    await made(client, limited, jo, teams=[str(place["inside"])] * 2)


async def test_a_key_limited_to_teams_makes_none_for_a_directorate(client, as_, jo, place):
    limited = await as_(*ALL, teams=[place["inside"]])
    asked = {"directorates": [str(place["directorate"])]}
    assert await refused(client, limited, jo, **asked) == (403, "grant-exceeds-own")
    await made(client, limited, jo, teams=[str(place["inside"])])


async def test_a_limited_key_sees_and_revokes_keys_within_its_limits_only(
    client, admin, as_, jo, place
):
    limited = await as_(*ALL, directorates=[place["directorate"]])
    own = await listed(client, limited)
    inside = await made(client, admin, jo, name="i", teams=[str(place["inside"])])
    outside = await made(client, admin, jo, name="o", teams=[str(place["outside"])])
    free = await made(client, admin, jo, name="f")
    ids = {item["id"] for item in await listed(client, limited)}
    assert ids == {inside["id"], own[0]["id"]}
    for key in (outside, free):
        for method in ("GET", "DELETE"):
            answer = await client.request(method, f"{URL}/{key['id']}", headers=limited)
            assert answer.json()["type"] == "/problems/key-not-found"
    assert (await client.get(f"{URL}/{inside['id']}", headers=limited)).status_code == 200
    assert (await client.delete(f"{URL}/{inside['id']}", headers=limited)).status_code == 204


async def test_what_sql_lets_a_limited_key_see_is_what_the_model_says(
    client, admin, as_, jo, place, session
):
    limits = (
        {},
        {"directorates": [str(place["directorate"])]},
        {"directorates": [str(place["elsewhere"])], "teams": [str(place["inside"])]},
        {"teams": [str(place["inside"])]},
        {"teams": [str(place["inside"]), str(place["outside"])]},
    )
    for number, asked in enumerate(limits):
        await made(client, admin, jo, name=str(number), **asked)
    headers = await as_(*ALL, directorates=[place["directorate"]])
    token = headers["Authorization"].removeprefix("Bearer ")
    actor = await client._transport.app.state.authenticator.find(token)
    seen = {item["id"] for item in await listed(client, headers)}
    keys = (await session.scalars(select(ApiKey))).all()
    assert seen == {str(key.id) for key in keys if key.within(actor)}


@pytest.mark.parametrize(
    ("method", "path", "missing"),
    [
        ("GET", "/v1/admin/keys", "keys:read"),
        ("GET", f"/v1/admin/keys/{ABSENT}", "keys:read"),
        ("POST", "/v1/admin/keys", "keys:manage"),
        ("DELETE", f"/v1/admin/keys/{ABSENT}", "keys:manage"),
        ("GET", "/v1/admin/users", "keys:read"),
        ("GET", f"/v1/admin/users/{ABSENT}", "keys:read"),
        ("POST", "/v1/admin/users", "keys:manage"),
        ("PATCH", f"/v1/admin/users/{ABSENT}", "keys:manage"),
        ("GET", "/v1/admin/roles", "keys:read"),
    ],
)
async def test_each_route_needs_its_scope(client, as_, method, path, missing):
    answer = await client.request(method, path, headers=await as_("feedback:read"))
    assert (answer.status_code, answer.json()["missing"]) == (403, [missing])
    assert (await client.request(method, path)).status_code == 401


@pytest.mark.parametrize(
    ("query", "pointer"), [("livee=true", "#/livee"), ("live=x", "#/live"), ("user=x", "#/user")]
)
async def test_a_wrong_filter_is_told_where(client, admin, query, pointer):
    answer = await client.get(f"{URL}?{query}", headers=admin)
    assert answer.json()["errors"][0]["pointer"] == pointer
