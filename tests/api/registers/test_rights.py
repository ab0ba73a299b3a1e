"""Subject access, erasure and legal holds, as information governance meets them."""

import json
import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app import migrate
from app.core.clock import today
from app.core.db import Base
from app.domain.people.messages import service as messages
from app.domain.rights.registry import ENTRIES
from tests.api.registers.conftest import PEOPLE, refused

migrate.models()
ALL = ("rights:read", "rights:write", "rights:govern", "registers:read", "registers:manage")


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
    answer = await governor.get(f"{place}.json")
    assert answer.status_code == 200, answer.text
    sections = {each["source"]: each for each in answer.json()["sections"]}
    assert sections["person"]["rows"][0]["name"] == amara["name"]
    assert sections["pastoral_plan"]["rows"][0]["wellbeing"] == "Quiet <b>rooms</b>"
    assert sections["pastoral_lead"]["rows"][0]["lead_id"]
    assert "draft" in sections["person"]["retention"]
    assert sections["subject_reading"]["rows"][0]["purpose"] == "access"
    assert any(each["review"] for each in sections["pastoral_plan"]["fields"])
    page = await governor.get(f"{place}.html")
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


PERSONAL = ("personal", "special")
# A row of each table that refers to a person, by what it needs; words are planted afterwards.
ROWS = {
    "person_role": "role = 'carer', valid_from = '2020-01-01', valid_to = '2021-01-01'",
    "dbs_check": "level = 'basic', issued_on = '2020-01-01', expires_on = '2023-01-01',"
    " seen_by = {id}",
    "equality_monitoring": "ethnic_category = 'A', gender = '1', gender_same_at_birth = 'Y',"
    " sexual_orientation = '1', disabilities = '{{NN}}', religion = 'L'",
    "equality_monitoring_access": "kind = 'read', reason = 'x', accessed_by = {id}",
    "pastoral_plan": "wellbeing = 'x', escalation_name = 'x', escalation_contact = 'x'",
    "pastoral_break_glass": "reason = 'x', asked_by = {id}, denied_because = 'unseen'",
    "pastoral_check_in": "kind = 'debrief', about = 'x', planned_for = '2020-01-01',"
    " state = 'missed', missed_because = 'x'",
    "pastoral_concern": "what = 'x', handler_id = {user}, raised_by = {user},"
    " raised_on = '2020-01-01', answer_by = '2020-02-01', state = 'answered',"
    " acknowledged_on = '2020-01-02', answered_on = '2020-01-03', answer = 'x'",
    "mentoring_pair": "user_id = {user}, goals = 'x', started_on = '2020-01-01',"
    " ended_on = '2020-03-01', learning = 'x'",
    "recruitment_applicant": "reference = 'x', role = 'Peer', band = 'band_3',"
    " applied_on = '2020-01-01', stage = 'withdrawn', stage_since = '2020-02-01'",
    "person_need": "kind = 'communication_support', words = 'x', formats = '{{}}',"
    " languages = '{{}}', reviewed_on = '2020-01-01', review_on = '2021-01-01'",
    "person_calendar": "hash = 'plantedhash'",
    "person_binding": "issuer = 'i', subject = 'x'",
    "person_supporter": "name = 'x', email = 'x', relation = 'friend', may = '{{profile}}',"
    " valid_from = '2020-01-01', valid_to = '2020-02-01', named_by = {id}, issuer = 'i',"
    " subject = 'sownpersonsupportersubject'",  # which is bound once
    "message": "kind = 'x', channel = 'email', recipient_name = 'x', recipient_email = 'x',"
    " recipient_phone = 'x', recipient_address = 'x', subject = 'x', text = 'x', html = 'x',"
    " once = 'plantedonce', status = 'failed', attempts = '1'",
    "legal_hold": "reason = 'x', since = '2020-01-01', held_by = {id},"
    " lifted_on = '2020-02-01', lifted_by = {id}",
}

# Columns of tables that no row is made of here.
UNSOWN = {
    "sownpastoralcheckinnotes",
    "sownparticipationreason",
    "sownparticipationfromperson",
    "sownparticipationtoperson",
    "sownpersonconsentgivername",
    "sownsubjectaccessextendedbecause",
}


async def plant(session, person: UUID, user: UUID) -> list[str]:
    """Add rows, then write a word of its own into every personal text column that there is."""
    for table, told in ROWS.items():
        pairs = re.findall(r"(\w+) = ('[^']*'|\{\w+\})", told)
        names = ", ".join(name for name, _ in pairs)
        values = ", ".join(value for _, value in pairs)
        values = values.format(id="gen_random_uuid()", user=f"'{user}'")
        await session.execute(
            text(
                f"INSERT INTO {table} (id, person_id, {names}, created_at, updated_at, version)"
                f" VALUES (gen_random_uuid(), '{person}', {values}, now(), now(), 1)"
            )
        )
    words = []
    for entry in ENTRIES:
        for column in Base.metadata.tables[entry.table].columns:
            if column.info.get("class") not in PERSONAL or str(column.type) != "TEXT":
                continue
            if entry.table in ("equality_monitoring", "person") or column.name == "concept":
                continue
            if len(entry.path) > 1 or column.foreign_keys:
                continue
            word = f"sown{entry.table}{column.name}".replace("_", "")
            words.append(word)
            await session.execute(
                text(
                    f"UPDATE {entry.table} SET {column.name} = '{word}'"
                    f" WHERE person_id = '{person}' AND {column.name} IS NOT NULL"
                )
            )
    return words


COLUMNS = """
SELECT format('SELECT %L, count(*) FROM %I.%I t WHERE strpos(lower(%s), $1) > 0',
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
        for word in words:
            name, count = await door.fetchrow(row[0], word.lower())
            if count:
                found.setdefault(word, []).append(name)
    await door.execute("SET ROLE everyvoice_worker")
    return found


async def test_nothing_of_an_erased_person_is_found_anywhere(governor, amara, session, door):
    place = await left(governor, amara)
    await door.execute("SET ROLE NONE")
    sown = await plant(session, UUID(amara["id"]), UUID(governor.id))
    await session.execute(
        text(
            "INSERT INTO message (id, kind, recipient_name, recipient_email, subject, text, once,"
            " status, attempts, created_at, updated_at, version) VALUES (gen_random_uuid(), 'x',"
            " 'x', 'Zanzi.Quoll@example.org', 'sownsubject', 'sownletter', 'o', 'queued', 0,"
            " now(), now(), 1)"
        )
    )
    forum = UUID(int=7)
    await session.execute(
        text(
            "INSERT INTO forum (id, kind, name, papers_days, created_at, updated_at, version)"
            f" VALUES ('{forum}', 'youth_board', 'B', 7, now(), now(), 1)"
        )
    )
    await session.execute(
        text(
            "INSERT INTO forum_issue (id, forum_id, what, raised_by, raised_on, created_at,"
            f" updated_at, version) VALUES (gen_random_uuid(), '{forum}', 'zanzibarina QUOLLTEST"
            " said so; ring +441865999111', 'patient', '2020-01-01', now(), now(), 1)"
        )
    )
    await session.commit()
    words = [*sown, "quoll", "wombatmark", "planted", "+441865999111", "sownletter"]
    before = await where(door, words)
    assert {"quoll", "wombatmark", "planted", "sownletter"} < before.keys()
    assert set(sown) - before.keys() == UNSOWN
    counts = [f"SELECT count(*) FROM {t}" for t in ("person", "pastoral_concern", "mentoring_pair")]
    figures = [await door.fetchval(each) for each in counts]
    answer = await erase(governor, place)
    assert answer.status_code == 201, answer.text
    # One letter tells the person, and forgets whom it told once it is sent.
    told = "SELECT id FROM message WHERE kind = 'erasure_done' AND text IS NOT NULL"
    await messages.sent(session, await session.scalar(text(told)))
    await session.commit()
    assert await where(door, words) == {}
    assert [await door.fetchval(each) for each in counts] == figures
    assert json.dumps(answer.json()).lower().count("quoll") == 0
