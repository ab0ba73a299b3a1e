"""Every night confirmed rules let go what is past its time, and count it."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.core.clock import now, today
from app.domain.involvement.applicants.models import Applicant, ApplicantSurvey
from app.domain.involvement.checks.models import DbsCheck
from app.domain.people.messages.models import Message
from app.domain.people.register.models import Person
from app.domain.rights.access.models import SubjectAccess, SubjectReading
from app.domain.rights.erasure.models import ErasureRecord
from app.domain.rights.holds.models import LegalHold
from app.domain.rights.retention import service
from app.domain.rights.retention.categories import RECORDS
from app.domain.rights.retention.models import Category, RetentionRule, RetentionRun
from app.worker.topics import retention, rights

OLD = date(2010, 5, 6)


@pytest.fixture
def confirmed(session, given):
    """Confirm a rule in somebody's name: `await confirmed("checks")`."""

    async def made(category: Category, months: int = 12) -> RetentionRule:
        user = await given.user(name="Ivy Governance")
        found = await session.scalar(
            select(RetentionRule).where(RetentionRule.category == category)
        )
        found.keeps_months, found.source, found.active = months, "IG group", True
        found.confirmed_by, found.confirmed_at = user.id, now()
        await session.commit()
        return found

    return made


@pytest.fixture
def somebody(given):
    async def made(**told: object) -> Person:
        start = {"name": "Amara Okafor", "status": "left", "status_since": OLD}
        return await given.add(Person(**start | told))

    return made


@pytest.fixture
def checked(given, somebody):
    """Note checks that ended long ago, one for each number."""

    async def made(number: int, **told: object) -> list[UUID]:
        ids = []
        for _ in range(number):
            person = await somebody(status="enquiry")
            start = {"level": "basic", "issued_on": OLD, "expires_on": OLD + timedelta(9)}
            start |= {"person_id": person.id, "seen_by": person.id}
            ids.append((await given.add(DbsCheck(**start | told))).id)
        return ids

    return made


async def hold(given, person_id: UUID) -> LegalHold:
    start = {"reason": "A claim", "since": OLD, "held_by": person_id}
    return await given.add(LegalHold(person_id=person_id, **start))


async def runs(sessions) -> dict[str, tuple]:
    async with sessions() as session:
        found = await session.scalars(select(RetentionRun).order_by(RetentionRun.day))
        return {
            f"{each.category} {each.day}": (each.state, each.deleted, each.kept) for each in found
        }


async def left_of(sessions, model) -> set[UUID]:
    async with sessions() as session:
        return set(await session.scalars(select(model.id)))


async def test_a_draft_deletes_nothing_and_has_no_run(sessions, checked, somebody):
    checks, person = await checked(2), await somebody()
    assert await rights.handle(sessions) == 0
    assert await left_of(sessions, DbsCheck) == set(checks)
    assert person.id in await left_of(sessions, Person)
    assert await runs(sessions) == {}


async def test_what_is_past_its_time_goes_in_batches_once_a_day(
    sessions, checked, confirmed, monkeypatch
):
    monkeypatch.setattr(service, "BATCH", 2)
    await checked(5)
    young = await checked(1, issued_on=today() - timedelta(9), expires_on=today())
    await confirmed(Category.CHECKS)
    assert await rights.handle(sessions) == 3
    assert await left_of(sessions, DbsCheck) == set(young)
    told = {f"checks {today()}": ("done", 5, 0)}
    assert await runs(sessions) == told
    late = await checked(1)
    assert await rights.handle(sessions) == 0
    assert await runs(sessions) == told
    assert set(late) < await left_of(sessions, DbsCheck)


async def test_a_legal_hold_spares_and_is_counted(sessions, session, given, checked, confirmed):
    _, held = await checked(2)
    check = await session.get_one(DbsCheck, held)
    await hold(given, check.person_id)
    await confirmed(Category.CHECKS)
    await rights.handle(sessions)
    assert await left_of(sessions, DbsCheck) == {held}
    assert await runs(sessions) == {f"checks {today()}": ("done", 1, 1)}


async def test_what_was_cut_off_goes_on_where_it_stood_and_then_todays_follows(
    sessions, session, given, checked, confirmed
):
    done, *rest = sorted(await checked(3))
    await confirmed(Category.CHECKS)
    day = today() - timedelta(1)
    await given.add(
        RetentionRun(
            category="checks", day=day, before=OLD + timedelta(30), last_id=done, deleted=7, kept=1
        )
    )
    await rights.handle(sessions)
    assert await runs(sessions) == {
        f"checks {day}": ("done", 9, 1),
        f"checks {today()}": ("done", 1, 0),
    }
    assert await left_of(sessions, DbsCheck) == set()
    assert rest


async def test_a_run_stops_where_its_rule_is_a_draft_again(sessions, given, checked, confirmed):
    checks = await checked(1)
    rule = await confirmed(Category.CHECKS)
    rule.active, rule.confirmed_by, rule.confirmed_at = False, None, None
    await given.add(rule)
    await given.add(RetentionRun(category="checks", day=today(), before=today()))
    assert await rights.handle(sessions) == 0
    assert await left_of(sessions, DbsCheck) == set(checks)


async def test_a_rule_that_was_made_longer_holds_for_the_rest_of_a_run(
    sessions, given, checked, confirmed
):
    checks = await checked(1)
    await confirmed(Category.CHECKS, months=1200)
    await given.add(RetentionRun(category="checks", day=today(), before=today()))
    await rights.handle(sessions)
    assert await left_of(sessions, DbsCheck) == set(checks)


async def test_a_failure_keeps_what_was_counted_and_the_next_night_goes_on(
    sessions, checked, confirmed, monkeypatch
):
    monkeypatch.setattr(service, "BATCH", 2)
    await checked(4)
    await confirmed(Category.CHECKS)
    remove, calls = service._remove, []

    async def fails(*told: object) -> int:
        calls.append(told)
        if len(calls) == 2:
            raise ConnectionError
        return await remove(*told)

    monkeypatch.setattr(service, "_remove", fails)
    with pytest.raises(ConnectionError):
        await rights.handle(sessions)
    assert await runs(sessions) == {f"checks {today()}": ("running", 2, 0)}
    await rights.handle(sessions)
    assert await runs(sessions) == {f"checks {today()}": ("done", 4, 0)}
    assert await left_of(sessions, DbsCheck) == set()


async def test_people_who_left_long_ago_are_erased_by_who_confirmed_the_rule(
    sessions, session, given, somebody, confirmed, monkeypatch
):
    monkeypatch.setattr(service, "FEW", 2)
    gone = [await somebody() for _ in range(3)]
    held = await somebody(name="Held")
    await hold(given, held.id)
    waits = await somebody(name="Waits")
    start = {"received_on": today(), "due_on": today() + timedelta(9), "identity": "known"}
    await given.add(SubjectAccess(person_id=waits.id, received_by=waits.id, **start))
    recent = await somebody(name="Recent", status_since=today())
    rule = await confirmed(Category.PEOPLE_LEFT)
    assert await rights.handle(sessions) == 3
    assert await runs(sessions) == {f"people_left {today()}": ("done", 3, 2)}
    session.expunge_all()
    names = [(await session.get_one(Person, p.id)).name for p in [*gone, held, waits, recent]]
    assert names == ["(erased)"] * 3 + ["Held", "Waits", "Recent"]
    for made in await session.scalars(select(ErasureRecord)):
        assert (made.ground, made.decided_by) == ("retention", rule.confirmed_by)
    # Whom it kept, nobody read.
    read = set(await session.scalars(select(SubjectReading.person_id)))
    assert read == {each.id for each in gone}


async def test_who_was_erased_merged_or_held_since_a_batch_was_read_is_passed_over(
    sessions, session, given, somebody, confirmed
):
    rule = await confirmed(Category.PEOPLE_LEFT)
    other = await somebody(status="enquiry")
    merged = await somebody(merged_into=other.id)
    held = await somebody()
    await hold(given, held.id)
    erased = await somebody(name="(erased)", erased_on=OLD)
    ids = [merged.id, held.id, erased.id]
    assert await service._remove(session, Category.PEOPLE_LEFT, ids, rule) == 0
    assert list(await session.scalars(select(ErasureRecord))) == []


async def test_an_application_leads_to_nobody_once_its_time_is_over(
    sessions, session, given, somebody, confirmed
):
    person = await somebody(status="enquiry")
    start = {"reference": "APP-7", "role": "Peer", "band": "band_3", "applied_on": OLD}
    start |= {"person_id": person.id, "stage_since": OLD}
    done = await given.add(Applicant(**start | {"stage": "withdrawn"}))
    open_ = await given.add(Applicant(**start | {"stage": "offered", "reference": "APP-8"}))
    marks = {"informed": 1, "supported": 2, "valued": 3, "words": "It was cold"}
    await given.add(ApplicantSurvey(applicant_id=done.id, **marks))
    await confirmed(Category.APPLICANTS)
    await rights.handle(sessions)
    session.expunge_all()
    found = await session.get_one(Applicant, done.id)
    assert (found.reference, found.person_id) == (f"(erased) {done.id}", None)
    told = await session.scalar(select(ApplicantSurvey))
    assert (told.words, told.informed) == (None, 1)
    assert (await session.get_one(Applicant, open_.id)).reference == "APP-8"
    await session.execute(text("DELETE FROM retention_run"))
    await session.commit()
    await rights.handle(sessions)
    assert await runs(sessions) == {f"applicants {today()}": ("done", 0, 0)}


@pytest.mark.parametrize("category", Category)
async def test_every_category_has_records_that_the_database_knows(sessions, confirmed, category):
    await confirmed(category)
    assert await rights.handle(sessions) == 0
    assert await runs(sessions) == {f"{category} {today()}": ("done", 0, 0)}
    statements = RECORDS[category].removals or ()
    async with sessions.begin() as session:
        for statement in statements:
            await session.execute(text(statement), {"ids": []})


async def test_what_somebody_held_was_told_is_not_forgotten(sessions, session, given, somebody):
    held, free = await somebody(), await somebody()
    await hold(given, held.id)
    for person in (held, free):
        start = {"kind": "x", "recipient_name": "A", "text": "Hello", "subject": "s", "attempts": 1}
        sent = {"status": "sent", "sent_at": now() - timedelta(40), "channel": "email"}
        await given.add(Message(person_id=person.id, once=f"{person.id}", **start | sent))
    await retention.handle(sessions)
    session.expunge_all()
    found = {m.person_id: m.text for m in await session.scalars(select(Message))}
    assert found == {held.id: "Hello", free.id: None}
