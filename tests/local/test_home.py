"""Secrets and locks of a home."""

import base64
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.keyring import Keys
from app.local.home import BusyError, Home
from app.local.keep import keep
from app.local.lock import Lock, LockedError


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_secrets_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    home = Home(tmp_path / "home")
    home.open()
    secret, pepper = home.iwgc_secret(), home.pepper()
    ring = Keys.of([home.field_keys()], home.index_key())
    os.umask(before)
    home.close()
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert len(pepper) >= 40
    assert ring.active == "local"
    again = Home(tmp_path / "home")
    assert (again.iwgc_secret(), again.pepper()) == (secret, pepper)
    assert Keys.of([again.field_keys()], again.index_key()) == ring
    assert mode(home.folder) == 0o700
    assert {path.name: mode(path) for path in home.folder.iterdir()} == {
        "field-keys": 0o600,
        "index-key": 0o600,
        "iwgc-secret": 0o600,
        "pepper": 0o600,
        "run.lock": 0o600,
    }


def _race(path: Path, barrier: object, answers: object, value: str) -> None:
    barrier.wait()  # type: ignore[attr-defined]
    answers.put(keep(path, lambda: value))  # type: ignore[attr-defined]


def test_two_processes_at_once_keep_the_same_secret(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    barrier, answers = spawn.Barrier(2), spawn.Queue()
    racers = [
        spawn.Process(target=_race, args=(tmp_path / "s", barrier, answers, value))
        for value in ("one", "two")
    ]
    for racer in racers:
        racer.start()
    assert answers.get() == answers.get() == (tmp_path / "s").read_text().strip()
    for racer in racers:
        racer.join()
    answers.close()
    answers.join_thread()
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_a_slower_maker_takes_the_value_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "s"

    def overtaken() -> str:
        path.write_text("first\n")
        return "second"

    assert keep(path, overtaken) == "first"


def test_a_making_that_fails_leaves_no_file(tmp_path: Path) -> None:
    def fail() -> str:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        keep(tmp_path / "s", fail)
    assert list(tmp_path.iterdir()) == []


def test_the_first_key_belongs_to_its_database_and_the_published_one_is_the_latest(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path)
    one = home.first_key_of("postgresql://u:p@db:5432/one")
    assert one == home.first_key_of("postgresql://u:changed@db:5432/one")
    assert (
        len({one, home.first_key_of("postgresql://u:p@db:5432/two"), home.first_key_of(None)}) == 3
    )
    home.publish("ev_dev_a")
    home.publish("ev_dev_b")
    assert home.admin_key.read_text() == "ev_dev_b\n"
    assert mode(home.admin_key) == 0o600


def test_a_second_run_on_a_home_is_refused_by_name(tmp_path: Path) -> None:
    first, second = Home(tmp_path), Home(tmp_path)
    first.open()
    with pytest.raises(BusyError, match=rf"process {os.getpid()}.*EVERYVOICE_HOME"):
        second.open()
    first.close()
    second.open()
    second.close()
    second.close()  # once more is harmless


def test_a_lock_ends_with_its_process_however_that_ends(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from app.local.lock import Lock;"
        "lock = Lock(Path(sys.argv[1])); lock.take(); print('held', flush=True); time.sleep(60)"
    )
    path = tmp_path / "lock"
    holder = subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    holder.stdout.readline()
    lock = Lock(path)
    with pytest.raises(LockedError, match=str(holder.pid)) as refused:
        lock.take()
    assert refused.value.holder == str(holder.pid)
    holder.kill()
    holder.communicate()
    lock.take()
    lock.release()


def test_a_holder_that_has_not_signed_yet_is_unknown(tmp_path: Path) -> None:
    assert "unknown" in str(LockedError(tmp_path, ""))
