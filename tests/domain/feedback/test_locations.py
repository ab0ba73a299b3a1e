from datetime import date

from sqlalchemy import text

from tests.factories import drained, event, review

TEAMS = text("SELECT day, team_id FROM feedback_response ORDER BY day")


async def test_a_code_means_the_team_that_had_it_on_that_day(session, given):
    """A source hands a code on: what was told before belongs to the team before."""
    before, after = await given.team(), await given.team()
    await given.location(before, "WARD-7", valid_to=date(2026, 3, 1))
    await given.location(after, "WARD-7", valid_from=date(2026, 3, 1))
    days = ("2026-02-28", "2026-03-01")
    told = [review(location_code="WARD-7", submitted_at=f"{day}T12:00:00Z") for day in days]
    await drained(session, *(event(**each) for each in told))
    found = [tuple(row) for row in await session.execute(TEAMS)]
    assert found == [(date(2026, 2, 28), before.id), (date(2026, 3, 1), after.id)]
