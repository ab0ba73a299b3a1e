"""From the bytes of an event to what is to be done: pure, one event at a time."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from app.core import strict_json
from app.core.clock import london_day
from app.domain.feedback import events
from app.domain.feedback.codes import OWN_SOURCES
from app.domain.feedback.events import (
    OwnReview,
    OwnReviewChanged,
    Removal,
    Review,
    ReviewChanged,
    ReviewRemoved,
)
from app.domain.feedback.feeds.layouts import LAYOUTS

EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Read:
    """An event that was understood; neither review nor removal where there is nothing to do."""

    id: UUID
    source: str
    hash: bytes
    review: Review | None = None
    removal: Removal | None = None
    day: date = EARLIEST


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An event that nobody can apply as it is; `reason` names places and rules, never content."""

    id: UUID
    reason: str


def read(id_: UUID, source: str, body: bytes, today: date) -> Read | Unreadable:
    """Understand one event; `today` is the London day after which nothing can be submitted."""
    try:
        envelope = strict_json.loads(body)
    except strict_json.JsonError as error:
        return Unreadable(id_, f"not JSON: {error.code}")
    kind = envelope.get("type") if isinstance(envelope, dict) else None
    if not isinstance(kind, str):
        return Unreadable(id_, "no type")
    digest = hashlib.sha256(body).digest()
    try:
        if kind in events.CHANGES:
            review = _review(source, envelope)
            return _dated(
                Read(id_, source, digest, review, None, london_day(review.submitted_at)), today
            )
        if kind == events.REMOVED:
            return Read(id_, source, digest, None, ReviewRemoved.model_validate(envelope).data)
    except (ValidationError, KeyError, TypeError) as error:
        return Unreadable(id_, _reason(error))
    return Read(id_, source, digest)


def _review(source: str, envelope: dict[str, Any]) -> Review:
    """Read what changed, by the layout of its feed where it has one."""
    if layout := LAYOUTS.get(source):
        told = layout(envelope["data"]) | {"version": envelope["version"]}
        return OwnReview.model_validate(told)
    changed = OwnReviewChanged if source in OWN_SOURCES else ReviewChanged
    return changed.model_validate(envelope).data


def _dated(found: Read, today: date) -> Read | Unreadable:
    if EARLIEST <= found.day <= today:
        return found
    return Unreadable(found.id, "/data/submitted_at: before 2000 or in the future")


def _reason(error: ValidationError | KeyError | TypeError) -> str:
    if not isinstance(error, ValidationError):
        return "not as the feed's layout says"
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return "/" + "/".join(str(part) for part in first["loc"]) + f": {first['type']}"
