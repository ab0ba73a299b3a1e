"""The README names what is there: operations, their parameters, files and make targets."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.api.document import DOCUMENT

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
TARGETS = sorted(set(re.findall(r"(?:`|^ {4})make ([a-z-]+)", README, re.MULTILINE)))
CALLS = re.findall(r"\$API(/[^\s\"]+)", README)


def test_it_fits_a_screen():
    assert len(README.splitlines()) <= 50
    assert max(map(len, README.splitlines())) <= 110


def test_it_has_a_call_for_each_step():
    assert len(CALLS) >= 8
    assert {"run", "test", "check"} <= set(TARGETS)


@pytest.mark.parametrize("call", CALLS)
def test_every_call_is_in_the_document(call):
    parts = urlsplit(call)
    item = DOCUMENT["paths"]["/v1" + parts.path]
    operation = item.get("get") or item["post"]
    known = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}
    assert parse_qs(parts.query).keys() <= known


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_exists(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)]+)\)", README))
def test_every_link_leads_somewhere(link):
    assert (ROOT / link).exists()
