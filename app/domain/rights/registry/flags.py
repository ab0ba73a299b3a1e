"""What the checks of claims found, and what approvers said of it."""

from collections.abc import Sequence
from typing import Final

from app.domain.rights.registry.claims import LAW
from app.domain.rights.registry.entries import Entry, Erasure, titles

FLAGS: Final[Sequence[Entry]] = (
    Entry(
        table="claim_flag",
        path=("claim_id", "claim.person_id"),
        title="What was looked for in your claims",
        purpose="Nothing is paid twice, or to somebody else",
        columns=titles("round code level explanation answer answered_at"),
        # Whether a check is told while fraud is looked into is decided case by case (Data
        # Protection Act 2018, schedule 2, paragraph 2).
        review=frozenset({"explanation", "answer"}),
        erasure=Erasure.BLANK,
        blanks={"answer": "(erased)"},
        because=LAW,
    ),
)
