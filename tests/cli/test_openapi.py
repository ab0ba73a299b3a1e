"""`everyvoice openapi`, in a repository of its own."""

import json
import subprocess
from pathlib import Path

import pytest
from fastapi import FastAPI
from typer.testing import CliRunner, Result

from app import cli, main
from app.cli import openapi as command
from app.settings import Settings
from tests.api.document import DOCUMENT

AS_WRITTEN = command.written(DOCUMENT)


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Jo", "-c", "user.email=jo@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S607


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the document is kept for this test."""
    path = tmp_path / "openapi" / "v1.json"
    monkeypatch.setattr(command, "DOCUMENT", path)
    return path


@pytest.fixture(scope="module")
def service() -> FastAPI:
    return main.create_app(Settings(env="test"))


@pytest.fixture
def built(service: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service as it is, with the document that was made of it: to make one takes seconds."""
    monkeypatch.setattr(main, "create_app", lambda _: service)


@pytest.fixture
def repository(path: Path, built: None) -> Path:
    path.parent.mkdir()
    git(path.parent, "init", "--initial-branch=main")
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.commands, ["openapi", *arguments])


def commit(path: Path, text: str) -> None:
    path.write_text(text)
    git(path.parent, "add", path.name)
    git(path.parent, "commit", "--allow-empty", "--message", "document")


def with_more(*, version: str = "1.0.0") -> str:
    """A document whose clients have an operation that the code lacks."""
    document = json.loads(AS_WRITTEN)
    document["paths"]["/v1/gone"] = {"get": {"operationId": "gone", "responses": {}}}
    document["info"]["version"] = version
    return command.written(document)


def test_it_is_written_as_it_was_committed_and_is_current(path: Path, built: None) -> None:
    assert run().exit_code == 0
    assert path.read_text() == AS_WRITTEN
    assert run("--check").exit_code == 0


def test_a_stale_document_fails(repository: Path) -> None:
    result = run("--check")
    assert result.exit_code == 1
    assert "make openapi" in result.stderr


def test_a_break_fails_before_its_commit(repository: Path) -> None:
    commit(repository, with_more())
    repository.write_text(AS_WRITTEN)
    result = run("--check")
    assert result.exit_code == 1
    assert "/v1/gone: removed" in result.stderr
    assert "VERSION" in result.stderr


def test_a_break_fails_after_its_commit(repository: Path) -> None:
    commit(repository, with_more())
    commit(repository, AS_WRITTEN)
    commit(repository, AS_WRITTEN)
    assert "/v1/gone: removed" in run("--check").stderr


def test_the_first_document_breaks_nobody(repository: Path) -> None:
    commit(repository, AS_WRITTEN)
    assert run("--check").exit_code == 0


def test_a_raised_version_lets_a_break_through(repository: Path) -> None:
    commit(repository, with_more(version="0.9"))
    repository.write_text(AS_WRITTEN)
    assert run("--check").exit_code == 0


def test_a_branch_is_held_against_where_it_began(repository: Path) -> None:
    commit(repository, with_more())
    git(repository.parent, "switch", "--create", "mine")
    commit(repository, command.written({"info": {"version": "1.0.0"}}))
    commit(repository, AS_WRITTEN)
    assert run("--check").exit_code == 0
    assert "/v1/gone: removed" in run("--check", "--base", "main").stderr
    assert "elsewhere is no branch" in run("--check", "--base", "elsewhere").stderr


def test_a_branch_that_began_without_a_document_breaks_nobody(repository: Path) -> None:
    git(repository.parent, "commit", "--allow-empty", "--message", "start")
    git(repository.parent, "switch", "--create", "mine")
    commit(repository, AS_WRITTEN)
    assert run("--check", "--base", "main").exit_code == 0


def test_without_git_the_file_itself_is_held_against(
    path: Path, built: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert "make openapi" in run("--check").stderr
    path.parent.mkdir()
    path.write_text(with_more())
    assert "/v1/gone: removed" in run("--check").stderr
