"""Subject access, erasure and legal holds, as information governance meets them."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.clock import today
from app.domain.reimbursements.payees.details import SEALED
from app.domain.rights.registry import ENTRIES, Erasure
from tests import subjects
from tests.api.registers.conftest import PEOPLE, refused

ALL = (
    "registers:messages",
    "rights:read",
    "rights:write",
    "rights:govern",
    "registers:read",
    "registers:manage",
)


@pytest.fixture
async def governor(caller):
    return await caller(*ALL, "registers:checks", "pastoral:keep", "monitoring:manage")


@pytest.fixture
async def amara(governor) -> dict:
    return await governor.made(
        PEOPLE,
        name="Zanzibarina Quolltest",
        email="zanzi.quoll@example.org",
        phone="+441865999111",
        address="77 Wombatmark Street",
        asked="Plantedwish about kindness",
        availability_note="Plantednote of hours",
        lived_experience="Plantedlife of things",
        pronouns="plantedpro",
        lived_experience_tags=["plantedtag"],
        interests=["plantedinterest"],
        skills=["plantedskill"],
        pathways=["plantedpathway"],
        known_as="Plantednick",
    )


async def left(api, person: dict) -> str:
    place = f"{PEOPLE}/{person['id']}"
    answer = await api.send("PUT", f"{place}/status", {"status": "left", "reason": "Plantedwhy"})
    assert answer.status_code == 200, answer.text
    return place


async def asked(api, person: dict, **told: object) -> str:
    new = {"received_on": str(today()), "identity": "known"} | told
    place = f"{PEOPLE}/{person['id']}/subject-access"
    return f"{place}/{(await api.made(place, **new))['id']}"


async def erase(api, place: str, **told: object):
    new = {"ground": "objection", "received_on": str(today()), "decided_by": api.id} | told
    return await api.send("POST", f"{place}/erasure", new)


async def test_everything_held_is_read_as_a_file_and_as_a_page(governor, amara):
    person = f"{PEOPLE}/{amara['id']}"
    lead = await governor.send("PUT", f"{person}/pastoral/lead", {"lead_id": governor.id})
    assert lead.status_code == 200, lead.text
    plan = {"wellbeing": "Quiet <b>rooms</b>", "escalation_name": "A Sister"}
    assert (await governor.send("PUT", f"{person}/pastoral/plan", plan)).status_code == 200
    place = await asked(governor, amara)
    answer = await governor.get(f"{place}/file")
    assert answer.status_code == 200, answer.text
    sections = {each["source"]: each for each in answer.json()["sections"]}
    assert sections["person"]["rows"][0]["name"] == amara["name"]
    assert sections["pastoral_plan"]["rows"][0]["wellbeing"] == "Quiet <b>rooms</b>"
    assert sections["pastoral_lead"]["rows"][0]["lead_id"]
    assert "draft" in sections["person"]["retention"]
    assert sections["subject_reading"]["rows"][0]["purpose"] == "access"
    assert any(each["review"] for each in sections["pastoral_plan"]["fields"])
    page = await governor.get(f"{place}/page")
    assert page.headers["content-type"].startswith("text/html")
    assert "Quiet &lt;b&gt;rooms" in page.text
    assert "<script" not in page.text


async def test_a_request_is_due_in_a_month_is_extended_once_and_released_once(governor, amara):
    place = await asked(governor, amara, received_on="2026-01-31", identity="unchecked")
    told = (await governor.get(place)).json()
    assert told["due_on"] == "2026-02-28"
    long = {"because": "Many notes"}
    answer = await governor.send("POST", f"{place}/extension", long)
    assert answer.json()["due_on"] == "2026-04-30"
    refused(await governor.send("POST", f"{place}/extension", long), 409, "subject-access-extended")
    release = f"{place}/release"
    refused(await governor.send("POST", release, {"reviewed": True}), 409, "identity-unchecked")
    answer = await governor.send("PUT", f"{place}/identity", {"identity": "document"})
    assert answer.json()["identity"] == "document"
    refused(await governor.send("POST", release, {"reviewed": False}), 422, "review-needed")
    answer = await governor.send("POST", release, {"reviewed": True})
    assert answer.json()["state"] == "released"
    refused(
        await governor.send("POST", release, {"reviewed": True}), 409, "subject-access-released"
    )
    listed = (await governor.get("registers/subject-access", person=amara["id"])).json()["items"]
    assert [each["state"] for each in listed] == ["released"]


async def test_a_request_is_of_the_past_and_of_its_person(governor, amara, given, api_of):
    later = {"received_on": str(today() + timedelta(days=1))}
    place = f"{PEOPLE}/{amara['id']}/subject-access"
    refused(await governor.send("POST", place, later), 422, "subject-access-received")
    mine = await asked(governor, amara)
    other = await governor.made(PEOPLE, name="Bo")
    moved = mine.replace(amara["id"], other["id"])
    refused(await governor.get(moved), 404, "subject-access-not-found")
    limited = await api_of(*ALL, directorates=[(await given.directorate()).id])
    assert (await limited.get("registers/subject-access")).json()["items"]  # of no directorate yet


async def test_a_hold_refuses_deletion_and_erasure_until_it_is_lifted(governor, amara):
    place = await left(governor, amara)
    need = await governor.made(
        f"{place}/needs",
        kind="communication_support",
        words="Loop",
        review_on=str(today() + timedelta(days=90)),
    )
    refused(await governor.get(f"{place}/legal-hold"), 404, "legal-hold-not-found")
    answer = await governor.send("PUT", f"{place}/legal-hold", {"reason": "A claim"})
    assert answer.status_code == 200, answer.text
    answer = await governor.send("PUT", f"{place}/legal-hold", {"reason": "Two claims"})
    assert (await governor.get(f"{place}/legal-hold")).json()["reason"] == "Two claims"
    refused(await erase(governor, place), 409, "legal-hold")
    refused(await governor.send("DELETE", f"{place}/needs/{need['id']}", None), 409, "legal-hold")
    assert (await governor.send("DELETE", f"{place}/legal-hold", None)).status_code == 204
    answer = await erase(governor, place)
    assert answer.status_code == 201, answer.text


async def test_what_is_unfinished_stands_in_the_way(governor, amara):
    place = f"{PEOPLE}/{amara['id']}"
    await governor.send("POST", f"{place}/welcome", {"lead_id": governor.id})
    request = await asked(governor, amara)
    answer = await erase(governor, place)
    refused(answer, 409, "matters-unfinished")
    assert [each["what"] for each in answer.json()["matters"]] == ["person", "subject_access"]
    await governor.send("POST", f"{request}/release", {"reviewed": True})
    await left(governor, amara)
    later = str(today() + timedelta(days=1))
    refused(await erase(governor, place, received_on=later), 422, "erasure-received")
    refused(await erase(governor, place, decided_by=amara["id"]), 422, "decider-unknown")
    answer = await erase(governor, place)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (await governor.get(f"registers/erasures/{made['id']}")).json() == made
    assert (await governor.get("registers/erasures")).json()["items"] == [made]
    refused(await governor.get(place), 404, "person-not-found")
    refused(await governor.get(f"registers/erasures/{amara['id']}"), 404, "erasure-not-found")


# What no word fits in: codes that the database holds to a list.
UNSOWN = {
    ("equality_monitoring", "carer_support"),
    ("equality_monitoring", "disabilities"),
    ("equality_monitoring", "ethnic_category"),
    ("equality_monitoring", "gender"),
    ("equality_monitoring", "gender_same_at_birth"),
    ("equality_monitoring", "religion"),
    ("equality_monitoring", "sexual_orientation"),
    ("person_need", "concept"),
    ("person_need", "formats"),
    *(("bank_account", column) for column in (*SEALED, "last_digits", "fingerprint")),
}


def to_sow() -> set[str]:
    """The word of every personal column of every table of a person that can hold one."""
    return {
        subjects.word(entry.table, column.name)
        for entry in ENTRIES
        if entry.table != "person"
        for column in subjects.personal(subjects.TABLES[entry.table])
        if subjects.holds_words(column) and (entry.table, column.name) not in UNSOWN
    }


COLUMNS = """
SELECT format('SELECT %L AS name, ARRAY(SELECT word FROM unnest($1::text[]) word WHERE EXISTS'
              ' (SELECT FROM %I.%I t WHERE strpos(lower(%s), lower(word)) > 0)) AS words',
              table_schema || '.' || table_name || '.' || column_name, table_schema, table_name,
              CASE data_type WHEN 'bytea' THEN format('encode(%I, ''escape'')', column_name)
                             ELSE format('%I::text', column_name) END)
  FROM information_schema.columns JOIN information_schema.tables
       USING (table_schema, table_name)
 WHERE table_type = 'BASE TABLE' AND table_schema IN ('public', 'jobs')
   AND data_type IN ('text', 'character varying', 'jsonb', 'json', 'bytea', 'ARRAY', 'date')"""


async def where(door, words: list[str]) -> dict[str, list[str]]:
    """Search every column of every table, as one who sees all, for each word."""
    await door.execute("SET ROLE NONE")
    found: dict[str, list[str]] = {}
    for row in await door.fetch(COLUMNS):
        name, held = await door.fetchrow(row[0], words)
        for word in held:
            found.setdefault(word, []).append(name)
    await door.execute("SET ROLE everyvoice_worker")
    return found


# What is told of everybody together, before as after.
FIGURES = (
    ("registers/posts/figures", {"on": "2024-06-01", "year": 2024}),
    ("registers/posts/figures", {"on": "2025-06-01"}),
    ("registers/posts/coverage", {"on": "2024-06-01"}),
    ("registers/champions/coverage", {"on": "2024-06-01"}),
    ("registers/forums/figures", {"from": "2024-04-01", "to": "2025-03-31"}),
    ("registers/panels/figures", {"from": "2019-01-01", "to": "2021-01-01"}),
    ("registers/applicants/figures", {"from": "2019-01-01", "to": "2021-01-01"}),
)


async def staying(door) -> dict[str, int]:
    """Count, as one who sees all, the rows of each table that stay when somebody is erased."""
    await door.execute("SET ROLE NONE")
    stay = [e.table for e in ENTRIES if e.erasure is not Erasure.DELETE and e.table != "erasure"]
    counts = {each: await door.fetchval(f"SELECT count(*) FROM {each}") for each in stay}
    await door.execute("SET ROLE everyvoice_worker")
    return counts


async def told_of_all(api) -> list[dict]:
    answers = [await api.get(place, **told) for place, told in FIGURES]
    assert {each.status_code for each in answers} == {200}, [each.text for each in answers]
    return [each.json() for each in answers]


async def test_nothing_of_an_erased_person_is_found_anywhere(
    governor, amara, session, door, given, caller
):
    place = await left(governor, amara)
    known = {"person": UUID(amara["id"]), "app_user": UUID(governor.id)}
    known |= {name: (await given.team()).id for name in ("team", "second_team")}
    await door.execute("SET ROLE NONE")
    sown = await subjects.plant(door.execute, known)
    await subjects.mention(door.execute, "zanzibarina QUOLLTEST or +441865999111", known)
    await session.execute(
        text(
            "INSERT INTO message (id, kind, recipient_name, recipient_email, subject, text, once,"
            " status, attempts, created_at, updated_at, version) VALUES (gen_random_uuid(), 'x',"
            " 'x', 'Zanzi.Quoll@example.org', 'sownsubject', 'sownletter', 'o', 'queued', 0,"
            " now(), now(), 1)"
        )
    )
    await session.commit()
    words = [*sown, "quoll", "wombatmark", "planted", "+441865999111", "sownletter"]
    before = await where(door, words)
    assert {"quoll", "wombatmark", "planted", "sownletter"} < before.keys()
    assert to_sow() - before.keys() == set()
    reader = await caller("registers:read", "registers:applicants")
    figures = await told_of_all(reader)
    counts = await staying(door)
    answer = await erase(governor, place)
    assert answer.status_code == 201, answer.text
    # One letter tells the person, in braille; it forgets whom it told once somebody gave it.
    told = "SELECT id FROM message WHERE kind = 'erasure_done' AND text IS NOT NULL"
    letter = f"registers/messages/{await session.scalar(text(told))}/handed-over"
    braille = {"format": "braille", "language": "en"}
    assert (await governor.send("PUT", letter, braille)).status_code == 200
    assert await where(door, words) == {}
    assert await told_of_all(reader) == figures
    assert json.dumps(answer.json()).lower().count("quoll") == 0
    counts["subject_reading"] += 1
    assert await staying(door) == counts


async def test_a_login_is_taken_back_whatever_is_held(caller, bound):
    api = await caller(*ALL)
    person = await bound()
    place = f"{PEOPLE}/{person.id}"
    assert (await api.send("PUT", f"{place}/legal-hold", {"reason": "x"})).status_code == 200
    answer = await api.send("DELETE", f"{place}/binding", None)
    assert answer.status_code == 204, answer.text
