import asyncio
from datetime import timedelta

import pytest
from dirty_equals import IsPartialDict
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import create_engine
from app.core.ids import uuid7
from app.domain.involvement.opportunities.errors import OpportunityFullError
from app.domain.involvement.opportunities.models import (
    Opportunity,
    OpportunityKind,
    OpportunityStatus,
)
from app.domain.involvement.participation import queries, service
from app.domain.involvement.participation.errors import ParticipationExistsError
from app.domain.involvement.participation.models import Participation, ParticipationStatus
from app.domain.people.register.models import Person, PersonStatus
from tests.api.registers.conftest import PEOPLE, refused
from tests.factories import Given

PLACE = "registers/participations"
OPEN = "registers/opportunities"
ANYBODY = Actor(id=uuid7(), name="x", scopes=frozenset())


def turning(api, found: dict):
    async def turn(status: str, **told: object):
        return await api.send("PUT", f"{PLACE}/{found['id']}/status", {"status": status} | told)

    return turn


async def test_a_person_applies_is_accepted_comes_and_completes(
    api, published, active, taking_part
):
    opportunity, person = await published(), await active()
    answer = await api.send(
        "POST", f"{OPEN}/{opportunity['id']}/applications", {"person_id": person["id"]}
    )
    found = answer.json()
    assert answer.headers["location"] == f"/v1/{PLACE}/{found['id']}"
    assert found == IsPartialDict(
        opportunity_title="A kinder front door",
        person_name="Amara Okafor",
        status="applied",
        asked_at=None,
    )
    turn = turning(api, found)
    refused(await turn("attended"), 409, "participation-status", state="applied")
    words = {"words": "I was listened to."}
    early = await api.send("PUT", f"{PLACE}/{found['id']}/feedback/from_person", words)
    refused(early, 409, "participation-status")
    assert (await turn("accepted")).json()["status"] == "accepted"
    assert (await api.get(f"{OPEN}/{opportunity['id']}")).json()["taken"] == 1
    assert (await turn("did_not_attend")).json()["status"] == "did_not_attend"
    assert (await turn("attended")).json()["status"] == "attended"
    told = await api.send("PUT", f"{PLACE}/{found['id']}/feedback/from_person", words)
    assert told.json()["from_person"] == "I was listened to."
    told = await api.send("PUT", f"{PLACE}/{found['id']}/feedback/to_person", {"words": "Thanks."})
    assert told.json()["to_person"] == "Thanks."
    done = (await turn("completed")).json()
    assert done == IsPartialDict(status="completed", status_since=str(today()), to_person="Thanks.")
    assert (await api.get(f"{PLACE}/{found['id']}")).json() == done
    for filters, expected in (
        ({"opportunity": opportunity["id"]}, [done]),
        ({"person": person["id"]}, [done]),
        ({"status": "completed"}, [done]),
        ({"status": "invited"}, []),
    ):
        assert (await api.get(PLACE, **filters)).json()["items"] == expected
    refused(await turn("applied"), 422, "invalid-request")
    stale = await api.send(
        "PUT", f"{PLACE}/{found['id']}/status", {"status": "attended"}, If_Match='"1"'
    )
    refused(stale, 412, "precondition-failed")


async def test_a_person_is_invited_and_declines_and_is_told_something(
    api, published, active, taking_part
):
    found = await taking_part(await published(), await active(), how="invitations")
    assert (found["status"], found["asked_at"] is None) == ("invited", False)
    refused(await turning(api, found)("withdrawn"), 409, "participation-status")
    declined = await turning(api, found)("declined", reason="Exams.")
    assert declined.json() == IsPartialDict(status="declined", reason="Exams.")
    told = await api.send("PUT", f"{PLACE}/{found['id']}/feedback/to_person", {"words": "Later?"})
    assert told.json()["to_person"] == "Later?"
    refused(await turning(api, found)("accepted"), 409, "participation-status")


async def test_nobody_applies_for_what_is_not_published_or_has_ended(
    api, drafted, published, active
):
    person = {"person_id": (await active())["id"]}
    draft = await drafted()
    late = await published(apply_by=str(today() - timedelta(1)))
    closed = await published()
    await api.send("POST", f"{OPEN}/{closed['id']}/closure", None)
    for opportunity, status in ((draft, "draft"), (late, "published"), (closed, "closed")):
        answer = await api.send("POST", f"{OPEN}/{opportunity['id']}/applications", person)
        refused(answer, 409, "opportunity-status", state=status)
    invited = await api.send("POST", f"{OPEN}/{draft['id']}/invitations", person)
    refused(invited, 409, "opportunity-status")
    assert (await api.send("POST", f"{OPEN}/{late['id']}/invitations", person)).status_code == 201


async def test_who_applied_before_it_closed_is_still_accepted_and_not_once_it_is_cancelled(
    api, published, active, taking_part
):
    opportunity = await published()
    first = await taking_part(opportunity, await active())
    second = await taking_part(opportunity, await active())
    await api.send("POST", f"{OPEN}/{opportunity['id']}/closure", None)
    assert (await turning(api, first)("accepted")).status_code == 200
    await api.send("POST", f"{OPEN}/{opportunity['id']}/cancellation", {"because": "No lead."})
    refused(await turning(api, second)("accepted"), 409, "opportunity-status", state="cancelled")
    assert (await turning(api, first)("withdrawn")).status_code == 200


async def test_only_who_is_active_takes_part_and_only_once(
    api, published, active, taking_part, keeper
):
    opportunity, person = await published(), await active()
    place = f"{OPEN}/{opportunity['id']}/applications"
    asking = {"person_id": person["id"]}
    first = await api.send("POST", place, asking, Idempotency_Key="a")
    again = await api.send("POST", place, asking, Idempotency_Key="a")
    assert again.json() == first.json()
    refused(await api.send("POST", place, asking), 409, "participation-exists")
    other = await active()
    await keeper.send("PUT", f"{PEOPLE}/{other['id']}/status", {"status": "paused"})
    paused = await api.send("POST", place, {"person_id": other["id"]})
    refused(paused, 409, "person-status", state="paused")
    await keeper.send("POST", f"{PEOPLE}/{person['id']}/merge", {"duplicate_id": other["id"]})
    refused(await api.send("POST", place, {"person_id": other["id"]}), 409, "person-merged")
    nobody = await api.send("POST", place, {"person_id": opportunity["id"]})
    refused(nobody, 404, "person-not-found")


async def test_gates_name_what_is_missing_until_it_is_there(api, published, active, taking_part):
    course = await api.made(
        "registers/courses",
        code="CO",
        kind="training",
        name="Co-production",
        summary="x",
        months=12,
    )
    opportunity = await published(required_check="standard", required_courses=[course["id"]])
    person = await active()
    found = await taking_part(opportunity, person)
    accept = turning(api, found)
    refused(await accept("accepted"), 409, "gates-missing", missing=["check:standard", "course:CO"])
    checks = f"{PEOPLE}/{person['id']}/checks"
    day = today()
    await api.made(checks, level="basic", issued_on=str(day))
    await api.made(checks, level="enhanced", issued_on="2001-01-01")
    body = {"course_id": course["id"], "person_id": person["id"]}
    await api.made("registers/completions", **body, completed_on="2001-01-01")
    refused(await accept("accepted"), 409, "gates-missing", missing=["check:standard", "course:CO"])
    await api.made(checks, level="enhanced", issued_on=str(day))
    await api.made("registers/completions", **body, completed_on=str(day))
    new = {"summary": "All new.", "earlier_counts": False}
    await api.made(f"registers/courses/{course['id']}/versions", **new)
    refused(await accept("accepted"), 409, "gates-missing", missing=["course:CO"])
    await api.made("registers/completions", **body, completed_on=str(day - timedelta(1)))
    assert (await accept("accepted")).json()["status"] == "accepted"


async def test_a_full_opportunity_takes_nobody_until_somebody_withdraws(
    api, published, active, taking_part
):
    opportunity = await published(places=1)
    first = await taking_part(opportunity, await active(), "accepted")
    second = await taking_part(opportunity, await active())
    refused(await turning(api, second)("accepted"), 409, "opportunity-full", taken=1)
    place = f"{OPEN}/{opportunity['id']}"
    assert (await api.send("PATCH", place, {"places": 2})).status_code == 200
    assert (await turning(api, second)("accepted")).status_code == 200
    refused(await api.send("PATCH", place, {"places": 1}), 409, "opportunity-full", taken=2)
    await turning(api, first)("withdrawn")
    assert (await api.send("PATCH", place, {"places": 1})).status_code == 200


async def test_who_is_limited_keeps_their_own(api, api_of, published, active, taking_part, given):
    own, other = await given.directorate(), await given.directorate()
    limited = await api_of("registers:read", "registers:opportunities", directorates=[own.id])
    mine = await published(directorate_id=str(own.id))
    theirs = await published(directorate_id=str(other.id))
    person = await active(directorate_id=str(own.id))
    stranger = await active(directorate_id=str(other.id))
    hidden = await taking_part(mine, stranger)
    for place in (f"{PLACE}/{hidden['id']}",):
        refused(await limited.get(place), 404, "participation-not-found")
        status = await limited.send("PUT", f"{place}/status", {"status": "accepted"})
        refused(status, 404, "participation-not-found")
    asking = {"person_id": person["id"]}
    invited = await limited.send("POST", f"{OPEN}/{theirs['id']}/invitations", asking)
    refused(invited, 404, "opportunity-not-found")
    applied = await limited.made(f"{OPEN}/{theirs['id']}/applications", **asking)
    refused(await turning(limited, applied)("accepted"), 404, "opportunity-not-found")
    assert (await turning(limited, applied)("withdrawn")).status_code == 200
    listed = (await limited.get(PLACE)).json()["items"]
    assert [item["id"] for item in listed] == [applied["id"]]
    invited = await limited.made(f"{OPEN}/{mine['id']}/invitations", **asking)
    assert (await turning(limited, invited)("accepted")).status_code == 200


@pytest.fixture
async def committed(scratch_url):
    """Sessions on connections of their own, as two processes have them."""
    engine = create_engine(scratch_url, "app", pool=2)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


@pytest.fixture
async def contest(committed):
    """One place, and two who applied for it."""
    async with committed() as session:
        given = Given(session)
        lead = await given.user()
        opportunity = await given.add(
            Opportunity(
                kind=OpportunityKind.FORUM,
                title="Our voice",
                summary="Meets monthly.",
                easy_read="We meet.",
                experience_relevant=True,
                places=1,
                level=1,
                coordinator_id=lead.id,
                status=OpportunityStatus.PUBLISHED,
                published_on=today(),
            )
        )
        applied = []
        for name in "ab":
            person = await given.add(
                Person(
                    name=name,
                    status=PersonStatus.ACTIVE,
                    status_since=today(),
                    lead_id=lead.id,
                )
            )
            applied.append(await service.apply(session, opportunity, person, by=ANYBODY))
        await session.commit()
    return opportunity, applied


async def count(committed, opportunity) -> int:
    async with committed() as session:
        return await queries.taken(session, opportunity.id)


async def test_of_two_who_join_for_the_last_place_at_once_one_gets_it(committed, contest):
    opportunity, applied = contest

    async def accept(id_) -> str:
        async with committed() as session:
            found = await queries.get(session, id_, to=ANYBODY)
            try:
                await service.turn(session, found, ParticipationStatus.ACCEPTED, None, by=ANYBODY)
            except OpportunityFullError:
                return "full"
            await asyncio.sleep(0.1)
            await session.commit()
            return "accepted"

    outcomes = await asyncio.gather(*(accept(each.id) for each in applied))
    assert sorted(outcomes) == ["accepted", "full"]
    assert await count(committed, opportunity) == 1


async def test_the_database_alone_lets_one_of_two_have_the_last_place(committed, contest):
    opportunity, applied = contest
    turn = text("UPDATE participation SET status = 'accepted' WHERE id = :id")
    async with committed() as first, committed() as second:
        await first.execute(turn, {"id": applied[0].id})
        waiting = asyncio.create_task(second.execute(turn, {"id": applied[1].id}))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await first.commit()
        with pytest.raises(Exception, match="ck_participation_places"):
            await waiting
    assert await count(committed, opportunity) == 1


async def test_of_two_applications_of_one_person_at_once_one_is_taken(committed, contest):
    opportunity, applied = contest
    async with committed() as session:
        await session.delete(await session.get(Participation, applied[0].id))
        await session.commit()

    async def apply() -> str:
        async with committed() as session:
            person = await session.get_one(Person, applied[0].person_id)
            what = await session.get_one(Opportunity, opportunity.id)
            try:
                await service.apply(session, what, person, by=ANYBODY)
            except ParticipationExistsError:
                return "exists"
            await asyncio.sleep(0.1)
            await session.commit()
            return "applied"

    assert sorted(await asyncio.gather(apply(), apply())) == ["applied", "exists"]
