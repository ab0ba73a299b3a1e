from pathlib import Path
from typing import Annotated

import typer

from app.cli import commands


@commands.command("import-organisation")
def import_organisation(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="One row a team, CSV in UTF-8.")
    ],
    *,
    apply: Annotated[bool, typer.Option("--apply", help="Do it; else only tell.")] = False,
) -> None:
    """Bring directorates, services and teams to what a file says; a dry run unless told."""
    import asyncio

    from sqlalchemy.ext.asyncio import AsyncSession

    from app.core.db import create_engine
    from app.core.errors import DomainError
    from app.imports import organisation
    from app.settings import Settings

    async def take() -> organisation.Report:
        engine = create_engine(Settings().database.url, "worker", pool=1, statement_ms=60_000)
        try:
            async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
                session.info["operation"] = "import_organisation"
                return await organisation.take(session, file.read_bytes(), dry_run=not apply)
        finally:
            await engine.dispose()

    try:
        report = asyncio.run(take())
    except DomainError as error:
        typer.echo(f"{error.title}. {_why(error)}".strip(), err=True)
        raise typer.Exit(1) from None
    for fault in report.errors:
        typer.echo(f"line {fault.line}, {fault.column or 'the row'}: {fault.reason}", err=True)
    typer.echo(
        f"{report.rows} rows: {report.created} created, {report.changed} changed,"
        f" {report.unchanged} unchanged, {len({e.line for e in report.errors})} at fault."
    )
    if report.errors:
        typer.echo("Nothing was applied.", err=True)
        raise typer.Exit(1)
    typer.echo("Applied." if report.applied else "A dry run: --apply does it.")


def _why(error: Exception) -> str:
    errors = getattr(error, "extra", {}).get("errors", ())
    return "; ".join(str(item["detail"]) for item in errors) or str(error)
