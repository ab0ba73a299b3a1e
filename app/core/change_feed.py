"""The change log as its readers follow it: by a cursor that names the life of the database."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.core.actor import Actor
from app.core.errors import ForbiddenError, GoneError, InvalidError
from app.core.statement import Statement

AUDIT: Final = "audit:read"
_CURSOR = re.compile(r"([0-9a-f]{16})-([0-9]{1,18})")


class ChangeOp(StrEnum):
    """What a statement did to a record."""

    INSERT = "I"
    UPDATE = "U"
    DELETE = "D"


# A restore to an earlier point keeps the system's identifier and moves the timeline; one into
# another cluster changes the identifier; for the rest there is the generation, raised by hand.
_EPOCH = """
SELECT left(encode(sha256(convert_to(concat_ws('/',
           (SELECT system_identifier FROM pg_control_system()),
           (SELECT timeline_id FROM pg_control_checkpoint()),
           (SELECT generation FROM change_epoch)), 'UTF8')), 'hex'), 16)"""

# All in one statement and so from one snapshot: the place to go on from is a full page's last
# row, and else the end of the log, so that a filter does not read the same stretch twice. There is
# a text with the filter and one without: a plan that serves both would read past all the others.
_PAGE = f"""
WITH life AS MATERIALIZED (
    SELECT ({_EPOCH}) AS epoch,
           coalesce((SELECT min(seq) FROM change_log), 1) AS oldest,
           coalesce((SELECT max(seq) FROM change_log), 0) AS newest
), page AS (
    SELECT c.seq, row_to_json(shown)::text AS item
      FROM change_log c, LATERAL (
           SELECT c.seq, entity, entity_id, op, fields, operation,
                  CASE WHEN $4 THEN actor_id END AS actor_id,
                  to_char(CASE WHEN $4 OR entity <> ALL($5::text[]) THEN c.changed_at
                               ELSE date_trunc('day', c.changed_at) END,
                          'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS changed_at) shown
     WHERE c.seq > $1 AND {{wanted}}
     ORDER BY c.seq LIMIT $3
), told AS (
    SELECT string_agg(item, ',' ORDER BY seq) AS items, max(seq) AS last, count(*) AS n FROM page
)
SELECT life.*, told.items,
       CASE WHEN told.n = $3 THEN told.last ELSE life.newest END AS next,
       $2::text IS NULL OR EXISTS (
           SELECT FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
            WHERE c.relname = $2 AND t.tgname = 'record_insert') AS recorded
  FROM life, told"""
_ALL, _OF_ONE = (_PAGE.format(wanted=w) for w in ("$2::text IS NULL", "c.entity = $2"))


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the log of one life of the database."""

    epoch: str
    seq: int

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """Read what a consumer sent back; raises GoneError for what was never a cursor here."""
        match = _CURSOR.fullmatch(text)
        if match is None:
            raise GoneError
        return cls(match[1], int(match[2]))

    def __str__(self) -> str:
        return f"{self.epoch}-{self.seq}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which changes: those after a cursor, or from the beginning, perhaps of one entity."""

    after: str | None
    entity: str | None
    limit: int


async def page(door: Statement, asked: Asked, *, to: Actor, day_only: Sequence[str] = ()) -> bytes:
    """Give `{"items": [...], "next": ...}` in the log's order.

    Who acted needs AUDIT, and so does when more exactly than by its day for entities in
    `day_only`. Raises ForbiddenError for a caller limited to teams, since the log tells of all of
    them; InvalidError for an entity that is not recorded; GoneError for a foreign, expired or
    future cursor: an empty page would lose rows.
    """
    if to.teams is not None:
        raise ForbiddenError("The change feed is trust-wide; this key is limited.")
    start = Cursor.read(asked.after) if asked.after is not None else None
    statement = _ALL if asked.entity is None else _OF_ONE
    row = await door.fetchrow(
        statement, start.seq if start else 0, asked.entity, asked.limit, to.can(AUDIT), day_only
    )
    if not row["recorded"]:
        raise InvalidError.at("#/entity", "No such recorded entity", "unknown_entity")
    if start and not (
        start.epoch == row["epoch"] and row["oldest"] - 1 <= start.seq <= row["newest"]
    ):
        raise GoneError
    following = Cursor(row["epoch"], row["next"])
    return f'{{"items":[{row["items"] or ""}],"next":"{following}"}}'.encode()
