"""What of an event goes into which column of a response."""

from typing import Any, Final
from uuid import UUID

import orjson

from app.core.ids import day_uuid7
from app.domain.feedback.events import NOTHING_TOLD, OwnReview, Review
from app.domain.feedback.reading import Read

COLUMNS: Final = (
    "id",
    "team_id",
    "day",
    "source",
    "source_review_id",
    "source_version",
    "source_hash",
    "version",
    "location_code",
    "experience_month",
    "collection_point",
    "channel",
    "respondent_type",
    "fft_answer",
    "raw_answer",
    "item_ratings",
    "comment_good",
    "comment_better",
    "publication_status",
    "consent_public",
    "language",
    "easy_read",
    "ethnic_category",
    "age_band",
    "gender",
    "disability",
    "sexual_orientation",
    "religion",
    "carer",
    "survey_version_id",
    "answers",
    "texts",
    "involved",
    "contact_wanted",
)


def record(event: Read, review: Review, team: UUID) -> tuple[Any, ...]:
    """Give the values of COLUMNS for a response that is new."""
    told = review.demographics or NOTHING_TOLD
    ratings = review.item_ratings
    return (
        day_uuid7(event.day),
        team,
        event.day,
        event.source,
        review.source_review_id,
        review.version,
        event.hash,
        1,
        review.location_code,
        review.experience_month,
        review.collection_point,
        review.channel,
        review.respondent_type,
        review.fft_answer,
        review.raw_answer,
        orjson.dumps([r.model_dump() for r in ratings]).decode() if ratings else None,
        review.comment_good,
        review.comment_better,
        review.publication_status,
        review.consent_public,
        review.language,
        review.easy_read,
        told.ethnic_category,
        told.age_band,
        told.gender,
        told.disability,
        told.sexual_orientation,
        told.religion,
        told.carer,
        *_own(review),
    )


def _own(review: Review) -> tuple[Any, ...]:
    if not isinstance(review, OwnReview):
        return (None, None, None, None, None)
    answers, texts = _json(review.answers), _json(review.texts)
    return review.survey_version_id, answers, texts, review.involved, review.contact_wanted


def _json(value: dict[str, Any] | None) -> str | None:
    return orjson.dumps(value).decode() if value else None
