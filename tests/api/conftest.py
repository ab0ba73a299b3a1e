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
