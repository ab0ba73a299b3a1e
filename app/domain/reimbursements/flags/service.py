"""Commands that hand a claim in or approve it, with the checks that belong to that.

The checks look above claims, at payees and budgets, so that these commands wrap those of claims.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.rows import insert
from app.core.statement import within
from app.domain.people.supporters.service import Whose
from app.domain.reimbursements.budgets.models import Budget
from app.domain.reimbursements.claims import committing, deciding
from app.domain.reimbursements.claims import queries as claimed
from app.domain.reimbursements.claims import service as claims
from app.domain.reimbursements.claims.acts import ClaimStatus
from app.domain.reimbursements.claims.errors import ClaimSelfError
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.flags import queries
from app.domain.reimbursements.flags.codes import FlagCode, FlagLevel
from app.domain.reimbursements.flags.findings import Finding, findings
from app.domain.reimbursements.flags.models import ClaimFlag, check_answered

Answers = Mapping[FlagCode, str]
_APPROVABLE: Final = (ClaimStatus.CERTIFIED, ClaimStatus.PART_APPROVED)


async def submit(
    session: AsyncSession, claim: Claim, *, by: Whose, late_because: str | None = None
) -> None:
    """Hand a claim in, and look at it; raises what `claims.service.submit` raises."""
    await claims.submit(session, claim, by=by, late_because=late_because)
    await keep(session, claim)


async def change(
    session: AsyncSession, claim: Claim, told: Mapping[str, Any], *, by: Whose
) -> None:
    """Put other lines in place of a claim's, and look at one that was handed in anew.

    Raises what `claims.service.change` raises.
    """
    await claims.change(session, claim, told, by=by)
    if claim.status is ClaimStatus.SUBMITTED:
        await keep(session, claim)


async def approve(
    session: AsyncSession,
    claim: Claim,
    budget_id: UUID | None,
    answers: Answers,
    *,
    low_because: str | None = None,
    by: Actor,
) -> None:
    """Agree to pay a claim, having answered what its checks found.

    The claim is looked at once more, since others may have come in, and bank details and budgets
    change. What nobody has answered needs an answer, each its own or, where it is low, one for
    all; who approves second answers what was not found before. Answers to what found nothing are
    not kept. Raises FlagsUnansweredError, and what `claims.deciding.approve` raises.
    """
    if await claimed.barred(session, by.id, claim):
        raise ClaimSelfError
    if claim.status in _APPROVABLE:
        await _answer(session, claim, budget_id, answers, low_because, by)
    await deciding.approve(session, claim, budget_id, by=by)


async def look(
    session: AsyncSession, claim: Claim, budget: Budget | None = None
) -> Sequence[Finding]:
    """Make every check of a claim, and of the budget that it is to be paid from."""
    return findings(await queries.facts(session, claim, budget))


async def keep(session: AsyncSession, claim: Claim) -> None:
    """Look at a claim that begins a round, and keep what is found."""
    flags = [ClaimFlag.of(claim, each) for each in await look(session, claim)]
    await insert(await within(session), flags, {})


async def shown(session: AsyncSession, claim: Claim, *, to: Actor) -> Sequence[ClaimFlag]:
    """Give what was found in a claim, but not to the claimant or who acted for them.

    Raises ClaimSelfError.
    """
    if await claimed.barred(session, to.id, claim):
        raise ClaimSelfError
    return await queries.flags(session, claim)


async def _look_again(session: AsyncSession, claim: Claim, budget: Budget) -> Sequence[ClaimFlag]:
    """Look once more in a claim's round; gives every check with what is kept of it."""
    known = {each.code: each for each in await queries.flags(session, claim)}
    for finding in await look(session, claim, budget):
        flag = known.get(finding.code)
        if flag is None:
            flag = ClaimFlag.of(claim, finding)
            session.add(flag)
            known[finding.code] = flag
        else:
            flag.found(finding)
    await session.flush()
    return list(known.values())


async def _answer(
    session: AsyncSession,
    claim: Claim,
    budget_id: UUID | None,
    answers: Answers,
    low_because: str | None,
    by: Actor,
) -> None:
    budget = await committing.budget_of(session, claim, budget_id, by=by.id)
    # No answer makes up for money that is to be kept now; of the first of two approvals it is.
    if await deciding.lasts(session, claim):
        budget.take(claim.total_pence)
    flags = await _look_again(session, claim, budget)
    for flag in filter(lambda each: each.open, flags):
        low = low_because if flag.level is FlagLevel.LOW else None
        reason = answers.get(flag.code) or low
        if reason is not None:
            flag.answered(reason, by=by.id)
    check_answered(flags)
    await session.flush()
