"""docs/closed-loop.md is run as it stands, against the service and its worker."""

import asyncio
import re
import shutil
from pathlib import Path

import pytest

from app.domain.identity import keys
from app.domain.identity.scopes import SCOPES
from app.worker import loop
from tests.conftest import PEPPER
from tests.e2e.serving import filling, running, serving
from tests.factories import Given

PAGE = Path(__file__).resolve().parents[2] / "docs" / "closed-loop.md"
SCRIPT = "".join(re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(map(shutil.which, ("bash", "curl", "python3"))), reason="the page needs curl"
    ),
]


async def test_one_comment_goes_round_the_loop(scratch_url):
    key = keys.make("test")
    async with filling(scratch_url) as session:
        await Given(session).team(code="CMHT-CITY")
        await Given(session).key(keys.digest(key, PEPPER), scopes=sorted(SCOPES))
    stop = asyncio.Event()
    working = asyncio.create_task(loop.run(scratch_url, stop, loop.Pace(idle=0.02, back_off=0.02)))
    with serving(scratch_url) as address:
        code, told = await running(SCRIPT, API=f"{address}/v1", ADMIN_KEY=key)
    stop.set()
    await working
    assert code == 0, told
    steps = dict(re.findall(r"^== (.*)\n((?:(?!==).*\n)*)", told, re.MULTILINE))
    masked = "It took six calls to get through. Dr [name] told me to ring [phone]."
    last = [part.strip().splitlines() for part in steps.values()]
    assert [lines[-1:] for lines in last][2:] == [
        [masked],
        ["contacting_services"],
        ["published"],
        ["Thank you. Two more people answer now."],
        [masked],
        ["met"],
    ], told
