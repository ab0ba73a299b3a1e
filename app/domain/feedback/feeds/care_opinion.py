"""The layout of Care Opinion: what of an opinion is what of a response (domain reference 2.2).

A story is about one experience as a whole: it stands with what was good unless its moderators
called it critical. It has no answer to the Friends and Family Test. Where it tells of several
services, it is counted once, for the first.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from app.domain.feedback.codes import Channel, PublicationStatus, RespondentType

NAME: Final = "care_opinion"
NO_SERVICE: Final = "no-service"
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_AGES: Final = re.compile(r"(\d{1,3})\s*(?:-|to|–)\s*(\d{1,3})|(\d{1,3})\s*(?:\+|and over|or over)")  # noqa: RUF001  as it is written
_UNCRITICAL: Final = frozenset({None, "", "not critical", "not known"})
# The first that occurs in what the author is called; the more particular stand first.
_ROLES: Final = (
    ("staff", RespondentType.STAFF_ASSISTED),
    ("parent", RespondentType.PARENT),
    ("guardian", RespondentType.PARENT),
    ("carer", RespondentType.CARER),
    ("relative", RespondentType.CARER),
    ("friend", RespondentType.CARER),
    ("patient", RespondentType.PATIENT),
    ("service user", RespondentType.PATIENT),
)
_BEST: Final = 5


def identify(told: Any) -> tuple[str, date] | None:
    """Give an opinion's id and day; None for an apology, or what else is no opinion."""
    if not isinstance(told, dict) or not isinstance(told.get("id"), int | str):
        return None
    try:
        return str(told["id"]), date.fromisoformat(str(told.get("dateOfSubmission"))[:10])
    except ValueError:
        return None


def review(whole: Mapping[str, Any]) -> dict[str, Any]:
    """Say an opinion in the words of a review; what is missing or odd stays out, bar its day."""
    told = whole["opinion"]
    critical = _lower(told.get("criticality")) not in _UNCRITICAL
    services, tags = _records(whole.get("healthservices")), _records(whole.get("tags"))
    words = "\n\n".join(str(told[part]) for part in ("title", "body") if told.get(part))
    published = bool(told.get("dateOfPublication"))
    return {
        "source_review_id": str(told["id"]),
        "submitted_at": _midday(told.get("dateOfSubmission")),
        "location_code": next((s["nacs"] for s in services if s.get("nacs")), NO_SERVICE),
        "channel": Channel.ONLINE,
        "respondent_type": _role(_lower(told.get("authorRole"))),
        "comment_better" if critical else "comment_good": words,
        "item_ratings": _ratings(whole.get("ratings")) or None,
        "publication_status": (
            PublicationStatus.PUBLISHED if published else PublicationStatus.PENDING
        ),
        "consent_public": True if published else None,
        "demographics": {"age_band": _ages(told.get("authorAgeGroup"))},
        "answers": {
            "criticality": told.get("criticality"),
            "progress": told.get("progress"),
            "tags": [
                {name: tag.get(name) for name in ("name", "group", "polarity")} for tag in tags
            ],
        },
    }


def _records(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _lower(value: Any) -> str | None:
    return value.strip().lower() if isinstance(value, str) else None


def _midday(value: Any) -> str | None:
    """Keep the day alone; midday is the same day in London all year."""
    found = _DAY.match(value) if isinstance(value, str) else None
    return f"{found[0]}T12:00:00Z" if found else None


def _role(told: str | None) -> RespondentType | None:
    return next((role for word, role in _ROLES if word in (told or "")), None)


def _ages(value: Any) -> str | None:
    found = _AGES.search(value) if isinstance(value, str) else None
    if found is None:
        return None
    return f"{found[1]}-{found[2]}" if found[1] else f"{found[3]}+"


def _ratings(value: Any) -> list[dict[str, Any]]:
    """Give the stars of each question once: a story may be rated for several services."""
    found: dict[str, int] = {}
    for rating in _ratings_of(_records(value)):
        question, score = rating.get("questionText"), rating.get("score")
        stars = _stars(score)
        if isinstance(question, str) and question.strip() and stars is not None:
            found.setdefault(question.strip()[:100], stars)
    return [{"item": item, "stars": stars} for item, stars in found.items()]


def _ratings_of(services: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    for service in services:
        yield from _records(service.get("ratings"))


def _stars(score: Any) -> int | None:
    if isinstance(score, bool) or not isinstance(score, int | float):
        return None
    return int(score) if 1 <= score <= _BEST and score == int(score) else None
