"""The document as front ends use it: linted, turned into types, and a typed client on them."""

import asyncio
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.domain.identity import keys
from tests.api.document import DOCUMENT
from tests.conftest import PEPPER
from tests.e2e.serving import filling, serving
from tests.factories import Given, drained, event, review

SOURCES = Path(__file__).parents[1] / "typescript"
NODE, NPM = shutil.which("node"), shutil.which("npm")
OFFLINE = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED"
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (NODE and NPM), reason="no node and npm: types were not made"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources, the document and the locked packages, in a folder of their own."""
    folder = tmp_path_factory.mktemp("typescript")
    shutil.copytree(
        SOURCES, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules")
    )
    (folder / "v1.json").write_text(json.dumps(DOCUMENT))
    flags = ("--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund")
    code, told = npm(folder, "ci", *flags)
    if code and OFFLINE.search(told):
        pytest.skip("the npm registry cannot be reached: types were not made")
    assert code == 0, told
    return folder


def npm(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [NPM, *arguments], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_the_document_passes_the_lint(folder: Path) -> None:
    code, told = npm(folder, "run", "--silent", "lint")
    assert code == 0, told


async def fill(url: str, key: str) -> None:
    async with filling(url) as session:
        given = Given(session)
        await given.team(iwgc=["OXH-CMHT-CITY"])
        scopes = ["feedback:read", "feedback:read:small_numbers"]
        await given.key(keys.digest(key, PEPPER), scopes=scopes)
        await drained(session, *(event(**review()) for _ in range(6)))


def test_a_typed_client_compiles_and_reads_the_service(folder: Path, scratch_url: str) -> None:
    for step in ("types", "compile"):
        code, told = npm(folder, "run", "--silent", step)
        assert code == 0, told
    key = keys.make("test")
    asyncio.run(fill(scratch_url, key))
    with serving(scratch_url) as address:
        program = [NODE, str(folder / "built" / "story.js"), address, key]
        done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "positive": [100],
        "read": ["very_good"] * 6,
        "refusal": "/problems/invalid-request value_error",
    }
