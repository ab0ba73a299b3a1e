"""The tables of what people chose, claimed and were paid; the law keeps them six years."""

from collections.abc import Sequence
from typing import Final

from app.domain.rights.registry.entries import Entry, Erasure, titles

MONEY: Final = "Paying people for their involvement"
LAW: Final = "The financial record: six years from the end of the year, and names nobody"
_OPEN: Final = frozenset(
    {"submitted", "certified", "part_approved", "approved", "in_run", "sent", "returned"}
)
CLAIMS: Final[Sequence[Entry]] = (
    Entry(
        table="person_user",
        title="That you are also a member of staff",
        purpose="Nobody decides on their own claims",
        columns=titles("", user_id="Your user"),
        labels={"user_id": "app_user.name"},
        erasure=Erasure.DELETE,
    ),
    Entry(
        table="payment_choice",
        title="What you chose about fees",
        purpose=MONEY,
        columns=titles("choice most_pence made_at on_behalf", participation_id="Activity"),
        erasure=Erasure.KEEP,
        because=LAW,
    ),
    Entry(
        table="claim",
        title="Your claims",
        purpose=MONEY,
        columns=titles(
            "number activity_on scheme fees_by_voucher total_pence status since moves round",
            opportunity_id="Opportunity",
        ),
        labels={"opportunity_id": "opportunity.title"},
        erasure=Erasure.KEEP,
        because=LAW,
        unfinished=lambda row, _: row["status"] in _OPEN,
    ),
    Entry(
        table="claim_action",
        path=("claim_id", "claim.person_id"),
        title="What was done with your claims",
        purpose=MONEY,
        columns=titles("number before round act from_status to_status on_behalf reason created_at"),
        review=frozenset({"reason"}),
        erasure=Erasure.BLANK,
        blanks={"reason": "(erased)"},
        because=LAW,
    ),
    Entry(
        table="claim_line",
        path=("claim_id", "claim.person_id"),
        title="What you claimed",
        purpose=MONEY,
        columns=titles(
            "position kind day level hours miles vehicle passengers hours_away told_pence"
            " from_place to_place no_receipt_because amount_pence route explanation"
        ),
        erasure=Erasure.BLANK,
        blanks={"from_place": None, "to_place": None, "no_receipt_because": "(erased)"},
        because=LAW,
    ),
    Entry(
        table="claim_occasion",
        path=("claim_id", "claim.person_id"),
        title="That nothing is claimed twice",
        purpose=MONEY,
        columns=titles("kind day live"),
        erasure=Erasure.KEEP,
        because=LAW,
    ),
    Entry(
        table="claim_receipt",
        path=("claim_id", "claim.person_id"),
        title="Which receipts belong to your claims",
        purpose=MONEY,
        columns=titles("position live"),
        erasure=Erasure.KEEP,
        because=LAW,
    ),
    Entry(
        table="claim_payment",
        title="What you were paid",
        purpose=MONEY,
        columns=titles("route amount_pence reference status paid_on returned_because replaced"),
        erasure=Erasure.KEEP,
        because=LAW,
        unfinished=lambda row, _: row["status"] in ("taken", "sent"),
    ),
)
