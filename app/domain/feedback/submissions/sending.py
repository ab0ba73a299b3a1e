"""From what somebody answered to an event of the inbox, which tells its day and nothing finer."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from app.core.errors import InvalidError
from app.core.inbox import Delivery
from app.domain.feedback.events import CREATED, REMOVED
from app.domain.feedback.submissions import receipts
from app.domain.feedback.submissions.answers import Form
from app.domain.feedback.submissions.queries import Place
from app.domain.feedback.surveys.content import Audience

OLDEST: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Submission:
    """What one person answered, as it was sent."""

    survey_version: UUID
    answers: Mapping[str, Any]
    language: str | None = None
    audience: Audience = Audience.STANDARD
    easy_read: bool | None = None
    receipt: str | None = None
    day: date | None = None


def receipt_of(told: Submission) -> str:
    """Give the sender's receipt, or make one; raises InvalidError."""
    if told.receipt is None:
        return receipts.make(receipts.RECEIPT)
    found = receipts.read(told.receipt, receipts.RECEIPT)
    if found is None:
        detail = "Takes 16 characters of Crockford's base 32"
        raise InvalidError.at("#/receipt", detail, "receipt")
    return found


def dated(told: Submission, today: date) -> date:
    """Give the day of an answer that was kept for a while; raises InvalidError."""
    day = told.day or today
    if not today - OLDEST <= day <= today:
        raise InvalidError.at("#/day", "Takes today or one of the 60 days before", "day")
    return day


def event(place: Place, form: Form, told: Submission, receipt: str, day: date) -> Delivery:
    """Write the event of a response; raises InvalidError.

    The digest, by which a repeat is known, leaves out the day and holds the receipt, so that
    nobody without it can try answers until the digest fits.
    """
    if place.survey_id not in (None, form.survey_id):
        raise InvalidError.at("#/survey_version", "Is not this code's survey", "another_survey")
    language = form.language(told.language)
    answered = form.take(told.answers, told.audience)
    said = {"language": language, "easy_read": told.easy_read} | answered
    named = receipts.named(receipt)
    digest = hashlib.sha256(f"{receipt} {place.team_id} ".encode() + orjson.dumps(said)).digest()
    data = {
        "source_review_id": named,
        "version": 1,
        "submitted_at": f"{day}T12:00:00Z",
        "location_code": place.team_code,
        "channel": place.channel,
        "collection_point": place.collection_point,
        **said,
    }
    body = orjson.dumps({"type": CREATED, "data": data})
    return Delivery.of_day(named, body, digest, day)


def removal(named: str, day: date) -> Delivery:
    """Write the event that takes a response back."""
    body = orjson.dumps({"type": REMOVED, "data": {"source_review_id": named, "version": 2}})
    return Delivery.of_day(f"{named}:removed", body, hashlib.sha256(body).digest(), day)
