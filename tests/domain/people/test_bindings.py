"""What the database holds of bindings, codes and supporters, and who wins a race."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.actor import Actor, Login
from app.core.clock import now, today
from app.core.db import constraint_of, create_engine
from app.core.ids import uuid7
from app.domain.people.bindings import codes, service
from app.domain.people.bindings.errors import SignInCodeRefusedError
from app.domain.people.bindings.models import Binding, SignInCode
from app.domain.people.register.errors import PersonNotFoundError
from app.domain.people.register.models import Person
from app.domain.people.supporters.errors import SupporterTimeError
from app.domain.people.supporters.models import ActedFor, May, Relation, Supporter
from app.domain.people.supporters.service import whose

PEPPER = "p"
AMARA, BOLA = Login("i", "amara"), Login("i", "bola")


@pytest.fixture
async def committed(scratch_url):
    engine = create_engine(scratch_url, "app", pool=4)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


def someone() -> Person:
    return Person(id=uuid7(), name="Amara", status_since=date(2026, 1, 1), email="a@example.org")


async def sent(committed, person: Person) -> str:
    """Give a code that a person could use, as if it had been sent."""
    told = codes.make()
    async with committed.begin() as session:
        hash_, until = codes.digest(told, PEPPER), now() + timedelta(1)
        session.add(SignInCode(person_id=person.id, hash=hash_, expires_at=until))
    return told


async def put(committed, *made) -> None:
    async with committed.begin() as session:
        session.add_all(made)


async def bind(committed, login: Login, code: str) -> service.Bound:
    async with committed.begin() as session:
        bound = await service.bind(session, login, code, PEPPER)
        await asyncio.sleep(0.2)
        return bound


async def race(*calls) -> list:
    return await asyncio.gather(*calls, return_exceptions=True)


async def test_of_two_who_use_a_code_at_once_one_is_bound(committed):
    person = someone()
    await put(committed, person)
    code = await sent(committed, person)
    told = await race(bind(committed, AMARA, code), bind(committed, BOLA, code))
    assert sorted(type(each).__name__ for each in told) == ["Bound", "SignInCodeRefusedError"]


async def test_of_two_records_that_one_login_takes_at_once_one_is_its_own(committed):
    first, second = someone(), someone()
    await put(committed, first, second)
    one, other = await sent(committed, first), await sent(committed, second)
    told = await race(bind(committed, AMARA, one), bind(committed, AMARA, other))
    assert sorted(type(each).__name__ for each in told) == ["Bound", "BoundAlreadyError"]


def named(person: Person, **told: object) -> Supporter:
    start = {"name": "Chidi", "relation": Relation.FRIEND, "may": [May.PROFILE]}
    start |= {"valid_from": today(), "valid_to": today() + timedelta(30), "named_by": person.id}
    return Supporter(**{"id": uuid7(), "person_id": person.id} | start | told)


async def refusal(session, *made, statement: str | None = None) -> str | None:
    """Name the constraint that refuses."""
    session.add_all(made)
    asked = session.flush() if statement is None else session.execute(text(statement))
    with pytest.raises(IntegrityError) as error:
        await asked
    return constraint_of(error.value)


@pytest.fixture
async def person(session) -> Person:
    made = someone()
    session.add(made)
    await session.flush()
    return made


WRONG = {
    "ck_person_supporter_in_order": {"valid_to": today()},
    "ck_person_supporter_may_something": {"may": []},
    "ck_person_supporter_may_known": {"may": ["everything"]},
    "ck_person_supporter_login": {"issuer": "i"},
    "ck_person_supporter_ended": {"ended_at": now()},
}


@pytest.mark.parametrize("name", WRONG)
async def test_the_database_refuses_what_no_supporter_is(session, person, name):
    assert await refusal(session, named(person, **WRONG[name])) == name


async def test_a_supporter_is_for_a_year_at_most(session, person):
    long = named(person, valid_to=today() + timedelta(367))
    assert await refusal(session, long) == "ck_person_supporter_in_order"
    told = {"may": ["profile"], "valid_to": today() + timedelta(367)}
    with pytest.raises(SupporterTimeError):
        Supporter().tell(told, today())


@pytest.mark.parametrize(
    "change", ["ended_at = NULL, ended_by = NULL", "issuer = 'i', subject = 'other'"]
)
async def test_an_end_and_a_login_stay_as_they_are(session, person, change):
    login = {"issuer": "i", "subject": "chidi"}
    session.add(named(person, ended_at=now(), ended_by=person.id, **login))
    await session.flush()
    statement = f"UPDATE person_supporter SET {change}"
    assert await refusal(session, statement=statement) == "ck_person_supporter_fixed"


@pytest.mark.parametrize(
    "told",
    [
        {"ended": True},
        {"valid_from": today() + timedelta(1)},
        {"valid_from": today() - timedelta(30), "valid_to": today()},
    ],
)
async def test_the_database_lets_no_supporter_act_out_of_time(session, person, told):
    if told.pop("ended", False):
        told = {"ended_at": now(), "ended_by": person.id}
    supporter = named(person, **told)
    session.add(supporter)
    await session.flush()
    values = {"person_id": person.id, "supporter_id": supporter.id, "acted_by": supporter.id}
    assert await refusal(session, ActedFor(**values, operation="x")) == "ck_acted_for_allowed"


async def test_the_database_lets_a_supporter_act_for_nobody_else(session, person):
    supporter, other = named(person), someone()
    session.add_all([supporter, other])
    await session.flush()
    values = {"person_id": other.id, "supporter_id": supporter.id, "operation": "x"}
    made = ActedFor(**values, acted_by=supporter.id)
    assert await refusal(session, made) == "ck_acted_for_allowed"


async def test_an_act_is_its_supporters(session, person):
    supporter = named(person)
    session.add(supporter)
    await session.flush()
    values = {"person_id": person.id, "supporter_id": supporter.id, "operation": "x"}
    made = ActedFor(**values, acted_by=person.id)
    assert await refusal(session, made) == "ck_acted_for_by_supporter"


async def test_the_database_lets_a_code_be_used_once_and_in_time(session, person):
    at = now()
    code = SignInCode(
        person_id=person.id, hash=b"x", created_at=at, expires_at=at + timedelta(1), used_at=at
    )
    session.add(code)
    await session.flush()
    again = "UPDATE sign_in_code SET used_at = used_at + interval '1 minute'"
    assert await refusal(session, statement=again) == "ck_sign_in_code_once"


@pytest.mark.parametrize(
    ("end", "used", "name"),
    [(0, None, "lasts"), (1, 2, "in_time")],
)
async def test_a_code_lasts_and_is_used_within_it(session, person, end, used, name):
    at = now()
    made = SignInCode(person_id=person.id, hash=b"x", created_at=at)
    made.expires_at = at + timedelta(days=end)
    made.used_at = None if used is None else at + timedelta(days=used)
    assert await refusal(session, made) == f"ck_sign_in_code_{name}"


async def test_a_login_and_a_person_are_bound_once(session, person):
    session.add(Binding(person_id=person.id, issuer="i", subject="s"))
    await session.flush()
    other = Binding(person_id=person.id, issuer="i", subject="t")
    assert await refusal(session, other) == "uq_person_binding_person_id_issuer"


async def test_a_code_that_is_over_is_refused_by_the_model():
    at = now()
    code = SignInCode(expires_at=at)
    with pytest.raises(SignInCodeRefusedError):
        code.use(at)


async def test_a_login_whose_record_was_erased_meanwhile_finds_nobody(session):
    """Who asks is remembered for some seconds, and may be erased in them."""
    gone = Actor(id=uuid7(), name="Amara", scopes=frozenset(), login=AMARA, person_id=uuid7())
    with pytest.raises(PersonNotFoundError):
        await whose(session, gone, None, None)
