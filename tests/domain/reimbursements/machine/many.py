"""Many claims of one line at once, in a few statements, for tests of those who come together."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import today
from app.core.ids import uuid7
from app.domain.reimbursements.budgets import spending
from app.domain.reimbursements.budgets.moves import Move, Part
from app.domain.reimbursements.kinds import LineKind
from app.domain.reimbursements.payees import service as payees
from tests.domain.reimbursements.machine.world import World

NUMBERS = {"payroll_number": "P1", "supplier_number": "S1", "prefers": "supplier_number"}
CLAIMS = text(
    """
    INSERT INTO claim (id, person_id, participation_id, opportunity_id, activity_on, budget_id,
           total_pence, fees_by_voucher, status, since, moves, round, created_at, updated_at,
           version)
    SELECT told.id, p.person_id, p.id, p.opportunity_id, told.day, :budget, told.pence,
           false, 'submitted', now(), :moves, 1, now(), now(), 1
      FROM unnest(CAST(:ids AS uuid[]), CAST(:places AS uuid[]), CAST(:days AS date[]),
                  CAST(:pence AS bigint[])) told (id, place, day, pence)
      JOIN participation p ON p.id = told.place"""
)
LINES = text(
    """
    INSERT INTO claim_line (id, claim_id, position, kind, day, told_pence, no_receipt_because,
           amount_pence, route, explanation, created_at, updated_at, version)
    SELECT gen_random_uuid(), id, 1, 'public_transport', activity_on, total_pence, 'None.',
           total_pence, 'accounts_payable', 'As paid', now(), now(), 1
      FROM claim WHERE id = ANY(:ids)"""
)
ACTS = text(
    """
    INSERT INTO claim_action (id, claim_id, claimant_id, number, round, act, from_status,
           to_status, actor_id, on_behalf, created_at, updated_at, version)
    SELECT gen_random_uuid(), c.id, c.person_id, :number, CAST(:number > 1 AS int), :act, :before,
           :after, coalesce(CAST(:by AS uuid), c.person_id), false, now(), now(), 1
      FROM claim c WHERE c.id = ANY(:ids) ORDER BY c.id"""
)
STAND = text("UPDATE claim SET status = :status WHERE id = ANY(:ids)")
STEPS = (
    ("make", None, "draft", None),
    ("submit", "draft", "submitted", None),
    ("certify", "submitted", "certified", 0),
    ("approve", "certified", "approved", 2),
)


async def certified(session: AsyncSession, world: World, pence: list[int]) -> list[UUID]:
    """Make claims of so many pence each, which wait to be approved."""
    return await _made(session, world, pence, None, STEPS[:3])


async def approved(
    session: AsyncSession, world: World, pence: list[int], budget_id: UUID
) -> list[UUID]:
    """Make claims of so many pence each, their money kept for them."""
    ids = await _made(session, world, pence, budget_id, STEPS)
    people = await session.execute(
        text("SELECT id, person_id, total_pence FROM claim WHERE id = ANY(:ids)"), {"ids": ids}
    )
    by = world.staff[2].id
    moves = [
        Move(
            budget_id=budget_id,
            parts=(Part(row.total_pence, row.person_id, LineKind.PUBLIC_TRANSPORT),),
            once=f"approve:{row.id}:1:4",
            day=today(),
            by=by,
            claim_id=row.id,
        )
        for row in people
    ]
    await spending.reserve_all(session, moves)
    return ids


async def numbered(session: AsyncSession, world: World) -> None:
    """Let two people stand for everybody's numbers."""
    for person in world.people:
        await payees.set_numbers(session, person, NUMBERS, by=world.staff[4].id)
        await payees.confirm_numbers(session, person, by=world.staff[5].id)


async def _made(
    session: AsyncSession,
    world: World,
    pence: list[int],
    budget_id: UUID | None,
    steps: tuple[tuple[str, str | None, str, int | None], ...],
) -> list[UUID]:
    ids = [uuid7() for _ in pence]
    places = [place for (_, activity), place in world.places.items() if activity == 0]
    told = {
        "ids": ids,
        "places": [places[at % len(places)] for at in range(len(ids))],
        "days": [today() - timedelta(days=3 + at // len(places)) for at in range(len(ids))],
        "pence": pence,
        "budget": budget_id,
        "moves": len(steps),
    }
    await session.execute(CLAIMS, told)
    await session.execute(LINES, {"ids": ids})
    for number, (act, before, after, by) in enumerate(steps, 1):
        who = None if by is None else world.staff[by].id
        values = {"number": number, "act": act, "before": before, "after": after, "by": who}
        await session.execute(ACTS, values | {"ids": ids})
    await session.execute(STAND, {"status": steps[-1][2], "ids": ids})
    return ids
