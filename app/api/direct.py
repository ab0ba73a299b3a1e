"""Hot routes, whose arguments are found by a plan that is made once."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from starlette.types import Message, Receive, Scope, Send

from app.api import deps
from app.api.strict import (
    LARGEST,
    StrictRoute,
    body_within,
    check_query,
    json_of,
    operation_id,
    parameters,
)

Find = Callable[[Request], Awaitable[Any]]


def router_at(place: str, tag: str) -> APIRouter:
    """Make a router of hot routes below `/v1`."""
    return APIRouter(
        prefix=f"/v1{place}",
        tags=[tag],
        route_class=DirectRoute,
        generate_unique_id_function=operation_id,
    )


class Field(Protocol):
    """What the framework knows of a parameter that the caller sends."""

    name: str

    @property
    def alias(self) -> str: ...

    def validate(self, value: Any, *, loc: tuple[str, ...]) -> tuple[Any, list[Any]]: ...


class DirectRoute(StrictRoute):
    """A hot route, called without the framework's solving of dependencies and its exit stacks.

    It is declared, documented and checked as any other. Its endpoint gives the response itself
    and takes the request, an actor with scopes, what depends on the request alone, parts of the
    path, one model of query parameters, headers that may be missing, and a JSON body of at most
    1 MiB; what takes more is refused when the route is made.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known = frozenset(parameters(self.dependant))
        self._plan = _Plan.of(self.dependant, self.body_field)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = self.methods or set()
        if scope["method"] not in allowed:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(allowed))})
        request = Request(scope, receive)
        if scope["query_string"]:
            check_query(request, self._known)
        response: Response = await self.endpoint(**await self._plan.arguments(request))
        await response(scope, receive, send)


class _Plan(NamedTuple):
    request: str | None
    found: Sequence[tuple[str, Find]]
    path: Sequence[Field]
    query: Sequence[Field]
    headers: Sequence[Field]
    body: Field | None

    @classmethod
    def of(cls, dependant: Dependant, body: Field | None) -> "_Plan":
        needed = any(header.field_info.is_required() for header in dependant.header_params)
        if needed or len(dependant.body_params) > 1 or len(dependant.query_params) > 1:
            raise TypeError(f"{dependant.call!r} takes more than a direct route can give")
        return cls(
            dependant.request_param_name,
            [(below.name or "", _finder(below)) for below in dependant.dependencies],
            dependant.path_params,
            dependant.query_params,
            dependant.header_params,
            body,
        )

    async def arguments(self, request: Request) -> dict[str, Any]:
        """Find who asks before anything that was sent is looked at."""
        found: dict[str, Any] = {name: await find(request) for name, find in self.found}
        errors: list[Any] = []
        told: Any = None
        if self.body is not None:
            body = await body_within(request, LARGEST)
            request = Request(request.scope, _again(body))
            told = json_of(request, body)
            found[self.body.name], wrong = self.body.validate(told, loc=("body",))
            errors += wrong
        if self.request is not None:
            found[self.request] = request
        for field in self.headers:
            if (header := request.headers.get(field.alias)) is not None:
                found[field.name], wrong = field.validate(header, loc=("header", field.alias))
                errors += wrong
        for field in self.path:
            value = request.scope["path_params"][field.alias]
            found[field.name], wrong = field.validate(value, loc=("path", field.alias))
            errors += wrong
        for field in self.query:
            value = dict(request.query_params)
            found[field.name], wrong = field.validate(value, loc=("query",))
            errors += wrong
        if errors:
            raise RequestValidationError(errors, body=told)
        return found


def _again(body: bytes) -> Receive:
    """Let a body that was read be read by the endpoint too."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _finder(dependant: Dependant) -> Find:
    """Say how to find what one dependency gives."""
    if dependant.call is deps.authenticate:
        return partial(_actor, scopes=tuple(dependant.own_oauth_scopes or ()))
    alone = dependant.request_param_name == "request" and not dependant.dependencies
    if dependant.call is None or not alone:
        raise TypeError(f"{dependant.call!r} is no dependency of a direct route")
    return dependant.call


async def _actor(request: Request, scopes: Sequence[str]) -> Any:
    return deps.authorised(await deps.identify(request), scopes)
