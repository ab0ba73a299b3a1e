"""Preconditions and once-only creations, on a route as any other would be."""

from typing import Annotated
from uuid import UUID

import pytest
from fastapi import Response, Security
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from app.api.deps import Creation, IfMatch, Session, authenticate, created
from app.core.actor import Actor
from app.core.errors import ConflictError
from app.domain.identity.models import Role

URL = "/test/roles"
Writer = Annotated[Actor, Security(authenticate, scopes=["test:write"])]


class RoleNew(BaseModel):
    code: str
    refuse: bool = False


class RoleOut(BaseModel):
    id: UUID
    code: str


@pytest.fixture
def roles(router):
    """A resource that is made once and changed under a precondition."""

    @router.post("/roles", status_code=201)
    async def create_role(
        _: Writer, session: Session, once: Creation, new: RoleNew, response: Response
    ) -> RoleOut:
        async def make() -> Role:
            role = Role(code=new.code, name="A role", scopes=[])
            session.add(role)
            await session.flush()
            if new.refuse:
                raise ConflictError
            return role

        role = await once.do(make, lambda id_: session.get_one(Role, id_))
        created(response, f"{URL}/{role.id}", role.version, once)
        return RoleOut(id=role.id, code=role.code)

    @router.post("/careless", status_code=201)
    async def create_carelessly(once: Creation) -> None:
        """A route that forgot to ask who it is."""

    @router.patch("/roles/{role_id}")
    async def change_role(_: Writer, session: Session, role_id: UUID, if_match: IfMatch) -> RoleOut:
        role = await session.get_one(Role, role_id)
        if_match.check(role.version)
        role.name = "Changed"
        await session.flush()
        return RoleOut(id=role.id, code=role.code)

    @router.post("/stale")
    async def stale(_: Writer) -> None:
        raise StaleDataError

    return router


@pytest.fixture
async def api(serve, roles, as_):
    async with serve(roles) as client:
        client.headers = await as_("test:write")
        yield client


async def made(session) -> int:
    return await session.scalar(select(func.count()).where(Role.name == "A role"))


async def test_a_creation_tells_where_it_is_and_its_version(api):
    answer = await api.post(URL, json={"code": "a"})
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{URL}/{answer.json()['id']}"
    assert answer.headers["etag"] == '"1"'
    assert "idempotency-replayed" not in answer.headers


async def test_a_repeat_under_its_key_gives_the_first_result(api, session):
    for key in ("k1", '"k1"'):  # the header is a structured string for some clients
        answer = await api.post(URL, json={"code": "a"}, headers={"Idempotency-Key": key})
        assert answer.status_code == 201
    assert answer.headers["idempotency-replayed"] == "true"
    assert await made(session) == 1


async def test_a_key_for_another_body_is_refused(api, session):
    headers = {"Idempotency-Key": "k1"}
    await api.post(URL, json={"code": "a"}, headers=headers)
    answer = await api.post(URL, json={"code": "b"}, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert await made(session) == 1


async def test_a_refused_creation_leaves_nothing_and_its_key_free(api, session):
    headers = {"Idempotency-Key": "k1"}
    refused = await api.post(URL, json={"code": "a", "refuse": True}, headers=headers)
    assert (refused.status_code, await made(session)) == (409, 0)
    answer = await api.post(URL, json={"code": "a"}, headers=headers)
    assert answer.status_code == 201


@pytest.mark.parametrize("empty", ["", '""'])
async def test_an_empty_key_is_no_key(api, session, empty):
    for code in ("a", "b"):
        answer = await api.post(URL, json={"code": code}, headers={"Idempotency-Key": empty})
        assert (answer.status_code, "idempotency-replayed" in answer.headers) == (201, False)
    assert await made(session) == 2


async def test_a_key_that_is_too_long_is_refused(api):
    answer = await api.post(URL, json={"code": "a"}, headers={"Idempotency-Key": "k" * 256})
    assert answer.status_code == 422


async def test_a_creation_needs_a_caller_even_where_the_route_forgets(api):
    api.headers = {}
    assert (await api.post("/test/careless")).status_code == 401


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer nonsense", "ev_test_1", ""])
async def test_what_is_no_bearer_key_is_nobody(api, header):
    api.headers = {"Authorization": header}
    answer = await api.post(URL, json={"code": "a"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_a_missing_scope_is_named(api, as_):
    api.headers = await as_("other:scope")
    answer = await api.post(URL, json={"code": "a"})
    assert (answer.status_code, answer.json()["missing"]) == (403, ["test:write"])


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', '"7", "1"', "*"])
async def test_a_change_to_what_the_caller_read_goes_through(api, tag):
    location = (await api.post(URL, json={"code": "a"})).headers["location"]
    assert (await api.patch(location, headers={"If-Match": tag})).status_code == 200


async def test_a_change_to_another_version_is_refused(api):
    location = (await api.post(URL, json={"code": "a"})).headers["location"]
    assert (await api.patch(location, headers={"If-Match": '"1"'})).status_code == 200
    for tag in ('"1"', '"1", "3"', "2", ""):
        answer = await api.patch(location, headers={"If-Match": tag})
        assert (answer.status_code, answer.json()["type"]) == (412, "/problems/precondition-failed")


async def test_a_change_without_a_precondition_is_refused(api):
    location = (await api.post(URL, json={"code": "a"})).headers["location"]
    answer = await api.patch(location)
    assert (answer.status_code, answer.json()["type"]) == (428, "/problems/precondition-required")


async def test_a_row_that_changed_meanwhile_is_a_failed_precondition(api):
    assert (await api.post("/test/stale")).status_code == 412
