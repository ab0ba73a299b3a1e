"""What people of the register are told, by what right, and which values fill it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.domain.people.consents.models import Purpose


class Notice(StrEnum):
    """A kind of message to somebody on the register."""

    WELCOME = "welcome"
    INVITATION = "invitation"
    APPLICATION_RECEIVED = "application_received"
    APPLICATION_ACCEPTED = "application_accepted"
    APPLICATION_DECLINED = "application_declined"
    CANCELLATION = "cancellation"
    REMINDER = "reminder"
    NUDGE = "nudge"
    PAPERS = "papers"
    CHECK_IN = "check_in"
    CHECK_EXPIRY = "check_expiry"
    TRAINING_EXPIRY = "training_expiry"
    ONE_TIME_CODE = "one_time_code"
    SUPPORTER_NAMED = "supporter_named"
    ERASURE_DONE = "erasure_done"
    CLAIM_SENT_BACK = "claim_sent_back"
    CLAIM_REJECTED = "claim_rejected"
    CLAIM_RETURNED = "claim_returned"
    REMITTANCE = "remittance"
    PAYEE_CHANGED = "payee_changed"


@dataclass(frozen=True, slots=True)
class Kind:
    """What holds for every message of a notice.

    `examples` are its own values, beside those that every notice has. It needs a consent for
    `purpose`, if one is named. An `essential` one is what somebody asked for or must know: it comes
    by text message also to who has not agreed to those. One that `outlives` the person's record
    keeps its address itself.
    """

    examples: Mapping[str, str]
    purpose: Purpose | None = None
    essential: bool = False
    outlives: bool = False


# What is forgotten once it is sent: a code that opens a record, of which else only a keyed hash is
# kept, and to whom it was told that nothing of them is kept.
FORGOTTEN: Final = frozenset({Notice.ONE_TIME_CODE, Notice.ERASURE_DONE})
# What every notice can say.
COMMON: Final[Mapping[str, str]] = MappingProxyType(
    {"name": "Amara", "trust": "Oxford Health NHS Foundation Trust"}
)
_WHAT: Final = {"title": "A kinder front door"}
_WHEN: Final = {**_WHAT, "when": "Tuesday 1 December 2026, 10:00 to 12:00", "where": "Town Hall"}
_DAY: Final = {"day": "1 December 2026"}
KINDS: Final[Mapping[Notice, Kind]] = MappingProxyType(
    {
        Notice.WELCOME: Kind({"lead": "Lee Lead"}),
        Notice.INVITATION: Kind(_WHEN, Purpose.OPPORTUNITIES),
        Notice.APPLICATION_RECEIVED: Kind(_WHAT),
        Notice.APPLICATION_ACCEPTED: Kind(_WHEN),
        Notice.APPLICATION_DECLINED: Kind(_WHAT),
        Notice.CANCELLATION: Kind({**_WHAT, "because": "The room is flooded."}),
        Notice.REMINDER: Kind(_WHEN),
        Notice.NUDGE: Kind(_WHAT, Purpose.OPPORTUNITIES),
        Notice.PAPERS: Kind(
            {**_DAY, "forum": "Our voice", "paper": "Minutes", "link": "https://example.org/1"}
        ),
        Notice.CHECK_IN: Kind({**_DAY, "lead": "Lee Lead"}),
        Notice.CHECK_EXPIRY: Kind(_DAY),
        Notice.TRAINING_EXPIRY: Kind({**_DAY, "course": "Safeguarding"}),
        Notice.ONE_TIME_CODE: Kind({"code": "7K2M-9XQ4"}, essential=True),
        Notice.SUPPORTER_NAMED: Kind(
            {"supporter": "Ngozi Okafor", "until": "1 December 2026"}, essential=True
        ),
        Notice.ERASURE_DONE: Kind({}, essential=True, outlives=True),
        Notice.CLAIM_SENT_BACK: Kind(
            {"reference": "EV00000123", "questions": "Which day was the second trip?"},
            essential=True,
        ),
        Notice.CLAIM_REJECTED: Kind(
            {"reference": "EV00000123", "reason": "It was paid already."}, essential=True
        ),
        Notice.CLAIM_RETURNED: Kind({"reference": "EV00000123A1"}, essential=True),
        Notice.REMITTANCE: Kind(
            {
                **_DAY,
                "reference": "EV00000123A1",
                "amount": "£16.50",
                "lines": "Mileage",
            },
            essential=True,
        ),
        Notice.PAYEE_CHANGED: Kind(_DAY, essential=True),
    }
)


def places(notice: Notice) -> frozenset[str]:
    """Give the names that stand in a notice's text for values."""
    return frozenset(COMMON) | frozenset(KINDS[notice].examples)
