import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from app.cli import commands

DOCUMENT: Final = Path(__file__).resolve().parents[3] / "openapi" / "v1.json"


@commands.command()
def openapi(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail where the contract is not kept.")
    ] = False,
    base: Annotated[
        str | None,
        typer.Option(help="Compare with where this branch left another, e.g. origin/main."),
    ] = None,
) -> None:
    """Write openapi/v1.json anew, or check that it is current and breaks nobody.

    An intended break is let through by raising VERSION in app/api/openapi.
    """
    from app.main import create_app
    from app.settings import Settings

    document = create_app(Settings()).openapi()
    if not check:
        DOCUMENT.parent.mkdir(exist_ok=True)
        DOCUMENT.write_text(written(document))
        return
    if told := [*_stale(document), *_broken(document, base)]:
        typer.echo("\n".join(told), err=True)
        raise typer.Exit(1)


def written(document: dict[str, Any]) -> str:
    """Give the one text that a document has: sorted keys, two spaces, a newline at the end."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _stale(document: dict[str, Any]) -> list[str]:
    if DOCUMENT.exists() and DOCUMENT.read_text() == written(document):
        return []
    return ["openapi/v1.json is not what the code says: run `make openapi`, then look at the diff."]


def _broken(document: dict[str, Any], base: str | None) -> list[str]:
    """List what would break a client of the base document, unless the version says so."""
    from app.cli.openapi import breaking, history

    try:
        earlier = history.earlier(DOCUMENT, written(document), base)
    except history.UnknownBaseError:
        return [f"{base} is no branch or commit known here."]
    if earlier is None or earlier["info"]["version"] != document["info"]["version"]:
        return []
    found = breaking.findings(earlier, document)
    if not found:
        return []
    return ["The contract breaks clients that hold to it:", *(f"  {line}" for line in found), _WAY]


_WAY: Final = "Keep the old beside the new, or raise VERSION in app/api/openapi if it must break."
