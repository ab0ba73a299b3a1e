import json
from functools import cache

import jsonschema_rs
import pytest

from app.api.openapi.feed import EXAMPLES
from app.domain.identity.scopes import SCOPES
from tests.api.document import DOCUMENT, contents, leaves, operations, resolved
from tests.conftest import SECRET
from tests.factories import drained, event, signed

# What tells by its type alone how it looks.
TELLING_FORMATS = {"uuid", "date", "date-time", "binary"}


@pytest.fixture(scope="module")
def document():
    return DOCUMENT


@pytest.fixture(scope="module")
def all_operations(document):
    return [*operations(document), *operations(document, "webhooks")]


def test_the_document_says_how_to_be_used(document):
    assert document["openapi"] == "3.1.0"
    for word in ("Authorization", "after", "If-Match", "Idempotency-Key", "Retry-After", "PATCH"):
        assert word in document["info"]["description"]


def test_every_operation_says_what_it_does(all_operations):
    missing = [
        f"{each.id}: {word}"
        for each in all_operations
        for word in ("summary", "description", "operationId", "tags")
        if not each.told.get(word)
    ]
    assert missing == []
    assert len({each.id for each in all_operations}) == len(all_operations)
    too_long = [each.id for each in all_operations if len(each.told["summary"]) > 120]
    assert too_long == [], "the first paragraph of a docstring is the summary: one short sentence"


def test_every_tag_is_described(document):
    assert [tag["name"] for tag in document["tags"] if not tag["description"]] == []


def test_every_scope_is_described_and_told_in_the_text(all_operations):
    used = {scope for each in all_operations for scope in each.scopes}
    assert used - SCOPES.keys() == set()
    for each in all_operations:
        assert all(f"`{scope}`" in each.told["description"] for scope in each.scopes)


def test_every_body_has_an_example(document, all_operations):
    missing = [
        name
        for each in all_operations
        for name, content in contents(document, each)
        if "example" not in content and "examples" not in content
    ]
    assert missing == []


def test_every_field_has_an_example_or_tells_by_its_type(document, all_operations):
    bare = set()
    for each in all_operations:
        for name, content in contents(document, each):
            for leaf, schema in leaves(document, name, content.get("schema", {})):
                if is_bare(schema) and "text/" not in name and not leaf.endswith(".next"):
                    bare.add(leaf)
        for parameter in each.told.get("parameters", []):
            for leaf, schema in leaves(
                document, f"{each.id}({parameter['name']})", parameter["schema"]
            ):
                if is_bare(schema) and "example" not in parameter:
                    bare.add(leaf)
    assert sorted(bare) == [], "give each Field examples=[...]"


def is_bare(schema) -> bool:
    told = {"examples", "enum", "const"} & schema.keys() or schema.get("default") is not None
    kind = schema.get("type")
    return not told and kind != "boolean" and schema.get("format") not in TELLING_FORMATS


def test_every_example_fits_its_schema(document, all_operations):
    whole = jsonschema_rs.Registry([("urn:whole", document)])

    @cache  # most bodies are the same few refusals
    def validator_of(schema: str):
        alone = json.loads(schema.replace('"#/', '"urn:whole#/'))
        return jsonschema_rs.validator_for(alone, validate_formats=True, registry=whole)

    wrong = []
    for each in all_operations:
        for name, content in contents(document, each):
            validator = validator_of(json.dumps(content["schema"]))
            values = [each["value"] for each in content.get("examples", {}).values()]
            for value in values or [content["example"]]:
                wrong += [f"{name}: {error.message}" for error in validator.iter_errors(value)]
    assert wrong == []


def test_operations_declare_what_they_refuse(document):
    wanted = {}
    for each in operations(document):
        expected = {"422"}
        if each.secured:
            expected |= {"401", "429", "500", "503"}
        if each.scopes:
            expected.add("403")
        if each.bodies:
            expected |= {"413", "415"}
        if "application/json" in each.bodies and each.secured:
            expected.add("400")
        if "{" in each.path:
            expected.add("404")
        if missing := expected - each.told["responses"].keys():
            wanted[each.id] = missing
    assert wanted == {}


def test_every_refusal_is_a_problem_document(document, all_operations):
    for each in all_operations:
        for status, answer in each.told["responses"].items():
            if status[0] in "45":
                assert list(resolved(document, answer)["content"]) == ["application/problem+json"]


# What is loaded as a list, or bound for the first time, has no one version that its caller could
# have read.
LOADS = {"put_denominators", "bind_own_login"}


def test_changes_need_if_match_and_say_so(document):
    for each in operations(document):
        headers = {p["name"]: p for p in each.told.get("parameters", []) if p["in"] == "header"}
        if each.method in ("put", "patch") and each.id not in LOADS:
            assert "If-Match" in headers, each.id
        if "If-Match" in headers:
            assert headers["If-Match"]["required"]
            assert {"412", "428"} <= each.told["responses"].keys()


def test_patches_are_merge_patches(document):
    for each in operations(document):
        if each.method == "patch":
            assert "application/merge-patch+json" in each.bodies


def test_headers_are_told_where_they_come(document):
    for each in operations(document):
        for status, answer in each.told["responses"].items():
            headers = resolved(document, answer).get("headers", {})
            assert "X-Request-ID" in headers
            assert ("Retry-After" in headers) >= (status in ("429", "503"))
            assert ("Location" in headers) >= (status == "201")
            assert ("RateLimit" in headers) >= each.secured


@pytest.mark.parametrize("name", EXAMPLES)
async def test_the_feed_s_documented_events_are_accepted(client, name):
    body = json.dumps(EXAMPLES[name]).encode()
    answer = await client.post("/v1/webhooks/iwgc", content=body, headers=signed(body, SECRET))
    assert answer.status_code == 202


def test_the_feed_s_events_are_in_the_webhooks_section(document):
    assert set(document["webhooks"]) == set(EXAMPLES)
    for each in operations(document, "webhooks"):
        names = [parameter["name"] for parameter in each.told["parameters"]]
        assert names == ["webhook-id", "webhook-timestamp", "webhook-signature"]
        assert list(each.bodies["application/json"]["examples"]) == [each.path]


async def test_a_documented_review_is_counted(session, given, client, as_):
    await given.team(iwgc=["OXH-CMHT-CITY"])
    await drained(session, event("review.created", **EXAMPLES["review.created"]["data"]))
    answer = await client.get(
        "/v1/feedback/responses", headers=await as_("feedback:read", "feedback:read:small_numbers")
    )
    assert [item["source_review_id"] for item in answer.json()["items"]] == ["iwgc-981"]


async def test_the_document_is_served(client, document):
    first, again = [await client.get("/openapi.json") for _ in range(2)]
    assert first.json() == document
    assert again.content == first.content
