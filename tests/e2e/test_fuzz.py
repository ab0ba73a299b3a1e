"""The fuzzer over the whole document, against the service as it really runs."""

import asyncio
import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import httpx
import pytest

from app.domain.identity import keys
from app.domain.identity.scopes import SCOPES
from tests.api.document import operations, request
from tests.conftest import PEPPER
from tests.e2e.serving import filling, serving, unmeasured
from tests.factories import Given, drained, event, review

HERE = Path(__file__).parent
LAST, LAST_PART = "revoke_key", "rest"
# Each by a service of its own, so that they run beside each other.
PARTS = {
    "people": "^/v1/registers/people",
    "registers": "^/v1/registers/(?!people)",
    "feedback": "^/v1/feedback/",
    "rest": "^/(?!v1/registers/|v1/feedback/)",
}
PROGRAM = str(Path(sys.executable).parent / "schemathesis")


async def fill(url: str) -> tuple[str, set[str]]:
    """Put one of everything into the database; gives a key with all scopes, and whose it is."""
    key = keys.make("test")
    async with filling(url) as session:
        given = Given(session)
        await given.team(iwgc=["OXH-CMHT-CITY"])
        own = await given.key(keys.digest(key, PEPPER), scopes=sorted(SCOPES))
        await given.key(b"another's", scopes=["feedback:read"])
        await drained(session, event(**review()), event(**review(location_code="X")), b"{")
    return key, {str(own.id), str(own.user_id)}


def existing(client: httpx.Client, *, but: set[str]) -> dict[str, list[str]]:
    """Give for each path parameter the ids that the list above it shows; never our own."""
    found = defaultdict(list)
    lists = {each.path: each for each in operations() if each.method == "get"}
    for path in {each.path for each in operations()}:
        above, _, parameter = path.partition("/{")
        name = parameter.partition("}")[0]
        if parameter and above in lists:
            answer = client.request(**request(lists[above])).json()
            ids = [item.get("id", item.get("name")) for item in answer.get("items", ())]
            found[name] += [each for each in ids if each and each not in {*but, *found[name]}]
    return found


def configured(folder: Path, ids: dict[str, list[str]]) -> Path:
    lines = [(HERE / "schemathesis.toml").read_text()]
    for name, values in ids.items():
        if values:
            lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
            lines += [f'[parameters."path.{name}"]', f'dictionary = "{name}"', "probability = 0.7"]
    path = folder / "schemathesis.toml"
    path.write_text("\n".join(lines))
    return path


def fuzz(
    address: str, key: str, folder: Path, ids: dict[str, list[str]], *options: str
) -> tuple[int, str]:
    """Run the fuzzer in the folder; gives how it ended and what it told, long lines cut."""
    command = [PROGRAM, "--config-file", str(configured(folder, ids)), "run"]
    command += [f"{address}/openapi.json", "--header", f"Authorization: Bearer {key}"]
    command += ["--seed", "1", "--no-color", "--generation-database", "none", *options]
    done = subprocess.run(
        command,
        cwd=folder,
        env=unmeasured() | {"PYTHONPATH": str(HERE.parents[1])},
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    told = "\n".join(line[:1_000] for line in (done.stdout + done.stderr).splitlines())
    return done.returncode, told


def test_every_path_is_in_one_part():
    for path in {each.path for each in operations()}:
        assert len([name for name, part in PARTS.items() if re.match(part, path)]) == 1, path


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_the_fuzzer_finds_no_failure(scratch_url: str, tmp_path: Path, part: str) -> None:
    key, own = asyncio.run(fill(scratch_url))
    credential = {"Authorization": f"Bearer {key}"}
    paths = ("--include-path-regex", PARTS[part])
    with (
        serving(scratch_url) as address,
        httpx.Client(base_url=address, headers=credential) as client,
    ):
        ids = existing(client, but=own)
        # The first to ask waits until the document is built; the fuzzer does so for ten seconds.
        client.get("/openapi.json", timeout=120).raise_for_status()
        # By itself and last: what it finds on its way is the fuzzer's own key too.
        code, told = fuzz(address, key, tmp_path, ids, *paths, "--exclude-operation-id", LAST)
        still_known = client.get("/v1/feedback/responses").status_code
        if part == LAST_PART:
            last, told_last = fuzz(address, key, tmp_path, ids, "--include-operation-id", LAST)
            assert last == 0, told_last
    assert code == 0, told
    assert still_known == 200, "the fuzzer ended its own user: what came after was not tested"
    assert any(ids.values())
