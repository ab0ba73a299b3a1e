"""Proof that the change log is what it was: its chain, and a head kept elsewhere."""

import re
from dataclasses import dataclass

from app.core.statement import Statement

_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")

# The chain is computed anew from the rows; what was cut off at its end only a kept head shows.
_PROVE = """
SELECT count(*) AS rows, max(seq) AS seq, max(encode(hash, 'hex')) FILTER (WHERE last) AS hash,
       min(seq) FILTER (WHERE hash IS DISTINCT FROM expected OR seq <> coalesce(before, 0) + 1
                           OR changed_at <= earlier) AS broken,
       coalesce(bool_or(hash = $2) FILTER (WHERE seq = $1), false) AS kept
  FROM (SELECT seq, hash, changed_at, lag(seq) OVER byseq AS before,
               lag(changed_at) OVER byseq AS earlier,
               lead(seq) OVER byseq IS NULL AS last,
               change_chain('', change_text(seq, entity, entity_id, op, fields, actor_id,
                                            operation, changed_at)) OVER byseq AS expected
          FROM change_log WINDOW byseq AS (ORDER BY seq)) chain"""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the log at some time: a number and its hash, which stands for all before it."""

    seq: int
    hash: bytes

    @classmethod
    def read(cls, text: str) -> "Head":
        """Read `SEQ:HASH` as a Head writes itself; raises ValueError."""
        match = _HEAD.fullmatch(text)
        if match is None:
            raise ValueError("not a number, a colon and 64 hexadecimal digits")
        return cls(int(match[1]), bytes.fromhex(match[2]))

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash.hex()}"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found: `broken` is the first number that does not hold; `head` None when empty."""

    rows: int
    head: Head | None
    broken: int | None
    kept: bool


async def prove(door: Statement, kept: Head | None = None) -> Proof:
    """Compute the whole chain anew; `kept` of the proof tells whether a kept head still stands."""
    start = kept or Head(0, b"")
    row = await door.fetchrow(_PROVE, start.seq, start.hash)
    head = Head(row["seq"], bytes.fromhex(row["hash"])) if row["rows"] else None
    return Proof(row["rows"], head, row["broken"], kept is None or row["kept"])
