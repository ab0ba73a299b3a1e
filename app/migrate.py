"""Brings a database to the newest schema, with its roles, by Alembic on asyncpg."""

import asyncio
import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

import app.core
import app.domain
from app.core.db import ROLES, create_engine, sqlalchemy_url
from app.domain.organisation.models import Trust

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def models() -> None:
    """Let every table be known: those of the core, and of each domain package's models."""
    for package, name in ((app.core, ""), (app.domain, "models")):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name.endswith(name):
                importlib.import_module(found.name)


def config() -> Config:
    found = Config()
    found.set_main_option("script_location", str(FOLDER))
    return found


def upgrade(url: str, revision: str = "head") -> None:
    """Make the roles where they are missing, then migrate as the owner; safe to run twice."""
    run(url, lambda to: command.upgrade(to, revision))


def name_trust(url: str, code: str, name: str) -> None:
    """Say which trust this database belongs to."""
    asyncio.run(_name_trust(url, code, name))


async def _name_trust(url: str, code: str, name: str) -> None:
    engine = create_engine(url, "owner", pool=1)
    async with engine.begin() as connection:
        known = {"code": code, "name": name}
        await connection.execute(insert(Trust).values(known).on_conflict_do_nothing())
    await engine.dispose()


def run(url: str, action: Callable[[Config], None]) -> None:
    """Do one Alembic command as the owner's role, one process at a time."""
    asyncio.run(_run(url, action))


async def _run(url: str, action: Callable[[Config], None]) -> None:
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(7220114)"))
            await connection.run_sync(_roles)
            await connection.commit()
            await connection.execute(text("SET ROLE everyvoice_owner"))
            await connection.execute(text("SET lock_timeout = '5s'"))
            await connection.execute(text("SET statement_timeout = '10min'"))
            await connection.execute(text("SET timezone = 'UTC'"))
            await connection.commit()
            await connection.run_sync(_act, action)
            await connection.commit()
    finally:
        await engine.dispose()


def _act(connection: Connection, action: Callable[[Config], None]) -> None:
    settings = config()
    settings.attributes["connection"] = connection
    action(settings)


def _roles(connection: Connection) -> None:
    """Make the six roles; the login takes each of them after connecting."""
    known = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
    for role in (f"everyvoice_{name}" for name in ROLES):
        if role not in known:
            connection.execute(text(f"CREATE ROLE {role} NOLOGIN NOINHERIT"))
        connection.execute(text(f"GRANT {role} TO current_user"))
    database = connection.scalar(text("SELECT quote_ident(current_database())"))
    connection.execute(text(f"GRANT CREATE ON DATABASE {database} TO everyvoice_owner"))
    connection.execute(text("GRANT CREATE, USAGE ON SCHEMA public TO everyvoice_owner"))
