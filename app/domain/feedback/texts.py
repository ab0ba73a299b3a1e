"""The texts of responses in SQL: what they say, and how moderation has them stand.

Of moderation's own table this knows what a filter needs and no more.
"""

from typing import Any, Final

from sqlalchemy import LargeBinary, Text, Uuid, bindparam, case, column, exists, func, table
from sqlalchemy.sql.elements import ColumnElement

from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.parts import BETTER, GOOD

R = FeedbackResponse
STATUS: Final = bindparam("status", type_=Text())
STANDING: Final = table(
    "feedback_moderation",
    column("response_id", Uuid()),
    column("part", Text()),
    column("text_hash", LargeBinary()),
    column("status", Text()),
).alias("standing")


def words(part: Any) -> ColumnElement[str]:
    """Give the words of a part, as they are today; null where there are none."""
    return case(
        (part == GOOD, R.comment_good),
        (part == BETTER, R.comment_better),
        else_=R.texts.op("->>")(part),
    )


def hashed(told: Any) -> ColumnElement[bytes]:
    """Name a text by what it says, as screening does."""
    return func.sha256(func.convert_to(told, "UTF8"), type_=LargeBinary())


STANDS: Final = exists().where(
    STANDING.c.response_id == R.id,
    STANDING.c.status == STATUS,
    STANDING.c.text_hash == hashed(words(STANDING.c.part)),
)
"""Whether one of a response's texts, as it is today, has the status that is asked for."""
