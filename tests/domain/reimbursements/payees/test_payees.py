"""What other pieces ask of payees: how somebody is paid, and the details for a payment file."""

import logging
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.crypto import SealBrokenError
from app.domain.reimbursements.payees import service
from app.domain.reimbursements.payees.charities import service as charity_service
from app.domain.reimbursements.payees.details import BankDetails
from app.domain.reimbursements.payees.errors import PayeeOneselfError
from app.domain.reimbursements.payees.models import AccessPurpose
from tests.api.reimbursements.paying import TRACES
from tests.domain.reimbursements.payees.giving import (
    BANK,
    HOW,
    RING,
    account,
    charity,
    finance,
    somebody,
)

FILE = AccessPurpose.PAYMENT_FILE
NUMBERS = {"payroll_number": "20123456", "supplier_number": "S-1", "prefers": "bank_account"}


@pytest.fixture
async def person(given):
    return await somebody(given)


@pytest.fixture
async def two(given):
    return await finance(given), await finance(given)


async def test_a_person_tells_no_numbers_and_confirms_nothing_of_their_own(session, person, two):
    with pytest.raises(PayeeOneselfError):
        await service.set_numbers(session, person, NUMBERS, by=person.id)
    await service.set_numbers(session, person, NUMBERS, by=two[0])
    with pytest.raises(PayeeOneselfError):
        await service.confirm_numbers(session, person, by=person.id)
    await account(session, person, two[0], None)
    with pytest.raises(PayeeOneselfError):
        await service.confirm_account(session, person, HOW, by=person.id)


async def test_details_are_opened_for_a_payment_file_and_each_opening_is_kept(
    session, person, two, given
):
    other = await somebody(given, name="Bo")
    await account(session, person, *two)
    await account(session, other, two[0], None)
    ids = [person.id, other.id, uuid4()]
    found = await service.revealed(session, RING, ids, purpose=FILE, by=two[0])
    assert found == {person.id: BANK}
    assert (found[person.id].sort_code, found[person.id].account_name) == ("907123", "Amara Okafor")
    assert repr(found[person.id]) == "BankDetails()"
    kept = await session.execute(
        text("SELECT person_id, accessed_by FROM payee_access WHERE purpose = 'payment_file'")
    )
    assert [tuple(row) for row in kept] == [(person.id, two[0])]
    hidden = await session.scalar(text("SELECT count(*) FROM bank_account"))
    assert hidden == 0


async def test_a_seal_that_was_moved_to_another_person_does_not_open(session, person, two, given):
    other = await somebody(given, name="Bo")
    await account(session, person, *two)
    await account(session, other, *two, bank=BankDetails("907123", "22222222", "Bo"))
    await session.execute(text("SELECT set_config('everyvoice.task', 'rotate', true)"))
    await session.execute(
        text(
            "UPDATE bank_account b SET account_number = o.account_number, sort_code = o.sort_code,"
            " account_name = o.account_name FROM bank_account o"
            " WHERE b.person_id = :id AND o.person_id = :other"
        ),
        {"id": person.id, "other": other.id},
    )
    await session.commit()
    id_ = person.id
    session.expire_all()
    with pytest.raises(SealBrokenError):
        await service.revealed(session, RING, [id_], purpose=FILE, by=two[0])


async def test_a_whole_row_of_seals_that_does_not_fit_its_fingerprint_does_not_open(
    session, person, two
):
    """Whoever holds the keys could seal other digits into the row; the fingerprint stays."""
    await account(session, person, *two)
    forged = BankDetails("907123", "33333333", "Amara Okafor")
    await session.execute(text("SELECT set_config('everyvoice.task', 'rotate', true)"))
    row = (await session.execute(text("SELECT id FROM bank_account"))).scalar_one()
    sealed = forged.sealed(RING, "bank_account", row)
    await session.execute(
        text("UPDATE bank_account SET account_number = :account_number"),
        {"account_number": sealed["account_number"]},
    )
    await session.commit()
    id_ = person.id
    session.expire_all()
    with pytest.raises(SealBrokenError):
        await service.revealed(session, RING, [id_], purpose=FILE, by=two[0])


async def test_a_charitys_details_are_opened_once_two_people_said_so(session, two):
    made = await charity(session, two[0], None)
    asked = {"purpose": FILE, "by": two[0]}
    assert await charity_service.revealed(session, RING, [made.id], **asked) == {}
    await charity_service.confirm(session, made, HOW, by=two[1])
    assert await charity_service.revealed(session, RING, [made.id], **asked) == {made.id: BANK}
    other = await charity(session, *two, bank=False, charity_number="SC012345")
    assert await charity_service.revealed(session, RING, [other.id], **asked) == {}


async def test_what_was_planted_stands_in_no_table_and_in_no_log(
    session, person, two, caplog, capsys
):
    caplog.set_level(logging.DEBUG)
    planted = BankDetails("907123", "81516958", "Zq Okafor Vvx")
    await account(session, person, *two, bank=planted)
    await account(session, person, two[0], None, bank=planted)
    await charity_service.put_down(
        session,
        RING,
        {"name": "Friends", "charity_number": "1234567", "supplier_number": None},
        planted,
        by=two[0],
    )
    await service.revealed(session, RING, [person.id], purpose=FILE, by=two[0])
    await session.commit()
    # As a dump reads: as who is above all roles, every row of every table as text.
    await session.execute(text("SET LOCAL ROLE NONE"))
    tables = await session.scalars(
        text(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind IN ('r', 'm')"
            " AND c.relnamespace::regnamespace::text IN ('public', 'jobs', 'reporting')"
        )
    )
    seen = 0
    for table in tables.all():
        rows = await session.scalars(text(f"SELECT t::text FROM {table} t"))
        for row in rows:
            seen += table == "bank_account"
            assert not [trace for trace in TRACES if trace in row], table
    assert seen == 2
    told = caplog.text + "".join(capsys.readouterr())
    assert not [trace for trace in TRACES if trace in told]
