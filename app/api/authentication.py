import time
from collections.abc import Callable
from typing import Protocol

from app.core.actor import Actor
from app.core.clock import now
from app.core.statement import Statement
from app.domain.identity import keys, queries

CHANNEL = "everyvoice_keys"  # a revocation is told on it, so that no process keeps the key
_MOST = 10_000


class Authenticator(Protocol):
    """One kind of credential. Others, such as OIDC tokens, stand beside it in `AnyOf`."""

    def knows(self, token: str) -> bool: ...

    async def find(self, token: str) -> Actor | None: ...

    def forget(self) -> None: ...


class ApiKeys:
    """API keys by their hash; who was found is remembered for a few seconds."""

    def __init__(
        self,
        door: Callable[[], Statement],
        pepper: str,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._door, self._pepper, self._seconds, self._clock = door, pepper, seconds, clock
        self._found: dict[str, tuple[float, Actor]] = {}
        self._life = 0

    def knows(self, token: str) -> bool:
        return token.startswith("ev_")

    async def find(self, token: str) -> Actor | None:
        known = self._found.get(token)
        if known is not None and known[0] > self._clock():
            return known[1]
        if not keys.well_formed(token):
            return None
        until, life = self._clock() + self._seconds, self._life
        actor = await queries.actor_of(self._door(), keys.digest(token, self._pepper), now())
        # What was told to be forgotten while the database was asked must not be remembered now.
        if actor is not None and life == self._life:
            if len(self._found) >= _MOST:
                self._found.clear()
            self._found[token] = (until, actor)
        return actor

    def forget(self) -> None:
        self._found.clear()
        self._life += 1


class AnyOf:
    """The first kind of credential that knows a token decides on it."""

    def __init__(self, *kinds: Authenticator) -> None:
        self._kinds = kinds

    async def find(self, token: str) -> Actor | None:
        for kind in self._kinds:
            if kind.knows(token):
                return await kind.find(token)
        return None

    def forget(self) -> None:
        for kind in self._kinds:
            kind.forget()
