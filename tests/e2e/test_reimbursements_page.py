"""docs/reimbursements.md is run as it stands, against the service."""

import re
import shutil
from pathlib import Path

import pytest

from app.core.clock import today
from app.domain.identity import keys
from app.domain.identity.scopes import SCOPES
from tests.conftest import PEPPER
from tests.e2e.serving import filling, running, serving
from tests.factories import Given

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reimbursements.md"
SCRIPT = "".join(re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(map(shutil.which, ("bash", "curl", "python3", "sha256sum"))),
        reason="the page needs curl",
    ),
]


async def test_a_newcomer_follows_one_claim_from_the_activity_to_the_money(scratch_url):
    key = keys.make("test")
    async with filling(scratch_url) as session:
        await Given(session).key(keys.digest(key, PEPPER), scopes=sorted(SCOPES))
    with serving(scratch_url) as address:
        code, told = await running(SCRIPT, API=f"{address}/v1", ADMIN_KEY=key)
    assert code == 0, told
    steps = re.findall(r"^== .*\n((?:(?!==).*\n)*)", told, re.MULTILINE)
    assert [step.split() for step in steps][3:] == [
        ["Citizens", "Advice"],
        ["attended", "8470"],
        ["certifier"],
        ["approver", '"code":"first_payment","level":"medium"', "approved", "8470"],
        [str(today())],
        ["released", "1", "released", "1"],
        ["paid", "8470", "True", "True", "1"],
    ], told
