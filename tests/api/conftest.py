from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from app.api.strict import StrictRoute
from app.main import create_app

Made = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def serve(settings, app: FastAPI, sessions) -> Made:
    """Serve the service under other settings, perhaps with a router of the test's own."""

    @asynccontextmanager
    async def made(
        router: APIRouter | None = None, **values: object
    ) -> AsyncIterator[httpx.AsyncClient]:
        other = create_app(settings.model_copy(update=values))
        other.state.sessionmaker, other.state.door = app.state.sessionmaker, app.state.door
        if router is not None:
            other.include_router(router)
        transport = httpx.ASGITransport(other, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            client.app = other
            yield client

    return made


@pytest.fixture
def router() -> APIRouter:
    """For routes that do what no route of the service does."""
    return APIRouter(prefix="/test", route_class=StrictRoute, max_body_size=1024)


class Api:
    """A caller's way to the API: everything below `/v1`, with their key."""

    def __init__(self, client, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    async def get(self, place: str, **params: object):
        return await self.client.get(f"/v1/{place}", params=params, headers=self.headers)

    async def send(self, method: str, place: str, body: object, **headers: str):
        held = (
            self.headers | {"If-Match": "*"} | {k.replace("_", "-"): v for k, v in headers.items()}
        )
        return await self.client.request(method, f"/v1/{place}", json=body, headers=held)

    async def made(self, place: str, /, **body: object) -> dict:
        answer = await self.send("POST", place, body)
        assert answer.status_code == 201, answer.text
        return answer.json()


@pytest.fixture
def api_of(client, as_):
    """Give the API as a caller with these scopes and limits meets it."""

    async def made(*scopes: str, **limits: object) -> Api:
        return Api(client, await as_(*scopes, **limits))

    return made
