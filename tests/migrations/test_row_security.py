"""What is hidden by row is hidden from the roles that the service runs as."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.migrations.acting import person, setting

TOLD = """
INSERT INTO equality_monitoring (id, person_id, ethnic_category, gender, gender_same_at_birth,
    sexual_orientation, disabilities, religion, created_at, updated_at, version)
VALUES (gen_random_uuid(), $1, 'N', '2', 'Y', '1', '{}', 'C', now(), now(), 1)"""
MONITORING = "SELECT person_id FROM equality_monitoring"


async def told_of(acting) -> UUID:
    """Somebody whose monitoring was put down."""
    id_ = await person(acting)
    async with acting.transaction():
        await setting(acting, "monitoring", id_)
        await acting.execute(TOLD, id_)
    return id_


@pytest.mark.parametrize("role", ["app", "worker", "owner"])
async def test_no_monitoring_is_seen_unless_its_person_is_opened(acting, role):
    one, other = await told_of(acting), await told_of(acting)
    await acting.execute(f"SET ROLE everyvoice_{role}")
    assert await acting.fetch(MONITORING) == []
    for opened, seen in ((one, {one}), (other, {other}), ("", set()), (uuid4(), set())):
        async with acting.transaction():
            await setting(acting, "monitoring", opened)
            found = {row[0] for row in await acting.fetch(MONITORING)}
        assert found == (seen if role != "owner" else set())
    assert await acting.fetch(MONITORING) == []
    changed = await acting.execute("UPDATE equality_monitoring SET gender = '1'")
    assert changed == "UPDATE 0"
    assert await acting.execute("DELETE FROM equality_monitoring") == "DELETE 0"


async def test_monitoring_is_put_down_for_the_opened_person_alone(acting):
    one, other = await person(acting), await person(acting)
    for opened in ("", other):
        tried = acting.transaction()
        await tried.start()
        await setting(acting, "monitoring", opened)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await acting.execute(TOLD, one)
        await tried.rollback()


async def test_everybody_is_counted_and_nobody_seen(acting):
    for _ in range(3):
        await told_of(acting)
    await person(acting)
    rows = await acting.fetch(
        "SELECT * FROM equality_counts('ethnic_category', 'status', '2026-01-01')"
    )
    assert {tuple(row) for row in rows} == {
        (None, "N", 3),
        (None, "99", 1),
        ("enquiry", "N", 3),
        ("enquiry", "99", 1),
    }
    assert await acting.fetch(MONITORING) == []
    assert not await acting.fetchval("SELECT current_setting('everyvoice.task', true)")


async def test_the_owner_hands_over_what_is_hidden_and_nothing_but_references_to_people(acting):
    one, other = await told_of(acting), await person(acting)
    hand_over = "SELECT hand_over(CAST($1::text AS regclass), $2, $3, $4)"
    await acting.execute(hand_over, "equality_monitoring", "person_id", one, other)
    async with acting.transaction():
        await setting(acting, "monitoring", other)
        assert [row[0] for row in await acting.fetch(MONITORING)] == [other]
    assert await acting.fetch(MONITORING) == []
    for table, column in (("person", "lead_id"), ("equality_monitoring", "gender")):
        with pytest.raises(asyncpg.RaiseError, match="refers to no person"):
            await acting.execute(hand_over, table, column, one, other)


@pytest.mark.parametrize("role", ["read", "report", "bi"])
@pytest.mark.parametrize("statement", ["SELECT equality_counts('gender', NULL, '2026-01-01')"])
async def test_no_other_role_counts_or_hands_over(acting, role, statement):
    await acting.execute(f"SET ROLE everyvoice_{role}")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await acting.execute(statement)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await acting.execute("SELECT hand_over('person'::regclass, 'id', NULL, NULL)")
