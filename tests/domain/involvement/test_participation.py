"""The table of a participation's statuses, held by the model and by the database alike."""

import itertools

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.clock import today
from app.core.db import constraint_of
from app.core.ids import uuid7
from app.domain.involvement.opportunities.models import Opportunity, OpportunityKind
from app.domain.involvement.opportunities.models import OpportunityStatus as Of
from app.domain.involvement.participation.errors import ParticipationStatusError
from app.domain.involvement.participation.models import (
    BEGINNINGS,
    FOLLOWING,
    Participation,
)
from app.domain.involvement.participation.models import ParticipationStatus as S
from app.domain.people.register.models import Person, PersonStatus

PAIRS = [(a, b) for a, b in itertools.product(S, S) if a != b]


@pytest.fixture
async def stage(given):
    """A published opportunity of ten places, and somebody who is active."""
    lead = await given.user()
    opportunity = await given.add(
        Opportunity(
            kind=OpportunityKind.FORUM,
            title="Our voice",
            summary="Meets monthly.",
            easy_read="We meet.",
            experience_relevant=True,
            places=10,
            level=1,
            coordinator_id=lead.id,
            status=Of.PUBLISHED,
            published_on=today(),
        )
    )
    person = await given.add(
        Person(name="A", status=PersonStatus.ACTIVE, status_since=today(), lead_id=lead.id)
    )
    return opportunity, person


def participation(opportunity, person, status: S = S.APPLIED) -> Participation:
    return Participation(
        id=uuid7(),
        opportunity_id=opportunity.id,
        person_id=person.id,
        status=status,
        status_since=today(),
        changed_by=uuid7(),
    )


async def held(session, statement: str, **values: object) -> str | None:
    """Give the name of the constraint by which the database refuses a statement."""
    try:
        async with session.begin_nested():
            await session.execute(text(statement), values)
    except IntegrityError as error:
        return constraint_of(error)
    return None


def way_to(status: S) -> list[S]:
    """A way by which a participation comes to a status, from its beginning on."""
    ways = [[first] for first in BEGINNINGS]
    while True:
        way = ways.pop(0)
        if way[-1] is status:
            return way
        ways += [[*way, after] for after in FOLLOWING[way[-1]] if after not in way]


@pytest.mark.parametrize(("before", "after"), PAIRS)
async def test_what_may_follow_what(session, given, stage, before, after):
    first, *rest = way_to(before)
    found = await given.add(participation(*stage, first))
    turn = "UPDATE participation SET status = :status WHERE id = :id"
    for status in rest:
        assert await held(session, turn, status=status, id=found.id) is None
    model = participation(*stage, before)
    if after in FOLLOWING[before]:
        model.turn(after, stage[0], today())
        assert await held(session, turn, status=after, id=found.id) is None
    else:
        with pytest.raises(ParticipationStatusError):
            model.turn(after, stage[0], today())
        refused = await held(session, turn, status=after, id=found.id)
        assert refused == "ck_participation_follows"


@pytest.mark.parametrize("status", S)
async def test_it_begins_by_an_invitation_or_an_application(session, stage, status):
    session.add(participation(*stage, status))
    if status in BEGINNINGS:
        await session.flush()
    else:
        with pytest.raises(IntegrityError, match="ck_participation_follows"):
            await session.flush()


async def test_the_database_holds_what_the_model_says(session, given, stage):
    opportunity, person = stage
    found = await given.add(participation(*stage))
    own = {"id": found.id}
    turn = "UPDATE participation SET status = '{}' WHERE id = :id"
    words = "UPDATE participation SET {} = 'x' WHERE id = :id"
    assert await held(session, words.format("from_person"), **own) == (
        "ck_participation_from_person_who_took_part"
    )
    assert await held(session, words.format("to_person"), **own) == (
        "ck_participation_to_person_when_decided"
    )
    again = (
        "INSERT INTO participation (id, opportunity_id, person_id, status, status_since,"
        " changed_by, created_at, updated_at, version) SELECT gen_random_uuid(), opportunity_id,"
        " {}, 'applied', status_since, changed_by, now(), now(), 1 FROM participation"
        " WHERE id = :id"
    )
    assert await held(session, again.format("person_id"), **own) == (
        "uq_participation_opportunity_id_person_id"
    )
    other = await given.add(
        Person(name="B", status=PersonStatus.PAUSED, status_since=today(), lead_id=person.lead_id)
    )
    assert await held(session, again.format(f"'{other.id}'"), **own) == "ck_participation_active"
    change = "UPDATE opportunity SET {} WHERE id = :what"
    what = {"what": opportunity.id}
    await session.execute(text(change.format("required_check = 'basic'")), what)
    assert await held(session, turn.format("accepted"), **own) == "ck_participation_gates"
    await session.execute(text(change.format("required_check = NULL, places = 1")), what)
    assert await held(session, turn.format("accepted"), **own) is None
    assert await held(session, change.format("places = 0"), **what) == (
        "ck_opportunity_places_taken"
    )
    await session.execute(
        text(change.format("status = 'cancelled', cancelled_because = 'x'")), what
    )
    assert await held(session, turn.format("attended"), **own) == "ck_participation_goes_on"
    await session.execute(
        text("UPDATE person SET status = 'active' WHERE id = :id"), {"id": other.id}
    )
    assert await held(session, again.format(f"'{other.id}'"), **own) == (
        "ck_participation_published"
    )
    late = "status = 'published', cancelled_because = NULL, apply_by = current_date - 2"
    await session.execute(text(change.format(late)), what)
    assert await held(session, again.format(f"'{other.id}'"), **own) == (
        "ck_participation_published"
    )
    await session.execute(text(change.format("apply_by = NULL")), what)
    assert await held(session, again.format(f"'{other.id}'"), **own) is None
    second = "UPDATE participation SET status = 'accepted' WHERE person_id = :id"
    assert await held(session, second, id=other.id) == "ck_participation_places"


async def test_a_persons_turn_goes_with_them(session, given, stage):
    _, person = stage
    turns = "SELECT count(*) FROM involvement_turn WHERE person_id = :id"
    assert await session.scalar(text(turns), {"id": person.id}) == 1
    await session.delete(person)
    await session.flush()
    assert await session.scalar(text(turns), {"id": person.id}) == 0
