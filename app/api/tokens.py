"""Tokens of OpenID providers as credentials, beside API keys."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import httpx
import structlog

from app.clients.oidc import Claims, Keys, Verifier, issuer_of
from app.core.actor import Actor, Login
from app.core.clock import now
from app.core.errors import ForbiddenError
from app.core.statement import Statement
from app.domain.identity.identities import queries as identities
from app.domain.people.bindings import queries as bindings
from app.settings import Settings

log = structlog.get_logger("authentication")

_MOST = 10_000

V = TypeVar("V")
Find = Callable[[Statement, Claims], Awaitable[Actor]]


class Tokens:
    """Signed tokens; each issuer has its own keys, and its own way from a subject to an actor.

    What a good token says is remembered until it expires; who that is, for a few seconds, since
    a role or a binding may end meanwhile.
    """

    def __init__(
        self,
        door: Callable[[], Statement],
        issuers: Mapping[str, tuple[Verifier, Find]],
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._door, self._issuers, self._seconds, self._clock = door, issuers, seconds, clock
        self._said: dict[str, Claims] = {}
        self._found: dict[str, tuple[float, Actor]] = {}
        self._life = 0

    def knows(self, token: str) -> bool:
        return token.count(".") == 2  # noqa: PLR2004  header, claims, signature

    async def find(self, token: str) -> Actor | None:
        """Find who a token speaks for; raises ForbiddenError where nobody knows its subject."""
        known = self._issuers.get(issuer_of(token) or "")
        if known is None:
            return None
        verifier, find = known
        claims = await self._claims(verifier, token)
        if claims is None:
            return None
        remembered = self._found.get(token)
        if remembered is not None and remembered[0] > self._clock():
            return remembered[1]
        until, life = self._clock() + self._seconds, self._life
        actor = await find(self._door(), claims)
        # What was told to be forgotten while the database was asked must not be remembered now.
        if life == self._life:
            _keep(self._found, token, (until, actor))
        return actor

    async def _claims(self, verifier: Verifier, token: str) -> Claims | None:
        said = self._said.get(token)
        if said is not None and said.expires_at > now().timestamp():
            return said
        said = await verifier.verify(token)
        if said is None:
            self._said.pop(token, None)
        else:
            _keep(self._said, token, said)
        return said

    def forget(self) -> None:
        self._found.clear()
        self._life += 1


def _keep(kept: dict[str, V], token: str, value: V) -> None:
    if len(kept) >= _MOST:
        kept.clear()
    kept[token] = value


def of(
    settings: Settings,
    door: Callable[[], Statement],
    transport: httpx.AsyncBaseTransport | None = None,
) -> Tokens:
    """Take the tokens of the issuers that are configured."""
    oidc, pepper = settings.oidc, settings.identity.pepper

    async def member_of_public(door: Statement, claims: Claims) -> Actor:
        return await bindings.actor_of(door, Login(claims.issuer, claims.subject), pepper)

    told = ((oidc.staff, _staff), (oidc.public, member_of_public))
    issuers = {
        issuer.issuer: (Verifier(issuer, oidc, Keys(issuer, transport=transport)), find)
        for issuer, find in told
        if issuer.issuer
    }
    return Tokens(door, issuers, settings.identity.cache_seconds)


async def _staff(door: Statement, claims: Claims) -> Actor:
    actor = await identities.actor_of(door, claims.issuer, claims.subject, now())
    if actor is None:
        log.warning("subject unknown", issuer=claims.issuer)
        raise ForbiddenError("No active user of this service has this login")
    return actor
