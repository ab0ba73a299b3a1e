"""What is hidden by row is hidden from the roles that the service runs as."""

from uuid import UUID, uuid4

import asyncpg
import pytest

PERSON = """
INSERT INTO person (id, name, language, lived_experience_tags, interests, skills, pathways,
                    availability, status, status_since, created_at, updated_at, version)
VALUES ($1, 'Amara', 'en', '{}', '{}', '{}', '{}', '{}', 'enquiry', '2026-01-01',
        now(), now(), 1)"""
TOLD = """
INSERT INTO equality_monitoring (id, person_id, ethnic_category, gender, gender_same_at_birth,
    sexual_orientation, disabilities, religion, created_at, updated_at, version)
VALUES (gen_random_uuid(), $1, 'N', '2', 'Y', '1', '{}', 'C', now(), now(), 1)"""
MONITORING = "SELECT person_id FROM equality_monitoring"


@pytest.fixture
async def connection(scratch_url):
    connection = await asyncpg.connect(scratch_url)
    await connection.execute("SET ROLE everyvoice_app")
    yield connection
    await connection.close()


async def person(connection) -> UUID:
    id_ = uuid4()
    await connection.execute(PERSON, id_)
    return id_


async def setting(connection, name: str, value: object) -> None:
    await connection.execute("SELECT set_config($1, $2, true)", f"everyvoice.{name}", str(value))


async def told_of(connection) -> UUID:
    """Somebody whose monitoring was put down."""
    id_ = await person(connection)
    async with connection.transaction():
        await setting(connection, "monitoring", id_)
        await connection.execute(TOLD, id_)
    return id_


@pytest.mark.parametrize("role", ["app", "worker", "owner"])
async def test_no_monitoring_is_seen_unless_its_person_is_opened(connection, role):
    one, other = await told_of(connection), await told_of(connection)
    await connection.execute(f"SET ROLE everyvoice_{role}")
    assert await connection.fetch(MONITORING) == []
    for opened, seen in ((one, {one}), (other, {other}), ("", set()), (uuid4(), set())):
        async with connection.transaction():
            await setting(connection, "monitoring", opened)
            found = {row[0] for row in await connection.fetch(MONITORING)}
        assert found == (seen if role != "owner" else set())
    assert await connection.fetch(MONITORING) == []
    changed = await connection.execute("UPDATE equality_monitoring SET gender = '1'")
    assert changed == "UPDATE 0"
    assert await connection.execute("DELETE FROM equality_monitoring") == "DELETE 0"


async def test_monitoring_is_put_down_for_the_opened_person_alone(connection):
    one, other = await person(connection), await person(connection)
    for opened in ("", other):
        tried = connection.transaction()
        await tried.start()
        await setting(connection, "monitoring", opened)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(TOLD, one)
        await tried.rollback()


async def test_everybody_is_counted_and_nobody_seen(connection):
    for _ in range(3):
        await told_of(connection)
    await person(connection)
    rows = await connection.fetch(
        "SELECT * FROM equality_counts('ethnic_category', 'status', '2026-01-01')"
    )
    assert {tuple(row) for row in rows} == {
        (None, "N", 3),
        (None, "99", 1),
        ("enquiry", "N", 3),
        ("enquiry", "99", 1),
    }
    assert await connection.fetch(MONITORING) == []
    assert not await connection.fetchval("SELECT current_setting('everyvoice.task', true)")


async def test_the_owner_hands_over_what_is_hidden_and_nothing_but_references_to_people(connection):
    one, other = await told_of(connection), await person(connection)
    hand_over = "SELECT hand_over(CAST($1::text AS regclass), $2, $3, $4)"
    await connection.execute(hand_over, "equality_monitoring", "person_id", one, other)
    async with connection.transaction():
        await setting(connection, "monitoring", other)
        assert [row[0] for row in await connection.fetch(MONITORING)] == [other]
    assert await connection.fetch(MONITORING) == []
    for table, column in (("person", "lead_id"), ("equality_monitoring", "gender")):
        with pytest.raises(asyncpg.RaiseError, match="refers to no person"):
            await connection.execute(hand_over, table, column, one, other)


@pytest.mark.parametrize("role", ["read", "report", "bi"])
@pytest.mark.parametrize("statement", ["SELECT equality_counts('gender', NULL, '2026-01-01')"])
async def test_no_other_role_counts_or_hands_over(connection, role, statement):
    await connection.execute(f"SET ROLE everyvoice_{role}")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("SELECT hand_over('person'::regclass, 'id', NULL, NULL)")
