from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, TypeVar, cast
from uuid import UUID

import typer

from app.cli import commands

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.core.actor import Actor
    from app.core.errors import DomainError
    from app.domain.identity.models import ApiKey, User
    from app.domain.organisation.models import Directorate, Team
    from app.settings import Settings

keys = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)
commands.add_typer(keys, name="keys")

Listed = list[str] | None
T = TypeVar("T")


@keys.command()
def create(  # noqa: PLR0913  a command's options
    *,
    user: Annotated[str, typer.Option(help="Whose key; made where nobody has that name.")],
    role: Annotated[Listed, typer.Option(help="A role to give the user; repeatable.")] = None,
    name: Annotated[str, typer.Option(help="What the key is for.")] = "main",
    scope: Annotated[
        Listed, typer.Option(help="Cut the key to this; repeatable. Else all the roles hold.")
    ] = None,
    directorate: Annotated[
        Listed, typer.Option(help="Limit the key to this one, by code; repeatable.")
    ] = None,
    team: Annotated[
        Listed, typer.Option(help="Limit the key to this, by code; repeatable.")
    ] = None,
    expires: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day it is good.")
    ] = None,
    quiet: Annotated[bool, typer.Option(help="Print the key and nothing else.")] = False,
) -> None:
    """Make a key and print it: this is the only time it is shown."""
    from app.domain.identity.keys import make_secret
    from app.settings import Settings

    settings = Settings()
    if not settings.identity.pepper:
        typer.echo(
            "EVERYVOICE_IDENTITY__PEPPER is empty; the key is good only where it is too.", err=True
        )
    secret = make_secret(settings.env, settings.identity.pepper)

    async def make(session: "AsyncSession", by: "Actor") -> str:
        from app.domain.identity import service
        from app.domain.organisation.models import Directorate, Team

        owner = await _owner(session, user, role or [], by)
        wanted = service.KeyWanted(
            user_id=owner.id,
            name=name,
            scopes=scope or None,
            directorates=await _places(session, Directorate, directorate),
            teams=await _places(session, Team, team),
            expires_at=_end_of(expires),
        )
        made = await service.create_key(session, secret, wanted, by=by)
        return f"Key {made.id} of {owner.name}, shown this once:\n{secret.key}"

    told = acted(settings, "keys create", make)
    typer.echo(secret.key if quiet else told)


@keys.command("list")
def list_keys() -> None:
    """List all keys, newest first; never the keys themselves."""
    from rich.console import Console
    from rich.table import Table

    from app.settings import Settings

    async def read(session: "AsyncSession", _: "Actor") -> Sequence["ApiKey"]:
        from app.domain.identity import queries

        return await queries.all_keys(session)

    columns = ("id", "user", "name", "hint", "created", "expires", "revoked", "last used")
    table = Table(*columns, box=None)
    for key in acted(Settings(), "keys list", read):
        times = (key.created_at, key.expires_at, key.revoked_at, key.last_used_at)
        table.add_row(str(key.id), key.user.name, key.name, key.hint, *map(_minute, times))
    Console(width=None if typer.get_text_stream("stdout").isatty() else 200).print(table)


@keys.command()
def revoke(key_id: Annotated[UUID, typer.Argument(help="As `keys list` shows it.")]) -> None:
    """Revoke a key, at once and for good."""
    from app.settings import Settings

    async def end(session: "AsyncSession", by: "Actor") -> None:
        from app.domain.identity import service

        await service.revoke_key(session, key_id, by=by)

    acted(Settings(), "keys revoke", end)
    typer.echo(f"Key {key_id} is revoked.")


async def _owner(session: "AsyncSession", name: str, roles: list[str], by: "Actor") -> "User":
    """Find the user of that name, or make one; gives them the roles they lack."""
    from app.domain.identity import queries, service

    known = await queries.users_named(session, name)
    if not known:
        return await service.create_user(session, name, roles, by=by)
    if len(known) > 1:
        raise typer.BadParameter(f"{len(known)} users are named {name}; make the key by the API.")
    owner = known[0]
    had = [role.code for role in owner.roles]
    if set(roles) - set(had):
        change = service.UserChange(roles=[*had, *roles])
        await service.change_user(session, owner, change, by=by)
    return owner


async def _places(
    session: "AsyncSession", kind: "type[Directorate | Team]", codes: Listed
) -> list[UUID] | None:
    from app.domain.identity import queries

    if not codes:
        return None
    known = await queries.places_coded(session, kind, codes)
    if unknown := set(codes) - known.keys():
        raise typer.BadParameter(f"There is no {kind.__tablename__} {', '.join(sorted(unknown))}.")
    return list(known.values())


def _end_of(day: datetime | None) -> datetime | None:
    """Give the midnight, in England, that ends a day."""
    from app.core.clock import LONDON

    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time(), LONDON).astimezone(UTC)


def _told(error: "DomainError") -> str:
    """Say a refusal in words: the place and the reason, where it names them."""
    from app.core.errors import InvalidError

    if isinstance(error, InvalidError):
        items = cast("list[dict[str, str]]", error.extra["errors"])
        return "; ".join(
            f"{item['pointer'].removeprefix('#/')}: {item['detail']}" for item in items
        )
    return error.detail or error.title


def _minute(instant: datetime | None) -> str:
    return "" if instant is None else f"{instant:%Y-%m-%d %H:%M}"


def acted(
    settings: "Settings", operation: str, act: Callable[["AsyncSession", "Actor"], Awaitable[T]]
) -> T:
    """Do something in one transaction, as who may do all since they reach the database."""
    import asyncio

    from sqlalchemy.ext.asyncio import async_sessionmaker

    from app.core.actor import Actor
    from app.core.db import create_engine
    from app.core.errors import DomainError
    from app.domain.identity.scopes import SCOPES

    operator = Actor(id=UUID(int=0), name="operator", scopes=frozenset(SCOPES))

    async def run() -> T:
        engine = create_engine(settings.database.url, "app", pool=1)
        try:
            async with async_sessionmaker(engine, expire_on_commit=False).begin() as session:
                session.info["operation"] = operation
                return await act(session, operator)
        finally:
            await engine.dispose()

    try:
        return asyncio.run(run())
    except DomainError as error:
        typer.echo(f"everyvoice {operation}: {_told(error)}", err=True)
        raise typer.Exit(1) from None
