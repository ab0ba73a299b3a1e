"""`everyvoice themes` on a database of the test's own."""

import asyncio
import re
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker
from typer.testing import CliRunner

from app.cli.themes import themes as commands
from app.core.db import create_engine
from app.core.ids import uuid7
from app.domain.feedback.themes import classifier, queries, recording
from app.domain.feedback.themes.coding import fingerprint
from app.domain.feedback.themes.recording import Judgement
from tests.domain.feedback.themes.examples import as_csv, examples
from tests.factories import Given, drained, event, review

ID = re.compile(r"Stored as ([0-9a-f-]{36})")


@pytest.fixture
async def sessions(scratch_url):
    engine = create_engine(scratch_url, "worker", pool=2)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


@pytest.fixture
def everyvoice(scratch_url, monkeypatch):
    """Call the command in this process, beside the running loop."""
    monkeypatch.setenv("EVERYVOICE_DATABASE__URL", scratch_url)

    async def call(*arguments: str) -> SimpleNamespace:
        return await asyncio.to_thread(CliRunner().invoke, commands, list(arguments))

    return call


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "coded.csv"
    path.write_bytes(as_csv())
    return path


async def test_a_model_is_trained_listed_activated_and_put_away(
    everyvoice, sessions, file, tmp_path
):
    out = tmp_path / "model.skops"
    trained = await everyvoice("train", str(file), "--out", str(out))
    assert trained.exit_code == 0, trained.output
    assert "Learnt 4 themes from 78 comments." in trained.output
    assert "exact_match" in trained.output
    assert out.stat().st_mode & 0o777 == 0o600
    (model_id,) = ID.findall(trained.output)
    listed = (await everyvoice("list")).output
    assert model_id in listed
    assert "active" not in listed
    activated = await everyvoice("activate", model_id)
    assert activated.exit_code == 0, activated.output
    assert f"{model_id} active" in (await everyvoice("list")).output
    async with sessions() as session:
        model = await queries.active(session)
        assert (str(model.id), model.trained_on[:5]) == (model_id, "file ")
        assert classifier.load(out.read_bytes(), model.sha256)
        topic = text("SELECT entrypoint FROM jobs.pgqueuer")
        assert await session.scalar(topic) == "recode_themes"
    assert (await everyvoice("deactivate")).exit_code == 0
    assert "active" not in (await everyvoice("list")).output


async def test_a_model_is_trained_from_what_people_coded_here(everyvoice, sessions):
    async with sessions() as session:
        await Given(session).team(iwgc=["A"])
        told = examples()
        bodies = [
            event(
                **review(location_code="A", source_review_id=f"r{at}", comment_good=e.comment.text)
            )
            for at, e in enumerate(told)
        ]
        await drained(session, *bodies)
        rows = await session.execute(text("SELECT source_review_id, id FROM feedback_response"))
        ids = {row.source_review_id: row.id for row in rows}
        judged = [
            Judgement(
                ids[f"r{at}"],
                "good",
                fingerprint(e.comment.text if at else "It said something else"),
                sorted(e.themes),
                e.sentiment,
                actor_id=uuid7(),
            )
            for at, e in enumerate(told)
        ]
        await recording.take_pen(session)
        await recording.record(session, judged)
        await session.commit()
    trained = await everyvoice("train", "--from-database")
    assert trained.exit_code == 0, trained.output
    assert "from 77 comments" in trained.output


async def test_evaluation_tells_of_the_held_out_part_and_of_each_part(everyvoice, file):
    found = await everyvoice("evaluate", str(file))
    assert found.exit_code == 0, found.output
    assert "A fifth held out:" in found.output
    assert re.search(r"exact_match [01]\.\d{4} \([01]\.\d{4} to [01]\.\d{4}\)", found.output)
    assert "F1" in found.output


async def test_sentiment_that_nobody_told_is_not_scored(everyvoice, tmp_path):
    path = tmp_path / "coded.csv"
    path.write_bytes(re.sub(rb",[1-5],", b",,", as_csv()))
    found = await everyvoice("evaluate", str(path))
    assert found.exit_code == 0, found.output
    assert "sentiment" not in found.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train"], "Give a file or --from-database"),
        (["train", "--from-database"], "0 comments, of which 30 are needed"),
        (["activate", "019ca6b1-dc00-752d-a6f7-2ce14b953c5e"], "No such model"),
    ],
)
async def test_what_cannot_be_done_is_told_without_a_trace(everyvoice, arguments, words):
    found = await everyvoice(*arguments)
    assert found.exit_code != 0
    assert words in found.output
    assert "Traceback" not in found.output


async def test_a_file_of_another_kind_is_refused(everyvoice, tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    found = await everyvoice("train", str(path))
    assert found.exit_code == 1
    assert "Missing: comment and themes" in found.output
