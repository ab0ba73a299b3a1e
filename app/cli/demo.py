from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from app.cli import commands

Told = Callable[[int, int], None]


@commands.command()
def demo(
    *,
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Do nothing where the database holds anything.")
    ] = False,
    responses: Annotated[int, typer.Option(min=1, max=1_000_000)] = 28_000,
    months: Annotated[int, typer.Option(min=1, max=120, help="Until yesterday.")] = 24,
) -> None:
    """Load the demonstration trust: made-up teams, wards and reviews, marked "(demo)".

    Done twice it loads nothing more; a database that holds anything else is left alone.
    """
    import asyncio

    from app.core.errors import DomainError

    try:
        with _progress() as told:
            found = asyncio.run(_load(responses, months, told))
    except DomainError as error:
        typer.echo(f"{error.title}. {error.detail}", err=True)
        raise typer.Exit(1) from None
    if found == "empty":
        typer.echo(f"The demonstration trust is loaded, with {responses:,} responses.")
    elif found == "demonstration":
        typer.echo("The demonstration trust is loaded already.")
    else:
        typer.echo("The database holds other data; nothing was loaded.", err=not if_empty)
        raise typer.Exit(0 if if_empty else 1)


async def _load(responses: int, months: int, told: Told) -> str:
    """Load where there is nothing; gives what there was before."""
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.core.db import create_engine
    from app.demo import loading
    from app.settings import Settings

    url = Settings().database.url
    engine = create_engine(url, "worker", pool=1, statement_ms=60_000, lock_ms=60_000)
    try:
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            session.info["operation"] = "demo"
            found = await loading.state(session)
            if found is loading.State.EMPTY:
                await loading.load(session, responses=responses, months=months, told=told)
            return found
    finally:
        await engine.dispose()


@contextmanager
def _progress() -> Iterator[Told]:
    """Show a bar on a terminal, and nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("Reviews"), BarColumn(), MofNCompleteColumn())
    console = Console()
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("Reviews", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
