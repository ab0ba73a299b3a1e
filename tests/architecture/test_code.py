"""Rules of the house that no lint holds."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APP = sorted((ROOT / "app").rglob("*.py"))
BENCH = sorted((ROOT / "bench").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MIGRATIONS = sorted((ROOT / "migrations").rglob("*.py"))
OURS = [*APP, *TESTS, *MIGRATIONS, *BENCH]
NAMELESS = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc", "tools"}
# The request's transaction, the migrations', and the steps of a long import, which worker and
# command line share; the worker and commands open their own.
BEGINS = {"app/api/deps.py", "app/imports/running.py", "app/migrate.py"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_no_file_outgrows_a_readers_head():
    """Migrations are left out: one is read once, from top to bottom, and never grows."""
    for paths, most in ((APP, 300), (BENCH, 300), (TESTS, 500)):
        assert {name(p): lines(p) for p in paths if lines(p) > most} == {}


def test_no_module_is_named_after_nothing():
    parts = {part for path in OURS for part in path.relative_to(ROOT).with_suffix("").parts}
    assert parts & NAMELESS == set()


@pytest.mark.parametrize("path", OURS, ids=name)
def test_every_silenced_lint_names_its_code(path):
    text = path.read_text()
    assert not re.search(r"# noqa(?!: [A-Z]+\d+)", text) or path == Path(__file__)
    assert not re.search(r"# type: ignore(?!\[)", text) or path == Path(__file__)
    assert "pragma: no " + "cover" not in text


def calls(path: Path, method: str) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text())):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr == method:
            yield called.lineno


def test_nobody_commits_but_who_opened_the_transaction():
    """`commit` by hand is migrations' alone; `begin` stands at the edges of API and worker."""
    commits = {name(path) for path in APP if any(calls(path, "commit"))}
    assert commits <= {"app/migrate.py"}
    begins = {name(path) for path in APP if any(calls(path, "begin"))}
    edges = {each for each in begins if each.startswith(("app/worker/", "app/cli/"))}
    assert begins - edges <= BEGINS


def test_domain_and_core_never_end_a_transaction():
    inner = [path for path in APP if path.parts[len(ROOT.parts) + 1] in ("domain", "core")]
    for path in inner:
        for method in ("commit", "rollback", "begin"):
            assert list(calls(path, method)) == [], name(path)


def test_decision_records_are_numbered_without_gaps():
    found = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(path.name[:4]) for path in found] == list(range(1, len(found) + 1))
    for number, path in enumerate(found, 1):
        assert re.fullmatch(rf"{number:04}-[a-z0-9-]+\.md", path.name)
        assert path.read_text().startswith(f"# {number}. ")


def test_nothing_names_the_machine_it_was_written_on():
    texts = [*OURS, *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    for path in texts:
        assert not re.search(r"/(?:work|home|root|Users)/[a-z]", path.read_text()), name(path)
