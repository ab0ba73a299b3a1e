"""What every read of responses starts from: what one may see, filters, columns and words."""

import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    Date,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.sql.elements import ColumnElement

from app.domain.feedback.models import WORDS, FeedbackResponse
from app.domain.feedback.texts import STANDS
from app.domain.organisation.models import Directorate, Placement, Team

R = FeedbackResponse
COMMENTS: Final = "feedback:read:comments"
_HAS_COMMENT = or_(R.comment_good.is_not(None), R.comment_better.is_not(None))
QUERY: Final = func.to_tsquery(literal_column("'english'"), bindparam("search", type_=Text()))


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


def named(kind: type[Team | Directorate], name: str, shown: Any = None) -> Any:
    """Find a record by what callers know it by: its id or its code."""
    value = _value(name)
    found = select(kind.id if shown is None else shown)
    return found.where(or_(kind.code == value, cast(kind.id, Text) == value))


_DIRECTORATE = (
    select(Placement.team_id)
    .where(
        Placement.team_id == R.team_id,
        Placement.directorate_id == named(Directorate, "directorate").scalar_subquery(),
        Placement.valid_from <= R.day,
        or_(Placement.valid_to.is_(None), Placement.valid_to > R.day),
    )
    .exists()
)
FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": R.team_id == func.any(_value("visible", ARRAY(Uuid()))),
    "team": R.team_id == named(Team, "team").scalar_subquery(),
    "directorate": _DIRECTORATE,
    "from_day": R.day >= _value("from_day", Date()),
    "to_day": R.day <= _value("to_day", Date()),
    "rating": R.fft_answer == _value("rating"),
    "source": R.source == _value("source"),
    "channel": R.channel == _value("channel"),
    "theme": R.themes.op("@>")(func.array_append(literal_column("'{}'::text[]"), _value("theme"))),
    "sentiment": R.sentiment == _value("sentiment", Integer()),
    "status": STANDS,
    "with_comment": _HAS_COMMENT,
    "without_comment": ~_HAS_COMMENT,
    "search": _HAS_COMMENT & literal_column(WORDS).op("@@")(QUERY),
}
COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in R.__table__.columns},
    "highlights": literal_column("NULL::json"),  # filled where words are searched for
}


def visible(using: frozenset[str]) -> Select[Any]:
    """Start every SELECT on responses; `visible` among `using` binds the teams one may see."""
    return select(R).where(*(FILTERS[name] for name in sorted(using)))


_TOKEN = re.compile(r'"([^"]*)"|(\S+)')
_WORD = re.compile(r"\w+")


def tsquery(search: str) -> str | None:
    """Write what somebody searches for as a PostgreSQL tsquery; None where it names no word.

    All words must occur; `"of words"` is a phrase, `word*` a prefix.
    """
    terms = []
    for match in _TOKEN.finditer(search):
        phrase, single = match[1], match[2]
        words = _WORD.findall(phrase if single is None else single)
        prefix = ":*" if single is not None and single.endswith("*") else ""
        if words:
            terms.append("(" + " <-> ".join(f"'{word}'" for word in words) + prefix + ")")
    return " & ".join(terms) or None
