from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import commands
from app.settings import Settings

if TYPE_CHECKING:
    from app.domain.rights.erasure.queries import Tombstone

rights = typer.Typer(help="What outlives a restore: who was erased.", no_args_is_help=True)
commands.add_typer(rights, name="rights")


@rights.command()
def tombstones() -> None:
    """Print a line of JSON for every record that was erased; keep it outside of the database.

    A line holds a random id, days and grounds, and nothing of anybody. Keep them where backups
    of the database do not reach, and write them anew whenever somebody is erased.
    """
    import asyncio

    for line in asyncio.run(_lines(Settings().database.url)):
        typer.echo(line)


@rights.command()
def reapply(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Kept tombstones.")],
) -> None:
    """Erase again who is back after a restore; run it before anybody may connect.

    Running it twice is no harm. Whoever is in the file and not in the database is passed over.
    """
    import asyncio

    lines = file.read_text(encoding="utf-8").splitlines()
    again, known = asyncio.run(_again(Settings().database.url, lines))
    typer.echo(f"{known} tombstones, {again} people erased again")


async def _lines(url: str) -> list[str]:
    import json
    from dataclasses import asdict

    from sqlalchemy.ext.asyncio import AsyncSession

    from app.core.db import create_engine
    from app.domain.rights.erasure import queries

    engine = create_engine(url, "worker", pool=1)
    try:
        async with AsyncSession(engine) as session:
            found = [asdict(each) async for each in queries.tombstones(session)]
        return [json.dumps(each, default=str) for each in found]
    finally:
        await engine.dispose()


async def _again(url: str, lines: Iterable[str]) -> tuple[int, int]:
    from sqlalchemy.ext.asyncio import AsyncSession

    from app import migrate
    from app.core.db import create_engine
    from app.domain.rights.erasure import service

    migrate.models()
    told = list(_tombstones(lines))
    engine = create_engine(url, "worker", pool=1, statement_ms=120_000)
    again = 0
    try:
        for each in told:
            async with AsyncSession(engine) as session, session.begin():
                session.info["operation"] = "rights_reapply"
                again += await service.reapply(session, each)
    finally:
        await engine.dispose()
    return again, len(told)


def _tombstones(lines: Iterable[str]) -> "Iterator[Tombstone]":
    """Read every line before anybody is erased; a file that is none erases nobody."""
    from pydantic import TypeAdapter, ValidationError

    from app.domain.rights.erasure.queries import Tombstone

    read = TypeAdapter(Tombstone)
    for number, line in enumerate(lines, 1):
        try:
            if line.strip():
                yield read.validate_json(line)
        except ValidationError:
            raise typer.BadParameter(f"line {number} is no tombstone") from None
