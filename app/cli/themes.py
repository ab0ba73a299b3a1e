import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar
from uuid import UUID

import typer

from app.cli import commands

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.domain.feedback.themes.examples import Example

T = TypeVar("T")

_NOBODY: Final = UUID(int=0)  # whoever sits at the machine has no key
_STATEMENT_MS: Final = 120_000
_FIGURES: Final = (
    "exact_match",
    "hamming_loss",
    "micro_f1",
    "macro_f1",
    "proposed",
    "precision_proposed",
    "sentiment_exact",
    "sentiment_within_one",
)

themes = typer.Typer(
    help="Train and choose the classifier that proposes themes.", no_args_is_help=True
)
commands.add_typer(themes, name="themes")

File = Annotated[
    Path | None,
    typer.Argument(exists=True, dir_okay=False, help="Coded comments: CSV in UTF-8."),
]
FromDatabase = Annotated[
    bool, typer.Option("--from-database", help="Learn from what people coded here.")
]


@themes.command("train")
def train(
    file: File = None,
    *,
    from_database: FromDatabase = False,
    out: Annotated[
        Path | None, typer.Option(help="Write the model's bytes to this file as well.")
    ] = None,
) -> None:
    """Learn from coded comments and store the model; it proposes nothing until activated."""
    from app.domain.feedback.themes import classifier, service

    examples, told = _examples(file, from_database=from_database)
    trained = _refusable(lambda: classifier.train(examples, _say))
    if out is not None:
        _write(out, trained.packed)

    async def store(session: "AsyncSession") -> UUID:
        return (
            await service.store(session, trained, trained_on=told, trained_by="command line")
        ).id

    model_id = _within(store)
    typer.echo(f"Learnt {len(trained.themes)} themes from {trained.examples:,} comments.")
    _show(trained.scores)
    typer.echo(f"Stored as {model_id}; `everyvoice themes activate {model_id}` lets it propose.")


@themes.command("evaluate")
def evaluate(file: File = None, *, from_database: FromDatabase = False) -> None:
    """Tell how good a model from these comments is, on comments it has not seen; stores none."""
    from app.domain.feedback.themes import classifier

    examples, _ = _examples(file, from_database=from_database)
    scores = _refusable(lambda: classifier.evaluate(examples, _say))
    typer.echo("A fifth held out:")
    _show(scores["held_out"])
    typer.echo("Each fifth held out in turn, least to greatest:")
    for name in _FIGURES:
        found = sorted(part[name] for part in scores["cross_validated"] if part[name] is not None)
        if found:
            mean = sum(found) / len(found)
            typer.echo(f"{name:>22} {mean:.4f} ({found[0]:.4f} to {found[-1]:.4f})")


@themes.command("activate")
def activate(
    model_id: Annotated[UUID, typer.Argument(help="See `everyvoice themes list`.")],
) -> None:
    """Let a model propose, and the worker look at all that nobody has coded."""
    from app.domain.feedback.themes import service

    async def run(session: "AsyncSession") -> None:
        await service.activate(session, model_id, owner_id=_NOBODY)

    _within(run)
    typer.echo("Active. The worker proposes themes for what is uncoded, and for what comes in.")


@themes.command("deactivate")
def deactivate() -> None:
    """Let no model propose; what was coded stays."""
    from app.domain.feedback.themes import service

    _within(service.deactivate)
    typer.echo("No model proposes.")


@themes.command("list")
def list_models() -> None:
    """List the stored models, newest first."""
    from app.domain.feedback.themes import queries

    for model in _within(queries.models):
        typer.echo(
            f"{model.id} {'active' if model.active else '      '} {model.created_at:%Y-%m-%d}"
            f" {model.framework} {model.examples:>7,} comments"
            f" exact match {model.scores['exact_match']:.4f}"
        )


def _refusable(run: Callable[[], T]) -> T:
    """Do it; a refusal is told, not traced."""
    from app.core.errors import DomainError

    try:
        return run()
    except DomainError as error:
        details = [str(item["detail"]) for item in _errors(error.extra)]
        typer.echo(f"{error.title}. {'; '.join(details) or error.detail}".strip(), err=True)
        raise typer.Exit(1) from None


def _errors(extra: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = extra.get("errors", [])
    return found


def _within(run: "Callable[[AsyncSession], Awaitable[T]]") -> T:
    """Do it in one transaction."""
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.core.db import create_engine
    from app.settings import Settings

    async def within() -> T:
        engine = create_engine(
            Settings().database.url, "worker", pool=1, statement_ms=_STATEMENT_MS
        )
        try:
            async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
                session.info["operation"] = "themes"
                return await run(session)
        finally:
            await engine.dispose()

    return _refusable(lambda: asyncio.run(within()))


def _examples(file: Path | None, *, from_database: bool) -> "tuple[Sequence[Example], str]":
    import hashlib

    from app.domain.feedback.themes import queries
    from app.imports import coded

    if (file is None) is not from_database:
        raise typer.BadParameter("Give a file or --from-database, one of them.")
    if file is None:
        return _within(queries.examples), "database"
    raw = file.read_bytes()
    found = _refusable(lambda: coded.read(raw))
    _say(
        f"{len(found.examples):,} coded comments; left out: {found.without_text:,} without words,"
        f" {found.without_theme:,} without a theme of this framework"
    )
    return found.examples, f"file {hashlib.sha256(raw).hexdigest()}"


def _say(what: str) -> None:
    typer.echo(what, err=True)


def _show(scores: dict[str, Any]) -> None:
    for name in _FIGURES:
        if scores[name] is not None:
            typer.echo(f"{name:>22} {scores[name]:.4f}")
    for code, told in scores["themes"].items():
        typer.echo(f"{code:>40} F1 {told['f1']:.2f} of {told['comments']:,}")


def _write(path: Path, packed: bytes) -> None:
    # Words of patients can be read out of what was learnt: for nobody else on the machine.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(packed)
