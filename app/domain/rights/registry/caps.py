"""The tables of a person's own cap, of advances, and of what was topped up."""

from collections.abc import Sequence
from typing import Final

from app.domain.rights.registry.claims import LAW, MONEY
from app.domain.rights.registry.entries import Entry, Erasure, titles

_OPEN: Final = frozenset({"asked", "agreed", "paid"})
CAPS: Final[Sequence[Entry]] = (
    Entry(
        table="payment_cap",
        title="The cap that you set on your fees",
        purpose="To warn you before a fee comes near it",
        columns=titles("most_pence period starts_on counted_by"),
        erasure=Erasure.DELETE,
    ),
    Entry(
        table="advance",
        title="What you asked for before activities",
        purpose=MONEY,
        columns=titles(
            "kind pence what from_place to_place travel_on status on_behalf decided_on reason"
            " done_on reference settled_pence",
            opportunity_id="Opportunity",
        ),
        labels={"opportunity_id": "opportunity.title"},
        review=frozenset({"reason"}),
        erasure=Erasure.BLANK,
        blanks={
            "what": None,
            "from_place": None,
            "to_place": None,
            "reason": "(erased)",
            "reference": None,
        },
        because=LAW,
        unfinished=lambda row, _: row["status"] in _OPEN,
    ),
    Entry(
        table="advance_settlement",
        path=("advance_id", "advance.person_id"),
        title="By how much advances reduced your claims",
        purpose=MONEY,
        columns=titles("pence"),
        erasure=Erasure.KEEP,
        because=LAW,
    ),
    Entry(
        table="claim_top_up",
        path=("claim_id", "claim.person_id"),
        title="Which claims add to others that were paid",
        purpose=MONEY,
        columns=titles("", tops_up_id="Claim that was paid"),
        erasure=Erasure.KEEP,
        because=LAW,
    ),
)
