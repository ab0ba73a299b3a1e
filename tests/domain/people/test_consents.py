import asyncio
from datetime import date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given as properties
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import create_engine
from app.core.errors import ConflictError
from app.domain.people.consents import queries, service
from app.domain.people.consents.errors import (
    ConsentActiveError,
    ConsentMissingError,
    ParentConsentError,
)
from app.domain.people.consents.models import (
    Consent,
    ConsentChannel,
    GivenBy,
    Purpose,
    age_on,
)
from app.domain.people.register import queries as register
from app.domain.people.register.models import Person

LEAD = Actor(id=uuid4(), name="Lee Lead", scopes=frozenset())
NEW = {"purpose": Purpose.STORIES, "title": "N", "text": "N", "easy_read": "N"}


@pytest.fixture
async def committed(scratch_url):
    """Sessions that commit, on a database of the test's own."""
    engine = create_engine(scratch_url, "app", pool=4)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


@pytest.fixture
async def person(committed) -> Person:
    async with committed.begin() as session:
        found = Person(name="Amara Okafor", status_since=today())
        session.add(found)
    return found


async def agree(committed, person: Person) -> UUID:
    async with committed.begin() as session:
        person = await register.get(session, person.id, to=LEAD, lock=True)
        found = await queries.newest(session, Purpose.STORIES)
        assert found is not None
        told = {
            "text_id": found.id,
            "channel": ConsentChannel.PAPER,
            "given_by": GivenBy.PERSON,
            "giver_name": None,
        }
        return (await service.give(session, person, told, by=LEAD)).id


async def tell(committed, person: Person) -> None:
    async with committed.begin() as session:
        await service.use(session, person.id, Purpose.STORIES, "story", uuid4(), by=LEAD)


async def withdraw(committed, person: Person, consent: UUID) -> None:
    async with committed.begin() as session:
        found = await queries.get(session, person, consent, lock=True)
        await service.withdraw(session, found, ConsentChannel.SPOKEN, by=LEAD)


async def test_of_many_who_record_a_consent_at_once_one_succeeds(committed, person):
    made = await asyncio.gather(*(agree(committed, person) for _ in range(4)),
                                return_exceptions=True)  # fmt: skip
    assert sum(isinstance(each, UUID) for each in made) == 1
    assert sum(isinstance(each, ConsentActiveError) for each in made) == 3


async def test_of_two_who_publish_at_once_one_succeeds(committed):
    async def publish() -> int:
        async with committed.begin() as session:
            return (await service.publish(session, NEW, by=LEAD)).number

    async with committed.begin() as session:
        await service.publish(session, NEW, by=LEAD)
        second = asyncio.create_task(publish())
        await asyncio.sleep(0.2)
    with pytest.raises(ConflictError):
        await second
    assert await publish() == 3


async def test_a_withdrawal_waits_for_a_use_that_is_under_way(committed, person):
    consent = await agree(committed, person)
    async with committed.begin() as session:
        await service.use(session, person.id, Purpose.STORIES, "story", uuid4())
        ending = asyncio.create_task(withdraw(committed, person, consent))
        await asyncio.sleep(0.2)
        assert not ending.done()
    await ending
    with pytest.raises(ConsentMissingError):
        await tell(committed, person)


async def test_a_use_waits_for_a_withdrawal_that_is_under_way_and_is_refused(committed, person):
    consent = await agree(committed, person)
    async with committed.begin() as session:
        found = await queries.get(session, person, consent, lock=True)
        await service.withdraw(session, found, ConsentChannel.EMAIL, by=LEAD)
        using = asyncio.create_task(tell(committed, person))
        await asyncio.sleep(0.2)
        assert not using.done()
    with pytest.raises(ConsentMissingError):
        await using
    async with committed.begin() as session:
        assert await session.scalar(text("SELECT count(*) FROM person_use")) == 0


@pytest.mark.parametrize(
    ("born_on", "day", "age"),
    [
        (date(2010, 6, 15), date(2026, 6, 14), 15),
        (date(2010, 6, 15), date(2026, 6, 15), 16),
        (date(2012, 2, 29), date(2030, 2, 28), 17),
        (date(2012, 2, 29), date(2030, 3, 1), 18),
        (date(2026, 6, 15), date(2026, 6, 14), -1),
    ],
)
def test_an_age_is_whole_years(born_on, day, age):
    assert age_on(born_on, day) == age


@properties(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 60_000))
def test_an_age_grows_by_one_a_year(born_on, days):
    day = date.fromordinal(born_on.toordinal() + days)
    later = date(day.year + 1, day.month, min(day.day, 28))
    grown = age_on(born_on, later) - age_on(born_on, day)
    assert grown == 1 or (grown == 0 and day.day > 28)


@pytest.mark.parametrize(
    ("at", "refused"),
    [
        ("2026-06-14T22:59:59+00:00", True),
        ("2026-06-14T23:00:00+00:00", False),  # the fifteenth in London, in summer
    ],
)
def test_the_day_of_a_consent_is_londons(at, refused):
    person = Person(name="A", born_on=date(2010, 6, 15))
    given_at = datetime.fromisoformat(at)
    told = {"given_by": GivenBy.PERSON, "giver_name": None, "given_at": given_at}
    consent = Consent(person_id=person.id)
    if refused:
        with pytest.raises(ParentConsentError):
            consent.give(person, told, given_at)
    else:
        consent.give(person, told, given_at)
        assert consent.given_at == given_at


async def test_the_database_reckons_ages_as_the_model_does(session):
    """For the children's rule, around each birthday, leap days among them."""
    days = [date(2012, 2, 28), date(2012, 2, 29), date(2012, 3, 1), date(2010, 12, 31)]
    for born_on in days:
        for offset in (-2, -1, 0, 1, 2):
            day = date.fromordinal(date(born_on.year + 16, born_on.month, 28).toordinal() + offset)
            under = await session.scalar(
                text("SELECT CAST(:born AS date) > CAST(:day AS date) - interval '16 years'"),
                {"born": born_on, "day": day},
            )
            assert under == (age_on(born_on, day) < 16), (born_on, day)
