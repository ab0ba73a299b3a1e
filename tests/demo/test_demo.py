import asyncio
from collections import Counter
from datetime import date, timedelta

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker
from typer.testing import CliRunner

from app import cli, migrate
from app.cli import demo as command
from app.core.clock import today
from app.core.db import create_engine
from app.demo import loading
from app.demo.reviews import FIRST, Place, days, events
from app.domain.feedback.reading import Read, read
from app.domain.organisation.models import FftCategory, Segment, Setting
from tests.factories import Given, uuid7

WARD = Place(
    "OXH-WARD", Segment.MENTAL_HEALTH_LEARNING_DISABILITY, Setting.INPATIENT, FftCategory.MH_ACUTE
)
CHILD = Place("OXH-HV", Segment.PHYSICAL_HEALTH, Setting.COMMUNITY, FftCategory.CH_CHILDREN_FAMILY)
OLDER = Place("OXH-OACMHT", Segment.PHYSICAL_HEALTH, Setting.COMMUNITY, FftCategory.CH_OTHER)
SHOWN = days(date(2026, 3, 31), 24)


def made(count: int) -> list:
    return list(events([WARD, CHILD, OLDER], SHOWN, count))


def test_the_same_reviews_are_made_every_time():
    assert made(500) == made(500)
    assert made(10)[0].event_id == FIRST


def test_every_event_but_the_one_that_shall_not_can_be_applied():
    told = [read(uuid7(), "iwgc", event.body, date(2026, 3, 31)) for event in made(1_600)]
    unreadable = [each for each in told if not isinstance(each, Read)]
    assert [each.reason for each in unreadable] == ["/data/submitted_at: missing"]
    reviews = [each.review for each in told if isinstance(each, Read) and each.review]
    assert len({review.source_review_id for review in reviews}) == 1_600 + 13
    assert sum(review.version == 2 for review in reviews) == 3
    assert sum(1 for each in told if isinstance(each, Read) and each.removal) == 1


def test_answers_are_mixed_as_the_strategy_found_them():
    data = [orjson.loads(event.body)["data"] for event in made(6_000)[:6_000]]
    answers = Counter(
        each["fft_answer"] for each in data if each.get("location_code") == WARD.location_code
    )
    told = sum(answers.values()) - answers[None]
    assert 0.55 < answers["very_good"] / told < 0.75
    assert {each.get("channel") for each in data} >= {"sms", "paper", "tablet"}
    stated = [each for each in data if each.get("demographics")]
    assert len(stated) > len(data) * 0.8


@pytest.mark.parametrize(
    ("last", "first"),
    [
        (date(2026, 3, 31), date(2026, 2, 1) + timedelta(28)),
        (date(2026, 1, 15), date(2025, 12, 16)),
    ],
)
def test_the_days_end_with_the_last(last, first):
    shown = days(last, 1)
    assert (shown[0], shown[-1]) == (first, last)


def test_moves_stay_within_the_time_shown():
    told = loading.teams(date(2026, 3, 31)).decode()
    assert "months ago" not in told
    assert "2025-02-01" in told


@pytest.fixture
async def committed(scratch_url):
    engine = create_engine(scratch_url, "worker", pool=1)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


@pytest.fixture
def invoke(scratch_url, monkeypatch):
    monkeypatch.setenv("EVERYVOICE_DATABASE__URL", scratch_url)

    async def invoke(*options: str):
        arguments = ["demo", "--responses", "120", "--months", "3", *options]
        return await asyncio.to_thread(CliRunner().invoke, cli.commands, arguments)

    return invoke


@pytest.fixture
async def named(scratch_url) -> None:
    assert command.commands is cli.commands
    await asyncio.to_thread(migrate.name_trust, scratch_url, "RNU", "Trust")


async def count(committed, statement: str) -> int:
    async with committed() as session:
        return await session.scalar(text(statement))


async def test_a_newcomer_finds_every_state(named, invoke, committed):
    result = await invoke()
    assert (result.exit_code, result.stdout) == (
        0,
        "The demonstration trust is loaded, with 120 responses.\n",
    )
    async with committed() as session:
        found = await session.execute(
            text("SELECT status, count(*) FROM inbox_event GROUP BY 1 ORDER BY 1")
        )
        statuses = dict(map(tuple, found))
        span = (
            await session.execute(
                text("SELECT count(*), max(day) FROM feedback_response WHERE source = 'iwgc'")
            )
        ).one()
    assert (statuses["dead"], statuses["ignored"], statuses["waiting"]) == (1, 1, 13)
    assert "pending" not in statuses
    assert span[0] == 120
    assert span[1] <= today() - timedelta(1)
    unmarked = "SELECT count(*) FROM {} WHERE name NOT LIKE '%(demo)'"
    for table in ("directorate", "service", "team"):
        assert await count(committed, unmarked.format(table)) == 0
    assert await count(committed, "SELECT count(*) FROM team") == 47
    moved = (
        "SELECT count(*) FROM (SELECT FROM team_placement GROUP BY team_id HAVING count(*) > 1) t"
    )
    assert await count(committed, moved) == 6
    assert await count(committed, "SELECT count(*) FROM feedback_action_version") == 4
    out = "SELECT count(*) FROM feedback_reply WHERE status = 'published'"
    assert await count(committed, out) >= 1
    linked = "SELECT count(*) FROM feedback_action_response"
    assert await count(committed, linked) >= 1
    heard = "SELECT count(*) FROM feedback_response WHERE source = 'meeting'"
    assert await count(committed, heard) == 3
    assert await count(committed, "SELECT count(*) FROM feedback_promise") == 2
    ahead = "SELECT count(*) FROM feedback_meeting WHERE state = 'planned'"
    assert await count(committed, ahead) == 1
    city = "SELECT count(*) FROM team t JOIN team_location l ON l.team_id = t.id"
    city += " WHERE t.code = 'CMHT-CITY' AND l.code = 'OXH-CMHT-CITY'"
    assert await count(committed, city) == 1


async def test_a_newcomer_finds_people_who_are_involved(named, invoke, committed):
    await invoke()
    waiting = "SELECT count(*) FROM person WHERE status = 'enquiry'"
    assert await count(committed, waiting) == 1
    assert await count(committed, "SELECT count(*) FROM person") == 6
    assert await count(committed, "SELECT count(*) FROM person WHERE name NOT LIKE '%(demo)'") == 0
    asked = "SELECT count(*) FROM participation WHERE status IN ('applied', 'invited')"
    assert await count(committed, asked) == 2
    assert await count(committed, "SELECT count(*) FROM message WHERE status = 'failed'") == 0


async def test_a_newcomer_finds_claims_on_their_way(named, invoke, committed):
    await invoke()
    async with committed() as session:
        found = (await session.scalars(text("SELECT status FROM claim ORDER BY status"))).all()
    assert found == ["approved", "certified", "draft", "submitted"]
    kept = "SELECT committed_pence FROM budget"
    approved = "SELECT total_pence FROM claim WHERE status = 'approved'"
    assert await count(committed, kept) == await count(committed, approved) > 0


async def test_loaded_twice_it_is_there_once(named, invoke, committed):
    await invoke()
    everything = "SELECT count(*) FROM inbox_event"
    before = await count(committed, everything)
    for options in ([], ["--if-empty"]):
        again = await invoke(*options)
        assert (again.exit_code, again.stdout) == (
            0,
            "The demonstration trust is loaded already.\n",
        )
    assert await count(committed, everything) == before


async def test_other_data_is_left_alone(invoke, committed):
    async with committed() as session:
        await Given(session).team()
    refused = await invoke()
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "nothing was loaded" in refused.stderr
    quiet = await invoke("--if-empty")
    assert (quiet.exit_code, quiet.stderr) == (0, "")
    assert await count(committed, "SELECT count(*) FROM team") == 1


async def test_without_a_trust_it_says_what_to_do(invoke):
    result = await invoke()
    assert (result.exit_code, "everyvoice migrate" in result.stderr) == (1, True)


async def test_on_a_terminal_it_shows_how_far_it_is(named, invoke, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    result = await invoke()
    assert result.exit_code == 0
    assert "133/133" in result.stdout or "Reviews" in result.stdout
