"""Care Opinion's API v2, as its other clients describe it (domain reference 2.2).

Pages of at most 100 by `take` and `skip`, the last one empty; five requests a second. A page may
hold an apology in the place of an opinion, which is passed over and counted.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any, Final

import httpx

PAGE: Final = 100
PAUSE: Final = 0.2
_MOST_TRIES: Final = 5
_LONGEST_WAIT: Final = 60.0
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
# What may be otherwise the next time.
_PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})
_PARTS: Final = ("tags", "healthservices", "ratings")


class FeedUnreachableError(Exception):
    """The feed does not answer as it should; the text tells a status, never an address."""


@dataclass(slots=True)
class CareOpinion:
    """A polite reader: one request at a time, never faster than its pause."""

    http: httpx.AsyncClient
    key: str
    pause: float = PAUSE
    _next: float = 0.0

    @classmethod
    def at(
        cls, base: str, key: str, transport: httpx.AsyncBaseTransport | None = None
    ) -> "CareOpinion":
        """Make a reader of the API at this address."""
        return cls(httpx.AsyncClient(base_url=base, timeout=30, transport=transport), key)

    async def close(self) -> None:
        await self.http.aclose()

    async def pages(self, since: date) -> AsyncIterator[list[Any]]:
        """Give the opinions submitted on or after a day, page by page, as the feed tells them."""
        skip = 0
        while True:
            found = await self._get(
                "opinions", submittedonafter=since.isoformat(), take=PAGE, skip=skip
            )
            if not isinstance(found, list):
                raise FeedUnreachableError("a page is no list")
            if not found:
                return
            yield found
            skip += len(found)

    async def one(self, id_: str) -> Any | None:
        """Give one opinion; None where the feed has it no longer."""
        return await self._get(f"opinions/{id_}")

    async def whole(self, opinion: dict[str, Any]) -> dict[str, Any]:
        """Add to an opinion what stands at its links: tags, services and ratings."""
        parts = {part: await self._get(f"opinions/{opinion['id']}/{part}") for part in _PARTS}
        return {"opinion": opinion, **parts}

    async def _get(self, path: str, **query: str | int) -> Any | None:
        headers = {"Authorization": f"SUBSCRIPTION_KEY {self.key}"}
        told = "no answer"
        for attempt in range(_MOST_TRIES):
            await self._polite()
            try:
                answer = await self.http.get(path, params=query, headers=headers)
            except httpx.HTTPError as error:
                told = type(error).__name__
                await asyncio.sleep(self.pause * 2**attempt)
                continue
            told = f"status {answer.status_code}"
            if answer.status_code in _GONE:
                return None
            if answer.is_success:
                return _json(answer)
            if answer.status_code not in _PASSING:
                break
            await asyncio.sleep(_wait(answer, self.pause * 2**attempt))
        raise FeedUnreachableError(told)

    async def _polite(self) -> None:
        wait = self._next - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        self._next = time.monotonic() + self.pause


def _wait(answer: httpx.Response, otherwise: float) -> float:
    told = answer.headers.get("retry-after", "")
    return min(float(told), _LONGEST_WAIT) if told.isdigit() else otherwise


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        raise FeedUnreachableError("no JSON") from None
