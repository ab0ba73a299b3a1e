"""A route is found among few as it is among all."""

from collections.abc import Iterable

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Match

from app.api.finder import Finder
from tests.api.document import METHODS, Operation, operations, request


def first(routes: Iterable[BaseRoute], method: str, path: str) -> tuple[BaseRoute | None, Match]:
    """Give the route that a router takes, and how well it matches."""
    scope = {"type": "http", "method": method, "path": path, "root_path": ""}
    partly = None
    for route in routes:
        match, _ = route.matches(scope)
        if match is Match.FULL:
            return route, match
        if match is Match.PARTIAL and partly is None:
            partly = route
    return partly, Match.PARTIAL if partly else Match.NONE


@pytest.fixture(scope="module")
def finder(app: FastAPI) -> Finder:
    return Finder(app.router)


def test_every_operation_is_found_as_among_all(app, finder):
    for operation in operations():
        path = request(operation)["url"]
        for method in METHODS:
            told = (method.upper(), path)
            few = finder.among(path).routes
            assert first(few, *told) == first(app.router.routes, *told), told


@pytest.mark.parametrize("operation", operations()[::50], ids=lambda each: each.id)
def test_few_are_gone_through(app, finder, operation: Operation):
    few = finder.among(request(operation)["url"]).routes
    assert len(few) < len(app.router.routes) / 10


@pytest.mark.parametrize(
    "path",
    ["/", "", "/v1", "/v1/", "/nothing", "/v1/feedback", "/v1/feedback/", "//", "/docs/x/y/z"],
)
def test_what_no_route_takes_is_not_found(app, finder, path):
    few, every = (first(routes, "GET", path) for routes in (finder.among(path).routes, app.routes))
    assert few == every


async def test_a_route_that_came_later_is_found(app, client):
    @app.get("/test-later", include_in_schema=False)
    async def later() -> str:
        return "here"

    assert (await client.get("/test-later")).json() == "here"
    app.router.routes.pop()
