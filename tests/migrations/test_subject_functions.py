"""What is hidden is read and erased whole by a trace alone, and nothing that is held goes."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from app.domain.rights.registry import ENTRIES
from tests import subjects
from tests.architecture.test_rights import UNHELD
from tests.migrations.acting import person, setting

READING = """
INSERT INTO subject_reading (id, person_id, purpose, read_by, created_at, updated_at, version)
VALUES ($1, $2, 'access', $1, now(), now(), 1)"""
ERASURE = """
INSERT INTO erasure (id, person_id, records, ground, received_on, erased_on, refused, decided_by,
                     created_at, updated_at, version)
VALUES ($1, $2, ARRAY[$2::uuid], 'objection', '2020-01-01', '2020-01-01', '[]', $1,
        now(), now(), 1)"""
HOLD = """
INSERT INTO legal_hold (id, person_id, reason, since, held_by, created_at, updated_at, version)
VALUES (gen_random_uuid(), $1, 'A claim', '2020-01-01', gen_random_uuid(), now(), now(), 1)"""
PLAN = "ARRAY['pastoral_plan.person_id']"
READ = f"SELECT count(*) FROM subject_rows({PLAN})"
WIPE = f"SELECT subject_erase({PLAN}, true, '{{}}', '{{}}')"
ROLES = ("app", "worker")
GONE = "UPDATE person SET erased_on = current_date WHERE id = $1"


async def traced(acting, statement: str, who) -> None:
    trace = uuid4()
    await acting.execute(statement, trace, who)
    await setting(acting, "subject", trace)


async def planted(acting):
    """Somebody of whom there is a row in every table."""
    who = await person(acting)
    known = {"person": who} | {n: uuid4() for n in ("team", "second_team", "app_user")}
    await acting.execute("SET ROLE NONE")
    async with acting.transaction():
        await subjects.plant(acting.execute, known)
    return who, known


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("statement", "trace"), [(READ, "nobody is read"), (WIPE, "nobody is erased")]
)
@pytest.mark.parametrize("subject", ["", "made up"])
async def test_without_a_trace_both_refuse(acting, role, statement, trace, subject):
    await acting.execute(f"SET ROLE everyvoice_{role}")
    async with acting.transaction():
        await setting(acting, "subject", subject and uuid4())
        with pytest.raises(asyncpg.RaiseError, match=f"{trace} without a trace"):
            async with acting.transaction():
                await acting.fetchval(statement)


async def test_a_trace_shows_the_rows_of_its_person_alone_and_erases_by_its_own(acting):
    who, _ = await planted(acting)
    other, _ = await planted(acting)
    await acting.execute("SET ROLE everyvoice_app")
    async with acting.transaction():
        await traced(acting, READING, who)
        assert await acting.fetchval(READ) == 1
        assert await acting.fetchval("SELECT count(*) FROM pastoral_plan") == 0
        with pytest.raises(asyncpg.RaiseError, match="nobody is erased without a trace"):
            async with acting.transaction():
                await acting.fetchval(WIPE)
        await traced(acting, ERASURE, who)
        assert len(await acting.fetchval(WIPE)) == 1
        await traced(acting, READING, other)
        assert await acting.fetchval(READ) == 1


@pytest.mark.parametrize(
    "way",
    [
        ["pastoral_plan.id"],
        ["app_user.id"],
        ["api_key.user_id", "app_user.id"],
        ["pastoral_lead.lead_id"],
        ["mentoring_meeting.pair_id"],
        ["mentoring_meeting.pair_id", "mentoring_pair.user_id"],
        ["mentoring_meeting.id", "mentoring_pair.person_id"],
        ["role.id", "person.id"],
    ],
    ids=".".join,
)
async def test_a_way_that_leads_to_no_person_is_refused(acting, way):
    who = await person(acting)
    async with acting.transaction():
        await traced(acting, READING, who)
        with pytest.raises(asyncpg.RaiseError, match="leads to no person"):
            async with acting.transaction():
                await acting.fetch("SELECT subject_rows($1)", way)
        await traced(acting, ERASURE, who)
        with pytest.raises(asyncpg.RaiseError, match="leads to no person"):
            async with acting.transaction():
                await acting.fetch("SELECT subject_erase($1, true, '{}', '{}')", way)


@pytest.mark.parametrize("role", ["read", "report", "bi"])
@pytest.mark.parametrize("statement", [READ, WIPE, "SELECT held(ARRAY[gen_random_uuid()])"])
async def test_nobody_but_the_service_calls_them(acting, role, statement):
    await acting.execute("SET ROLE NONE")
    await acting.execute(f"SET ROLE everyvoice_{role}")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await acting.fetch(statement)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("what", ["subject_where(ARRAY['person.id'])", "hold_rows('team', 'id')"])
async def test_what_they_are_made_of_is_the_owners(acting, role, what):
    await acting.execute("SET ROLE NONE")
    await acting.execute(f"SET ROLE everyvoice_{role}")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await acting.fetch(f"SELECT {what}")


@pytest.mark.parametrize("role", ROLES)
async def test_a_trace_is_added_and_never_taken_back(acting, role):
    await acting.execute(f"SET ROLE everyvoice_{role}")
    for statement in (
        "DELETE FROM subject_reading",
        "UPDATE subject_reading SET read_by = read_by",
        "DELETE FROM erasure",
        "UPDATE erasure SET records = '{}'",
        "DELETE FROM legal_hold",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await acting.execute(statement)


async def test_a_hold_refuses_to_delete_a_row_of_any_table_and_to_erase(acting):
    who, known = await planted(acting)
    await acting.execute(HOLD, who)
    for entry in ENTRIES:
        if entry.table in ("erasure", *UNHELD):
            continue
        id_ = who if entry.table == "person" else known[entry.table]
        with pytest.raises(asyncpg.CheckViolationError) as refused:
            await acting.execute(f"DELETE FROM {entry.table} WHERE id = $1", id_)
        assert refused.value.constraint_name == "legal_hold", entry.table
    await acting.execute("SET ROLE everyvoice_app")
    async with acting.transaction():
        await traced(acting, ERASURE, who)
        for statement, told in ((WIPE, ()), (GONE, (who,))):
            with pytest.raises(asyncpg.CheckViolationError) as refused:
                async with acting.transaction():
                    await acting.execute(statement, *told)
            assert refused.value.constraint_name == "legal_hold"


async def test_of_a_hold_and_an_erasure_at_once_the_second_waits_for_the_first(acting, scratch_url):
    """Both lock the person first, as the service does."""
    who, _ = await planted(acting)
    lock = "SELECT erased_on FROM person WHERE id = $1 FOR UPDATE"
    other = await asyncpg.connect(scratch_url)
    await other.execute("SET ROLE everyvoice_app")
    await acting.execute("SET ROLE everyvoice_app")
    async with acting.transaction():
        await acting.execute(lock, who)
        await acting.execute(HOLD, who)

        async def erases():
            async with other.transaction():
                await other.execute(lock, who)
                await traced(other, ERASURE, who)
                await other.fetchval(WIPE)

        waits = asyncio.create_task(erases())
        await asyncio.sleep(0.1)
        assert not waits.done()
    with pytest.raises(asyncpg.CheckViolationError):
        await waits
    await other.close()
