"""Whose record a request is about, and who asks: the one place that members of the public pass."""

from collections.abc import Callable
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPBearer

from app.api.deps import IdempotencyKey, Identified, Session, key
from app.api.problems import UnauthenticatedError
from app.core.actor import Actor, Login
from app.core.idempotency import Once
from app.domain.people.bindings.queries import SELF
from app.domain.people.supporters import service
from app.domain.people.supporters.errors import OwnRecordNotFoundError
from app.domain.people.supporters.models import May
from app.domain.people.supporters.service import ON_BEHALF, Whose

person = HTTPBearer(
    scheme_name="person",
    bearerFormat="JWT",
    description="A token of the public's OpenID provider.",
    auto_error=False,
)
_SAFE: Final = "GET"
OnBehalfOf = Annotated[
    UUID | None,
    Header(
        description="The person you act for, where it is not yourself.",
        examples=["0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"],
    ),
]


class Own:
    """Gives the record that is the caller's own, or of whom they act for in the matter named.

    What is done for somebody else leaves a trace of its own, in the same transaction.
    """

    def __init__(self, may: May) -> None:
        self._may = may

    async def __call__(
        self,
        request: Request,
        session: Session,
        actor: Identified,
        _person: Annotated[Any, Security(person, scopes=[SELF])],
        _key: Annotated[Any, Security(key, scopes=[ON_BEHALF])],
        on_behalf_of: OnBehalfOf = None,
    ) -> Whose:
        if actor is None:
            raise UnauthenticatedError
        whose = await service.whose(session, actor, on_behalf_of, self._may)
        if request.method != _SAFE:
            await service.act(session, whose, request.scope["route"].name)
        return whose


async def check_own(
    request: Request, actor: Actor | None, on_behalf_of: UUID | None, may: May
) -> None:
    """Refuse who may not before a large body is read, and hold no connection while it comes."""
    if actor is None:
        raise UnauthenticatedError
    async with request.app.state.sessionmaker() as session:
        await service.whose(session, actor, on_behalf_of, may)


async def _oneself(
    session: Session,
    actor: Identified,
    _: Annotated[Any, Security(person, scopes=[SELF])],
) -> Whose:
    if actor is None:
        raise UnauthenticatedError
    return await service.whose(session, actor, None, None)


async def _signed_in(actor: Identified, _: Annotated[Any, Security(person, scopes=[])]) -> Login:
    if actor is None:
        raise UnauthenticatedError
    if actor.login is None:
        raise OwnRecordNotFoundError
    return actor.login


OwnProfile = Annotated[Whose, Depends(Own(May.PROFILE))]
OwnConsents = Annotated[Whose, Depends(Own(May.CONSENTS))]
OwnApplications = Annotated[Whose, Depends(Own(May.APPLICATIONS))]
OwnClaims = Annotated[Whose, Depends(Own(May.CLAIMS))]
# What nobody else does for somebody, not even on their word.
Oneself = Annotated[Whose, Depends(_oneself)]
# Whoever has a good token of the public's issuer, bound to a record or not.
SignedIn = Annotated[Login, Depends(_signed_in)]


async def _beginning(
    request: Request, session: Session, idempotency_key: IdempotencyKey = None
) -> Callable[[Whose], Once]:
    body, route = await request.body(), request.scope["route"].name
    return lambda whose: Once(
        session, whose.by.id, f"{route} {whose.person.id}", idempotency_key, body
    )


# As `Creation`, for each record that somebody acts for apart.
OwnCreation = Annotated[Callable[[Whose], Once], Depends(_beginning)]
