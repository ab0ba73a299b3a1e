from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import commands
from app.settings import Settings

if TYPE_CHECKING:
    from app.core.change_proof import Head, Proof


@commands.command("verify-log")
def verify_log(
    head: Annotated[
        str | None,
        typer.Option(help="A head kept elsewhere, SEQ:HASH, that the log must still hold."),
    ] = None,
) -> None:
    """Compute the change log's chain anew and compare; print its rows and its head.

    Keep the head where the database's administrators cannot write: what was cut off at the end,
    or written anew as a whole, only a kept head shows. Exits 1 where the log does not hold.
    """
    import asyncio

    from app.core.change_proof import Head

    try:
        kept = None if head is None else Head.read(head)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--head") from None
    proof = asyncio.run(_prove(Settings().database.url, kept))
    if proof.broken is not None:
        typer.echo(f"broken at {proof.broken}: of {proof.rows} rows this is the first.", err=True)
        raise typer.Exit(1)
    if not proof.kept:
        typer.echo(f"the kept head {head} is not in the log: it was cut or rewritten.", err=True)
        raise typer.Exit(1)
    typer.echo(f"rows {proof.rows}")
    typer.echo(f"head {proof.head or 'none'}")


async def _prove(url: str, kept: "Head | None") -> "Proof":
    from app.core import change_proof
    from app.core.statement import open_pool

    pool = await open_pool(url, "read", size=1, statement_ms=0)  # as long as it takes
    try:
        return await change_proof.prove(pool, kept)
    finally:
        await pool.close()
