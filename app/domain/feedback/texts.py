"""The texts of responses in SQL: what they say, and the name that moderation knows them by."""

from typing import Any

from sqlalchemy import LargeBinary, case, func
from sqlalchemy.sql.elements import ColumnElement

from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.parts import BETTER, GOOD

R = FeedbackResponse


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
