"""How much may be submitted by people whom nobody identifies."""

import time
from collections.abc import Callable

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from app.api.problems import TooManyRequestsError


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
            reset, _ = self._limiter.get_window_stats(item, name)
            raise TooManyRequestsError(retry_after=max(1, int(reset - self._clock())))
