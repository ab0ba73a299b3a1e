"""How much may be submitted by people whom nobody identifies."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from app.api.problems import TooManyRequestsError
from app.domain.people.bindings.errors import SignInCodeRefusedError


class Floods:
    """Counts submissions in a minute, per process: by public code and in all, by no address."""

    def __init__(self, per_code: int, overall: int, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._per_code = RateLimitItemPerMinute(per_code)
        self._overall = RateLimitItemPerMinute(overall)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def count(self) -> None:
        """Count one of all; raises TooManyRequestsError."""
        self._hit(self._overall, "all")

    def count_at(self, code: str) -> None:
        """Count one to a public code that is in use; raises TooManyRequestsError."""
        self._hit(self._per_code, code)

    def _hit(self, item: RateLimitItemPerMinute, name: str) -> None:
        if not self._limiter.hit(item, name):
            raise _too_many(self._limiter, item, name, self._clock())


class Guesses:
    """Counts wrong sign-in codes of one login in an hour, per process."""

    def __init__(self, per_hour: int, clock: Callable[[], float] = time.time) -> None:
        self._clock, self._item = clock, RateLimitItemPerHour(per_hour)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    @contextmanager
    def of(self, login: str) -> Iterator[None]:
        """Let a login try a code; raises TooManyRequestsError where too many were wrong."""
        if not self._limiter.test(self._item, login):
            raise _too_many(self._limiter, self._item, login, self._clock())
        try:
            yield
        except SignInCodeRefusedError:
            self._limiter.hit(self._item, login)
            raise


def _too_many(
    limiter: FixedWindowRateLimiter, item: RateLimitItem, name: str, now: float
) -> TooManyRequestsError:
    reset, _ = limiter.get_window_stats(item, name)
    return TooManyRequestsError(retry_after=max(1, int(reset - now)))
