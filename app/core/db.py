import enum
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Enum, MetaData, Text, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    SessionTransaction,
    declared_attr,
    mapped_column,
)

from app.core.clock import now
from app.core.errors import ConflictError, DomainError
from app.core.ids import uuid7

ROLES = ("owner", "app", "worker", "read", "report", "bi")


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        str: Text,
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        list[str]: ARRAY(Text),
        enum.StrEnum: Enum(
            enum.StrEnum,
            native_enum=False,
            create_constraint=True,
            length=40,
            values_callable=lambda members: [m.value for m in members],
        ),
    }


class Entity(Base):
    """Id, timestamps and optimistic lock. Values are made in Python, so no read-back is needed.

    A table leaves change-log rows unless its `info["unrecorded"]` gives the reason why not.
    """

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-9)
    created_at: Mapped[datetime] = mapped_column(default=now, sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, sort_order=91)
    version: Mapped[int] = mapped_column(sort_order=92)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version}


def sqlalchemy_url(url: str) -> URL:
    """Read a plain PostgreSQL address for SQLAlchemy's asyncpg driver."""
    return make_url(url).set(drivername="postgresql+asyncpg")


def asyncpg_dsn(url: str) -> str:
    """Write the same address for asyncpg itself."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def server_settings(role: str, *, statement_ms: int, lock_ms: int) -> dict[str, str]:
    """Say what every connection of a pool starts with; `role` is one of ROLES."""
    return {
        "role": f"everyvoice_{role}",
        "timezone": "UTC",
        "jit": "off",
        "application_name": f"everyvoice-{role}",
        "statement_timeout": str(statement_ms),
        "lock_timeout": str(lock_ms),
        "idle_in_transaction_session_timeout": "30000",
    }


def create_engine(
    url: str, role: str, *, pool: int, statement_ms: int = 5_000, lock_ms: int = 2_000
) -> AsyncEngine:
    engine = create_async_engine(
        sqlalchemy_url(url),
        pool_size=pool,
        max_overflow=0,
        pool_timeout=2,
        hide_parameters=True,
        connect_args={
            "server_settings": server_settings(role, statement_ms=statement_ms, lock_ms=lock_ms)
        },
    )
    event.listen(engine.sync_engine, "checkout", _check_open)
    return engine


def _check_open(connection: DBAPIConnection, *_: object) -> None:
    """Let the pool pass over a connection that the server has closed.

    The driver learns of that when it happens; to ask the server takes three round trips, as much
    as the statements of a small request.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError


@event.listens_for(Session, "after_begin")
def _tell_who(session: Session, _: SessionTransaction, connection: Connection) -> None:
    """Tell the change-log triggers who acts; always, so that nothing is inherited from a pool."""
    connection.execute(
        text(
            "SELECT set_config('everyvoice.actor', :actor, true),"
            " set_config('everyvoice.operation', :operation, true)"
        ),
        {
            "actor": str(session.info.get("actor_id") or ""),
            "operation": session.info.get("operation", ""),
        },
    )


def constraint_of(error: IntegrityError) -> str | None:
    """Name the constraint that the database refused by."""
    cause = getattr(error.orig, "__cause__", None)
    return getattr(cause, "constraint_name", None)


async def flush(session: AsyncSession, refusals: Mapping[str, type[DomainError]]) -> None:
    """Write what is pending; a refusing constraint becomes the error it stands for."""
    try:
        await session.flush()
    except IntegrityError as error:
        raise refusals.get(constraint_of(error) or "", ConflictError) from None
