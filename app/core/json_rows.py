"""Lists and single resources as JSON that PostgreSQL writes.

A query is built once per set of filters used, compiled to text, and kept; a request then binds
its values and passes the bytes on.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Select, Uuid, bindparam, func, literal, literal_column
from sqlalchemy.sql.elements import ColumnElement

from app.core.errors import NotFoundError
from app.core.paging import Page
from app.core.statement import Asked, Kept, Statement

Columns = Mapping[str, ColumnElement[Any]]
Build = Callable[[frozenset[str]], Select[Any]]
Fields = tuple[str, ...]

_ONE = """
SELECT row_to_json(shown)::text AS item, found.__version AS version
  FROM ({inner}) found, LATERAL (SELECT {fields}) shown"""

# One row more than the page holds tells whether another page follows. JSON of one row has no line
# end in it, so that the one too many is cut off at the last.
_PAGE = """
SELECT string_agg(row_to_json(shown)::text, E',\\n') AS items, count(*) AS found,
       (array_agg(shown.id))[{limit}] AS last
  FROM ({inner}) shown"""

_SOME = """
SELECT string_agg(row_to_json(shown)::text, E',\\n') AS items FROM ({inner}) shown"""


class JsonRows:
    """One kind of resource, readable as a page or by its id.

    `build(using)` starts from the kind's `visible()` and adds the filters named in `using`, whose
    values are bound under the same names. `columns` names every field that a schema may ask for,
    and a page shows `id` among them, for the next page starts behind it; `version`, where the kind
    has one, is also its ETag.
    """

    def __init__(
        self,
        columns: Columns,
        build: Build,
        absent: type[NotFoundError] = NotFoundError,
        version: ColumnElement[int] | None = None,
    ) -> None:
        self._columns, self._build, self._absent = columns, build, absent
        self._version = literal(0) if version is None else version
        self._kept: dict[tuple[frozenset[str], Fields, str], Kept] = {}

    async def page(
        self, door: Statement, fields: Fields, page: Page, values: Mapping[str, Any]
    ) -> bytes:
        """Give `{"items": [...], "next": ...}`, newest first; `values` holds the filters used."""
        shape = "page" if page.after is None else "page after"
        kept = self._keep(frozenset(values), fields, shape)
        row = await door.fetchrow(
            kept.text, *kept.arguments({**values, "limit": page.limit, "after": page.after})
        )
        items, following = row["items"] or "", "null"
        if row["found"] > page.limit:
            items, following = items.rpartition(",\n")[0], f'"{row["last"]}"'
        return f'{{"items":[{items}],"next":{following}}}'.encode()

    async def one(
        self, door: Statement, fields: Fields, id_: UUID, values: Mapping[str, Any]
    ) -> tuple[bytes, int]:
        """Give one resource and its version; raises the kind's own NotFoundError."""
        asked = self.asked(fields, id_, values)
        row = await door.fetchrow(asked.text, *asked.arguments)
        if row is None:
            raise self._absent
        return row["item"].encode(), row["version"]

    def asked(self, fields: Fields, id_: UUID, values: Mapping[str, Any]) -> Asked:
        """Give the statement whose one row is one resource as `item`, and its `version`."""
        kept = self._keep(frozenset(values), fields, "one")
        return Asked(kept.text, kept.arguments({**values, "id": id_}))

    async def some(
        self, door: Statement, fields: Fields, ids: Sequence[UUID], values: Mapping[str, Any]
    ) -> str:
        """Give those among these ids that the filters still let through, newest first.

        It is the inside of a JSON array.
        """
        kept = self._keep(frozenset(values), fields, "some")
        row = await door.fetchrow(kept.text, *kept.arguments({**values, "ids": list(ids)}))
        items: str = row["items"] or ""
        return items

    def _keep(self, using: frozenset[str], fields: Fields, shape: str) -> Kept:
        kept = self._kept.get((using, fields, shape))
        if kept is None:
            kept = self._compile(self._build(using), fields, shape)
            self._kept[using, fields, shape] = kept
        return kept

    def _compile(self, start: Select[Any], fields: Fields, shape: str) -> Kept:
        id_, chosen = self._columns["id"], [self._columns[name].label(name) for name in fields]
        if shape == "one":
            one = start.with_only_columns(*chosen, self._version.label("__version"))
            shown = ", ".join(f'found."{name}"' for name in fields)
            kept = Kept.of(one.where(id_ == bindparam("id", type_=Uuid())))
            return kept.within(_ONE, fields=shown)
        inner = start.with_only_columns(*chosen)
        if shape == "some":
            asked: Any = bindparam("ids", type_=ARRAY(Uuid()))
            some = inner.where(id_ == func.any(asked)).order_by(id_.desc())
            return Kept.of(some).within(_SOME)
        if shape == "page after":
            inner = inner.where(id_ < bindparam("after", type_=Uuid()))
        limit = bindparam("limit", type_=Integer())
        kept = Kept.of(inner.order_by(id_.desc()).limit(limit + literal_column("1")))
        return kept.within(_PAGE, limit=kept.place("limit"))
