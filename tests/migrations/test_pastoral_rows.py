"""Pastoral care is seen by the named lead, by who broke the glass, and by nobody else."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.migrations.acting import person, setting

STAMPS = "now(), now(), 1"
USER = (
    "INSERT INTO app_user (id, name, active, created_at, updated_at, version)"
    f" VALUES ($1, 'Lee', true, {STAMPS})"
)
LEAD = (
    "INSERT INTO pastoral_lead (person_id, lead_id, id, created_at, updated_at, version)"
    f" VALUES ($1, $2, gen_random_uuid(), {STAMPS})"
)
PLAN = (
    "INSERT INTO pastoral_plan (person_id, id, wellbeing, created_at, updated_at, version)"
    f" VALUES ($1, gen_random_uuid(), 'Ring me.', {STAMPS})"
)
CHECK_IN = (
    "INSERT INTO pastoral_check_in (person_id, id, kind, about, planned_for, state, held_on, notes,"
    " missed_because, created_at, updated_at, version)"
    f" VALUES ($1, gen_random_uuid(), {{}}, {STAMPS})"
)
PLANNED = CHECK_IN.format("'check_in', NULL, '2026-01-01', 'planned', NULL, NULL, NULL")
GLASS = (
    "INSERT INTO pastoral_break_glass (person_id, asked_by, id, reason, until, denied_because,"
    " created_at, updated_at, version) VALUES ($1, $2, gen_random_uuid(), 'Distress', {}, {},"
    " {}, now(), 1)"
)
OPENED = GLASS.format("now() + interval '1 hour'", "NULL", "now()")
CONCERN = (
    "INSERT INTO pastoral_concern (person_id, handler_id, about_id, raised_by, id, what, raised_on,"
    " answer_by, state, created_at, updated_at, version) VALUES ($1, $2, $3, $4,"
    f" gen_random_uuid(), 'Shouting', '2026-01-01', '2026-01-15', 'raised', {STAMPS})"
)
SEEN = ("pastoral_plan", "pastoral_check_in")


async def user(acting) -> UUID:
    id_ = uuid4()
    await acting.execute(USER, id_)
    return id_


async def led(acting) -> tuple[UUID, UUID]:
    """Somebody with a plan and a check-in, and their lead."""
    one, lead = await person(acting), await user(acting)
    await acting.execute(LEAD, one, lead)
    await as_user(acting, lead, PLAN, one)
    await as_user(acting, lead, PLANNED, one)
    return one, lead


async def as_user(acting, actor, statement: str, *values, concerns: str = "") -> list:
    async with acting.transaction():
        await setting(acting, "actor", actor)
        await setting(acting, "concerns", concerns)
        return await acting.fetch(statement, *values)


async def seen(acting, actor, table: str, **settings: str) -> int:
    return len(await as_user(acting, actor, f"SELECT FROM {table}", **settings))


@pytest.mark.parametrize("role", ["app", "worker", "owner"])
async def test_only_the_named_lead_sees_plan_and_check_ins(acting, role):
    _, lead = await led(acting)
    _, other = await led(acting)
    await acting.execute(f"SET ROLE everyvoice_{role}")
    for table in SEEN:
        for actor in (lead, other):
            assert await seen(acting, actor, table) == (role != "owner")
        for actor in ("", uuid4()):
            assert await seen(acting, actor, table) == 0
        assert await acting.fetch(f"SELECT FROM {table}") == []
        await acting.execute(f"UPDATE {table} SET version = 9")
        await acting.execute(f"DELETE FROM {table}")
    await acting.execute("SET ROLE everyvoice_app")
    assert [await seen(acting, lead, table) for table in SEEN] == [1, 1]
    versions = await as_user(acting, lead, "SELECT version FROM pastoral_plan")
    assert [row[0] for row in versions] == [1]


async def test_nobody_but_the_lead_writes(acting):
    one = await person(acting)
    lead, other = await user(acting), await user(acting)
    await acting.execute(LEAD, one, lead)
    for actor in ("", other):
        for statement in (PLAN, PLANNED):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await as_user(acting, actor, statement, one)


async def test_broken_glass_opens_reading_for_its_hour_to_who_broke_it(acting):
    (one, lead), other, third = await led(acting), await user(acting), uuid4()
    before = "now() - interval '2 hours'"
    closed = GLASS.format(f"{before} + interval '1 hour'", "NULL", before)
    await as_user(acting, other, closed, one, other)
    await as_user(acting, other, GLASS.format("NULL", "'unseen'", "now()"), one, other)
    assert [await seen(acting, other, table) for table in SEEN] == [0, 0]
    await as_user(acting, other, OPENED, one, other)
    assert [await seen(acting, other, table) for table in SEEN] == [1, 1]
    assert await as_user(acting, other, "UPDATE pastoral_plan SET version = 2 RETURNING id") == []
    assert [await seen(acting, third, table) for table in SEEN] == [0, 0]
    for actor, rows in ((lead, 3), (other, 3), (third, 0), ("", 0)):
        assert await seen(acting, actor, "pastoral_break_glass") == rows
    for actor in ("", third):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await as_user(acting, actor, OPENED, one, other)
    longer = GLASS.format("now() + interval '61 minutes'", "NULL", "now()")
    for wrong in (
        longer,
        GLASS.format("NULL", "NULL", "now()"),
        OPENED.replace("NULL", "'unseen'"),
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await as_user(acting, other, wrong, one, other)


async def test_a_lead_is_changed_by_the_lead_or_who_broke_the_glass(acting):
    (one, lead), other = await led(acting), await user(acting)
    change = "UPDATE pastoral_lead SET lead_id = $1 WHERE person_id = $2"
    for actor in ("", other):
        with pytest.raises(asyncpg.CheckViolationError) as refused:
            await as_user(acting, actor, change, other, one)
        assert refused.value.constraint_name == "ck_pastoral_lead_changed_by"
    await as_user(acting, other, OPENED, one, other)
    await as_user(acting, other, change, other, one)
    await as_user(acting, other, change, lead, one)


async def test_a_concern_is_read_by_who_answers_but_for_two(acting):
    (one, lead), subject = await led(acting), await user(acting)
    handler, other = await user(acting), await user(acting)
    await as_user(acting, lead, CONCERN, one, handler, subject, lead)
    for actor, rows in ((handler, 1), (other, 1), (lead, 0), (subject, 0), ("", 0)):
        assert await seen(acting, actor, "pastoral_concern", concerns="on") == rows
        assert await seen(acting, actor, "pastoral_concern") == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await as_user(acting, other, CONCERN, one, handler, None, lead)
    for wrong, name in (
        ((one, handler, handler, lead), "ck_pastoral_concern_not_about_handler"),
        ((one, lead, None, lead), "ck_pastoral_concern_not_to_lead"),
    ):
        with pytest.raises(asyncpg.CheckViolationError) as refused:
            await as_user(acting, lead, CONCERN, *wrong)
        assert refused.value.constraint_name == name
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await as_user(acting, subject, OPENED, one, subject)
    assert refused.value.constraint_name == "ck_pastoral_break_glass_concerned"
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await as_user(
            acting, lead, "UPDATE pastoral_lead SET lead_id = $1 WHERE person_id = $2",
            handler, one,
        )  # fmt: skip
    assert refused.value.constraint_name == "ck_pastoral_concern_not_to_lead"


async def test_a_concern_is_read_by_the_person_who_raised_it_and_by_no_other(acting):
    (one, lead), (other, _), handler = await led(acting), await led(acting), await user(acting)
    # The person raises it as themselves; what the trust makes of it is not theirs to write.
    await as_user(acting, one, CONCERN, one, handler, lead, one)
    change = "UPDATE pastoral_concern SET answer_by = '2026-02-01' RETURNING id"
    for whose, rows in ((one, 1), (other, 0), ("", 0)):
        async with acting.transaction():
            await setting(acting, "actor", one)
            await setting(acting, "own", whose)
            assert len(await acting.fetch("SELECT FROM pastoral_concern")) == rows
            assert await acting.fetch(change) == []
    assert await seen(acting, one, "pastoral_concern") == 0


async def test_whoever_is_chosen_for_a_concern_does_not_become_the_lead_meanwhile(
    acting, scratch_url
):
    one, fit = await person(acting), await user(acting)
    await acting.execute("RESET ROLE")
    await acting.execute(
        "INSERT INTO user_role (user_id, role_id)"
        " SELECT $1, id FROM role WHERE code = 'complaints'",
        fit,
    )
    await acting.execute(
        "INSERT INTO user_identity (id, user_id, issuer, subject, created_at, updated_at, version)"
        f" VALUES (gen_random_uuid(), $1, 'https://staff.example', 'fit', {STAMPS})",
        fit,
    )
    await acting.execute("SET ROLE everyvoice_app")
    other = await asyncpg.connect(scratch_url)
    await other.execute("SET ROLE everyvoice_app")
    first = acting.transaction()
    await first.start()
    await setting(acting, "actor", one)
    chosen = await acting.fetchval("SELECT concern_handler($1, NULL)", one)
    assert chosen == fit
    second = asyncio.create_task(other.execute(LEAD, one, fit))
    await asyncio.sleep(0.2)
    assert not second.done()
    await acting.execute(CONCERN, one, chosen, None, one)
    await first.commit()
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await second
    assert refused.value.constraint_name == "ck_pastoral_concern_not_to_lead"
    assert await other.fetchval("SELECT concern_handler($1, $2)", one, fit) is None
    await other.close()


async def test_a_concern_and_a_lead_at_once_never_meet(acting, scratch_url):
    one, both = await person(acting), await user(acting)
    other = await asyncpg.connect(scratch_url)
    await other.execute("SET ROLE everyvoice_app")
    first = acting.transaction()
    await first.start()
    await acting.execute(LEAD, one, both)
    second = asyncio.create_task(as_user(other, both, CONCERN, one, both, None, both))
    await asyncio.sleep(0.2)
    assert not second.done()
    await first.commit()
    with pytest.raises(asyncpg.CheckViolationError):
        await second
    await other.close()


@pytest.mark.parametrize(
    "told",
    [
        "'debrief', NULL, '2026-01-01', 'planned', NULL, NULL, NULL",
        "'check_in', 'A panel', '2026-01-01', 'planned', NULL, NULL, NULL",
        "'check_in', NULL, '2026-01-01', 'held', NULL, NULL, NULL",
        "'check_in', NULL, '2026-01-01', 'held', '2999-01-01', NULL, NULL",
        "'check_in', NULL, '2026-01-01', 'planned', NULL, 'Well.', NULL",
        "'check_in', NULL, '2026-01-01', 'missed', NULL, NULL, NULL",
        "'check_in', NULL, '2026-01-01', 'planned', NULL, NULL, 'Unwell'",
    ],
)
async def test_a_check_in_that_makes_no_sense_is_refused(acting, told):
    one, lead = await led(acting)
    with pytest.raises(asyncpg.CheckViolationError):
        await as_user(acting, lead, CHECK_IN.format(told), one)


async def test_one_check_in_is_planned_at_a_time(acting):
    one, lead = await led(acting)
    with pytest.raises(asyncpg.UniqueViolationError):
        await as_user(acting, lead, PLANNED, one)


@pytest.mark.parametrize(
    "change",
    [
        "state = 'acknowledged'",
        "state = 'answered', acknowledged_on = '2026-01-02'",
        "answer = 'Sorry'",
        "answer_by = raised_on",
    ],
)
async def test_a_concern_that_makes_no_sense_is_refused(acting, change):
    one, handler = await person(acting), await user(acting)
    await as_user(acting, handler, CONCERN, one, handler, None, handler)
    with pytest.raises(asyncpg.CheckViolationError):
        await as_user(acting, handler, f"UPDATE pastoral_concern SET {change}", concerns="on")
