"""What people are told about their claims."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.people.notices import Notice, notify
from app.domain.reimbursements.claims.models import Claim, ClaimAction

_ASKED = {"claim_sent_back": "questions", "claim_rejected": "reason"}


async def decided(session: AsyncSession, claim: Claim, action: ClaimAction, notice: Notice) -> None:
    """Tell somebody that their claim was sent back or rejected, and why."""
    await notify(
        session,
        person_id=claim.person_id,
        notice=notice,
        values={"reference": claim.reference, _ASKED[notice]: action.reason or ""},
        once=f"{notice}:{action.id}",
    )
