from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from app.api import tokens
from app.api.authentication import AnyOf, ApiKeys
from app.api.strict import StrictRoute
from app.domain.people.bindings.models import Binding
from app.domain.people.register.models import Person
from app.main import create_app
from tests import signing
from tests.api.document import Operation

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
        other.state.write_door = app.state.write_door
        if router is not None:
            other.router.routes += router.routes
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


@pytest.fixture(scope="session")
def signed_app(settings) -> FastAPI:
    """The service with two issuers, whose keys a transport answers for."""
    made = create_app(settings.model_copy(update={"oidc": signing.OIDC}))
    identity = made.state.settings.identity
    transport = httpx.MockTransport(signing.answers)
    made.state.authenticator = AnyOf(
        ApiKeys(lambda: made.state.door, identity.pepper, identity.cache_seconds),
        tokens.of(made.state.settings, lambda: made.state.door, transport),
    )
    return made


@pytest.fixture
async def signed(signed_app: FastAPI, app: FastAPI, sessions) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service that takes tokens."""
    signed_app.state.sessionmaker, signed_app.state.door = app.state.sessionmaker, app.state.door
    signed_app.state.write_door = app.state.write_door
    transport = httpx.ASGITransport(signed_app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
def public(signed):
    """Give the API as a member of the public meets it: `public("subject")`."""

    def made(subject: str = "s-1", **headers: str) -> Api:
        bearer = {"Authorization": f"Bearer {signing.PUBLIC.token(subject)}"}
        return Api(signed, bearer | {k.replace("_", "-"): v for k, v in headers.items()})

    return made


@pytest.fixture
def bound(given, public):
    """Put somebody on the register whose login is bound, and give the API as they meet it."""

    async def made(subject: str = "s-1", **told: object) -> Api:
        start = {"name": "Amara Okafor", "email": "amara@example.org", "status": "active"}
        start |= {"preferred_channel": "email", "status_since": date(2026, 1, 1)}
        lead = await given.user(name="Lee Lead")
        person = await given.add(Person(**start | {"lead_id": lead.id} | told))
        issuer = signing.PUBLIC.issuer.issuer
        await given.add(Binding(person_id=person.id, issuer=issuer, subject=subject))
        found = public(subject)
        found.person, found.id = person, str(person.id)
        return found

    return made


@pytest.fixture
def holding(client, signed, as_, bound):
    """Give a client and headers that are allowed an operation, whoever it is for."""

    async def made(operation: Operation) -> tuple[httpx.AsyncClient, dict[str, str]]:
        if operation.own:
            return signed, (await bound()).headers
        return client, await as_(*operation.scopes)

    return made
