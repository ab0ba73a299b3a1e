"""What the checker of breaking changes finds, and what it lets pass."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.openapi.breaking import findings

Document = dict[str, Any]


def document(
    *, taken: Document | None = None, given: Document | None = None, **operation: Any
) -> Document:
    """A document of one operation, that takes and gives these schemas."""
    body = {
        "content": {"application/json": {"schema": {"type": "object"} if taken is None else taken}}
    }
    answer = {
        "content": {"application/json": {"schema": {"type": "object"} if given is None else given}}
    }
    told = {
        "operationId": "change_team",
        "parameters": [{"in": "query", "name": "dry_run", "schema": {"type": "boolean"}}],
        "requestBody": body,
        "responses": {"200": answer, "404": {"$ref": "#/components/responses/absent"}},
        "security": [{"key": ["a", "b"]}],
    }
    return {
        "info": {"version": "1.0"},
        "paths": {"/teams": {"post": told | operation}},
        "components": {"responses": {"absent": {"headers": {"X-Request-ID": {}}}}},
    }


def changed(start: Document, change: Callable[[Document], object]) -> Document:
    new = copy.deepcopy(start)
    change(new)
    return new


def operation(doc: Document) -> Document:
    return doc["paths"]["/teams"]["post"]


PARAMETER = {"in": "query", "name": "x", "schema": {"type": "string"}}
OPERATIONS: dict[str, tuple[Callable[[Document], object], list[str]]] = {
    "nothing": (lambda _: None, []),
    "a path goes": (lambda d: d["paths"].clear(), ["/teams: removed"]),
    "a method goes": (lambda d: d["paths"]["/teams"].clear(), ["POST /teams: removed"]),
    "a path comes": (lambda d: d["paths"].update({"/wards": {"get": {}}}), []),
    "the operation is renamed": (
        lambda d: operation(d).update(operationId="alter_team"),
        ["POST /teams: operationId was change_team"],
    ),
    "a parameter goes": (
        lambda d: operation(d)["parameters"].clear(),
        ["POST /teams query dry_run: removed"],
    ),
    "an optional parameter comes": (lambda d: operation(d)["parameters"].append(PARAMETER), []),
    "a required parameter comes": (
        lambda d: operation(d)["parameters"].append(PARAMETER | {"required": True}),
        ["POST /teams query x: newly required"],
    ),
    "a parameter becomes required": (
        lambda d: operation(d)["parameters"][0].update(required=True),
        ["POST /teams query dry_run: newly required"],
    ),
    "a parameter takes another type": (
        lambda d: operation(d)["parameters"][0].update(schema={"type": "integer"}),
        ["POST /teams query dry_run: no longer takes boolean"],
    ),
    "the body goes": (
        lambda d: operation(d).pop("requestBody"),
        ["POST /teams body: removed"],
    ),
    "the body becomes required": (
        lambda d: operation(d)["requestBody"].update(required=True),
        ["POST /teams body: newly required"],
    ),
    "a media type goes": (
        lambda d: operation(d)["requestBody"].update(content={"text/csv": {}}),
        ["POST /teams body: application/json removed"],
    ),
    "an answer goes": (
        lambda d: operation(d)["responses"].pop("404"),
        ["POST /teams 404: removed"],
    ),
    "an answer comes": (lambda d: operation(d)["responses"].update({"409": {}}), []),
    "a media type of an answer goes": (
        lambda d: operation(d)["responses"].update({"200": {}}),
        ["POST /teams 200: application/json removed"],
    ),
    "a header of a shared answer goes": (
        lambda d: d["components"]["responses"]["absent"].clear(),
        ["POST /teams 404 header X-Request-ID: removed"],
    ),
    "another scope is needed": (
        lambda d: operation(d).update(security=[{"key": ["a", "b", "c"]}]),
        ["POST /teams: key a b no longer suffices"],
    ),
    "another credential is needed": (
        lambda d: operation(d).update(security=[{"signature": []}]),
        ["POST /teams: key a b no longer suffices"],
    ),
    "fewer scopes are needed": (
        lambda d: operation(d).update(security=[{"other": []}, {"key": ["b"]}]),
        [],
    ),
    "no credential is needed": (lambda d: operation(d).update(security=[]), []),
}


@pytest.mark.parametrize(("change", "expected"), OPERATIONS.values(), ids=OPERATIONS)
def test_operations(change: Callable[[Document], object], expected: list[str]) -> None:
    old = document()
    assert findings(old, changed(old, change)) == expected


def test_what_was_open_may_not_ask_for_a_credential() -> None:
    old, new = document(security=[]), document()
    assert findings(old, new) == ["POST /teams: no credential no longer suffices"]


def test_a_body_may_come_but_not_be_required() -> None:
    old = changed(document(), lambda d: operation(d).pop("requestBody"))
    assert findings(old, document()) == []
    demanding = changed(document(), lambda d: operation(d)["requestBody"].update(required=True))
    assert findings(old, demanding) == ["POST /teams body: newly required"]


def test_a_header_s_name_has_no_case() -> None:
    old = document(parameters=[{"in": "header", "name": "if-match"}])
    assert findings(old, document(parameters=[{"in": "header", "name": "If-Match"}])) == []


def test_the_feed_s_events_are_held_to_what_they_may_be() -> None:
    old = {"webhooks": document()["paths"]}
    assert findings(old, {}) == ["/teams: removed"]


TEXT, NUMBER, NULL = {"type": "string"}, {"type": "number"}, {"type": "null"}
WORDS = {"type": "string", "enum": ["a", "b"]}


def thing(required: tuple[str, ...] = (), **properties: Document) -> Document:
    return {"type": "object", "properties": properties, "required": list(required)}


# name: (old, new, what breaks of an input, what breaks of an output)
SCHEMAS: dict[str, tuple[Document, Document, list[str], list[str]]] = {
    "the same": (thing(a=TEXT), thing(a=TEXT), [], []),
    "an optional field comes": (thing(), thing(a=TEXT), [], []),
    "a required field comes": (thing(), thing(("a",), a=TEXT), [".a: newly required"], []),
    "a field goes": (thing(a=TEXT), thing(), [".a: removed"], [".a: removed"]),
    "a required field goes": (thing(("a",), a=TEXT), thing(), [".a: removed"], [".a: removed"]),
    "a field becomes required": (
        thing(a=TEXT),
        thing(("a",), a=TEXT),
        [".a: newly required"],
        [],
    ),
    "a field becomes optional": (
        thing(("a",), a=TEXT),
        thing(a=TEXT),
        [],
        [".a: no longer always there"],
    ),
    "another type": (TEXT, NUMBER, [": no longer takes string"], [": may now be number"]),
    "a wider number": ({"type": "integer"}, NUMBER, [], [": may now be number"]),
    "a narrower number": (NUMBER, {"type": "integer"}, [": no longer takes number"], []),
    "null comes": (TEXT, {"anyOf": [TEXT, NULL]}, [], [": may now be null"]),
    "null comes, told shortly": (TEXT, {"type": ["string", "null"]}, [], [": may now be null"]),
    "null goes": ({"anyOf": [TEXT, NULL]}, TEXT, [": no longer takes null"], []),
    "anything comes": (TEXT, {}, [], [": may now be anything"]),
    "anything goes": ({}, TEXT, [": no longer takes anything"], []),
    "a word comes": (WORDS, {"type": "string", "enum": ["a", "b", "c"]}, [], []),
    "a word goes": (WORDS, {"type": "string", "const": "a"}, [": no longer takes 'b'"], []),
    "words are listed": (TEXT, WORDS, [": now one of a list"], []),
    "words are free": (WORDS, TEXT, [], [": no longer one of a list"]),
    "a format comes": (TEXT, TEXT | {"format": "uuid"}, [": format is now uuid"], []),
    "a format goes": (TEXT | {"format": "uuid"}, TEXT, [], [": format was uuid"]),
    "a lower bound comes": (NUMBER, NUMBER | {"minimum": 0}, [": minimum is now 0"], []),
    "a lower bound falls": (NUMBER | {"minimum": 5}, NUMBER | {"minimum": 0}, [], []),
    "a text gets shorter": (
        TEXT | {"maxLength": 9},
        TEXT | {"maxLength": 8},
        [": maxLength is now 8"],
        [],
    ),
    "a text gets longer": (TEXT | {"maxLength": 9}, TEXT | {"maxLength": 10}, [], []),
    "a pattern comes": (TEXT, TEXT | {"pattern": "a"}, [": pattern is now a"], []),
    "items change": (
        {"type": "array", "items": TEXT},
        {"type": "array", "items": NUMBER},
        ["[]: no longer takes string"],
        ["[]: may now be number"],
    ),
    "a pair's second changes": (
        {"type": "array", "prefixItems": [TEXT, TEXT]},
        {"type": "array", "prefixItems": [TEXT, NUMBER]},
        ["[1]: no longer takes string"],
        ["[1]: may now be number"],
    ),
    "values of a map change": (
        {"type": "object", "additionalProperties": TEXT},
        {"type": "object", "additionalProperties": NUMBER},
        [".*: no longer takes string"],
        [".*: may now be number"],
    ),
    "other fields are refused": (
        {"type": "object"},
        {"type": "object", "additionalProperties": False},
        [": no longer takes other properties"],
        [],
    ),
    "the nearest of several is meant": (
        {"oneOf": [thing(a=TEXT, b=TEXT), thing(c=TEXT)]},
        {"oneOf": [thing(a=TEXT), thing(c=TEXT)]},
        [".b: removed"],
        [".b: removed"],
    ),
    "one of one": ({"allOf": [TEXT]}, TEXT, [], []),
}


@pytest.mark.parametrize(("old", "new", "taken", "given"), SCHEMAS.values(), ids=SCHEMAS)
def test_schemas(old: Document, new: Document, taken: list[str], given: list[str]) -> None:
    assert findings(document(taken=old), document(taken=new)) == [
        f"POST /teams body{line}" for line in taken
    ]
    assert findings(document(given=old), document(given=new)) == [
        f"POST /teams 200{line}" for line in given
    ]


def test_named_schemas_are_followed_and_may_contain_themselves() -> None:
    node = {"type": "object", "properties": {"below": {"$ref": "#/components/schemas/Node"}}}
    old = document(given={"$ref": "#/components/schemas/Node"})
    old["components"]["schemas"] = {"Node": node}
    new = copy.deepcopy(old)
    assert findings(old, new) == []
    old["components"]["schemas"]["Node"]["properties"]["name"] = TEXT
    assert findings(old, new) == ["POST /teams 200.name: removed"]


def _places(value: Any) -> list[tuple[dict[str, Any], str]]:
    """Every object and one of its keys, below a document's paths."""
    if isinstance(value, list):
        return [place for each in value for place in _places(each)]
    if not isinstance(value, dict):
        return []
    return [(value, key) for key in value] + [
        place for each in value.values() for place in _places(each)
    ]


@given(st.data())
def test_no_mutilated_document_stops_the_checker(data: st.DataObject) -> None:
    old = document(taken=thing(("a",), a=WORDS), given={"type": "array", "items": TEXT})
    new = copy.deepcopy(old)
    holder, key = data.draw(st.sampled_from(_places(new["paths"]["/teams"])))
    if key not in ("in", "name", "$ref"):
        del holder[key]
    assert all(isinstance(line, str) for line in findings(old, new))
