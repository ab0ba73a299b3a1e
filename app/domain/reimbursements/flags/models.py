"""What each check found in a claim, and what its approver said of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Entity
from app.domain.reimbursements.claims.models import PERSONAL, Claim
from app.domain.reimbursements.flags.codes import FlagCode, FlagLevel
from app.domain.reimbursements.flags.errors import FlagsUnansweredError
from app.domain.reimbursements.flags.findings import Finding

ANSWERED: Final = "num_nonnulls(answered_by, answered_at, answer)"


class ClaimFlag(Entity):
    """One check of a claim in one round: what it found, and the answer of who approves.

    The database lets nobody approve while one above none has no answer. `about_ids` are the other
    claims that it is about.
    """

    __tablename__ = "claim_flag"
    __table_args__ = (
        UniqueConstraint("claim_id", "round", "code"),
        CheckConstraint("round > 0", name="round"),
        CheckConstraint(f"{ANSWERED} = 0 OR {ANSWERED} = 3", name="answered"),
    )

    claim_id: Mapped[UUID] = mapped_column(ForeignKey(Claim.id))
    round: Mapped[int]
    code: Mapped[FlagCode]
    level: Mapped[FlagLevel]
    about_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    explanation: Mapped[str]
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(info=PERSONAL)

    @classmethod
    def of(cls, claim: Claim, finding: Finding) -> "ClaimFlag":
        """Make what is kept of a finding."""
        return cls(
            claim_id=claim.id,
            round=claim.round,
            code=finding.code,
            level=finding.level,
            about_ids=list(finding.about),
            explanation=finding.explanation,
        )

    @property
    def open(self) -> bool:
        """Tell whether somebody must answer it before they approve."""
        return self.level is not FlagLevel.NONE and self.answered_by is None

    def found(self, finding: Finding) -> None:
        """Take what was found anew; an answer stays unless more was found than it answers."""
        others = not set(finding.about) <= set(self.about_ids)
        more = finding.level.rank > self.level.rank or others
        if more and self.answered_by is not None:
            self.answered_by = self.answered_at = self.answer = None
        if (finding.level, finding.explanation) != (self.level, self.explanation):
            self.level, self.explanation = finding.level, finding.explanation
        if set(finding.about) != set(self.about_ids):
            self.about_ids = list(finding.about)

    def answered(self, reason: str, *, by: UUID) -> None:
        """Keep why it may be approved all the same."""
        self.answer, self.answered_by, self.answered_at = reason, by, now()


def check_answered(flags: Iterable[ClaimFlag]) -> None:
    """Refuse where one has no answer; raises FlagsUnansweredError, which lists them."""
    told = [
        {"code": each.code, "level": each.level, "explanation": each.explanation}
        for each in flags
        if each.open
    ]
    if told:
        raise FlagsUnansweredError(flags=told)
