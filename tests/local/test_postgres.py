"""The launcher, on real clusters."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from app.local import postgres as module
from app.local.binaries import version
from app.local.lock import LockedError
from app.local.orphans import residents
from app.local.postgres import NoPostgresError, Postgres, PostgresError, find_binaries

FAST = {"fsync": "off"}
NOBODY = 65534


def ask(url: str, query: str) -> object:
    async def fetch() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    return asyncio.run(fetch())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cluster in it, stopped."""
    folder = tmp_path_factory.mktemp("made") / "postgres"
    with Postgres(folder):
        pass
    return folder


@pytest.fixture
def killed(made: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that runs the cluster and can be killed; its stdout says the server's pid."""
    process = subprocess.Popen(
        [sys.executable, "-c", _RUNNER, str(made)], stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate()


_RUNNER = """
import sys, time
from pathlib import Path
from app.local.postgres import Postgres
with Postgres(Path(sys.argv[1]), options={"fsync": "off"}) as postgres:
    print(postgres.pid, flush=True)
    time.sleep(60)
"""


def until(condition: object, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_new_cluster_is_durable_checked_and_sorts_by_code_point(made: Path) -> None:
    with Postgres(made) as postgres:
        for setting in ("fsync", "synchronous_commit", "data_checksums"):
            assert ask(postgres.url, f"SHOW {setting}") == "on"
        assert ask(postgres.url, "SHOW server_encoding") == "UTF8"
        assert ask(postgres.url, "SHOW listen_addresses") == "127.0.0.1"
        assert ask(postgres.url, "SELECT 'Z' < 'a' AND 'a' < 'é'") is True
        assert ask(postgres.url_of("postgres"), "SELECT current_database()") == "postgres"
        assert ask(postgres.url, "SELECT current_database()") == "everyvoice"


def test_the_password_is_asked_for_and_kept_from_others(made: Path) -> None:
    assert (made / "password").stat().st_mode & 0o777 == 0o600
    with Postgres(made, options=FAST) as postgres:
        wrong = f"postgresql://everyvoice:wrong@127.0.0.1:{postgres.port}/everyvoice"
        with pytest.raises(asyncpg.InvalidPasswordError):
            ask(wrong, "SELECT 1")
        by_socket = f"postgresql://everyvoice:wrong@/everyvoice?host={made}&port={postgres.port}"
        with pytest.raises(asyncpg.InvalidPasswordError):
            ask(by_socket, "SELECT 1")


def test_an_existing_cluster_starts_in_less_than_a_second_and_ends_with_its_block(
    made: Path,
) -> None:
    started = time.monotonic()
    with Postgres(made, options=FAST) as postgres:
        assert time.monotonic() - started < 1
        pid = postgres.pid
        assert pid is not None
    assert postgres.pid is None
    assert not Path(f"/proc/{pid}").exists()
    postgres.stop()  # once more is harmless


def test_options_reach_the_server_and_personal_data_do_not_reach_its_log(made: Path) -> None:
    with Postgres(made, options={**FAST, "work_mem": "9MB"}) as postgres:
        assert ask(postgres.url, "SHOW work_mem") == "9MB"
        with pytest.raises(asyncpg.InvalidTextRepresentationError):
            ask(postgres.url, "SELECT 1 WHERE 1 = (SELECT 'Ada ' || 'Lovelace')::int")
        with pytest.raises(asyncpg.UniqueViolationError):
            ask(
                postgres.url,
                "DO $$ BEGIN CREATE TEMP TABLE p (n text PRIMARY KEY);"
                "INSERT INTO p VALUES ('Grace Hopper'), ('Grace Hopper'); END $$",
            )
        log = postgres.log.read_text()
    assert "ready to accept connections" in log
    assert "Hopper" not in log
    assert "Lovelace" not in log


def test_a_long_folder_has_no_socket_and_still_a_port(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 60) / ("y" * 60)
    with Postgres(deep, options=FAST) as postgres:
        assert ask(postgres.url, "SHOW unix_socket_directories") == ""
    assert not list(deep.glob(".s.PGSQL*"))


def test_settings_of_the_callers_shell_do_not_steer_the_server(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGDATA": "/nonexistent", "LC_ALL": "xx_XX"}.items():
        monkeypatch.setenv(name, value)
    with Postgres(made, options=FAST) as postgres:
        assert ask(postgres.url, "SHOW data_directory") == str(made / "data")


def test_a_temporary_cluster_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with Postgres.temporary(options=FAST) as postgres:
        assert ask(postgres.url, "SELECT 1") == 1
        folder = postgres.folder
        assert folder.exists()
    assert not folder.exists()


def test_a_second_start_of_the_same_cluster_is_refused(made: Path) -> None:
    with Postgres(made, options=FAST) as postgres:
        with pytest.raises(LockedError, match=str(os.getpid())):
            Postgres(made).start()
        assert ask(postgres.url, "SELECT 1") == 1


def test_the_server_ends_with_a_killed_parent(made: Path, killed: subprocess.Popen[str]) -> None:
    assert killed.stdout is not None
    pid = int(killed.stdout.readline())
    assert pid in residents(made / "data")
    killed.kill()
    until(lambda: not residents(made / "data"))


def test_after_kill_9_of_everything_committed_rows_are_there(
    made: Path, killed: subprocess.Popen[str]
) -> None:
    assert killed.stdout is not None
    pid = int(killed.stdout.readline())
    lines = (made / "data" / "postmaster.pid").read_text().splitlines()
    url = f"postgresql://everyvoice:{(made / 'password').read_text().strip()}@127.0.0.1:{lines[3]}/"
    ask(url + "everyvoice", "DO $$ BEGIN CREATE TABLE kept (n int); END $$")
    # The server first: it would end in good order, were its parent gone before it.
    for number in (pid, *residents(made / "data")):
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    killed.kill()
    killed.wait()
    assert (made / "data" / "postmaster.pid").exists()
    with Postgres(made, options=FAST) as postgres:
        assert ask(postgres.url, "SELECT count(*) FROM kept") == 0


def test_an_orphan_on_the_same_data_is_ended_not_joined(made: Path) -> None:
    first = Postgres(made, options=FAST).start()
    orphan = first.pid
    first._lock.release()  # as if its launcher had gone without it
    with Postgres(made, options=FAST) as second:
        assert second.pid != orphan
        assert first.pid is None
        assert ask(second.url, "SELECT 1") == 1
    first.stop()


def test_a_pid_file_naming_another_living_program_is_no_obstacle(made: Path) -> None:
    with Postgres(made, options=FAST):
        left = (made / "data" / "postmaster.pid").read_text()
    stranger = subprocess.Popen(["/bin/sleep", "60"])
    rest = left.partition("\n")[2]
    (made / "data" / "postmaster.pid").write_text(f"{stranger.pid}\n{rest}")
    with Postgres(made, options=FAST) as postgres:
        assert ask(postgres.url, "SELECT 1") == 1
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize("content", ["", "12345\n"])
def test_an_unfinished_pid_file_is_no_obstacle(made: Path, content: str) -> None:
    (made / "data" / "postmaster.pid").write_text(content)
    with Postgres(made, options=FAST) as postgres:
        assert ask(postgres.url, "SELECT 1") == 1


def test_an_interrupted_making_is_begun_anew(tmp_path: Path) -> None:
    half = tmp_path / "new-half" / "data"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    (tmp_path / "data").mkdir()  # an empty folder, as a mounted volume is at first
    with Postgres(tmp_path, options=FAST) as postgres:
        assert ask(postgres.url, "SELECT 1") == 1
    assert not list(tmp_path.glob("new-*"))


def test_a_making_killed_at_any_moment_recovers(tmp_path: Path) -> None:
    for moment in (0.1, 0.3, 0.45):
        process = subprocess.Popen(
            [sys.executable, "-c", _RUNNER, str(tmp_path)], stdout=subprocess.DEVNULL
        )
        time.sleep(moment)
        process.kill()
        process.wait()
    with Postgres(tmp_path, options=FAST) as postgres:
        assert ask(postgres.url, "SELECT 1") == 1


def test_a_start_that_fails_tells_what_the_server_said_and_frees_the_lock(made: Path) -> None:
    with pytest.raises(PostgresError, match="no_such_setting"):
        Postgres(made, options={**FAST, "no_such_setting": "1"}).start()
    with Postgres(made, options=FAST) as postgres:
        assert postgres.pid


def test_a_making_that_fails_tells_why(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("")  # initdb refuses an empty one
    with pytest.raises(PostgresError, match="initdb failed"):
        Postgres(tmp_path, options=FAST).start()


def test_a_database_that_cannot_be_made_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DATABASE", "postgres")  # is there already
    with pytest.raises(PostgresError, match="already exists"):
        Postgres(tmp_path, options=FAST).start()


def test_a_port_taken_meanwhile_is_passed_over(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Postgres.temporary(options=FAST) as other:
        ports = iter([other.port, module._free_port()])
        monkeypatch.setattr(module, "_free_port", lambda: next(ports))
        with Postgres(made, options=FAST) as postgres:
            assert ask(postgres.url, "SELECT 1") == 1


def test_a_server_that_is_never_ready_is_given_up(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ready", lambda *_: False)
    with pytest.raises(PostgresError, match="did not start"):
        Postgres(made, options=FAST, timeout=0.5).start()
    assert not residents(made / "data")


def test_a_server_deaf_to_the_fast_stop_is_stopped_harder(made: Path) -> None:
    postgres = Postgres(made, options=FAST, timeout=0.3).start()
    assert postgres.pid
    os.kill(postgres.pid, signal.SIGSTOP)
    postgres.stop()
    assert postgres.pid is None
    until(lambda: not residents(made / "data"))


def test_a_large_log_is_set_aside(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOG_BYTES", 10)
    with Postgres(made, options=FAST) as postgres:
        assert postgres.log.with_suffix(".1").stat().st_size > 10


def test_a_cluster_of_the_systems_version_is_never_opened_by_another(tmp_path: Path) -> None:
    try:
        system = version(find_binaries("system"))
    except NoPostgresError:
        pytest.skip("no PostgreSQL on this system")
    for prefer in ("system", None):
        with Postgres(tmp_path, options=FAST, prefer=prefer) as postgres:
            told = str(ask(postgres.url, "SHOW server_version_num"))
            assert int(told) // 10_000 == system
            assert ask(postgres.url, "SELECT 'Z' < 'a' AND 'a' < 'é'") is True


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_runs_it_with_nothing_but_the_standard_library(tmp_path: Path) -> None:
    for program in (sys.executable, "/usr/bin/python3"):
        reach = [program, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        with suppress(OSError):
            if subprocess.run(reach, user=NOBODY, check=False).returncode == 0:
                break
    else:
        pytest.skip("no Python that user nobody can run")
    code = """
import json
from app.local.postgres import Postgres
with Postgres.temporary(options={"fsync": "off"}) as postgres:
    owner = (postgres.folder / "data").stat().st_uid
    print(json.dumps([postgres.url, owner, (postgres.folder / "data").is_symlink()]))
"""
    source = Path(module.__file__).parents[2]
    site = Path(asyncpg.__file__).parents[1]
    told = subprocess.run(
        [program, "-c", code],
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        env={"PYTHONPATH": f"{source}:{site}", "PATH": os.environ["PATH"]},
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    url, owner, linked = json.loads(told)
    assert url.startswith("postgresql://everyvoice:")
    assert (owner, linked) == (NOBODY, False)
