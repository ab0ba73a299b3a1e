"""An import at work: reads its file, stages the rows, judges them and lets them have their effect.

Nothing has an effect before the whole file was read, so that an unusable file applies nothing. An
import whose process was killed is staged anew and goes on behind the last line that had its effect.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.clock import london_day
from app.core.ids import uuid7
from app.core.jobs import Job, JobStatus
from app.domain.feedback.errors import UnusableFileError
from app.domain.feedback.models import FeedbackImport, ImportChunk
from app.imports import history, judging, staging
from app.imports.judging import MOST_LISTED, Batch, Entered
from app.imports.layouts import LAYOUTS
from app.imports.reader import Reader, Rejected
from app.imports.staging import Plan
from app.imports.taking import KIND

BATCH: Final = 5_000
_READ: Final = 0.6  # of the work, when all is staged

Sessions = async_sessionmaker[AsyncSession]
Pause = Callable[[], Awaitable[object]]


class SupersededError(Exception):
    """Somebody else works on this import; what this try would write is theirs to write."""


@dataclass(slots=True)
class Figures:
    """What became of a file's rows: rows = stored + unchanged + different + rejected.

    `waiting` are those of the stored whose location no team has yet; `missing`, `different` and
    `extra` are what a reconciling file found, the first of them being what it brought.
    """

    rows: int = 0
    stored: int = 0
    unchanged: int = 0
    rejected: int = 0
    waiting: int = 0
    different: int = 0
    extra: int = 0

    def add(self, batch: Entered) -> None:
        self.stored += batch.stored
        self.different += batch.different
        self.waiting += batch.waiting
        self.unchanged += batch.rows - batch.stored - batch.different

    def told(self, *, reconciles: bool) -> dict[str, Any]:
        found: dict[str, Any] = asdict(self)
        return {**found, "missing": self.stored} if reconciles else found


async def run(sessions: Sessions, job_id: UUID, pause: Pause) -> None:
    """Do an import to its end, or on to its end; one that is done already is left alone.

    `pause` is awaited while events that came before are still to be applied.
    """
    plan = await _plan(sessions, job_id)
    if plan is None:
        return
    running = _Running(sessions, plan, pause)
    try:
        await running.work()
    except UnusableFileError as error:
        await running.refuse(error)
    except SupersededError:
        return


async def _plan(sessions: Sessions, job_id: UUID) -> Plan | None:
    async with sessions.begin() as session:
        session.info["operation"] = KIND
        held = await session.get_one(FeedbackImport, job_id, with_for_update=True)
        job = await session.get_one(Job, job_id)
        if job.status in (JobStatus.DONE, JobStatus.FAILED):
            return None
        held.attempt += 1
        job.status = JobStatus.RUNNING
        return Plan(
            id=job_id,
            layout=LAYOUTS[held.layout],
            dry_run=held.dry_run,
            owner=job.owner_id,
            today=london_day(job.created_at),
            attempt=held.attempt,
        )


class _Running:
    """One try of an import: each step is a transaction, and what it did is told in it."""

    def __init__(self, sessions: Sessions, plan: Plan, pause: Pause) -> None:
        self._sessions, self._plan, self._pause = sessions, plan, pause
        self._reader = Reader(plan.layout, plan.today)
        self._figures = Figures()
        self._entered = 0
        self._last_before = uuid7()

    async def work(self) -> None:
        await self._begin()
        await self._stage()
        await self._fit()
        self._last_before = uuid7()
        while await self._unsettled():
            await self._pause()
        while await self._enter():
            pass
        await self._finish()

    async def refuse(self, error: UnusableFileError) -> None:
        """Tell why the file is unusable; nothing of it was applied."""
        async with self._step() as (session, job, _):
            await staging.forget(session, self._plan.id, rejected=True)
            await self._forget_file(session)
            job.status, job.result = JobStatus.FAILED, None
            job.problem = {
                "type": f"/problems/{error.slug}",
                "title": error.title,
                "status": error.status,
                **error.extra,
            }

    @asynccontextmanager
    async def _step(self) -> AsyncIterator[tuple[AsyncSession, Job, FeedbackImport]]:
        async with self._sessions.begin() as session:
            session.info.update(operation=KIND, actor_id=self._plan.owner)
            held = await session.get_one(FeedbackImport, self._plan.id, with_for_update=True)
            if held.attempt != self._plan.attempt:
                raise SupersededError
            yield session, await session.get_one(Job, self._plan.id), held

    async def _begin(self) -> None:
        """Start from what an earlier try has done for good."""
        async with self._step() as (session, job, held):
            await staging.forget(session, self._plan.id, rejected=True)
            self._entered = held.entered
            known = {**job.result, "rows": 0, "rejected": 0} if job.result and held.entered else {}
            known.pop("missing", None)
            self._figures = Figures(**known)

    async def _stage(self) -> None:
        async with self._step() as (session, _, held):
            pieces = await session.scalar(
                select(func.count()).where(ImportChunk.import_id == held.id)
            )
        for number in range(pieces or 0):
            async with self._step() as (session, job, _):
                piece = await session.scalar(
                    select(ImportChunk.bytes).where(
                        ImportChunk.import_id == self._plan.id, ImportChunk.number == number
                    )
                )
                last = number + 1 == pieces
                rows = await asyncio.to_thread(self._reader.rows, piece or b"", last=last)
                await staging.stage(session, self._plan, rows)
                self._figures.rows += len(rows)
                self._figures.rejected += sum(isinstance(row, Rejected) for row in rows)
                self._tell(job, _READ * (number + 1) / (pieces or 1))

    async def _fit(self) -> None:
        async with self._step() as (session, job, _):
            self._figures.rejected += await staging.fit(session, self._plan)
            self._tell(job, _READ)

    async def _unsettled(self) -> bool:
        """Tell whether what came before is still on its way: it would be found missing."""
        if self._plan.layout.counts:
            return False
        async with self._step() as (session, _, _held):
            return await judging.unsettled(session, self._plan.layout.source, self._last_before)

    async def _enter(self) -> bool:
        figures = self._figures
        async with self._step() as (session, job, held):
            upto = await staging.next_batch(session, held.id, self._entered, BATCH)
            if upto is None:
                return False
            batch = Batch(
                self._entered,
                upto,
                max(0, MOST_LISTED - figures.stored),
                max(0, MOST_LISTED - figures.different),
            )
            if self._plan.layout.counts:
                entered = await history.write(session, self._plan, batch)
            else:
                entered = await judging.enter(session, self._plan, batch, self._reader.untold)
            figures.add(entered)
            self._entered = held.entered = upto
            done = figures.stored + figures.unchanged + figures.different + figures.rejected
            self._tell(job, _READ + (1 - _READ) * min(1, done / max(1, figures.rows)))
        return True

    async def _finish(self) -> None:
        async with self._step() as (session, job, _):
            if self._plan.layout.reconciles:
                self._figures.extra = await judging.find_extra(session, self._plan)
            await staging.forget(session, self._plan.id, rejected=False)
            await self._forget_file(session)
            self._tell(job, 1)
            job.status = JobStatus.DONE

    async def _forget_file(self, session: AsyncSession) -> None:
        await session.execute(delete(ImportChunk).where(ImportChunk.import_id == self._plan.id))

    def _tell(self, job: Job, progress: float) -> None:
        job.progress = max(job.progress, progress)
        job.result = self._figures.told(reconciles=self._plan.layout.reconciles)
