"""What one kind of reader sees of the responses: lists, single ones, and what is found in them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import ARRAY, Uuid, bindparam, func

from app.core.json_rows import Build, Columns, Fields, JsonRows
from app.core.paging import Page
from app.core.statement import Kept, Statement
from app.domain.feedback import highlighting
from app.domain.feedback.errors import ResponseNotFoundError
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.searching import Words
from app.domain.feedback.standing import Standing

TEXTS: Final = ("comment_good", "comment_better")
_LEADING: Final = frozenset({"status", "search"})  # what has a way of its own to find by
_STEMS: Final = """
SELECT word, tsvector_to_array(to_tsvector('english', word)) AS stems
  FROM unnest($1::text[]) word"""


class View:
    """The columns and the rows that one kind of reader sees; searching finds nothing else."""

    def __init__(self, columns: Columns, build: Build) -> None:
        version = FeedbackResponse.__table__.c.version
        self._rows = JsonRows(columns, build, ResponseNotFoundError, version)
        self._words = Words(build)
        self._standing = Standing(build, self._words)
        self._build = build
        self._counts: dict[frozenset[str], Kept] = {}

    async def one(
        self, door: Statement, fields: Fields, id_: UUID, values: Mapping[str, Any]
    ) -> tuple[bytes, int]:
        """Give one response and its version; raises ResponseNotFoundError."""
        return await self._rows.one(door, fields, id_, values)

    async def page(
        self, door: Statement, fields: Fields, page: Page, values: Mapping[str, Any]
    ) -> bytes:
        """Give a page, newest first; where words are searched for, with the places they stand."""
        if _LEADING.isdisjoint(values):
            return await self._rows.page(door, fields, page, values)
        leading = self._standing if "status" in values else self._words
        ids = await leading.newest(door, values, page.after, page.limit + 1)
        # They stand so and hold the words: to ask again would let the planner think of the index
        # of either.
        others = {name: value for name, value in values.items() if name not in _LEADING}
        items = await self._rows.some(door, fields, ids[: page.limit], others)
        if "search" in values and "highlights" in fields and items:
            items = await _highlighted(door, items, values["search"])
        following = f'"{ids[page.limit - 1]}"' if len(ids) > page.limit else "null"
        return f'{{"items":[{items}],"next":{following}}}'.encode()

    async def count(self, door: Statement, ids: Sequence[UUID], values: Mapping[str, Any]) -> int:
        """Count those among these responses that the filters let through."""
        using = frozenset(values)
        if using not in self._counts:
            among: Any = func.any(bindparam("ids", type_=ARRAY(Uuid())))
            chosen = self._build(using).where(FeedbackResponse.id == among)
            self._counts[using] = Kept.of(chosen.with_only_columns(func.count()))
        kept = self._counts[using]
        return int(await door.fetchval(kept.text, *kept.arguments({**values, "ids": list(ids)})))


async def _highlighted(door: Statement, items: str, query: str) -> str:
    """Say where in each text that is shown the words stand."""
    wanted, found = highlighting.terms(query), orjson.loads(f"[{items}]")
    told = {word for term in wanted for word in term.words}
    for item in found:
        told.update(word for part in TEXTS for word in highlighting.words(item[part] or ""))
    rows = await door.fetch(_STEMS, list(told))
    stems = {row["word"]: frozenset(row["stems"]) for row in rows}
    for item in found:
        item["highlights"] = [
            {"part": part, "pieces": pieces}
            for part in TEXTS
            if item[part] and (pieces := highlighting.pieces(item[part], wanted, stems))
        ]
    return orjson.dumps(found).decode()[1:-1]
