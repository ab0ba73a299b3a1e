"""Rows of several tables in one statement are as those that a session makes one by one."""

from uuid import uuid4

import pytest
from sqlalchemy import select, text

from app.core import rows
from app.core.errors import ConflictError, DomainError
from app.core.idempotency import IdempotencyRecord, record
from app.core.rows import Acting, insert
from app.core.statement import Asked
from app.domain.identity.models import Role, User
from app.domain.reimbursements.rates.models import RateCard, RateCardStatus, Scheme

ALICE = uuid4()


class CodeTakenError(DomainError):
    slug = "code-taken"
    title = "Taken"


def role(code: str | None = None) -> Role:
    return Role(code=code or uuid4().hex, name="A role", scopes=["bi:read", "feedback:read"])


def key() -> IdempotencyRecord:
    return record(ALICE, "make_role", "k1", b"\x00{}")


async def test_rows_get_their_defaults_and_are_read_back_as_they_were(door, session):
    first, second, user = role(), role(), User(name="Ann", active=True)
    assert await insert(door, (first, user, second), {})
    assert first.version == user.version == 1
    assert first.id != second.id
    for made in (first, second):
        found = await session.get_one(Role, made.id)
        names = Role.__table__.columns.keys()
        assert found is not made
        assert [getattr(found, name) for name in names] == [getattr(made, name) for name in names]
    assert (await session.get_one(User, user.id)).created_at == user.created_at


async def test_an_answer_sees_what_is_new_and_no_other_row_of_these_tables(door):
    await insert(door, (role("one"),), {})
    asked = Asked(
        "SELECT $1::text AS told, count(*) AS roles, max(code) AS code,"
        " (SELECT count(*) FROM rate_card) > 0 AS cards FROM role",
        ("x",),
    )
    found = await insert(door, (role("two"),), {}, acting=Acting(ALICE, "x"), answer=asked)
    assert tuple(found) == ("x", 1, "two", True)


async def test_the_change_log_is_told_who_acts(door, session):
    made = role()
    await insert(door, (made,), {}, acting=Acting(ALICE, "make_role"))
    told = await session.execute(
        text("SELECT op, actor_id, operation FROM change_pending WHERE entity_id = :id"),
        {"id": made.id},
    )
    assert told.one() == ("I", ALICE, "make_role")


@pytest.mark.parametrize("acting", [None, Acting(ALICE, "make_role")])
async def test_where_the_first_row_is_there_already_nothing_is_inserted(door, session, acting):
    assert await insert(door, (role("one"), User(name="Ann", active=True)), {}, unless=key())
    users = await session.scalar(text("SELECT count(*) FROM app_user"))
    again = (role("two"), User(name="Ann", active=True))
    assert await insert(door, again, {}, unless=key(), acting=acting) is None
    assert await insert(door, (), {}, unless=key()) is None
    codes = await session.scalars(select(Role.code).where(Role.code.in_(("one", "two"))))
    assert codes.all() == ["one"]
    assert await session.scalar(text("SELECT count(*) FROM app_user")) == users
    kept = (await session.scalars(select(IdempotencyRecord))).one()
    assert kept.fingerprint == key().fingerprint


async def test_a_refusing_constraint_becomes_the_error_it_stands_for(door):
    await insert(door, (role("one"),), {})
    with pytest.raises(CodeTakenError):
        await insert(door, (role("one"),), {"uq_role_code": CodeTakenError})
    with pytest.raises(ConflictError):
        await insert(door, (role("one"),), {})


async def test_a_row_is_read_with_its_closed_sets(door):
    found = await door.fetchrow("SELECT * FROM rate_card WHERE scheme = 'hmrc' LIMIT 1")
    card = rows.of(RateCard, found)
    assert card.scheme is Scheme.HMRC
    assert card.status is RateCardStatus(found["status"])
    assert (card.id, card.drafted_by) == (found["id"], found["drafted_by"])
    assert rows.of(RateCard, {**found, "added_by_the_next_release": 1}).id == card.id
