"""Whoever is limited to a directorate reads, holds and erases people of theirs alone."""

from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.clock import today
from app.domain.people.register.errors import PersonHeldError
from app.domain.rights.access import queries as access
from app.domain.rights.erasure import service
from app.domain.rights.erasure.models import ErasureGround, ErasureRecord
from app.domain.rights.erasure.queries import Tombstone
from tests.api.registers.conftest import PEOPLE, refused
from tests.api.registers.test_rights import ALL, asked, erase, left


@pytest.fixture
async def places(given):
    return [(await given.directorate()).id for _ in range(2)]


@pytest.fixture
async def wide(caller):
    return await caller(*ALL)


@pytest.fixture
async def limited(caller, places):
    return await caller(*ALL, directorates=[places[0]])


async def test_people_of_other_directorates_are_as_good_as_absent(wide, limited, places):
    other = await wide.made(PEOPLE, name="Other", directorate_id=str(places[1]))
    request = await asked(wide, other)
    place = f"{PEOPLE}/{other['id']}"
    await left(wide, other)
    assert (await wide.send("PUT", f"{place}/legal-hold", {"reason": "x"})).status_code == 200
    received = {"received_on": str(today())}
    for method, where, body in (
        ("GET", request, None),
        ("GET", f"{request}/file", None),
        ("GET", f"{request}/page", None),
        ("PUT", f"{request}/identity", {"identity": "document"}),
        ("POST", f"{request}/extension", {"because": "x"}),
        ("POST", f"{request}/release", {"reviewed": True}),
        ("POST", f"{place}/subject-access", received),
        ("GET", f"{place}/legal-hold", None),
        ("PUT", f"{place}/legal-hold", {"reason": "x"}),
        ("DELETE", f"{place}/legal-hold", None),
    ):
        refused(await limited.send(method, where, body), 404, "person-not-found")
    refused(await erase(limited, place), 404, "person-not-found")
    assert (await limited.get("registers/subject-access")).json()["items"] == []
    assert len((await wide.get("registers/subject-access")).json()["items"]) == 1


async def test_people_of_ones_own_directorate_are_read_and_erased(wide, limited, places):
    mine = await wide.made(PEOPLE, name="Mine", directorate_id=str(places[0]))
    request = await asked(limited, mine)
    assert (await limited.get(f"{request}/file")).status_code == 200
    await limited.send("POST", f"{request}/release", {"reviewed": True})
    answer = await erase(limited, await left(limited, mine))
    assert answer.status_code == 201, answer.text


async def test_merged_records_are_read_and_erased_with_the_one_that_stands(wide, session):
    stands = await wide.made(PEOPLE, name="Stands", asked="Sownone")
    double = await wide.made(PEOPLE, name="Double", asked="Sowntwo", email="sowntwo@example.org")
    place = f"{PEOPLE}/{stands['id']}"
    answer = await wide.send("POST", f"{place}/merge", {"duplicate_id": double["id"]})
    assert answer.status_code == 200, answer.text
    request = await asked(wide, stands)
    told = (await wide.get(f"{request}/file")).json()["sections"]
    names = {row["name"] for each in told if each["source"] == "person" for row in each["rows"]}
    assert names == {"Stands", "Double"}
    merged = f"{PEOPLE}/{double['id']}"
    refused(await erase(wide, merged), 409, "person-merged")
    await wide.send("POST", f"{request}/release", {"reviewed": True})
    made = (await erase(wide, await left(wide, stands))).json()
    assert set(made["records"]) == {stands["id"], double["id"]}
    rows = await session.execute(
        text("SELECT name, asked, email, erased_on FROM person WHERE id = ANY(:ids)"),
        {"ids": [UUID(each) for each in made["records"]]},
    )
    assert list(rows) == [("(erased)", None, None, today())] * 2
    refused(await wide.get(merged), 404, "person-not-found")


async def test_a_hold_on_a_merged_record_holds_the_one_that_stands(wide):
    stands = await wide.made(PEOPLE, name="Stands")
    double = await wide.made(PEOPLE, name="Double")
    held = f"{PEOPLE}/{double['id']}/legal-hold"
    assert (await wide.send("PUT", held, {"reason": "A claim"})).status_code == 200
    place = f"{PEOPLE}/{stands['id']}"
    answer = await wide.send("POST", f"{place}/merge", {"duplicate_id": double["id"]})
    assert answer.status_code == 200, answer.text
    refused(await erase(wide, await left(wide, stands)), 409, "legal-hold")
    assert (await wide.send("DELETE", f"{place}/legal-hold", None)).status_code == 204
    assert (await erase(wide, place)).status_code == 201


async def test_a_tombstone_of_a_merged_record_erases_the_one_that_stands(wide, session):
    first, second = [await wide.made(PEOPLE, name=f"Mika {n}") for n in ("One", "Two")]
    merging = {"duplicate_id": second["id"]}
    answer = await wide.send("POST", f"{PEOPLE}/{first['id']}/merge", merging)
    assert answer.status_code == 200, answer.text
    tombstone = Tombstone(
        person_id=UUID(second["id"]),
        ground="objection",
        received_on=today(),
        erased_on=today(),
        refused=[],
        decided_by=UUID(wide.id),
    )
    assert await service.reapply(session, tombstone)
    await session.commit()
    refused(await wide.get(f"{PEOPLE}/{first['id']}"), 404, "person-not-found")


async def test_a_hold_that_comes_before_the_first_row_is_erased_is_heeded(wide, session):
    person = await wide.made(PEOPLE, name="Mika One")
    place = f"{PEOPLE}/{person['id']}"
    assert (await wide.send("PUT", f"{place}/legal-hold", {"reason": "A claim"})).status_code == 200
    found = await access.subject(session, UUID(person["id"]))
    made = ErasureRecord(
        person_id=found.id,
        records=found.records,
        ground=ErasureGround.OBJECTION,
        received_on=today(),
        erased_on=today(),
        refused=[],
        decided_by=UUID(wide.id),
    )
    with pytest.raises(PersonHeldError):
        await service._forget(session, made, found)


async def test_a_rule_that_is_not_there_is_not_found(wide, session):
    await session.execute(text("DELETE FROM retention_rule WHERE category = 'enquiries'"))
    await session.commit()
    answer = await wide.get("registers/retention/rules/enquiries")
    refused(answer, 404, "retention-rule-not-found")
