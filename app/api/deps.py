from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Protocol
from uuid import UUID

import structlog
from fastapi import Depends, Header, Request, Response, Security
from fastapi.security import HTTPBearer, SecurityScopes
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.problems import PreconditionRequiredError, UnauthenticatedError
from app.core.actor import Actor
from app.core.errors import ForbiddenError, PreconditionFailedError
from app.core.idempotency import IdempotencyRecord, Once, record
from app.core.keyring import Keys
from app.core.paging import Page
from app.core.statement import Statement

_LOG = structlog.get_logger("authentication")
key = HTTPBearer(
    scheme_name="key",
    description="An API key, `Authorization: Bearer ev_...`; each operation names its scopes.",
    auto_error=False,
)


async def identify(request: Request) -> Actor | None:
    """Find who is asking, before any transaction opens; None without a valid credential."""
    header = request.headers.get("authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        return None
    actor: Actor | None = await request.app.state.authenticator.find(token.strip())
    if actor is None:
        _LOG.warning("credential refused", operation=request.scope["route"].name)
    return actor


Identified = Annotated[Actor | None, Depends(identify)]


async def authenticate(
    scopes: SecurityScopes, actor: Identified, _: Annotated[Any, Security(key)]
) -> Actor:
    """Demand a credential with every scope the route names."""
    return authorised(actor, scopes.scopes)


def authorised(actor: Actor | None, scopes: Iterable[str]) -> Actor:
    """Demand staff with these scopes; a member of the public holds none of them."""
    if actor is None:
        raise UnauthenticatedError
    if actor.login is not None:
        raise ForbiddenError("This is for staff", missing=list(scopes))
    if missing := [scope for scope in scopes if scope not in actor.scopes]:
        raise ForbiddenError(missing=missing)
    return actor


async def _transaction(request: Request, actor: Identified) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessionmaker() as session:
        session.info["operation"] = request.scope["route"].name
        session.info["actor_id"] = actor.id if actor else None
        async with session.begin():
            yield session


# One request, one transaction; committed BEFORE the response leaves (scope="function").
Session = Annotated[AsyncSession, Depends(_transaction, scope="function")]


async def _statement(request: Request) -> Statement:
    door: Statement = request.app.state.door
    return door


# For what is one statement: autocommit, no ORM.
Door = Annotated[Statement, Depends(_statement)]


async def _write_door(request: Request) -> Statement:
    door: Statement = request.app.state.write_door
    return door


# For what one statement writes, and with it who did what: autocommit, no ORM.
WriteDoor = Annotated[Statement, Depends(_write_door)]


async def _keys(request: Request) -> Keys:
    keys: Keys = request.app.state.keys
    return keys


# What bank details are sealed with.
FieldKeys = Annotated[Keys, Depends(_keys)]


class Paging(BaseModel):
    model_config = ConfigDict(extra="forbid")
    after: UUID | None = Field(None, description="The `next` of the page before.")
    limit: int = Field(50, ge=1, le=200, description="Items a page holds at most.")

    def page(self) -> Page:
        return Page(self.after, self.limit)

    def filters(self) -> dict[str, Any]:
        """Give the filters that the caller set, under their names."""
        return self.model_dump(exclude={"after", "limit"}, exclude_none=True)


@dataclass(frozen=True, slots=True)
class Precondition:
    etag: str

    def check(self, version: int) -> None:
        """Refuse a change to a version that the caller has not read."""
        offered = [tag.strip().removeprefix("W/") for tag in self.etag.split(",")]
        if "*" not in offered and etag(version) not in offered:
            raise PreconditionFailedError


def etag(version: int) -> str:
    return f'"{version}"'


async def _if_match(
    if_match: Annotated[
        str | None, Header(description="The `ETag` you last read, or `*`.", examples=['"1"'])
    ] = None,
) -> Precondition:
    if if_match is None:
        raise PreconditionRequiredError
    return Precondition(if_match)


IfMatch = Annotated[Precondition, Depends(_if_match)]


def _unquoted(key: str | None) -> str | None:
    """Take a key as it is meant, quoted as a structured field or not; an empty one is none."""
    return (key or "").strip('"') or None


IdempotencyKey = Annotated[
    # The length stands on the text: what stands behind the validator is asked of its None too.
    Annotated[str, Field(max_length=255)] | None,
    AfterValidator(_unquoted),
    Header(
        description="Your own id for this creation: a repeat gives the first result.",
        examples=["2f8a6c1e"],
    ),
]


async def _once(
    request: Request,
    session: Session,
    actor: Identified,
    idempotency_key: IdempotencyKey = None,
) -> Once:
    if actor is None:
        raise UnauthenticatedError
    return Once(
        session,
        actor.id,
        request.scope["route"].name,
        idempotency_key,
        await request.body(),
    )


Creation = Annotated[Once, Depends(_once)]


async def keyed(
    request: Request, actor: Actor, idempotency_key: str | None
) -> IdempotencyRecord | None:
    """Give what is kept of a request that creates, where one statement does; None without a key."""
    if idempotency_key is None:
        return None
    operation = request.scope["route"].name
    return record(actor.id, operation, idempotency_key, await request.body())


class Replayable(Protocol):
    """What knows whether an earlier request made what it gives."""

    @property
    def replayed(self) -> bool: ...


def created(
    response: Response, location: str, version: int, once: Replayable | None = None
) -> None:
    """Set what a 201 tells beside its body."""
    response.headers["Location"] = location
    response.headers["ETag"] = etag(version)
    if once is not None and once.replayed:
        response.headers["Idempotency-Replayed"] = "true"


def json(body: bytes, version: int | None = None) -> Response:
    """Pass on JSON that PostgreSQL wrote."""
    headers = {} if version is None else {"ETag": etag(version)}
    return Response(body, headers=headers, media_type="application/json")
