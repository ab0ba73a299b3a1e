"""Prints the SQL that the migrations send to an empty database, for squawk to read."""  # noqa: INP001

import os
import sys
from typing import Any

from sqlalchemy import Engine, event

from app import migrate
from app.local.postgres import Postgres

_READS = ("SELECT", "SHOW", "BEGIN", "COMMIT")


def main() -> None:
    sent: list[str] = []

    @event.listens_for(Engine, "before_cursor_execute")
    def _note(_1: Any, _2: Any, statement: str, *_: Any) -> None:
        text = statement.strip().rstrip(";")
        # Alembic's own book-keeping and reads lock nothing that anyone waits for.
        if not text.upper().startswith(_READS) and "alembic_version" not in text:
            sent.append(text)

    prefer = os.environ.get("EVERYVOICE_TEST_PG") or None
    with Postgres.temporary(options={"fsync": "off"}, prefer=prefer) as postgres:
        migrate.upgrade(postgres.url)
    # What stands before the timeouts makes roles; from there on it is the migrations' own.
    begin = next(at for at, text in enumerate(sent) if "lock_timeout" in text)
    sys.stdout.write(";\n\n".join([*sent[begin:], ""]))


main()
