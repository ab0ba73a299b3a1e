"""Pages of a list whose order is its own, as JSON that PostgreSQL writes."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Integer, Select, Text, bindparam, cast, literal_column
from sqlalchemy.sql.elements import ColumnElement

from app.core.json_rows import Columns, Fields
from app.core.statement import Kept, Statement

_PAGE = """
SELECT string_agg(row_to_json(shown)::text, E',\\n') AS items, count(*) AS found,
       (array_agg(found.__key))[{limit}] AS last
  FROM ({inner}) found, LATERAL (SELECT {fields}) shown"""


class OrderedRows:
    """One kind of resource, listed by a key that is unique and stands in no field.

    The next page starts behind the last key, which callers take for a word without meaning.
    """

    def __init__(
        self,
        columns: Columns,
        build: Callable[[frozenset[str]], Select[Any]],
        key: ColumnElement[Any],
    ) -> None:
        self._columns, self._build, self._key = columns, build, key
        self._kept: dict[tuple[frozenset[str], Fields], Kept] = {}

    async def page(
        self, door: Statement, fields: Fields, limit: int, values: Mapping[str, Any]
    ) -> bytes:
        """Give `{"items": [...], "next": ...}`; `values` holds the filters, perhaps `after`."""
        using = frozenset(values)
        kept = self._kept.get((using, fields))
        if kept is None:
            kept = self._kept[using, fields] = self._compile(using, fields)
        row = await door.fetchrow(kept.text, *kept.arguments({**values, "limit": limit}))
        items, following = row["items"] or "", "null"
        if row["found"] > limit:
            items, following = items.rpartition(",\n")[0], f'"{row["last"]}"'
        return f'{{"items":[{items}],"next":{following}}}'.encode()

    def _compile(self, using: frozenset[str], fields: Fields) -> Kept:
        inner = self._build(using - {"after"}).with_only_columns(
            *(self._columns[name].label(name) for name in fields),
            cast(self._key, Text).label("__key"),
        )
        if "after" in using:
            after: Any = bindparam("after", type_=Text())
            inner = inner.where(self._key > cast(after, self._key.type))
        limit = bindparam("limit", type_=Integer())
        kept = Kept.of(inner.order_by(self._key).limit(limit + literal_column("1")))
        shown = ", ".join(f'found."{name}"' for name in fields)
        return kept.within(_PAGE, limit=kept.place("limit"), fields=shown)
