import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.db import create_engine
from app.core.inbox import InboxEvent
from app.domain.feedback import intake, unmapped
from app.domain.organisation import teams
from app.domain.organisation.errors import LocationCodeTakenError
from app.domain.organisation.models import Team
from app.worker import queue
from tests.factories import Given, drained, event, review

URL = "/v1/feedback/unmapped-locations"
EXACT = ("feedback:read", "feedback:read:small_numbers")


@pytest.fixture
async def headers(as_) -> dict[str, str]:
    return await as_("inbox:read", "organisation:manage", *EXACT)


async def mapped(client, headers, team_id: object, code: str = "NEW", **values: object):
    body = {"source": "iwgc", "code": code, "team_id": str(team_id)} | values
    return await client.post(f"{URL}/mappings", json=body, headers=headers)


async def total(client, headers, team: str) -> int:
    params = {"by": "team", "team": team}
    answer = await client.get("/v1/feedback/summary", params=params, headers=headers)
    return sum(item["total"] for item in answer.json()["items"])


async def test_unknown_codes_are_listed_with_what_waits_for_them(client, headers, session):
    bodies = [event(**review(location_code=code)) for code in ("ONE", "TWO", "TWO", "THREE")]
    await drained(session, *bodies)
    page = (await client.get(URL, params={"limit": 2}, headers=headers)).json()
    last = await client.get(URL, params={"limit": 2, "after": page["next"]}, headers=headers)
    items = page["items"] + last.json()["items"]
    assert last.json()["next"] is None
    assert {(i["source"], i["code"], i["events"]) for i in items} == {
        ("iwgc", "ONE", 1),
        ("iwgc", "TWO", 2),
        ("iwgc", "THREE", 1),
    }
    assert all(item["first_received"] <= item["last_received"] for item in items)
    assert items[0]["first_received"].endswith("Z")


async def test_a_mapped_code_brings_what_waited_under_its_team(client, headers, given, session):
    team = await given.team(code="RIGHT")
    await drained(session, *(event(**review(location_code="NEW")) for _ in range(3)))
    assert await total(client, headers, "RIGHT") == 0
    answer = await mapped(client, headers, team.id)
    assert (answer.status_code, answer.json()) == (200, {"events": 3})
    await drained(session)
    assert await total(client, headers, "RIGHT") == 3
    assert (await client.get(URL, headers=headers)).json() == {"items": [], "next": None}


async def test_a_code_mapped_from_a_day_leaves_earlier_events_waiting(
    client, headers, given, session
):
    team = await given.team(code="RIGHT")
    days = ("2026-02-28T12:00:00Z", "2026-03-01T12:00:00Z")
    await drained(session, *(event(**review(location_code="N", submitted_at=d)) for d in days))
    answer = await mapped(client, headers, team.id, "N", valid_from="2026-03-01")
    assert answer.json() == {"events": 2}
    await drained(session)
    assert await total(client, headers, "RIGHT") == 1
    (left,) = (await client.get(URL, headers=headers)).json()["items"]
    assert (left["code"], left["events"]) == ("N", 1)


async def test_mapping_a_code_again_changes_nothing(client, headers, given, session):
    team = await given.team()
    await mapped(client, headers, team.id)
    rows = text("SELECT id, version FROM team_location")
    before = (await session.execute(rows)).all()
    assert (await mapped(client, headers, team.id)).json() == {"events": 0}
    assert (await session.execute(rows)).all() == before


async def test_a_mapping_leaves_a_teams_other_codes_as_they_are(client, headers, given, session):
    team = await given.team(iwgc=["OLD"])
    await mapped(client, headers, team.id, valid_from="2024-01-01")
    rows = text("SELECT code, valid_from::text FROM team_location ORDER BY 1")
    told = [tuple(row) for row in await session.execute(rows)]
    assert told == [("NEW", "2024-01-01"), ("OLD", "2000-01-01")]


async def test_another_teams_code_is_not_mapped(client, headers, given):
    await given.team(iwgc=["NEW"])
    answer = await mapped(client, headers, (await given.team()).id)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/location-code-taken")


@pytest.mark.parametrize(
    ("values", "pointer"),
    [({"team_id": str(uuid4())}, "#/team_id"), ({"valid_from": "1999-01-01"}, "#/valid_from")],
)
async def test_a_mapping_names_a_team_that_stands_then(client, headers, given, values, pointer):
    team = await given.team()
    answer = await mapped(client, headers, **({"team_id": team.id} | values))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.parametrize(
    ("scope", "method", "url"), [("inbox:read", "POST", f"{URL}/mappings"), ("x", "GET", URL)]
)
async def test_mapping_and_reading_have_their_scopes(client, as_, scope, method, url):
    assert (await client.request(method, url, headers=await as_(scope))).status_code == 403


async def test_codes_that_a_team_begins_to_hold_bring_what_waited(given, session):
    await drained(session, event(**review(location_code="A")), event(**review(location_code="B")))
    await given.team(iwgc=["A"])
    await queue.SHORT[teams.LOCATED](session, b'[["iwgc","A"],["other","B"]]')
    statuses = await session.execute(select(InboxEvent.status, InboxEvent.waits_for))
    assert sorted(map(tuple, statuses)) == [("pending", None), ("waiting", "B")]


@pytest.fixture
async def committed(scratch_url):
    """Sessions that commit, on a database of the test's own."""
    engine = create_engine(scratch_url, "worker", pool=3)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


async def test_no_event_is_left_waiting_by_a_drain_that_did_not_see_the_mapping(committed):
    async with committed() as session:
        team_id = (await Given(session).team()).id
        session.add(
            InboxEvent(
                source="iwgc",
                event_id="1",
                body=event(**review(location_code="NEW")),
                body_hash=b"",
            )
        )
        await session.commit()
    async with committed() as draining, committed() as mapping:
        assert await intake.drain(draining) == 1
        assigning = asyncio.create_task(unmapped.assign(mapping, ("iwgc", "NEW"), team_id, None))
        await asyncio.sleep(0.2)
        assert not assigning.done()
        await draining.commit()
        assert await assigning == 1
        await mapping.commit()


async def test_two_who_want_one_code_do_not_both_get_it(committed):
    async with committed() as session:
        ids = [(await Given(session).team()).id for _ in range(2)]

    async def want(team_id) -> bool:
        async with committed.begin() as session:
            team = await session.get_one(Team, team_id)
            try:
                await teams.add_location(session, team, "iwgc", "X", None)
            except LocationCodeTakenError:
                return False
            return True

    assert sorted(await asyncio.gather(*map(want, ids))) == [False, True]
