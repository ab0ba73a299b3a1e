"""What the database itself holds of where people are paid, whatever the service does."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.migrations.acting import person, setting

TOLD = """
INSERT INTO bank_account (id, person_id, sort_code, account_number, account_name, last_digits,
    fingerprint, name_level, modulus, status, set_by, set_on, created_at, updated_at, version)
VALUES ($1, $2, 'v1.k.a.a', 'v1.k.a.a', 'v1.k.a.a', '958', '\\x01', 'none', 'valid', $3, $4,
        current_date, now(), now(), 1)"""
CONFIRM = """
UPDATE bank_account SET status = 'confirmed', confirmed_by = $2, confirmed_on = current_date,
       confirmed_how = 'called_back', usable_from = current_date, version = version + 1
 WHERE id = $1"""
END = """
UPDATE bank_account SET status = $2, ended_by = $3, ended_on = current_date WHERE id = $1"""
ACCOUNTS = "SELECT person_id FROM bank_account"
SETTER, CONFIRMER = uuid4(), uuid4()
PAYEE = """
INSERT INTO payee (id, person_id, payroll_number, prefers, set_by, created_at, updated_at, version)
VALUES (gen_random_uuid(), $1, '1', 'bank_account', $2, now(), now(), 1)"""
CHARITY = """
INSERT INTO charity (id, name, charity_number, supplier_number, status, set_by, set_on, created_at,
                     updated_at, version)
VALUES (gen_random_uuid(), 'F', '1234567', 'S', $1, $2, current_date, now(), now(), 1)"""
CHARITY_CONFIRMED = """
UPDATE charity SET status = 'confirmed', confirmed_by = $1, confirmed_on = current_date,
       confirmed_how = 'in_person', usable_from = current_date"""


async def told_of(acting, status: str = "proposed", by: UUID = SETTER) -> tuple[UUID, UUID]:
    """Somebody whose bank details were set; their id, and the details'."""
    id_, account = await person(acting), uuid4()
    async with acting.transaction():
        await setting(acting, "payee", id_)
        await acting.execute(TOLD, account, id_, status, by)
    return id_, account


async def opened(acting, id_: UUID, statement: str, *values: object) -> str:
    async with acting.transaction():
        await setting(acting, "payee", id_)
        return await acting.execute(statement, *values)


def refusing(rule: str):
    return pytest.raises(asyncpg.CheckViolationError, match=rule)


@pytest.mark.parametrize("role", ["app", "worker", "owner"])
async def test_no_bank_details_are_seen_unless_their_person_is_opened(acting, role):
    (one, _), (other, _) = await told_of(acting), await told_of(acting)
    await acting.execute(f"SET ROLE everyvoice_{role}")
    assert await acting.fetch(ACCOUNTS) == []
    for value, seen in ((one, {one}), (other, {other}), ("", set()), (uuid4(), set())):
        async with acting.transaction():
            await setting(acting, "payee", value)
            found = {row[0] for row in await acting.fetch(ACCOUNTS)}
        assert found == (seen if role != "owner" else set())
    assert await acting.fetch(ACCOUNTS) == []
    assert await acting.execute("UPDATE bank_account SET ended_on = NULL") == "UPDATE 0"


async def test_who_pays_reads_all_and_changes_none_and_who_changes_keys_does_both(acting):
    one, other = (await told_of(acting))[0], (await told_of(acting))[0]
    change = "UPDATE bank_account SET version = version + 1"
    for task, seen, changed in (("pay", 2, 0), ("rotate", 2, 2), ("merge", 0, 0), ("", 0, 0)):
        async with acting.transaction():
            await setting(acting, "task", task)
            assert len(await acting.fetch(ACCOUNTS)) == seen, task
            assert await acting.execute(change) == f"UPDATE {changed}", task
    assert one != other


@pytest.mark.parametrize("role", ["read", "report", "bi"])
async def test_no_other_role_reads_payees_or_asks_who_set_them(acting, role):
    await acting.execute(f"SET ROLE everyvoice_{role}")
    for statement in (
        ACCOUNTS,
        "SELECT * FROM payee",
        "SELECT * FROM charity",
        "SELECT * FROM payee_access",
        "SELECT bank_sharers(gen_random_uuid())",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await acting.execute(statement)


async def test_details_are_put_down_for_the_opened_person_alone_and_never_deleted(acting):
    (one, _), other = await told_of(acting), await person(acting)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await opened(acting, one, TOLD, uuid4(), other, "proposed", SETTER)
    for statement in (
        "DELETE FROM bank_account",
        "DELETE FROM payee",
        "DELETE FROM charity",
        "DELETE FROM payee_access",
        "UPDATE payee_access SET accessed_by = gen_random_uuid()",
        "UPDATE bank_account SET person_id = gen_random_uuid()",
        "UPDATE bank_account SET set_by = gen_random_uuid()",
        "UPDATE bank_account SET fingerprint = ''",
        "UPDATE modulus_weight SET exception = 0",
        "DELETE FROM modulus_substitution",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await acting.execute(statement)


async def test_nobody_puts_down_what_is_confirmed_and_none_confirms_their_own(acting):
    with refusing("status does not follow"):
        await told_of(acting, "confirmed")
    id_, account = await told_of(acting)
    for by in (SETTER, id_):
        with refusing("ck_bank_account_confirmed_by_another|payee is who set it"):
            await opened(acting, id_, CONFIRM, account, by)
    assert await opened(acting, id_, CONFIRM, account, CONFIRMER) == "UPDATE 1"
    own, details = await told_of(acting)
    with refusing("ck_bank_account_sealed"):
        await opened(
            acting, own, "UPDATE bank_account SET sort_code = '907123' WHERE id = $1", details
        )
    with refusing("ck_bank_account_confirmed\\b"):
        await opened(
            acting, own, "UPDATE bank_account SET status = 'confirmed' WHERE id = $1", details
        )
    with refusing("ck_bank_account_ended"):
        await opened(
            acting, own, "UPDATE bank_account SET status = 'rejected' WHERE id = $1", details
        )


async def test_a_status_only_goes_on_and_who_confirmed_stays(acting):
    id_, account = await told_of(acting)
    await opened(acting, id_, CONFIRM, account, CONFIRMER)
    with refusing("status does not follow"):
        await opened(acting, id_, END, account, "rejected", SETTER)
    with refusing("is not changed"):
        await opened(
            acting,
            id_,
            "UPDATE bank_account SET usable_from = usable_from - 1 WHERE id = $1",
            account,
        )
    await opened(acting, id_, END, account, "superseded", SETTER)
    with refusing("status does not follow"):
        await opened(
            acting,
            id_,
            "UPDATE bank_account SET status = 'confirmed', ended_by = NULL, ended_on = NULL"
            " WHERE id = $1",
            account,
        )
    await acting.execute("RESET ROLE")
    await acting.execute("SET ROLE NONE")
    with refusing("is not changed"):
        await acting.execute("UPDATE bank_account SET fingerprint = '' WHERE id = $1", account)


async def test_one_account_is_proposed_and_one_is_confirmed_at_a_time(acting):
    id_, account = await told_of(acting)
    with pytest.raises(asyncpg.UniqueViolationError, match="uq_bank_account_proposed"):
        await opened(acting, id_, TOLD, uuid4(), id_, "proposed", SETTER)
    await opened(acting, id_, CONFIRM, account, CONFIRMER)
    second = uuid4()
    await opened(acting, id_, TOLD, second, id_, "proposed", SETTER)
    with pytest.raises(asyncpg.UniqueViolationError, match="uq_bank_account_current"):
        await opened(acting, id_, CONFIRM, second, CONFIRMER)


async def test_numbers_are_confirmed_after_they_are_told_by_another(acting):
    id_ = await person(acting)
    await acting.execute(PAYEE, id_, SETTER)
    confirm = "UPDATE payee SET confirmed_by = $1, confirmed_on = current_date"
    for by in (SETTER, id_):
        with refusing("ck_payee_confirmed_by_another|payee is who set it"):
            await acting.execute(confirm, by)
    with refusing("confirmed after they are told"):
        await acting.execute(f"{confirm}, payroll_number = '2'", CONFIRMER)
    assert await acting.execute(confirm, CONFIRMER) == "UPDATE 1"
    for change in ("payroll_number = '2'", "set_by = gen_random_uuid()"):
        with refusing("confirmed after they are told"):
            await acting.execute(f"UPDATE payee SET {change}")
    with refusing("ck_payee_set"):
        await acting.execute(
            "UPDATE payee SET set_by = NULL, confirmed_by = NULL, confirmed_on = NULL"
        )
    with refusing("ck_payee_confirmed\\b"):
        await acting.execute("UPDATE payee SET confirmed_on = NULL")
    other = await person(acting)
    with refusing("told anew"):
        await acting.execute("UPDATE payee SET person_id = $1", other)


async def test_a_charity_is_held_to_two_people_too(acting):
    with refusing("status does not follow"):
        await acting.execute(CHARITY, "confirmed", SETTER)
    await acting.execute(CHARITY, "proposed", SETTER)
    with pytest.raises(asyncpg.UniqueViolationError, match="uq_charity_known"):
        await acting.execute(CHARITY, "proposed", SETTER)
    with refusing("ck_charity_confirmed_by_another"):
        await acting.execute(CHARITY_CONFIRMED, SETTER)
    with refusing("ck_charity_bank_whole"):
        await acting.execute("UPDATE charity SET sort_code = 'v1.x'")
    with refusing("ck_charity_ended"):
        await acting.execute("UPDATE charity SET status = 'retired'")
    assert await acting.execute(CHARITY_CONFIRMED, CONFIRMER) == "UPDATE 1"


async def test_the_owner_hands_no_bank_details_over(acting):
    (one, _), other = await told_of(acting), await person(acting)
    await acting.execute(PAYEE, one, SETTER)
    for table in ("bank_account", "payee"):
        await acting.execute(
            "SELECT hand_over(CAST($1::text AS regclass), 'person_id', $2, $3)", table, one, other
        )
    assert await acting.fetchval("SELECT person_id FROM payee") == one
    async with acting.transaction():
        await setting(acting, "payee", one)
        assert [row[0] for row in await acting.fetch(ACCOUNTS)] == [one]
