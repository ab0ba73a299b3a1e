from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import now, today
from app.domain.people.register.errors import PersonHeldError, PersonMergedError
from app.domain.people.register.models import Person
from app.domain.rights.erasure import service as erasure
from app.domain.rights.erasure.errors import MattersUnfinishedError
from app.domain.rights.erasure.models import ErasureGround
from app.domain.rights.retention import queries
from app.domain.rights.retention.categories import RECORDS
from app.domain.rights.retention.errors import RetentionLimitedError, RetentionUnconfirmedError
from app.domain.rights.retention.models import (
    DRAFT,
    Category,
    RetentionRule,
    RetentionRun,
    RunState,
)

BATCH: Final = 500
FEW: Final = 20  # people are erased whole, each over many tables


async def put(
    session: AsyncSession, rule: RetentionRule, months: int, source: str, *, active: bool, by: Actor
) -> RetentionRule:
    """Decide how long a category is kept; an active rule is confirmed by who says so.

    Raises RetentionLimitedError, RetentionUnconfirmedError.
    """
    if by.limited:
        raise RetentionLimitedError
    if active and source.strip() == DRAFT:
        raise RetentionUnconfirmedError.at("#/source", "Say what confirms it", "unconfirmed")
    rule.keeps_months, rule.source, rule.active = months, source, active
    rule.confirmed_by = by.id if active else None
    rule.confirmed_at = now() if active else None
    await session.flush()
    return rule


async def step(session: AsyncSession, category: Category) -> bool:
    """Delete a batch of what is past its time; gives whether there may be more.

    One run a category and day; what was cut off goes on first, where the rule is still active.
    """
    rule = await queries.get(session, category)
    run = await queries.unended(session, category)
    if not rule.active or rule.confirmed_by is None:
        return False
    if run is None:
        if await queries.ran(session, category, today()):
            return False
        before = queries.cutoff(rule, today())
        run = RetentionRun(category=category, day=today(), before=before, deleted=0, kept=0)
        session.add(run)
        await session.flush()
    # A rule that was made longer since it began holds for the rest of a run.
    run.before = min(run.before, queries.cutoff(rule, today()))
    size = FEW if RECORDS[category].removals is None else BATCH
    found = await queries.batch(session, run, size)
    if not found:
        run.state = RunState.DONE
        await session.flush()
        return run.day < today()  # one that was cut off; today's is still to come
    run.last_id = found[-1][0]
    deleted = await _remove(session, category, [id_ for id_, held in found if not held], rule)
    run = await session.merge(run)  # erasing forgets what the session had loaded
    run.deleted += deleted
    run.kept += len(found) - deleted
    await session.flush()
    return True


async def _remove(
    session: AsyncSession, category: Category, ids: list[UUID], rule: RetentionRule
) -> int:
    removals = RECORDS[category].removals
    if removals is not None:
        for statement in removals:
            await session.execute(text(statement), {"ids": ids})
        return len(ids)
    assert rule.confirmed_by is not None  # noqa: S101  the step has seen to it
    told = {
        "ground": ErasureGround.RETENTION,
        "received_on": today(),
        "refused": [],
        "decided_by": rule.confirmed_by,
    }
    return sum([await _erase(session, id_, told) for id_ in ids])


async def _erase(session: AsyncSession, id_: UUID, told: dict[str, Any]) -> bool:
    """Erase somebody unless something came in between; who is kept is not read either."""
    person = await session.get_one(Person, id_, with_for_update=True, populate_existing=True)
    if person.erased_on is not None:
        return False
    try:
        async with session.begin_nested():
            await erasure.erased(session, person, told, by=told["decided_by"])
    except (MattersUnfinishedError, PersonHeldError, PersonMergedError):
        return False
    return True
