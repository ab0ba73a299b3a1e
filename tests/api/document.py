"""The OpenAPI document as tests walk it: every operation, body and leaf with a name."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from app.cli import openapi

# As it is committed: to build it takes seconds, and tests/cli/test_openapi.py holds that it is what
# the code says.
DOCUMENT: Final = json.loads(openapi.DOCUMENT.read_text())
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    path: str
    method: str
    told: dict[str, Any]

    @property
    def id(self) -> str:
        return self.told["operationId"]

    @property
    def scopes(self) -> list[str]:
        return [name for each in self.told.get("security", []) for name in each.get("key", [])]

    @property
    def secured(self) -> bool:
        return any(each.keys() & {"key", "person"} for each in self.told.get("security", []))

    @property
    def own(self) -> bool:
        """Whether members of the public may ask it, of themselves."""
        return any("person" in each for each in self.told.get("security", []))

    @property
    def bodies(self) -> dict[str, Any]:
        return self.told.get("requestBody", {}).get("content", {})


def operations(document: dict[str, Any] = DOCUMENT, place: str = "paths") -> list[Operation]:
    return [
        Operation(path, method, item[method])
        for path, item in document[place].items()
        for method in METHODS
        if method in item
    ]


def resolved(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference to what it names."""
    while "$ref" in value:
        found: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value


def contents(
    document: dict[str, Any], operation: Operation
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body an operation takes or gives, under a name that tells where it stands."""
    for media, content in operation.bodies.items():
        yield f"{operation.id} takes {media}", content
    for status, answer in operation.told["responses"].items():
        for media, content in resolved(document, answer).get("content", {}).items():
            yield f"{operation.id} gives {status} {media}", content


def leaves(
    document: dict[str, Any], name: str, schema: dict[str, Any], seen: frozenset[str] = frozenset()
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every value below a schema that nothing is below of, with its name."""
    if any(key in schema for key in ("examples", "enum", "const")) or schema.get("default"):
        yield name, schema
    elif "$ref" in schema:
        target = schema["$ref"].rpartition("/")[2]
        if target not in seen:
            yield from leaves(document, target, resolved(document, schema), seen | {target})
    elif choices := schema.get("anyOf") or schema.get("oneOf"):
        yield from leaves(document, name, choices[0], seen)
    elif "properties" in schema:
        for field, each in schema["properties"].items():
            yield from leaves(document, f"{name}.{field}", each, seen)
    elif schema.get("type") == "array":
        yield from leaves(document, f"{name}[]", schema.get("items", {}), seen)
    else:
        yield name, schema


def example(schema: dict[str, Any]) -> Any:
    """A value for a parameter, from its own example."""
    for each in (schema, *schema.get("anyOf", ())):
        for word in ("examples", "enum"):
            if each.get(word):
                return each[word][0]
        if each.get("format") == "uuid":
            return "0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"
    return "x"


def request(operation: Operation) -> dict[str, Any]:
    """A plausible request, as an HTTP client takes it: everything required, the documented body."""
    path, query, headers = operation.path, {}, {}
    for parameter in operation.told.get("parameters", ()):
        value = str(example(parameter["schema"]))
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", value)
        elif parameter.get("required"):
            (query if parameter["in"] == "query" else headers)[parameter["name"]] = value
    asked: dict[str, Any] = {"method": operation.method.upper(), "url": path}
    asked |= {"params": query, "headers": headers}
    for media, content in operation.bodies.items():
        told = content.get("example", next(iter(content.get("examples", {}).values()), {}))
        if media == "application/json":
            return asked | {"json": told.get("value", told)}
        if media == "multipart/form-data":
            return asked | {"files": {"file": ("feedback.csv", b"a,b\n")}}
    return asked
