"""Examples of whole bodies, put together from those of their fields."""

from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

_BY_FORMAT: Final = {
    "uuid": "0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e",
    "date": "2026-03-01",
    "date-time": "2026-03-02T09:14:00Z",
    "binary": "",
}
_BY_TYPE: Final = {"string": "", "integer": 1, "number": 1.0, "boolean": True, "null": None}


def of(schema: Schema, schemas: Mapping[str, Schema], within: frozenset[str] = frozenset()) -> Any:
    """Give one value of this schema; what contains itself ends at its second round."""
    if (told := _told(schema)) is not None:
        return told[0]
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return None if name in within else of(schemas[name], schemas, within | {name})
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return of(choices[0], schemas, within)
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        return {name: _named(name, each, schemas, within) for name, each in properties.items()}
    if schema.get("type") == "array":
        item = of(schema.get("items", {}), schemas, within)
        return [] if item is None else [item]
    return _BY_FORMAT.get(schema.get("format", ""), _BY_TYPE.get(schema.get("type", "null")))


def _named(name: str, schema: Schema, schemas: Mapping[str, Schema], within: frozenset[str]) -> Any:
    """Give a field's example; a page shown is the last one unless its schema says otherwise."""
    return None if name == "next" and _told(schema) is None else of(schema, schemas, within)


def _told(schema: Schema) -> list[Any] | None:
    """Find what the schema itself says, as a list so that null is something said."""
    for key in ("examples", "enum"):
        if schema.get(key):
            return list(schema[key])
    for key in ("const", "default"):
        if schema.get(key) is not None:
            return [schema[key]]
    return None
