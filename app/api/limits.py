"""How much one caller may ask, and what no body may be."""

import itertools
import time
from collections.abc import Callable
from http import HTTPStatus

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api import problems
from app.core.errors import DomainError, InvalidError

# Deliveries are signed and must not be lost to a limit; probes come from one address.
UNLIMITED = ("/v1/webhooks/iwgc", "/livez", "/readyz")


class UnsupportedEncodingError(DomainError):
    status = 415
    slug = "unsupported-encoding"
    title = "Compressed bodies are not taken"


class Windows(MemoryStorage):
    """Counts callers in memory, for windows of one length, with no thread beside the service.

    The library's own storage begins a thread every 10 ms, which looks at every caller it knows.
    Here whoever begins a window forgets those whose windows are over: they stand first.
    """

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count a hit in the caller's window of so many seconds, or in a new one."""
        now = time.time()
        if self.expirations.get(key, 0) <= now:
            over = itertools.takewhile(lambda other: other[1] <= now, self.expirations.items())
            for other in [key, *(other for other, _ in over)]:
                self.clear(other)
            self.expirations[key] = now + expiry
        self.storage[key] += amount
        return self.storage[key]


class Limits:
    """Counts a caller's requests in a minute, per process; refuses compressed bodies.

    A caller is whoever shows the same credential, or comes from the same address without one.
    """

    def __init__(
        self,
        app: ASGIApp,
        per_minute: int,
        anonymous_per_minute: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.app, self.clock = app, clock
        self.known = RateLimitItemPerMinute(per_minute)
        self.anonymous = RateLimitItemPerMinute(anonymous_per_minute)
        self.limiter = FixedWindowRateLimiter(Windows())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if b"content-length" in headers or b"transfer-encoding" in headers:
            send = _too_large_as_problem(scope, receive, send)
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            await problems.of(UnsupportedEncodingError())(scope, receive, send)
            return
        if "\x00" in scope["path"]:
            error = InvalidError.at("#/", "The path holds a NUL character", "bad_character")
            await problems.of(error)(scope, receive, send)
            return
        if scope["path"] in UNLIMITED:
            await self.app(scope, receive, send)
            return
        await self._counted(scope, receive, send, headers.get(b"authorization"))

    async def _counted(
        self, scope: Scope, receive: Receive, send: Send, credential: bytes | None
    ) -> None:
        item = self.known if credential else self.anonymous
        caller = str(hash(credential)) if credential else (scope.get("client") or ("",))[0]
        allowed = self.limiter.hit(item, caller)
        reset, remaining = self.limiter.get_window_stats(item, caller)
        wait = max(1, int(reset - self.clock()))
        told = (
            (b"ratelimit-policy", b'"default";q=%d;w=60' % item.amount),
            (b"ratelimit", b'"default";r=%d;t=%d' % (remaining, wait)),
        )

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *told]
            await send(message)

        if allowed:
            await self.app(scope, receive, answer)
        else:
            refusal = problems.of(problems.TooManyRequestsError(retry_after=wait))
            await refusal(scope, receive, answer)


def _too_large_as_problem(scope: Scope, receive: Receive, send: Send) -> Send:
    """Put a problem in the place of the framework's plain answer to a body over its limit."""
    replaced = False

    async def answer(message: Message) -> None:
        nonlocal replaced
        if message["type"] == "http.response.start":
            plain = (b"content-type", b"text/plain; charset=utf-8") in message.get("headers", ())
            if message["status"] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and plain:
                replaced = True
                await problems.of(problems.TooLargeError())(scope, receive, send)
        if not replaced:
            await send(message)

    return answer
