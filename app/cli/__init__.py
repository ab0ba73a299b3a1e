"""The command `everyvoice`: every file of this package registers its commands by being imported.

A command imports what it needs when it is called, so that help and completion stay quick.
"""

import gc
from importlib import import_module
from pkgutil import iter_modules

import typer

commands = typer.Typer(
    name="everyvoice",
    help="Every Voice: the patient experience and involvement service of an NHS trust.",
    no_args_is_help=True,
    add_completion=False,
    # A traceback with local variables would print keys and personal data.
    pretty_exceptions_show_locals=False,
)


@commands.callback()
def _group() -> None:
    """Keep commands named while there is only one of them."""


def main() -> None:
    """Register all commands and run the one asked for."""
    # What starting makes stays: to look for garbage in it takes a tenth of a start.
    gc.set_threshold(50_000, 50, 100)
    for module in iter_modules(__path__):
        if module.name != "__main__":
            import_module(f"{__name__}.{module.name}")
    try:
        commands(prog_name="everyvoice")
    finally:
        # The interpreter looks through all that is left before it ends: three seconds of it.
        gc.freeze()
