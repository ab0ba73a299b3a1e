"""Hot routes leave out the framework's solving of dependencies, and nothing that it promises."""

from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import Depends, FastAPI, Header, Query, Request, Response
from pydantic import BaseModel, Field

from app.api import direct, problems

LIST = "/v1/feedback/responses"


class Shown(BaseModel):
    limit: int = 50


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str
    lives: int = 1


async def of_request(request: Request) -> str:
    return request.url.path


async def of_header(agent: Annotated[str, Header()]) -> str:
    return agent


async def of_another(path: Annotated[str, Depends(of_request)]) -> str:
    return path


def made() -> FastAPI:
    """A service of hot routes alone, with every kind of argument that they may take."""
    app, hot = FastAPI(), direct.router_at("/hot", "hot")

    @hot.get("/{number}")
    async def get_hot(
        request: Request,
        number: int,
        path: Annotated[str, Depends(of_request)],
        shown: Annotated[Shown, Query()],
    ) -> Response:
        return Response(f"{request.method} {path} {number} {shown.limit}")

    @hot.post("/new")
    async def make_hot(
        request: Request, shown: Shown, number: Annotated[int, Header()] = 1
    ) -> Response:
        return Response(f"{number} {shown.limit} {(await request.body()).decode()}")

    @hot.post("/kinds")
    async def take_kinds(
        told: list[Annotated[Cat | Dog, Field(discriminator="kind")]],
    ) -> Response:
        return Response(str(len(told)))

    app.router.routes[:0] = hot.routes
    problems.install(app)
    return app


@pytest.fixture
async def hot() -> Any:
    transport = httpx.ASGITransport(made())
    async with httpx.AsyncClient(transport=transport, base_url="http://test/v1/hot") as client:
        yield client


async def test_request_dependencies_path_and_query_reach_the_endpoint(hot) -> None:
    assert (await hot.get("/7?limit=9")).text == "GET /v1/hot/7 7 9"
    assert (await hot.get("/7")).text == "GET /v1/hot/7 7 50"


async def test_all_wrong_parts_of_path_and_query_are_told_together(hot) -> None:
    answer = await hot.get("/seven?limit=many")
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == ["#/number", "#/limit"]


async def test_a_query_parameter_unknown_or_repeated_is_refused(hot) -> None:
    assert (await hot.get("/7?limits=9")).json()["errors"][0]["code"] == "extra_forbidden"
    assert (await hot.get("/7?limit=9&limit=9")).json()["errors"][0]["code"] == "repeated"


async def test_a_body_and_headers_reach_the_endpoint(hot) -> None:
    answer = await hot.post("/new", json={"limit": 9}, headers={"Number": "3"})
    assert answer.text == '3 9 {"limit":9}'
    assert (await hot.post("/new", json={})).text == "1 50 {}"


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"json": {"limit": "many"}}, 422, "int_parsing"),
        ({"json": {}, "headers": {"Number": "one"}}, 422, "int_parsing"),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, None),
        ({"headers": {"Content-Type": "application/json"}}, 422, "missing"),
        ({"content": b"{}", "headers": {"Content-Type": "text/plain"}}, 415, None),
        ({"json": {"limit": "x" * 2**20}}, 413, None),
    ],
)
async def test_a_body_or_header_that_is_wrong_is_refused(hot, sent, status, code) -> None:
    answer = await hot.post("/new", **sent)
    assert answer.status_code == status
    assert code is None or answer.json()["errors"][0]["code"] == code


async def test_a_place_names_no_kind_that_the_body_has_no_part_of(hot) -> None:
    cat, dog = {"kind": "cat", "lives": 9}, {"kind": "dog", "name": "lives"}
    assert (await hot.post("/kinds", json=[cat, dog])).text == "2"
    for wrong, places in (
        ([cat, cat | {"lives": "many"}], ["#/1/lives"]),
        ([{"kind": "cat"}], ["#/0/lives"]),
        ([{"kind": "dog", "lives": "name"}], ["#/0/name", "#/0/lives"]),
        ([cat, {"kind": "cow"}], ["#/1"]),
    ):
        errors = (await hot.post("/kinds", json=wrong)).json()["errors"]
        assert [each["pointer"] for each in errors] == places


async def test_another_method_is_a_405_that_names_the_right_one(hot) -> None:
    answer = await hot.delete("/7")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def test_a_route_that_needs_more_is_refused_when_it_is_made() -> None:
    async def takes_bodies(body: Shown, other: Shown) -> Response: ...

    async def takes_header(agent: Annotated[str, Header()]) -> Response: ...

    async def takes_two(one: int, two: int) -> Response: ...

    for endpoint in (takes_bodies, takes_header, takes_two):
        with pytest.raises(TypeError, match="takes more"):
            direct.router_at("", "hot").get("/x")(endpoint)


def test_a_dependency_on_more_than_the_request_is_refused_when_its_route_is_made() -> None:
    async def by_header(agent: Annotated[str, Depends(of_header)]) -> Response: ...

    async def by_another(path: Annotated[str, Depends(of_another)]) -> Response: ...

    for endpoint in (by_header, by_another):
        with pytest.raises(TypeError, match="no dependency of a direct route"):
            direct.router_at("", "hot").get("/x")(endpoint)


async def test_who_asks_is_settled_before_what_was_sent(client, as_) -> None:
    assert (await client.get(f"{LIST}?limit=x")).status_code == 401
    assert (await client.get(f"{LIST}/x")).status_code == 401
    other = await as_("metrics:read")
    assert (await client.get(f"{LIST}?limit=x", headers=other)).status_code == 403
    assert (await client.get(f"{LIST}/x", headers=other)).status_code == 403


async def test_hot_routes_are_documented_as_all_others(app) -> None:
    paths = app.openapi()["paths"]
    listed, one = paths[LIST]["get"], paths[f"{LIST}/{{response_id}}"]["get"]
    assert (listed["operationId"], one["operationId"]) == ("list_responses", "get_response")
    assert {"after", "limit", "team"} <= {each["name"] for each in listed["parameters"]}
    assert "key" in listed["security"][0]
    assert paths["/v1/webhooks/iwgc"]["post"]["operationId"] == "receive_iwgc_event"
