from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import commands
from app.cli.keys import acted, keys

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.core.actor import Actor
    from app.core.keyring import Keys
    from app.settings import Settings

payees = typer.Typer(help="Keep what payees' details are checked by.", no_args_is_help=True)
commands.add_typer(payees, name="payees")

Table = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Text, as published.")]


@payees.callback()
def _group() -> None:
    """Keep commands named while there is only one of them."""


@payees.command("load-modulus-tables")
def load_modulus_tables(
    weights: Table,
    substitutions: Table,
    *,
    valid_from: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day the tables are valid.")
    ],
) -> None:
    """Load Vocalink's tables of modulus checking; account numbers are checked from that day."""
    from app.settings import Settings

    texts = [file.read_text("ascii", errors="replace") for file in (weights, substitutions)]

    async def load(session: "AsyncSession", _: "Actor") -> tuple[int, int]:
        from app.domain.reimbursements.payees.modulus import service

        return await service.load(session, texts[0], texts[1], valid_from.date())

    lines, others = acted(Settings(), "payees load-modulus-tables", load)
    typer.echo(f"Loaded {lines} weights and {others} substitutions, valid from {valid_from:%F}.")


@keys.command("rotate-fields")
def rotate_fields(
    *,
    batch: Annotated[int, typer.Option(min=1, help="Rows sealed anew in one transaction.")] = 200,
) -> None:
    """Seal bank details anew by the first of EVERYVOICE_CRYPTO__KEYS; safe at any time."""
    from app.settings import Settings

    settings = Settings()
    ring, total = _ring(settings), 0

    async def rotate(session: "AsyncSession", by: "Actor") -> int:
        from app.domain.reimbursements.payees import service
        from app.domain.reimbursements.payees.charities import service as charities

        accounts = await service.rotate(session, ring, batch, by=by.id)
        return accounts + await charities.rotate(session, ring, batch, by=by.id)

    while done := acted(settings, "keys rotate-fields", rotate):
        total += done
    typer.echo(f"Sealed {total} rows anew by key {ring.active}.")


def _ring(settings: "Settings") -> "Keys":
    """Give the keys that are set, or else those that `everyvoice run` made."""
    from app.core.keyring import Keys

    ring = settings.crypto.ring()
    kept, index = settings.home / "field-keys", settings.home / "index-key"
    if not ring.ready and kept.exists() and index.exists():
        return Keys.of(kept.read_text().strip().split(","), index.read_text().strip())
    return ring
