import pytest
from fastapi import HTTPException, Request
from pydantic import BaseModel
from starlette.routing import Mount, Route


class Body(BaseModel):
    name: str
    count: int = 0


@pytest.fixture
async def api(serve, router):
    @router.post("/body")
    async def take(body: Body) -> Body:
        return body

    @router.get("/day")
    async def day(when: int = 0) -> int:
        return when

    @router.get("/teapot")
    async def teapot(_: Request) -> None:
        raise HTTPException(418)

    @router.get("/malformed")
    async def malformed(_: Request) -> None:
        raise HTTPException(400)

    async with serve(router) as client:
        yield client


async def post(api, content: bytes):
    return await api.post(
        "/test/body", content=content, headers={"Content-Type": "application/json"}
    )


def test_every_route_stands_on_the_application_itself(app):
    assert [route for route in app.router.routes if not isinstance(route, Route | Mount)] == []


async def test_a_body_is_read(api):
    answer = await post(api, b'{"name": "x"}')
    assert answer.json() == {"name": "x", "count": 0}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "not-json"),
        (b'{"name": NaN}', "not-a-number"),
        (b'{"name": "a", "name": "b"}', "duplicate-key"),
        (b'{"name": "\\u0000"}', "bad-character"),
        (b'{"name": "\xff"}', "not-utf8"),
        (b'{"count": 1e400}', "number-too-large"),
    ],
)
async def test_a_body_that_is_not_plain_json_is_refused(api, content, code):
    answer = await post(api, content)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid-json")
    assert answer.json()["code"] == code


async def test_what_is_wrong_is_told_by_its_place_and_never_quoted(api):
    answer = await post(api, b'{"name": 5, "count": "CANARY"}')
    assert answer.status_code == 422
    assert [item["pointer"] for item in answer.json()["errors"]] == ["#/name", "#/count"]
    day = await api.get("/test/day?when=CANARY")
    assert day.json()["errors"][0]["pointer"] == "#/when"
    assert "CANARY" not in answer.text + day.text


@pytest.mark.parametrize(
    ("query", "code"),
    [("other=1", "extra_forbidden"), ("when=1&when=2", "repeated"), ("when=%00", "bad_character")],
)
async def test_a_query_is_taken_strictly(api, query, code):
    answer = await api.get(f"/test/day?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        ("/test/nothing", 404, "not-found"),
        ("/test/teapot", 418, "http"),
        ("/test/malformed", 400, "malformed"),
        ("/test/body", 405, "method-not-allowed"),
    ],
)
async def test_the_frameworks_own_refusals_are_problems(api, path, status, slug):
    answer = await api.get(path)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_direct_route_takes_its_method_and_no_parameter(client):
    wrong = await client.get("/v1/webhooks/iwgc")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert (await client.post("/v1/webhooks/iwgc?x=1")).status_code == 422
