import re
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, Final, TypeVar

from fastapi import Request, Response, params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIRouter
from pydantic import BaseModel, ValidationError

from app.api.problems import (
    InvalidJsonError,
    TooLargeError,
    UnsupportedMediaTypeError,
    faults,
    pointer,
)
from app.core import strict_json
from app.core.errors import InvalidError

_JSON: Final = re.compile(r"application/([\w.-]+\+)?json\s*(;|$)", re.IGNORECASE)
_FORM: Final = re.compile(
    r"(multipart/form-data|application/x-www-form-urlencoded)\s*(;|$)", re.IGNORECASE
)
M = TypeVar("M", bound=BaseModel)
LARGEST: Final = 1024 * 1024  # bytes of a body, where nothing else is said
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRequest(Request):
    async def json(self) -> Any:
        """Read the body by the one strict reader."""
        try:
            return strict_json.loads(await self.body())
        except strict_json.JsonError as error:
            raise InvalidJsonError(error.code, error.detail) from None


def operation_id(route: APIRoute) -> str:
    return route.name


def router_at(place: str, tag: str, *, largest: int = LARGEST) -> APIRouter:
    """Make a router of routes below `/v1`, whose bodies have so many bytes at most.

    They are put on the application itself: every nesting is gone through anew for each request.
    """
    return APIRouter(
        prefix=f"/v1{place}",
        tags=[tag],
        route_class=StrictRoute,
        generate_unique_id_function=operation_id,
        max_body_size=largest,
    )


class StrictRoute(APIRoute):
    """A route that takes no JSON a database would refuse and no query parameter it does not know.

    A misspelt filter is an error, never a silently unfiltered list.
    """

    def get_route_handler(self) -> Handler:
        inner, known = super().get_route_handler(), frozenset(parameters(self.dependant))
        kinds = _kinds(self)

        async def handler(request: Request) -> Response:
            if request.scope["query_string"]:
                check_query(request, known)
            if kinds is not None:
                _check_kind(request, kinds)
            return await inner(StrictRequest(request.scope, request.receive))

        return handler


async def body_within(request: Request, most: int) -> bytes:
    """Read a body of at most `most` bytes; raises TooLargeError at the first byte over it."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise TooLargeError
        parts.append(part)
    return b"".join(parts)


async def json_within(request: Request, most: int) -> Any:
    """Read a JSON body of at most `most` bytes, strictly, for a route that reads its own."""
    return json_of(request, await body_within(request, most))


def json_of(request: Request, body: bytes) -> Any:
    """Read a request's JSON body strictly."""
    _check_kind(request, _JSON)
    if not body:
        raise InvalidError.at("#/", "A body is required", "missing")
    try:
        return strict_json.loads(body)
    except strict_json.JsonError as error:
        raise InvalidJsonError(error.code, error.detail) from None


def validated(model: type[M], value: Any) -> M:
    """Read a value that stands by itself; raises InvalidError with all faults."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise InvalidError(errors=faults(error.errors(), value)) from None


def parameters(dependant: Dependant) -> Iterator[str]:
    """Name the query parameters that a route takes."""
    for field in dependant.query_params:
        model = getattr(field.field_info, "annotation", None)
        nested = getattr(model, "model_fields", None)
        if nested is None:
            yield field.alias
        else:
            yield from (info.alias or name for name, info in nested.items())
    for below in dependant.dependencies:
        yield from parameters(below)


def _kinds(route: APIRoute) -> re.Pattern[str] | None:
    """Tell which media types a route's body may have; None where it reads none itself."""
    if route.body_field is None:
        return None
    return _FORM if isinstance(route.body_field.field_info, params.Form) else _JSON


def _check_kind(request: Request, kinds: re.Pattern[str]) -> None:
    """Refuse a body of another kind; none at all is left to the reading of the body."""
    given = request.headers.get("content-type")
    if given is None:
        length = request.headers.get("content-length", "0")
        if length == "0" and "transfer-encoding" not in request.headers:
            return
    if given is None or not kinds.match(given):
        raise UnsupportedMediaTypeError


def check_query(request: Request, known: frozenset[str]) -> None:
    """Refuse a query parameter that is unknown, repeated or holds a NUL character."""
    seen: set[str] = set()
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise InvalidError.at(pointer(name), "No such query parameter", "extra_forbidden")
        if name in seen:
            raise InvalidError.at(pointer(name), "Given more than once", "repeated")
        if "\x00" in value:
            raise InvalidError.at(pointer(name), "Holds a NUL character", "bad_character")
        seen.add(name)
