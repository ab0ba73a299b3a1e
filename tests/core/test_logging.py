"""Run in a process of its own: logging is settled once for a whole process."""

import json
import subprocess
import sys

SCRIPT = """
import asyncio, logging, structlog
from app.core.logging import configure
configure({level!r})
log = structlog.get_logger("worker")
log.info("answered", operation="get_team", status=200)
log.debug("detail")
library = logging.getLogger("some.library")
library.warning("failed for %s", "CANARY-argument")
library.info("too quiet")
try:
    raise ValueError("CANARY-message")
except ValueError:
    library.exception("gave up on %r", {{"name": "CANARY-value"}})

async def forgotten():
    task = asyncio.ensure_future(failing())
    await asyncio.sleep(0)
    del task

async def failing():
    local = "CANARY-local"
    raise ValueError("CANARY-task")

asyncio.run(forgotten())
"""


def lines(level: str) -> list[dict]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(level=level)], capture_output=True, check=True
    )
    assert done.stderr == b""
    assert b"CANARY" not in done.stdout
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_line_is_json_and_no_value_is_quoted():
    ours, detail, template, failed, asyncios = lines("debug")
    assert ours["timestamp"].endswith("Z")
    del ours["timestamp"]
    assert ours == {
        "operation": "get_team",
        "status": 200,
        "event": "answered",
        "level": "info",
    }
    assert detail["event"] == "detail"
    assert (template["event"], template["error"]) == ("failed for %s", None)
    assert (failed["event"], failed["error"]) == ("gave up on %r", "ValueError")
    assert (asyncios["library"], asyncios["error"]) == ("asyncio", "ValueError")
    assert asyncios["event"] == "Task exception was never retrieved"


def test_the_level_is_the_settings():
    assert [line["level"] for line in lines("warning")] == ["warning", "error", "error"]
