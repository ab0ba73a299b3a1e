import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.actor import Actor
from app.core.db import create_engine
from app.core.ids import uuid7
from app.domain.involvement.naming.queries import days_of_year, financial_year
from app.domain.involvement.posts import service
from app.domain.involvement.posts.errors import PostWteError, WteExceededError
from app.domain.involvement.posts.models import Post, PostKind, fit_one_person, fullest_day
from app.domain.people.register import service as register
from tests.factories import Given

FIRST = date(2025, 1, 1)
KEEPER = Actor(id=uuid7(), name="Keeper", scopes=frozenset())


def post(begins: int, days: int | None, hundredths: int) -> Post:
    start = FIRST + timedelta(begins)
    ends = None if days is None else start + timedelta(days)
    return Post(wte=Decimal(hundredths) / 100, valid_from=start, valid_to=ends)


POSTS = st.lists(
    st.builds(post, st.integers(0, 20), st.none() | st.integers(1, 20), st.integers(1, 100)),
    max_size=6,
)


@for_all(POSTS)
def test_the_fullest_day_is_the_one_found_by_trying_every_day(posts):
    days = [FIRST + timedelta(n) for n in range(50)]
    sums = [sum((p.wte for p in posts if p.holds(day)), Decimal()) for day in days]
    found = fullest_day(posts)
    if found is None:
        assert posts == []
        return
    assert found == (max(sums), days[sums.index(max(sums))])
    if found[0] > 1:
        with pytest.raises(WteExceededError):
            fit_one_person(posts)
    else:
        fit_one_person(posts)


@pytest.mark.parametrize("wte", ["0", "-0.1", "1.01"])
def test_a_post_is_of_one_person_at_most(wte):
    with pytest.raises(PostWteError):
        Post().tell({"wte": Decimal(wte), "valid_from": FIRST, "person_id": None}, FIRST)


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 3, 31), 2025), (date(2026, 4, 1), 2026), (date(2026, 12, 31), 2026)],
)
def test_a_financial_year_begins_in_april(day, year):
    first, last = days_of_year(year)
    assert financial_year(day) == year
    assert first <= day <= last
    assert (first, last) == (date(year, 4, 1), date(year + 1, 3, 31))


async def test_of_two_posts_noted_at_once_one_is_refused(scratch_url):
    """On two real connections: neither sees the other's, and the database lets one through."""
    engine = create_engine(scratch_url, "app", pool=2)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions() as session:
        team = await Given(session).team()
        person = await register.enquire(session, {"name": "Amara"})
        await session.commit()
    told = {"kind": PostKind.LIVED_EXPERIENCE, "wte": Decimal("0.60"), "paid": True}
    told |= {"team_id": team.id, "person_id": person.id, "valid_from": FIRST, "valid_to": None}
    async with sessions() as one, sessions() as other:
        await service.note(one, told, by=KEEPER)
        later = asyncio.create_task(service.note(other, told, by=KEEPER))
        await asyncio.sleep(0.1)
        assert not later.done()
        await one.commit()
        with pytest.raises(WteExceededError):
            await later
    await engine.dispose()
