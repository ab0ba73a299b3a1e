import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from app.cli import commands

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

    Sessions = async_sessionmaker[AsyncSession]

_NOBODY: Final = UUID(int=0)  # whoever sits at the machine has no key
_SECONDS_BETWEEN_LOOKS: Final = 0.2
_STATEMENT_MS: Final = 120_000
_SHOWN: Final = (
    "rows",
    "stored",
    "unchanged",
    "rejected",
    "waiting",
    "missing",
    "different",
    "extra",
)

files = typer.Typer(help="Take in files.", no_args_is_help=True)
commands.add_typer(files, name="import")


@dataclass(frozen=True, slots=True)
class _Wanted:
    file: Path
    layout: str
    dry_run: bool
    reject_to: Path | None


@files.command("feedback")
def import_feedback(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV in UTF-8.")],
    layout: Annotated[str, typer.Option(help="iwgc_daily, fft_export or fft_history.")],
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Do it; without, only tell what would be done.")
    ] = False,
    reject_to: Annotated[
        Path | None, typer.Option(help="Write the rejected rows with their reasons here.")
    ] = None,
) -> None:
    """Take in a file of feedback, in this process and as the worker would."""
    from app.core.errors import DomainError
    from app.settings import Settings

    wanted = _Wanted(file, layout, not apply, reject_to)
    try:
        result = asyncio.run(_import(Settings().database.url, wanted))
    except DomainError as error:
        typer.echo(f"Nothing was imported. {_why(error.extra, error.title)}", err=True)
        raise typer.Exit(1) from None
    typer.echo("Imported." if apply else "A dry run: nothing was changed; --apply does it.")
    for name in _SHOWN:
        if name in result:
            typer.echo(f"{name:>10} {result[name]:>12,}")


def _why(problem: Mapping[str, Any], title: str) -> str:
    details = [item["detail"] for item in problem.get("errors", ())]
    return f"{title}: {'; '.join(details)}" if details else title


async def _import(url: str, wanted: _Wanted) -> dict[str, Any]:
    """Give the job's result; raises DomainError for a file that cannot be taken."""
    from sqlalchemy.ext.asyncio import async_sessionmaker

    from app.core.db import create_engine
    from app.imports import running
    from app.worker import loop

    engine = create_engine(url, "worker", pool=4, statement_ms=_STATEMENT_MS, lock_ms=loop.LOCK_MS)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    try:
        job_id = await _take(sessions, wanted)
        showing = asyncio.create_task(_show(sessions, job_id))
        await running.run(sessions, job_id, lambda: loop.drain(sessions))
        if not wanted.dry_run:
            await asyncio.gather(*(_drain(sessions) for _ in range(loop.DRAINS)))
        await showing
        result = await _result(sessions, job_id)
    finally:
        await engine.dispose()
    if wanted.reject_to is not None:
        await _write_rejected(url, job_id, wanted.reject_to)
    return result


async def _drain(sessions: "Sessions") -> None:
    from app.worker import loop

    while await loop.drain(sessions):
        pass


async def _take(sessions: "Sessions", wanted: _Wanted) -> UUID:
    from app.core.actor import Actor
    from app.imports.taking import PIECE, Taking

    actor = Actor(id=_NOBODY, name="command line", key_id=_NOBODY, scopes=frozenset())
    async with sessions.begin() as session:
        session.info["operation"] = "import_feedback"
        taking = Taking(session, by=actor)
        taking.expect(wanted.layout)
        with wanted.file.open("rb") as source:
            while piece := source.read(PIECE):
                await taking.add(piece)
        job = await taking.finish(dry_run=wanted.dry_run)
        return job.id


async def _show(sessions: "Sessions", job_id: UUID) -> None:
    from rich.console import Console
    from rich.progress import Progress

    from app.core.jobs import Job, JobStatus

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Importing", total=1.0)
        while True:
            async with sessions() as session:
                job = await session.get_one(Job, job_id)
            bar.update(task, completed=job.progress)
            if job.status in (JobStatus.DONE, JobStatus.FAILED):
                return
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)


async def _result(sessions: "Sessions", job_id: UUID) -> dict[str, Any]:
    from app.core.jobs import Job
    from app.domain.feedback.errors import UnusableFileError

    async with sessions() as session:
        job = await session.get_one(Job, job_id)
    if job.problem is not None:
        raise UnusableFileError(errors=job.problem["errors"])
    return job.result or {}


async def _write_rejected(url: str, job_id: UUID, path: Path) -> None:
    from app.core.statement import open_pool
    from app.domain.feedback import imports

    pool = await open_pool(url, "read", size=1, statement_ms=_STATEMENT_MS)
    try:
        # What patients wrote is for nobody else on the machine.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            async for part in imports.rejected_csv(pool, job_id):
                out.write(part)
    finally:
        await pool.close()
