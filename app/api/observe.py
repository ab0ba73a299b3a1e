"""Outermost: request ids, one log line and one metric a request, and no leaking error."""

import math
import os
import re
import time
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api import problems
from app.core.backlog import Backlog

_REQUEST_ID = re.compile(rb"^[A-Za-z0-9._-]{1,64}$")
_FIXED = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=63072000; includeSubDomains"),
    (b"x-frame-options", b"DENY"),
)
_UNLESS_GIVEN = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


class Metrics:
    """What `/metrics` shows; labels are operations and statuses, never paths."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.seconds = Histogram(
            "everyvoice_request_seconds",
            "Time to the end of the answer",
            ["operation"],
            registry=self.registry,
        )
        self.answers = Counter(
            "everyvoice_answers", "Answers given", ["operation", "status"], registry=self.registry
        )
        self.failures = Counter(
            "everyvoice_authentication_failures", "Refused credentials", registry=self.registry
        )
        self.read = Gauge(
            "everyvoice_backlog_read",
            "1 where the backlog could be read, else 0 and nothing of it is shown",
            registry=self.registry,
        )
        self.waiting = Gauge(
            "everyvoice_backlog",
            "What waits: events of the inbox, changes to be put in order, jobs",
            ["kind"],
            registry=self.registry,
        )
        self.oldest = Gauge(
            "everyvoice_inbox_oldest_seconds",
            "How long the oldest event in line has waited",
            registry=self.registry,
        )
        self._kept: dict[tuple[str, int], tuple[Histogram, Counter]] = {}

    def count(self, operation: str, status: int, seconds: float) -> None:
        """Count one answer; the metrics of each kind of answer are looked up once."""
        kept = self._kept.get((operation, status))
        if kept is None:
            kept = (self.seconds.labels(operation), self.answers.labels(operation, status))
            self._kept[operation, status] = kept
        kept[0].observe(seconds)
        kept[1].inc()
        if status == HTTPStatus.UNAUTHORIZED:
            self.failures.inc()

    def show(self, backlog: Backlog | None) -> None:
        """Show what waits; None where it could not be read, so that nothing stale is shown."""
        self.waiting.clear()
        self.read.set(0 if backlog is None else 1)
        self.oldest.set(math.nan if backlog is None else backlog.oldest_seconds)
        for kind, count in backlog.counts.items() if backlog else ():
            self.waiting.labels(kind).set(count)


class Observe:
    """Pure ASGI, since a framework middleware costs a third of the throughput."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics
        self.log = structlog.get_logger("access")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0
        request_id = _request_id(scope)

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message, request_id)
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except Exception as error:  # noqa: BLE001  the last resort of every request
            # The framework leaves a body over its limit, already answered, by an exception.
            if status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                self.log.error(  # noqa: TRY400  a traceback quotes values
                    "crashed", error=type(error).__name__, request_id=request_id.decode()
                )
            if not status:
                await problems.unexpected(error)(scope, receive, answer)
        self._tell(scope, status, time.perf_counter() - started, request_id)

    def _tell(
        self, scope: MutableMapping[str, Any], status: int, seconds: float, request_id: bytes
    ) -> None:
        route = scope.get("route")
        operation = getattr(route, "name", None) or "none"
        self.metrics.count(operation, status, seconds)
        self.log.info(
            "answered",
            operation=operation,
            method=scope["method"],
            status=status,
            ms=round(seconds * 1000, 2),
            request_id=request_id.decode(),
        )


def _request_id(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.match(value):
            return bytes(value)
    return os.urandom(16).hex().encode()


def _add_headers(message: Message, request_id: bytes) -> None:
    given = message.get("headers", ())
    names = {name for name, _ in given}  # lower case, by ASGI
    message["headers"] = [
        *given,
        *_FIXED,
        (b"x-request-id", request_id),
        *(header for header in _UNLESS_GIVEN if header[0] not in names),
    ]
