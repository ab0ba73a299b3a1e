from typing import Annotated

import typer

from app.cli import commands


@commands.command()
def run(
    *,
    demo: Annotated[
        bool, typer.Option(help="Load the demonstration trust into an empty database.")
    ] = True,
) -> None:
    """Run everything on this machine: PostgreSQL, migrations, API and worker.

    The folder .everyvoice holds the database and the first admin key (EVERYVOICE_HOME moves it),
    the port is 8000 (EVERYVOICE_PORT). With EVERYVOICE_DATABASE__URL no PostgreSQL is started.
    """
    from app.local.errors import LocalError
    from app.local.supervisor import Plan
    from app.local.supervisor import run as supervise
    from app.settings import Settings

    settings = Settings()
    given = "url" in settings.database.model_fields_set
    plan = Plan(
        home=settings.home,
        port=settings.port,
        database=settings.database.url if given else None,
        iwgc_secrets=settings.webhooks.iwgc_secrets,
        pepper=settings.identity.pepper,
        field_keys=settings.crypto.keys,
        index_key=settings.crypto.index_key,
        demo=demo,
    )
    try:
        supervise(plan, typer.echo)
    except LocalError as error:
        typer.echo(f"everyvoice run: {error}", err=True)
        raise typer.Exit(1) from None
