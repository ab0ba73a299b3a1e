import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.telemetry import TelemetryConfig
from fastapi_offline import FastAPIOffline
from sqlalchemy.ext.asyncio import async_sessionmaker
from standardwebhooks import Webhook

from app.api import docs, health, openapi, problems, tokens, v1
from app.api.authentication import CHANNEL, AnyOf, ApiKeys
from app.api.finder import Finder
from app.api.floods import Floods, Guesses
from app.api.limits import Limits
from app.api.observe import Metrics, Observe
from app.api.strict import operation_id
from app.api.v1.feedback import routes as feedback
from app.api.v1.feedback import submissions
from app.api.v1.public.figures import Figures
from app.api.v1.registers import people
from app.api.v1.reimbursements import claims
from app.api.v1.webhooks import routes as webhooks
from app.core.db import create_engine
from app.core.notices import listening
from app.core.statement import open_pool
from app.domain.feedback.submissions.desk import Desk
from app.imports.receipts.sandbox import Sandbox
from app.settings import Settings

_HEAD = Path(__file__).resolve().parent.parent / "migrations" / "HEAD"
_HOT = (webhooks.hot, submissions.hot, people.hot, feedback.hot, claims.hot)
ALLOWED = (
    "Authorization",
    "Content-Type",
    "If-Match",
    "If-None-Match",
    "Idempotency-Key",
    "On-Behalf-Of",
)
EXPOSED = ("ETag", "Location", "Retry-After", "RateLimit", "X-Request-ID")


def create_app(settings: Settings) -> FastAPI:
    """Build the service for these settings; nothing is connected before it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = settings.database
        engine = create_engine(
            database.url,
            "app",
            pool=database.pool,
            statement_ms=database.statement_timeout_ms,
            lock_ms=database.lock_timeout_ms,
        )
        app.state.sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
        pool = await open_pool(
            database.url,
            "read",
            size=database.statement_pool,
            statement_ms=database.statement_timeout_ms,
        )
        writing = await open_pool(
            database.url,
            "app",
            size=database.write_pool,
            statement_ms=database.statement_timeout_ms,
            lock_ms=database.lock_timeout_ms,
        )
        app.state.door, app.state.write_door = pool, writing
        async with pool, writing, listening(database.url, CHANNEL, app.state.authenticator.forget):
            _settle_garbage()
            yield
        await engine.dispose()

    app: FastAPI = FastAPIOffline(
        title="Every Voice",
        version=openapi.VERSION,
        lifespan=lifespan,
        generate_unique_id_function=operation_id,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_telemetry(on=settings.otlp_endpoint is not None),
    )
    if not settings.identity.pepper:
        structlog.get_logger("app").warning("no pepper: keys are hashed without a secret")
    app.state.settings, app.state.keys = settings, settings.crypto.ring()
    app.state.schema = _HEAD.read_text().strip()
    app.state.metrics = Metrics()
    app.state.authenticator = AnyOf(
        ApiKeys(lambda: app.state.door, settings.identity.pepper, settings.identity.cache_seconds),
        tokens.of(settings, lambda: app.state.door),
    )
    app.state.iwgc_secrets = tuple(Webhook(secret) for secret in settings.webhooks.iwgc_secrets)
    app.state.figures = Figures(settings.public.cache_seconds)
    app.state.desk = Desk(lambda: app.state.door, settings.submissions.cache_seconds)
    _hold_back(app, settings)
    # What is asked most stands first.
    for router in (*_HOT, health.router):
        app.router.routes += router.routes
    app.router.routes += v1.ROUTES
    problems.install(app)
    openapi.install(app)
    docs.install(app)
    app.router.middleware_stack = Finder(app.router)
    _add_middleware(app, settings)
    return app


def _hold_back(app: FastAPI, settings: Settings) -> None:
    """Make what counts who comes, where more at a time would harm others."""
    submissions = settings.submissions
    app.state.floods = Floods(submissions.per_code_per_minute, submissions.per_minute)
    app.state.guesses = Guesses(settings.oidc.guesses_per_hour)
    app.state.uploads = asyncio.Semaphore(max(1, settings.database.pool // 2))
    app.state.sandbox = Sandbox(settings.limits.receipts_at_once)


def _telemetry(*, on: bool) -> TelemetryConfig:
    """Say what OpenTelemetry is told; never errors' texts and tracebacks, which quote values."""
    return {
        "auto_configure": on,
        "tracing": on,
        "metrics": on,
        "logs": False,
        "operation_spans": False,
    }


def _settle_garbage() -> None:
    """Keep what was built at the start out of every collection: a full one stops all for 70 ms."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """Add from the inside out: what is added last sees a request first."""
    limits = settings.limits
    app.add_middleware(
        Limits, per_minute=limits.per_minute, anonymous_per_minute=limits.anonymous_per_minute
    )
    if settings.cors.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors.origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=ALLOWED,
            expose_headers=EXPOSED,
        )
    app.add_middleware(Observe, metrics=app.state.metrics)
