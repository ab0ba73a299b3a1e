"""Work for later: enqueued in the request's own transaction, shown at `/v1/jobs/{id}`.

PgQueuer carries the job to the worker; the row here is what a client sees of it.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder
from pgqueuer.domain.settings import DBSettings
from sqlalchemy import BigInteger, CheckConstraint, Float
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import Base, Entity
from app.core.errors import NotFoundError

QUEUE = DBSettings(db_schema="jobs")
_ENQUEUE = QueryQueueBuilder(QUEUE).build_enqueue_query()
_AT_ONCE = timedelta()
SEES_ALL = "keys:manage"


class JobStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class JobNotFoundError(NotFoundError):
    slug = "job-not-found"
    title = "No such job, or it is somebody else's"


class Job(Entity):
    """What a client sees of its job; `result` and `problem` hold nothing personal."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("progress BETWEEN 0 AND 1", name="progress"),
        {"info": {"unrecorded": "its own history is its status"}},
    )

    kind: Mapped[str]
    status: Mapped[JobStatus] = mapped_column(default=JobStatus.QUEUED)
    progress: Mapped[float] = mapped_column(Float, default=0)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    owner_id: Mapped[UUID]


class JobEffect(Base):
    """A queue entry whose effect is committed: PgQueuer marks it done only afterwards."""

    __tablename__ = "job_effect"
    __table_args__ = {"info": {"unrecorded": "says nothing about a record"}}  # noqa: RUF012  SQLAlchemy's form

    queue_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    done_at: Mapped[datetime] = mapped_column(default=now, index=True)


def install_sql() -> str:
    """Give the queue's own tables, for the migration that makes them."""
    return QueryBuilderEnvironment(QUEUE).build_install_query(create_schema=False)


async def enqueue(session: AsyncSession, job: Job) -> None:
    """Promise a job: if the transaction rolls back, there is none."""
    session.add(job)
    await session.flush()
    await put(session, job.kind, str(job.id).encode())


async def find(session: AsyncSession, job_id: UUID, *, to: Actor) -> Job:
    """Give a job to its owner or to who manages keys; raises JobNotFoundError."""
    job = await session.get(Job, job_id)
    if job is None or not (job.owner_id == to.id or to.can(SEES_ALL)):
        raise JobNotFoundError
    return job


async def fail(session: AsyncSession, job_id: UUID) -> None:
    """Tell a job's owner that it came to no end; why is in the log."""
    job = await session.get_one(Job, job_id)
    job.status = JobStatus.FAILED
    job.problem = {
        "type": "/problems/internal",
        "title": "Something went wrong here",
        "status": 500,
    }


async def put(session: AsyncSession, topic: str, payload: bytes) -> None:
    """Put an entry into the queue by PgQueuer's own SQL, through the session's connection."""
    connection = await session.connection()
    await connection.exec_driver_sql(
        _ENQUEUE, ([0], [topic], [payload], [_AT_ONCE], [None], [None])
    )
