from uuid import uuid4

import pytest
from sqlalchemy import select, text

from app.api.v1.admin.schemas import UserOut
from app.domain.identity import queries
from app.domain.identity.models import Role, User
from app.domain.identity.scopes import SCOPES
from tests.api.identity.conftest import ALL

URL = "/v1/admin/users"


async def made(client, headers, **values) -> dict:
    body = {"name": "Jo", "roles": ["reader"]} | values
    answer = await client.post(URL, json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def changed(client, headers, user: dict, etag: str = "*", **values):
    headers = headers | {"If-Match": etag}
    return await client.patch(f"{URL}/{user['id']}", json=values, headers=headers)


async def test_a_user_is_made_with_roles(client, admin):
    body = {"name": "Jo", "roles": ["reader", "champion", "reader"]}
    answer = await client.post(URL, json=body, headers=admin)
    user = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert answer.headers["Location"] == f"{URL}/{user['id']}"
    assert (user["name"], user["active"]) == ("Jo", True)
    assert user["roles"] == ["champion", "reader"]
    shown = await client.get(answer.headers["Location"], headers=admin)
    assert (shown.json(), shown.headers["ETag"]) == (user, '"1"')


async def test_a_repeated_creation_makes_one_user(client, admin):
    headers = admin | {"Idempotency-Key": "one"}
    assert await made(client, headers) == await made(client, headers)


async def test_users_are_listed_by_whether_they_are_active(client, admin):
    jo = await made(client, admin)
    gone = await made(client, admin, name="Gone")
    await changed(client, admin, gone, active=False)
    answer = await client.get(URL, headers=admin)
    assert [item["name"] for item in answer.json()["items"]] == ["Gone", "Jo", "Jo Bloggs"]
    answer = await client.get(URL, params={"active": "false"}, headers=admin)
    assert [item["id"] for item in answer.json()["items"]] == [gone["id"]]
    answer = await client.get(URL, params={"active": "true"}, headers=admin)
    assert jo["id"] in [item["id"] for item in answer.json()["items"]]


async def test_the_bytes_of_a_user_are_what_the_model_would_write(client, admin, session):
    jo = await made(client, admin)
    answer = await client.get(URL, headers=admin)
    for item in answer.json()["items"]:
        user = await queries.get_user(session, item["id"])
        assert UserOut.model_validate(item) == UserOut.of(user)
    assert jo in answer.json()["items"]


async def test_a_change_leaves_what_it_does_not_name(client, admin):
    jo = await made(client, admin)
    answer = await changed(client, admin, jo, '"1"', name="Jo Smith")
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert answer.json() == jo | {"name": "Jo Smith", "version": 2}
    answer = await changed(client, admin, jo, roles=["champion"])
    assert answer.json() == jo | {"name": "Jo Smith", "roles": ["champion"], "version": 3}


async def test_a_merge_patch_may_call_itself_one(client, admin):
    jo = await made(client, admin)
    headers = admin | {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
    answer = await client.patch(f"{URL}/{jo['id']}", content=b'{"name": "J"}', headers=headers)
    assert (answer.status_code, answer.json()["name"]) == (200, "J")


async def test_a_change_needs_the_version_that_was_read(client, admin):
    jo = await made(client, admin)
    answer = await client.patch(f"{URL}/{jo['id']}", json={"name": "J"}, headers=admin)
    assert answer.status_code == 428
    assert (await changed(client, admin, jo, '"2"', name="J")).status_code == 412


async def test_a_change_of_roles_alone_stands_in_the_change_log(client, admin, session):
    jo = await made(client, admin)
    await changed(client, admin, jo, roles=["champion", "reader"])
    recorded = text(
        "SELECT op, operation, fields FROM change_pending WHERE entity_id = :id ORDER BY id"
    )
    rows = {
        (op, operation, *fields)
        for op, operation, fields in await session.execute(recorded, {"id": jo["id"]})
    }
    assert rows == {
        ("I", "create_user"),
        ("U", "create_user", "roles"),
        ("U", "change_user", "roles"),
    }


async def test_a_user_who_is_not_active_has_no_key_that_is_taken(client, admin, as_, session):
    theirs = await as_("feedback:read")
    me = (await client.get("/v1/me", headers=theirs)).json()["user"]
    assert (await changed(client, admin, me, active=False)).status_code == 200
    assert (await client.get("/v1/me", headers=theirs)).status_code == 401
    assert (await changed(client, admin, me, active=True)).status_code == 200
    assert (await client.get("/v1/me", headers=theirs)).status_code == 200


async def test_a_key_follows_its_users_roles(client, admin, given, as_):
    theirs = await as_("feedback:read")
    me = (await client.get("/v1/me", headers=theirs)).json()
    assert (await changed(client, admin, me["user"], roles=[])).status_code == 200
    assert (await client.get("/v1/me", headers=theirs)).json()["scopes"] == []
    answer = await client.get("/v1/feedback/responses", headers=theirs)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"roles": ["reader", "king"]}, "#/roles/1"),
        ({"name": ""}, "#/name"),
        ({"name": None}, "#/name"),
        ({"roles": None}, "#/roles"),
        ({"version": 7}, "#/version"),
    ],
)
async def test_a_wrong_user_is_told_where(client, admin, values, pointer):
    body = {"name": "Jo", "roles": []} | values
    answer = await client.post(URL, json=body, headers=admin)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    answer = await changed(client, admin, await made(client, admin), **values)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_an_absent_user_is_not_found(client, admin):
    nobody = {"id": uuid4()}
    answer = await client.get(f"{URL}/{nobody['id']}", headers=admin)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/user-not-found")
    assert (await changed(client, admin, nobody, name="J")).status_code == 404


MODERATORS = [
    "feedback:code",
    "feedback:moderate",
    "feedback:read:comments",
    "feedback:read:small_numbers",
]


async def test_nobody_gives_roles_that_hold_more_than_they_do(client, as_, admin):
    answer = await client.post(URL, json={"name": "Jo", "roles": ["moderator"]}, headers=admin)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/grant-exceeds-own")
    assert answer.json()["missing"] == MODERATORS
    jo = await made(client, admin)
    answer = await changed(client, admin, jo, roles=["reader", "moderator"])
    assert answer.json()["missing"] == MODERATORS
    assert (await client.get(f"{URL}/{jo['id']}", headers=admin)).json() == jo


async def test_who_holds_less_may_take_away_but_not_give_back(client, as_, admin):
    mighty = await as_(*SCOPES)
    jo = await made(client, mighty, roles=["moderator"])
    assert (await changed(client, admin, jo, active=False)).status_code == 200
    assert (await changed(client, admin, jo, active=True)).status_code == 403
    assert (await changed(client, admin, jo, roles=["analyst"])).status_code == 200
    assert (await changed(client, admin, jo, active=True)).status_code == 403
    assert (await changed(client, admin, jo, roles=["reader"], active=True)).status_code == 200


async def test_a_limited_key_neither_makes_nor_changes_users(client, as_, admin, given):
    limited = await as_(*ALL, teams=[(await given.team()).id])
    answer = await client.post(URL, json={"name": "Jo", "roles": []}, headers=limited)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/grant-exceeds-own")
    jo = await made(client, admin)
    for change in ({"roles": []}, {"active": False}, {"name": "J"}):
        assert (await changed(client, limited, jo, **change)).status_code == 403
    assert (await client.get(f"{URL}/{jo['id']}", headers=limited)).status_code == 200


async def test_two_who_change_a_user_at_once_do_not_overwrite_each_other(
    client, admin, session, sessions
):
    jo = await made(client, admin)
    mine = await queries.get_user(session, jo["id"])
    await changed(client, admin, jo, name="First")
    mine.name = "Second"
    with pytest.raises(Exception, match="expected to update 1 row"):
        await session.flush()


async def test_the_shipped_roles_are_listed_with_their_scopes(client, admin):
    answer = await client.get("/v1/admin/roles", headers=admin)
    roles = {item["code"]: item["scopes"] for item in answer.json()["items"]}
    assert {
        "administrator",
        "involvement_lead",
        "team_lead",
        "champion",
        "moderator",
        "complaints",
        "certifier",
        "budget_holder",
        "releaser",
        "waiting_list_manager",
        "analyst",
        "reader",
    } < set(roles)
    assert roles["reader"] == ["feedback:read", "organisation:read"]


async def test_an_administrator_holds_every_scope_and_no_role_holds_another(session):
    roles = (await session.scalars(select(Role))).all()
    held = {role.code: set(role.scopes) for role in roles}
    assert held["administrator"] == set(SCOPES)
    assert set().union(*held.values()) == set(SCOPES)
    assert all(role.scopes == sorted(role.scopes) for role in roles)


async def test_words_and_small_numbers_are_for_those_whose_work_needs_them(session):
    roles = (await session.scalars(select(Role).where(Role.code != "administrator"))).all()
    for scope, codes in (
        ("feedback:read:comments", {"involvement_lead", "moderator", "team_lead"}),
        ("feedback:read:small_numbers", {"analyst", "involvement_lead", "moderator", "team_lead"}),
        ("keys:manage", set()),
        ("organisation:manage", set()),
    ):
        assert {role.code for role in roles if scope in role.scopes} == codes


async def test_a_user_loaded_for_their_name_brings_their_roles(session, client, admin):
    await made(client, admin, name="Only One")
    (user,) = await queries.users_named(session, "Only One")
    assert isinstance(user, User)
    assert user.scopes == {"feedback:read", "organisation:read"}
