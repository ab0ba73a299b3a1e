from datetime import timedelta
from uuid import UUID

import pytest
from dirty_equals import IsPartialDict, IsUUID
from sqlalchemy import text

from app.core.clock import today
from app.domain.identity.identities.models import UserIdentity
from app.domain.people.bindings.models import Binding
from app.domain.reimbursements.payees.modulus import service as modulus
from app.settings import Crypto
from tests.api.registers.conftest import refused
from tests.api.reimbursements.paying import CANARY, PAYEES, TRACES, done, place
from tests.domain.reimbursements.payees.test_modulus import SUBSTITUTIONS, WEIGHTS

HOLD = 3
RIGHTS = ("rights:read", "rights:write", "rights:govern")
SUPPLIER = {"supplier_number": None}
GOOD = {"sort_code": "089999", "account_number": "66374958", "account_name": "A Okafor"}


async def test_details_are_set_by_one_confirmed_by_another_and_shown_masked(
    setter, confirmer, payable
):
    person = await payable()
    none = await setter.get(place(person))
    assert none.headers["etag"] == '"0"'
    assert none.json() == IsPartialDict(bank_account=None, proposed=None, version=0)
    answer = await setter.send("PUT", place(person, "bank-account"), CANARY, If_Match='"0"')
    assert answer.headers["etag"] == '"1"'
    shown = answer.json()
    assert shown["bank_account"] is None
    assert shown["proposed"] == {
        "id": IsUUID,
        "sort_code": "******",
        "account": "*****958",
        "status": "proposed",
        "set_on": str(today()),
        "confirmed_on": None,
        "usable_from": None,
        "name_level": "partial",
        "modulus": "not_checked",
        "set_by": setter.id,
        "confirmed_by": None,
        "confirmed_how": None,
    }
    where = place(person, "bank-account", "confirmation")
    how = {"how": "called_back"}
    refused(await setter.send("POST", where, how), 403, "payee-second-person")
    refused(await confirmer.send("POST", where, how, If_Match='"0"'), 412, "precondition-failed")
    answer = await confirmer.send("POST", where, how, If_Match='"1"')
    assert answer.headers["etag"] == '"2"'
    given = answer.json()
    assert given["proposed"] is None
    assert given["bank_account"] == shown["proposed"] | {
        "status": "confirmed",
        "confirmed_on": str(today()),
        "usable_from": str(today() + timedelta(HOLD)),
        "confirmed_by": confirmer.id,
        "confirmed_how": "called_back",
    }
    assert (await setter.get(place(person))).json() == given
    refused(await confirmer.send("POST", where, how), 404, "bank-account-not-proposed")
    assert not [trace for trace in TRACES if trace in answer.text]


async def test_a_change_waits_beside_what_is_confirmed_and_then_takes_its_place(
    setter, confirmer, confirmed
):
    before = await confirmed()
    person = before["person_id"]
    change = CANARY | {"account_number": "12345678", "account_name": "Amara Okafor"}
    first = await done(setter, "PUT", place(person, "bank-account"), change)
    assert first["bank_account"] == before["bank_account"]
    assert first["proposed"] == IsPartialDict(account="*****678", name_level="none")
    again = await done(confirmer, "PUT", place(person, "bank-account"), change)
    assert again["proposed"] == IsPartialDict(set_by=confirmer.id)
    where = place(person, "bank-account", "confirmation")
    refused(await confirmer.send("POST", where, {"how": "in_person"}), 403, "payee-second-person")
    after = await done(setter, "POST", where, {"how": "in_person"})
    assert after["proposed"] is None
    assert after["bank_account"] == IsPartialDict(account="*****678", confirmed_by=setter.id)
    await done(setter, "PUT", place(person, "bank-account"), CANARY)
    gone = await done(setter, "POST", place(person, "bank-account", "rejection"))
    assert (gone["proposed"], gone["bank_account"]) == (None, after["bank_account"])
    missing = await setter.send("POST", place(person, "bank-account", "rejection"), None)
    refused(missing, 404, "bank-account-not-proposed")


async def test_every_reading_and_setting_is_kept_and_shown(setter, confirmer, confirmed):
    shown = await confirmed()
    person = shown["person_id"]
    await confirmer.get(place(person))
    await setter.get(place(person, "shared"))
    listed = (await setter.get(place(person, "accesses"))).json()
    told = [(each["purpose"], each["accessed_by"]) for each in listed["items"]]
    assert told == [
        ("sharing", setter.id),
        ("looked_at", confirmer.id),
        ("confirmed", confirmer.id),
        ("changed", setter.id),
    ]
    page = (await setter.get(place(person, "accesses"), limit=1)).json()
    assert page["next"] == page["items"][0]["id"]


async def test_numbers_are_used_once_somebody_else_confirms_them(setter, confirmer, payable):
    person = await payable()
    where = place(person, "numbers")
    refused(
        await confirmer.send("POST", f"{where}/confirmation", None), 404, "payee-numbers-missing"
    )
    told = {"payroll_number": "20123456", "supplier_number": None, "prefers": "supplier_number"}
    set_ = (await done(setter, "PUT", where, told))["numbers"]
    assert set_ == told | {"set_by": setter.id, "confirmed_by": None, "confirmed_on": None}
    refused(await setter.send("POST", f"{where}/confirmation", None), 403, "payee-second-person")
    given = (await done(confirmer, "POST", f"{where}/confirmation"))["numbers"]
    assert given == set_ | {"confirmed_by": confirmer.id, "confirmed_on": str(today())}
    refused(await confirmer.send("POST", f"{where}/confirmation", None), 409, "payee-confirmed")
    anew = (await done(setter, "PUT", where, told | {"supplier_number": "S-1"}))["numbers"]
    assert anew == IsPartialDict(supplier_number="S-1", confirmed_by=None)
    same = await setter.send("PUT", where, told | {"supplier_number": "S-1"}, If_Match='"3"')
    assert same.headers["etag"] == '"4"'


@pytest.mark.parametrize(
    "told",
    [
        {"sort_code": "0899990"},
        {"sort_code": "08/99/99"},
        {"account_number": "1234567"},
        {"account_number": "1234 567x"},
        {"account_name": " "},
        {"account_name": "x" * 71},
        {"iban": "GB00"},
    ],
)
async def test_what_is_no_account_is_refused_without_being_repeated(setter, payable, told):
    answer = await setter.send("PUT", place(await payable(), "bank-account"), CANARY | told)
    refused(answer, 422, "invalid-request")
    assert not [value for value in told.values() if value.strip() and value in answer.text]
    assert not [trace for trace in TRACES if trace in answer.text]


async def test_a_number_that_does_not_fit_its_sort_code_is_refused(setter, payable, session):
    await modulus.load(session, WEIGHTS, SUBSTITUTIONS, today())
    await session.commit()
    person = await payable()
    wrong = await setter.send(
        "PUT", place(person, "bank-account"), GOOD | {"account_number": "66374959"}
    )
    refused(wrong, 422, "bank-account-invalid")
    assert wrong.json()["errors"][0]["pointer"] == "#/account_number"
    assert "66374959" not in wrong.text
    right = await done(setter, "PUT", place(person, "bank-account"), GOOD)
    assert right["proposed"]["modulus"] == "valid"
    replaced = GOOD | {"sort_code": "938600", "account_number": "42368003"}
    right = await done(setter, "PUT", place(person, "bank-account"), replaced)
    assert right["proposed"]["modulus"] == "valid"
    unlisted = await done(setter, "PUT", place(person, "bank-account"), CANARY)
    assert unlisted["proposed"]["modulus"] == "not_checked"


async def test_tables_count_from_their_day(session):
    await modulus.load(session, WEIGHTS, "", today() + timedelta(1))
    account = ("089999", "66374959")
    assert await modulus.checked(session, *account, today()) == "not_checked"
    assert await modulus.checked(session, *account, today() + timedelta(1)) is None


async def test_who_else_has_the_account_is_counted_and_named_to_those_who_keep_payees(
    setter, finance, confirmed, payable, given
):
    mine = (await confirmed())["person_id"]
    other, third = await payable(), await payable(name="Bo")
    await done(setter, "PUT", place(other, "bank-account"), CANARY | {"account_name": "Bo"})
    await done(setter, "PUT", place(third, "bank-account"), CANARY | {"sort_code": "907124"})
    shared = {"people": 1, "person_ids": [other["id"]]}
    assert (await setter.get(place(mine, "shared"))).json() == shared
    assert (await setter.get(place(other, "shared"))).json()["person_ids"] == [mine]
    reader = await finance("payees:read")
    assert (await reader.get(place(mine, "shared"))).json() == shared | {"person_ids": None}
    directorate = await given.directorate()
    limited = await finance(directorates=[directorate.id])
    assert (await limited.get(place(mine, "shared"))).json()["person_ids"] is None
    await done(setter, "POST", place(other, "bank-account", "rejection"))
    assert (await setter.get(place(mine, "shared"))).json() == {"people": 0, "person_ids": []}


async def test_a_record_that_was_merged_shares_with_nobody_and_brings_nothing(
    setter, confirmed, payable, api_of
):
    keeper = await api_of("registers:read", "registers:manage")
    duplicate = (await confirmed())["person_id"]
    numbers = {"payroll_number": "1", "supplier_number": None}
    await done(setter, "PUT", place(duplicate, "numbers"), numbers)
    person = await payable()
    merged = await keeper.send(
        "POST", f"registers/people/{person['id']}/merge", {"duplicate_id": duplicate}
    )
    assert merged.status_code == 200, merged.text
    shown = (await setter.get(place(person))).json()
    assert (shown["bank_account"], shown["numbers"]["payroll_number"]) == (None, None)
    await done(setter, "PUT", place(person, "bank-account"), CANARY)
    assert (await setter.get(place(person, "shared"))).json()["people"] == 0
    for method, where, body in (
        ("PUT", "bank-account", CANARY),
        ("POST", "bank-account/confirmation", {"how": "in_person"}),
        ("PUT", "numbers", numbers),
        ("POST", "numbers/confirmation", None),
    ):
        answer = await setter.send(method, place(duplicate, where), body)
        refused(answer, 409, "person-merged")


async def test_payees_are_seen_by_directorate(setter, finance, payable, given):
    own, other = await given.directorate(), await given.directorate()
    limited = await finance(directorates=[own.id])
    theirs = await payable(directorate_id=str(other.id))
    for method, where, body in (
        ("GET", "", None),
        ("GET", "accesses", None),
        ("GET", "shared", None),
        ("PUT", "bank-account", CANARY),
        ("PUT", "numbers", {"payroll_number": None, "supplier_number": None}),
        ("POST", "bank-account/rejection", None),
    ):
        answer = await limited.send(method, place(theirs, where).rstrip("/"), body)
        refused(answer, 404, "person-not-found")
    assert (await setter.get(place(theirs))).status_code == 200


async def test_a_person_tells_their_own_which_staff_confirm(bound, confirmer):
    amara = await bound()
    mine = "registers/people/me/payee"
    assert (await amara.get(mine)).json() == {
        "bank_account": None,
        "proposed": None,
        "payroll_number": None,
        "supplier_number": None,
        "version": 0,
    }
    answer = await amara.send("PUT", mine, CANARY, If_Match='"0"')
    assert answer.headers["etag"] == '"1"'
    assert answer.json()["proposed"] == {
        "sort_code": "******",
        "account": "*****958",
        "status": "proposed",
        "set_on": str(today()),
        "confirmed_on": None,
        "usable_from": None,
    }
    refused(await amara.send("PUT", mine, CANARY, If_Match='"0"'), 412, "precondition-failed")
    where = place(amara.id, "bank-account", "confirmation")
    given = await done(confirmer, "POST", where, {"how": "called_back"})
    assert given["bank_account"] == IsPartialDict(set_by=amara.id, confirmed_by=confirmer.id)
    assert (await amara.get(mine)).json()["bank_account"]["status"] == "confirmed"


async def test_nobody_sets_or_confirms_as_staff_where_they_are_paid(
    given, finance, setter, payable
):
    """A login that is a user's and the person's own is one human."""
    person, insider = await payable(), await finance()
    id_, login = UUID(person["id"]), {"issuer": "https://one.example", "subject": "s"}
    await given.add(Binding(person_id=id_, **login))
    await given.add(UserIdentity(user_id=UUID(insider.id), **login))
    numbers = {"payroll_number": "1", "supplier_number": None}
    for where, body in (("bank-account", CANARY), ("numbers", numbers)):
        refused(await insider.send("PUT", place(person, where), body), 403, "payee-oneself")
        await done(setter, "PUT", place(person, where), body)
    confirm = await insider.send(
        "POST", place(person, "bank-account", "confirmation"), {"how": "in_person"}
    )
    refused(confirm, 403, "payee-oneself")
    confirm = await insider.send("POST", place(person, "numbers", "confirmation"), None)
    refused(confirm, 403, "payee-oneself")


async def test_without_keys_nothing_is_taken(serve, setter, payable):
    person = await payable()
    async with serve(crypto=Crypto()) as client:
        setter.client = client
        answer = await setter.send("PUT", place(person, "bank-account"), CANARY)
    refused(answer, 503, "field-keys-missing")


async def test_the_trust_decides_how_long_new_details_wait(setter, finance, confirmed):
    decider = await finance("payees:read", "reimbursements:configure")
    found = await decider.get(f"{PAYEES}/policy")
    assert found.json() == {"hold_days": HOLD, "version": 1}
    answer = await decider.send("PUT", f"{PAYEES}/policy", {"hold_days": 0}, If_Match='"1"')
    assert answer.json() == {"hold_days": 0, "version": 2}
    assert answer.headers["etag"] == '"2"'
    refused(await setter.send("PUT", f"{PAYEES}/policy", {"hold_days": 0}), 403, "forbidden")
    many = await decider.send("PUT", f"{PAYEES}/policy", {"hold_days": 61})
    refused(many, 422, "invalid-request")
    assert (await confirmed())["bank_account"]["usable_from"] == str(today())


@pytest.fixture
async def held(confirmed, setter, finance):
    """Information governance, and where somebody is whose bank details and numbers are held."""
    person = (await confirmed())["person_id"]
    await done(setter, "PUT", place(person, "numbers"), {"payroll_number": "2012"} | SUPPLIER)
    governor = await finance("registers:manage", "registers:read", *RIGHTS)
    return governor, person


async def test_what_is_held_of_a_payee_is_given_to_them_masked(held):
    governor, person = held
    where, told = f"registers/people/{person}/subject-access", {"received_on": str(today())}
    asked = await governor.made(where, **told, identity="known")
    file = await governor.get(f"{where}/{asked['id']}/file")
    assert file.status_code == 200, file.text
    sections = {each["source"]: each for each in file.json()["sections"]}
    assert sections["bank_account"]["rows"][0]["last_digits"] == "958"
    assert sections["payee"]["rows"][0]["payroll_number"] == "2012"
    assert len(sections["payee_access"]["rows"]) == 3
    assert "v1.k2." not in file.text
    assert not [trace for trace in TRACES if trace in file.text]


async def test_erasure_deletes_where_somebody_was_paid_and_keeps_who_looked(held, session):
    governor, person = held
    left = {"status": "left", "reason": "x"}
    await governor.send("PUT", f"registers/people/{person}/status", left)
    told = {"ground": "objection", "received_on": str(today()), "decided_by": governor.id}
    answer = await governor.send("POST", f"registers/people/{person}/erasure", told)
    assert answer.status_code == 201, answer.text
    await session.execute(text("SET LOCAL ROLE NONE"))
    count = "SELECT count(*) FROM {} WHERE person_id = :id"
    for table, rows in (("bank_account", 0), ("payee", 0), ("payee_access", 3)):
        assert await session.scalar(text(count.format(table)), {"id": person}) == rows, table
