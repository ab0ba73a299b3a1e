import pytest

from app.core import changes
from tests.factories import drained, event, review

URL = "/v1/bi/changes"
FIELDS = {
    "seq",
    "entity",
    "entity_id",
    "op",
    "fields",
    "actor_id",
    "operation",
    "changed_at",
}


@pytest.fixture
async def warehouse(as_):
    return await as_("bi:read")


@pytest.fixture
async def log(sessions, given):
    """Put what changed so far into the log."""

    async def write() -> None:
        async with sessions.begin() as session:
            await changes.sequence(session)

    return write


async def read(client, headers, **params) -> dict:
    answer = await client.get(URL, headers=headers, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_feed_tells_each_change_once_in_order(client, warehouse, given, log):
    teams = [await given.team() for _ in range(3)]
    await log()
    seen, after = [], {}
    while items := (page := await read(client, warehouse, limit=2, **after))["items"]:
        seen += items
        after = {"after": page["next"]}
    assert [item["seq"] for item in seen] == list(range(1, len(seen) + 1))
    assert [i["entity_id"] for i in seen if i["entity"] == "team"] == [str(t.id) for t in teams]
    assert seen == sorted(seen, key=lambda item: item["changed_at"])
    assert len({item["changed_at"] for item in seen}) == len(seen)
    assert all(set(item) == FIELDS for item in seen)


async def test_an_empty_page_gives_the_place_to_go_on_from(client, warehouse, given, log):
    await log()
    end = (await read(client, warehouse, limit=5000))["next"]
    page = await read(client, warehouse, after=end)
    assert page == {"items": [], "next": end}
    team = await given.team()
    await log()
    items = (await read(client, warehouse, after=end, entity="team"))["items"]
    assert [(i["entity_id"], i["op"], i["fields"]) for i in items] == [(str(team.id), "I", [])]


async def test_a_change_names_fields_and_never_their_values(client, warehouse, given, log):
    team = await given.team()
    await log()
    before = (await read(client, warehouse, limit=5000))["next"]
    team.name = "CANARY"
    await given.session.commit()
    await log()
    answer = await client.get(URL, headers=warehouse, params={"after": before})
    (item,) = answer.json()["items"]
    assert (item["op"], item["fields"], item["entity"]) == ("U", ["name"], "team")
    assert "CANARY" not in answer.text


async def test_a_filter_may_come_and_go_between_pages(client, warehouse, given, log):
    await given.team()
    await given.directorate()
    await log()
    everything = (await read(client, warehouse, limit=5000))["items"]
    first = await read(client, warehouse, entity="team", limit=1)
    (team,) = first["items"]
    rest = await read(client, warehouse, after=first["next"], limit=5000)
    assert rest["items"] == [item for item in everything if item["seq"] > team["seq"]]
    # A page that is not full has looked to the end, whatever it was filtered by.
    filtered = await read(client, warehouse, entity="team", limit=50)
    assert filtered["next"] == rest["next"]


@pytest.mark.parametrize("entity", ["change_pending", "nothing", "feedback_daily", "team'"])
async def test_an_entity_that_is_not_recorded_is_refused(client, warehouse, entity):
    answer = await client.get(URL, headers=warehouse, params={"entity": entity})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/entity"


async def test_foreign_expired_and_future_cursors_are_gone(client, warehouse, given, log):
    await log()
    here = (await read(client, warehouse, limit=5000))["next"]
    life, _, seq = here.rpartition("-")
    future = f"{life}-{int(seq) + 1}"
    for cursor in (f"{'0' * 16}-1", future, "1", "", f"{life}-x", f"{life}-1\n", f"{life}-٣"):
        answer = await client.get(URL, headers=warehouse, params={"after": cursor})
        assert (answer.status_code, answer.json()["type"]) == (410, "/problems/feed-expired")


async def test_a_cursor_before_what_is_kept_is_gone(client, warehouse, given, log):
    await given.team()
    await given.team()
    await log()
    start = (await read(client, warehouse, limit=1))["next"]
    connection = await given.session.connection()
    await connection.exec_driver_sql("SET LOCAL ROLE NONE")
    await connection.exec_driver_sql("ALTER TABLE change_log DISABLE TRIGGER only_added_to")
    await connection.exec_driver_sql("DELETE FROM change_log WHERE seq <= 3")
    answer = await client.get(URL, headers=warehouse, params={"after": start})
    assert answer.status_code == 410
    items = (await read(client, warehouse, after=start.replace("-1", "-3")))["items"]
    assert items[0]["seq"] == 4


async def test_a_raised_generation_ends_the_life_of_cursors(client, warehouse, session, log):
    await log()
    here = (await read(client, warehouse))["next"]
    connection = await session.connection()
    await connection.exec_driver_sql("SET LOCAL ROLE NONE")
    await connection.exec_driver_sql("UPDATE change_epoch SET generation = generation + 1")
    await session.commit()
    answer = await client.get(URL, headers=warehouse, params={"after": here})
    assert answer.status_code == 410


async def test_who_acted_is_told_to_auditors_only(client, as_, warehouse, sessions, log, given):
    user = await given.user()
    team = await given.team()
    async with sessions() as session:
        session.info.update(actor_id=user.id, operation="rename_team")
        (await session.merge(team)).name = "Renamed"
        await session.commit()
    await log()
    params = {"entity": "team", "limit": 5000}
    plain = (await read(client, warehouse, **params))["items"][-1]
    told = (await read(client, await as_("bi:read", "audit:read"), **params))["items"][-1]
    assert plain["actor_id"] is None
    assert told == {**plain, "actor_id": str(user.id)}
    assert plain["operation"] == "rename_team"


async def test_a_limited_key_is_refused(client, as_, given):
    team = await given.team()
    headers = await as_("bi:read", teams=[team.id])
    answer = await client.get(URL, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden")
    limited = await as_("bi:read", directorates=[])
    assert (await client.get(URL, headers=limited)).status_code == 403


async def test_the_feed_needs_its_scope(client, as_):
    assert (await client.get(URL)).status_code == 401
    assert (await client.get(URL, headers=await as_("audit:read"))).status_code == 403


@pytest.mark.parametrize("query", ["limit=0", "limit=5001", "limit=x", "entities=team"])
async def test_bad_questions_are_refused(client, warehouse, query):
    assert (await client.get(f"{URL}?{query}", headers=warehouse)).status_code == 422


async def test_the_change_of_a_response_tells_its_day_unless_it_is_audited(
    client, as_, warehouse, given, session, log
):
    await given.team(iwgc=["A"])
    await drained(session, event(**review(location_code="A")))
    await log()
    (coarse,) = (await read(client, warehouse, entity="feedback_response"))["items"]
    auditor = await as_("bi:read", "audit:read")
    (exact,) = (await read(client, auditor, entity="feedback_response"))["items"]
    assert coarse["changed_at"] == exact["changed_at"][:10] + "T00:00:00.000000Z"
    assert exact["changed_at"] != coarse["changed_at"]
    teams = [await read(client, who, entity="team") for who in (warehouse, auditor)]
    assert teams[0]["items"][0]["changed_at"] == teams[1]["items"][0]["changed_at"]
