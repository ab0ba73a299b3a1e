"""Any order and any repetition of the same events ends in the same state."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.domain.feedback import intake
from tests.factories import drained, event, review

RESPONSES = text(
    "SELECT source, source_review_id, source_version, day, team_id, fft_answer, comment_good"
    " FROM feedback_response ORDER BY 1, 2"
)
TOMBSTONES = text("SELECT source_review_id, source_version FROM feedback_tombstone ORDER BY 1")
DAILY = text(
    "SELECT * FROM feedback_daily WHERE very_good + good + poor + unanswered > 0"
    " ORDER BY team_id, day, source, channel"
)
MONTHLY = text(
    "SELECT * FROM feedback_monthly WHERE very_good + good + poor + unanswered > 0"
    " ORDER BY team_id, dimension, month, value"
)


TOLD = {"ethnic_category": "A", "disability": ["01", "02"]}


@st.composite
def happenings(draw):
    name = draw(st.sampled_from(["r1", "r2", "r3"]))
    version = draw(st.integers(1, 3))
    if draw(st.booleans()) and draw(st.booleans()):
        return event("review.removed", source_review_id=name, version=version)
    return event(
        draw(st.sampled_from(["review.created", "review.updated"])),
        **review(
            source_review_id=name,
            version=version,
            location_code=draw(st.sampled_from(["A", "B"])),
            submitted_at=draw(st.sampled_from(["2026-03-01T10:00:00Z", "2026-04-02T10:00:00Z"])),
            fft_answer=draw(st.sampled_from(["very_good", "good", "poor", None])),
            comment_good=draw(st.sampled_from(["kind", None])),
            channel=draw(st.sampled_from(["sms", None])),
            demographics=draw(
                st.sampled_from([None, {"ethnic_category": "A", "disability": ["01", "02"]}])
            ),
        ),
    )


async def state(session) -> tuple:
    tables = [RESPONSES, TOMBSTONES, DAILY, MONTHLY]
    return tuple([[tuple(r) for r in await session.execute(table)] for table in tables])


@given(events=st.lists(happenings(), min_size=1, max_size=8), data=st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_any_order_and_repetition_ends_in_the_same_state(teams, session, events, data):
    repeated = events + data.draw(st.lists(st.sampled_from(events), max_size=4))
    shuffled = data.draw(st.permutations(repeated))
    cut = data.draw(st.integers(0, len(shuffled)))
    ends = []
    for batches in ([events], [shuffled[:cut], shuffled[cut:]], [[e] for e in shuffled]):
        async with session.begin_nested() as savepoint:
            for batch in batches:
                await inbox(session, batch)
            ends.append(await state(session))
            await session.execute(text("SELECT feedback_recount('2026-01-01', '2026-12-31')"))
            assert await state(session) == ends[-1]
            await savepoint.rollback()
    assert ends[0] == ends[1] == ends[2]


async def inbox(session, bodies) -> None:
    for body in bodies:
        await session.execute(STORE, {"body": body})
    while await intake.drain(session):
        pass


STORE = text(
    "INSERT INTO inbox_event (id, source, event_id, body, body_hash, received_at, status)"
    " VALUES (gen_random_uuid(), 'iwgc', gen_random_uuid()::text, :body, sha256(:body), now(),"
    " 'pending')"
)


async def test_a_removal_before_its_creation_leaves_a_tombstone(teams, session):
    gone = event("review.removed", source_review_id="r1", version=2)
    await drained(session, gone)
    await drained(session, event(**review(source_review_id="r1", version=2, location_code="A")))
    assert (await session.execute(RESPONSES)).all() == []
    await drained(session, event(**review(source_review_id="r1", version=3, location_code="A")))
    assert len((await session.execute(RESPONSES)).all()) == 1


async def test_two_removals_in_one_batch_leave_the_newest(teams, session):
    bodies = [
        event("review.removed", source_review_id="r1", version=version) for version in (3, 1, 2)
    ]
    await drained(session, *bodies)
    assert (await session.execute(TOMBSTONES)).all() == [("r1", 3)]
