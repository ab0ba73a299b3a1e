"""Problem documents, and that docs/problems tells of each kind."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import HTTPException

import app as package
from app.api.problems import FRAMEWORK, INTERNAL, OTHER, InvalidJsonError, Refusal
from app.core.errors import DomainError

FOLDER = Path(__file__).parents[2] / "docs" / "problems"
FILE = re.compile(r"# (?P<title>.+)\n\nStatus (?P<status>\d{3}|any)\.\n\n(?P<text>\S.*)", re.DOTALL)


def subclasses(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for below in kind.__subclasses__():
        if below.__module__.startswith("app."):
            yield below
            yield from subclasses(below)


def refusals() -> set[Refusal]:
    """Every kind of problem that the code can give."""
    for module in pkgutil.walk_packages(package.__path__, "app."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    of_json = Refusal(400, InvalidJsonError.slug, InvalidJsonError.title)
    planned = {Refusal.of(error) for error in (DomainError, *subclasses(DomainError))}
    return planned | {*FRAMEWORK.values(), INTERNAL, OTHER, of_json}


def test_each_kind_of_problem_has_one_title_and_status():
    found = refusals()
    assert len({each.slug for each in found}) == len(found)


def test_each_kind_of_problem_is_documented_and_no_other():
    files = {path.stem for path in FOLDER.glob("*.md")} - {"README"}
    slugs = {each.slug for each in refusals()}
    assert slugs - files == set(), "write docs/problems/<slug>.md"
    assert files - slugs == set(), "nothing gives these"


@pytest.mark.parametrize("refusal", sorted(refusals(), key=lambda each: each.slug), ids=str)
def test_the_documentation_says_what_the_code_says(refusal):
    path = FOLDER / f"{refusal.slug}.md"
    if not path.exists():
        pytest.fail(f"docs/problems/{path.name} is missing")
    told = FILE.fullmatch(path.read_text())
    assert told is not None, "# title, Status n., and what it means"
    assert told["title"] == refusal.title
    assert told["status"] == (str(refusal.status) if refusal.status else "any")


async def test_what_has_no_type_of_its_own_keeps_its_status(app, client):
    @app.get("/test-teapot", include_in_schema=False)
    async def refuse() -> None:
        raise HTTPException(418)

    answer = await client.get("/test-teapot")
    app.router.routes.pop()
    assert (answer.status_code, answer.json()["type"]) == (418, "/problems/http")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "slug"),
    [("GET", "/nothing", "not-found"), ("DELETE", "/livez", "method-not-allowed")],
)
async def test_the_framework_s_own_refusals_are_problems(client, method, path, slug):
    answer = await client.request(method, path)
    assert answer.json()["type"] == f"/problems/{slug}"


async def test_an_api_answer_may_load_nothing(client):
    answer = await client.get("/livez")
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["cache-control"] == "no-store"


async def test_the_docs_page_runs_its_own_script_and_loads_its_own_files(client):
    answer = await client.get("/docs")
    policy = answer.headers.get_list("content-security-policy")
    assert len(policy) == 1
    assert "default-src 'none'; script-src 'self' 'sha256-" in policy[0]
    assert "://" not in answer.text.replace("http://www.w3.org", "")


async def test_another_method_is_told_all_that_the_path_takes(client):
    answer = await client.put("/v1/admin/keys")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    page = await client.put("/docs")
    assert (page.status_code, page.headers["allow"]) == (405, "GET")
