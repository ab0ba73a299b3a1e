"""Every 4xx and 5xx as RFC 9457 `application/problem+json`, the framework's own included."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, ClassVar, Final, Self

import asyncpg
import sqlalchemy.exc
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from orjson import dumps
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Match

from app.core.errors import DomainError, NotFoundError, PreconditionFailedError

Extra = Mapping[str, object]
NONE: Extra = MappingProxyType({})


class UnauthenticatedError(DomainError):
    status = 401
    slug = "unauthenticated"
    title = "A valid credential is required"


class PreconditionRequiredError(DomainError):
    status = 428
    slug = "precondition-required"
    title = "Send If-Match with the ETag you last read"


class InvalidJsonError(HTTPException):
    """An HTTPException, since only those pass the framework's reading of a body."""

    slug: ClassVar[str] = "invalid-json"
    title: ClassVar[str] = "The body is not JSON that can be taken"

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(400, detail)
        self.code = code


class UnavailableError(DomainError):
    status = 503
    slug = "unavailable"
    title = "The service cannot answer just now; try again"


class TooManyRequestsError(DomainError):
    status = 429
    slug = "too-many-requests"
    title = "Too many requests; wait as long as Retry-After says"


class TooLargeError(DomainError):
    status = 413
    slug = "too-large"
    title = "The body is larger than this resource takes"


class UnsupportedMediaTypeError(DomainError):
    status = 415
    slug = "unsupported-media-type"
    title = "The body is of a kind that this resource does not take"


class ProblemItem(BaseModel):
    pointer: str = Field(examples=["#/limit"])
    detail: str = Field(examples=["Input should be less than or equal to 200"])
    code: str = Field(examples=["less_than_equal"])


class Problem(BaseModel):
    """What went wrong (RFC 9457). Branch on `type` and `status`; the texts are for people."""

    model_config = ConfigDict(extra="allow")
    type: str = Field(examples=["/problems/not-found"])
    title: str = Field(examples=["No such resource, or you may not see it"])
    status: int = Field(examples=[404])
    detail: str | None = Field(None, examples=[None])
    errors: list[ProblemItem] | None = Field(None, description="With 422: one per part.")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What every problem of one kind says alike."""

    status: int
    slug: str
    title: str

    @classmethod
    def of(cls, error: type[DomainError]) -> Self:
        return cls(error.status, error.slug, error.title)

    def example(self) -> dict[str, Any]:
        told = {"type": f"/problems/{self.slug}", "title": self.title, "status": self.status}
        if self.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            told["errors"] = [_ITEM]
        return told


_ITEM: Final = {
    "pointer": "#/limit",
    "detail": "Input should be less than or equal to 200",
    "code": "less_than_equal",
}
MEDIA_TYPE: Final = "application/problem+json"
INTERNAL: Final = Refusal(500, "internal", "Something went wrong here")
OTHER: Final = Refusal(0, "http", "The answer's status tells what went wrong")
FRAMEWORK: Final[Mapping[int, Refusal]] = MappingProxyType(
    {
        400: Refusal(400, "malformed", "The request cannot be read"),
        404: Refusal.of(NotFoundError),
        405: Refusal(405, "method-not-allowed", "This resource does not take that method"),
        413: Refusal.of(TooLargeError),
        415: Refusal.of(UnsupportedMediaTypeError),
    }
)


def responses(*errors: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """Declare the refusals of a route, so that they reach the OpenAPI document."""
    return refusals(*(Refusal.of(error) for error in errors))


def refusals(*told: Refusal) -> dict[int | str, dict[str, Any]]:
    """Give the responses of an OpenAPI operation that these refusals make, an example of each."""
    by_status: dict[int, list[Refusal]] = {}
    for refusal in told:
        by_status.setdefault(refusal.status, []).append(refusal)
    return {
        str(status): {
            "description": "; ".join(f"`{each.slug}`: {each.title}" for each in alike),
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {each.slug: {"value": each.example()} for each in alike},
                }
            },
        }
        for status, alike in by_status.items()
    }


def document(error: DomainError) -> dict[str, Any]:
    """Give the problem document of one part of an answer."""
    told: dict[str, Any] = {
        "type": f"/problems/{error.slug}",
        "title": error.title,
        "status": error.status,
    }
    return told | ({"detail": error.detail} if error.detail else {}) | error.extra


def render(
    status: int,
    slug: str,
    title: str,
    detail: str | None = None,
    extra: Extra = NONE,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body = {"type": f"/problems/{slug}", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    return Response(dumps({**body, **extra}, default=str), status, headers, MEDIA_TYPE)


def of(error: DomainError) -> Response:
    headers = {}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if error.status in (429, 503):
        headers["Retry-After"] = str(error.extra.get("retry_after", 1))
    return render(error.status, error.slug, error.title, error.detail, error.extra, headers)


def unexpected(error: Exception) -> Response:
    """Answer for an error nobody planned; nothing of its message leaves."""
    if isinstance(error, sqlalchemy.exc.DBAPIError) and error.orig is not None:
        error = getattr(error.orig, "__cause__", None) or error
    if isinstance(error, _UNAVAILABLE):
        return of(UnavailableError())
    return render(INTERNAL.status, INTERNAL.slug, INTERNAL.title)


# What a database says that is away, full, frozen or locked; the request may be tried again.
_UNAVAILABLE = (
    OSError,
    TimeoutError,
    sqlalchemy.exc.TimeoutError,
    sqlalchemy.exc.InterfaceError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection cut in the middle of an answer
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DiskFullError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.QueryCanceledError,
)


async def _domain(_: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)  # noqa: S101  what it is registered for
    return of(error)


async def _stale(_: Request, _error: Exception) -> Response:
    return of(PreconditionFailedError())


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  what it is registered for
    items = faults(error.errors(), error.body, below=1)
    return render(422, "invalid-request", "The request is not valid", extra={"errors": items})


def faults(errors: Iterable[Mapping[str, Any]], body: Any, below: int = 0) -> list[dict[str, str]]:
    """Name each fault by its place, of which the first `below` parts are no part of the body."""
    return [
        {
            "pointer": pointer(*_place(item["loc"][below:], body)),
            "detail": _without_input(item),
            "code": item["type"],
        }
        for item in errors
    ]


def _place(parts: Sequence[str | int], at: Any) -> Iterator[str | int]:
    """Leave out the kinds by which a schema chose between others: no body has a part of that name.

    What a body lacks comes last in a place, and a kind never does.
    """
    for number, part in enumerate(parts, 1):
        if isinstance(at, dict) and part not in at and part in at.values() and number < len(parts):
            continue
        yield part
        try:
            at = at[part]
        except (LookupError, TypeError):
            at = None


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)  # noqa: S101  what it is registered for
    if isinstance(error, InvalidJsonError):
        return render(400, error.slug, error.title, error.detail, {"code": error.code})
    refusal = FRAMEWORK.get(error.status_code, OTHER)
    headers = error.headers
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"Allow": _allowed(request)}
    return render(error.status_code, refusal.slug, refusal.title, headers=headers)


_METHODS: Final = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")


def _allowed(request: Request) -> str:
    """Name every method of the path asked for; the framework names those of one route only."""
    asked = {"type": "http", "path": request.scope["path"], "root_path": ""}
    routes = request.app.router.routes
    return ", ".join(
        method
        for method in _METHODS
        if any(each.matches({**asked, "method": method})[0] is Match.FULL for each in routes)
    )


def install(app: FastAPI) -> None:
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(StaleDataError, _stale)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StarletteHTTPException, _http)


def pointer(*parts: str | int) -> str:
    """Write a place in the request as a JSON pointer (RFC 6901)."""
    return "#/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _without_input(item: Mapping[str, Any]) -> str:
    """Cut what a parser quotes of the text it was given."""
    message = str(item["msg"])
    return message.partition(",")[0] if item["type"].endswith("_parsing") else message
