"""A person's needs as their record shows them; made without models, which stand above a person."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Date, bindparam, case, column, func, literal_column, select, table
from sqlalchemy.sql.elements import ColumnElement

from app.domain.people.needs.codes import REFERENCE_SETS

_PLAIN: Final = (
    "id", "kind", "concept", "words", "formats", "languages", "reviewed_on", "review_on", "version"
)  # fmt: skip
_NEED: Final = table("person_need", column("person_id"), *(column(name) for name in _PLAIN))
_OF_KIND: Final = case(
    *(
        (_NEED.c.kind == literal_column(f"'{kind}'"), literal_column(f"'{code}'"))
        for kind, code in REFERENCE_SETS.items()
    )
)
_TODAY: Any = bindparam("today", type_=Date())
_FIELDS: Final[Mapping[str, ColumnElement[Any]]] = {
    **{name: _NEED.c[name] for name in _PLAIN},
    "reference_set": _OF_KIND,
    "overdue": _NEED.c.review_on < _TODAY,
}
_SHOWN: Final = func.json_build_object(
    *(part for name, each in _FIELDS.items() for part in (literal_column(f"'{name}'"), each))
)
NEEDS: Final = func.coalesce(
    select(func.json_agg(_SHOWN))
    .where(_NEED.c.person_id == literal_column("person.id"))
    .scalar_subquery(),
    literal_column("'[]'::json"),
)
