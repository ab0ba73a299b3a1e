"""The events of the IWGC feed: as what is sent (webhooks) and as what one operation takes."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Body
from fastapi.routing import APIRoute

from app.api.problems import TooLargeError, UnauthenticatedError, responses
from app.api.v1.webhooks.schemas import Accepted
from app.core.inbox import EventConflictError
from app.domain.feedback.events import Ping, ReviewChanged, ReviewRemoved

_RECEIVER: Final = "/v1/webhooks/iwgc"


def _header(name: str, description: str, example: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": description,
        "schema": {"type": "string", "examples": [example]},
    }


_HEADERS: Final = [
    _header("webhook-id", "The event's id, the same in every repeat; without a dot.", "msg_2f8a"),
    _header("webhook-timestamp", "Seconds since 1970 at which it was sent.", "1772442840"),
    _header(
        "webhook-signature",
        "`v1,` and the base64 of the HMAC-SHA-256 over id, timestamp and body.",
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    ),
]
_REVIEW: Final[dict[str, Any]] = {
    "source_review_id": "iwgc-981",
    "version": 1,
    "submitted_at": "2026-03-01T18:02:11Z",
    "location_code": "OXH-CMHT-CITY",
    "channel": "sms",
    "respondent_type": "patient",
    "fft_answer": "very_good",
    "item_ratings": [{"item": "involved", "stars": 5}],
    "comment_good": "Everyone was kind.",
    "comment_better": None,
    "publication_status": "published",
    "consent_public": True,
    "language": "en",
    "easy_read": False,
    "demographics": {
        "ethnic_category": "A",
        "age_band": "25-34",
        "gender": "2",
        "disability": ["05"],
        "sexual_orientation": "1",
        "religion": "C",
        "carer": False,
    },
}
_AT: Final = "2026-03-02T09:14:00Z"
EXAMPLES: Final[dict[str, Any]] = {
    "review.created": {"type": "review.created", "timestamp": _AT, "data": _REVIEW},
    "review.updated": {
        "type": "review.updated",
        "timestamp": "2026-03-03T10:00:00Z",
        "data": _REVIEW | {"version": 2, "publication_status": "withheld"},
    },
    "review.removed": {
        "type": "review.removed",
        "timestamp": "2026-03-04T11:30:00Z",
        "data": {"source_review_id": "iwgc-981", "version": 3},
    },
    "ping": {"type": "ping", "timestamp": _AT},
}


def _example(name: str) -> Any:
    return Body(openapi_examples={name: {"value": EXAMPLES[name]}})


def _name(route: APIRoute) -> str:
    return route.name


router = APIRouter(tags=["webhooks"], generate_unique_id_function=_name)
_TOLD: Final[dict[str, Any]] = {
    "status_code": 202,
    "response_model": Accepted,
    "responses": responses(UnauthenticatedError, EventConflictError, TooLargeError),
    "openapi_extra": {"parameters": _HEADERS},
}


@router.post("review.created", **_TOLD)
async def review_created(_: Annotated[ReviewChanged, _example("review.created")]) -> None:
    """Somebody left a review.

    Everything but `source_review_id`, `version`, `submitted_at` and `location_code` may be null or
    absent.
    """


@router.post("review.updated", **_TOLD)
async def review_updated(_: Annotated[ReviewChanged, _example("review.updated")]) -> None:
    """A review changed; it is sent whole, with a greater version.

    Events may come in any order and any number of times: an older version never replaces a newer.
    """


@router.post("review.removed", **_TOLD)
async def review_removed(_: Annotated[ReviewRemoved, _example("review.removed")]) -> None:
    """A review was taken back; versions up to this one stay away, whenever they come."""


@router.post("ping", **_TOLD)
async def ping(_: Annotated[Ping, _example("ping")]) -> None:
    """Nothing happened; the feed tries the address and the secret."""


def tell_receiver(document: dict[str, Any]) -> None:
    """Give the operation that takes the events their headers, their signature and their bodies."""
    operation = document["paths"][_RECEIVER]["post"]
    events = (item["post"]["requestBody"] for item in document["webhooks"].values())
    schemas = [event["content"]["application/json"]["schema"] for event in events]
    operation["parameters"] = _HEADERS
    operation["security"] = [{"signature": []}]
    operation["requestBody"] = {
        "required": True,
        "description": "One event, at most 256 KiB. Other types are stored and ignored.",
        "content": {
            "application/json": {
                "schema": {
                    "oneOf": [each for at, each in enumerate(schemas) if each not in schemas[:at]]
                },
                "examples": {name: {"value": value} for name, value in EXAMPLES.items()},
            }
        },
    }
