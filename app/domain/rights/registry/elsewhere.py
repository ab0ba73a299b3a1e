"""Tables that refer to no person of the register and hold personal columns all the same."""

from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.rights.registry.entries import Mention, titles

# Searched for the person's name, e-mail address and telephone number, whatever the case.
MENTIONS: Final[Sequence[Mention]] = (
    Mention(
        table="forum_issue",
        title="Issues raised at forums",
        columns=titles("what first_answer second_answer action action_by outcome"),
    ),
    Mention(table="forum_paper", title="Papers of forum meetings", columns=titles("title")),
    Mention(
        table="fund_application",
        title="Applications to the co-production fund",
        columns=titles("title purpose together because outcome"),
    ),
    Mention(table="fund_spend", title="What was spent of the fund", columns=titles("what")),
    Mention(
        table="format_request",
        title="Requests for formats of the library",
        columns=titles("why reason"),
    ),
    Mention(
        table="opportunity",
        title="Opportunities",
        columns=titles(
            "title summary easy_read co_produced_how place access_note cancelled_because"
        ),
    ),
    Mention(
        table="feedback_promise",
        title="Promises made at meetings",
        columns=titles("what who kept_how"),
    ),
    Mention(
        table="feedback_action",
        title="Actions on feedback",
        columns=titles("note owner_name co_produced_with"),
        json=frozenset({"co_produced_with"}),
    ),
)
_ANONYMOUS: Final = "feedback is anonymous: nothing leads from a person to it"
_FILE: Final = "a file of anonymous feedback, kept for a month"
_BYTES: Final = "the file of a receipt, told, downloaded and deleted by its receipt"
_STAFF: Final = "tells of staff in their work, not of people of the register"
NOBODYS: Final[Mapping[str, str]] = {
    "app_user": _STAFF,
    "api_key": _STAFF,
    "user_identity": _STAFF,
    "contact": _STAFF,
    "feedback_search": _STAFF,
    "feedback_response": _ANONYMOUS,
    "feedback_moderation": _ANONYMOUS,
    "feedback_moderation_decision": _ANONYMOUS,
    "feedback_escalation": _ANONYMOUS,
    "feedback_reply": _ANONYMOUS,
    "feedback_import_row": _FILE,
    "feedback_rejected_row": _FILE,
    "feedback_meeting": "how many came to a meeting, and nobody's name",
    "receipt_content": _BYTES,
    "receipt_quarantine": _BYTES,
    "payment_file": "a payment run's file, sealed: the financial record, kept six years",
    "recovery_referral": "a keyed hash of what another service knows somebody by",
}
# Those of before that name no record are found by the address, and erased as a whole.
LETTERS: Final = "message"
