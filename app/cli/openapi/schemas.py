"""Whether a schema still takes what it took, and still gives only what it gave."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, Final

Schema = Mapping[str, Any]
_LOWEST: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_GREATEST: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_FIXED: Final = ("pattern", "multipleOf", "uniqueItems")


class Way(Enum):
    IN = "in"  # what clients send: it may only widen
    OUT = "out"  # what they get: it may only narrow, and gain fields and values


class Schemas:
    """Compares schemas of two documents; each pair of named ones is looked into once a path."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old: Schema = old.get("components", {}).get("schemas", {})
        self._new: Schema = new.get("components", {}).get("schemas", {})
        self._open: set[tuple[str, str, Way]] = set()

    def compare(self, where: str, old: Schema, new: Schema, way: Way) -> list[str]:
        """List what breaks between two schemas that stand in the same place."""
        pair = (old.get("$ref", ""), new.get("$ref", ""), way)
        if all(pair) and pair in self._open:
            return []
        self._open.add(pair)
        try:
            was, now = list(_kinds(old, self._old)), list(_kinds(new, self._new))
            if way is Way.IN:
                return [line for each in was for line in self._taken(where, each, now)]
            return [line for each in now for line in self._given(where, was, each)]
        finally:
            self._open.discard(pair)

    def _taken(self, where: str, old: Schema, now: list[Schema]) -> list[str]:
        """Find what a client may send by `old` that none of `now` takes."""
        fitting = [each for each in now if _fits(_kind(old), _kind(each))]
        if not fitting:
            return [f"{where}: no longer takes {_kind(old)}"]
        return min((list(self._narrowed(where, old, each)) for each in fitting), key=len)

    def _given(self, where: str, was: list[Schema], new: Schema) -> list[str]:
        """Find what a client may get by `new` that none of `was` told of."""
        fitting = [each for each in was if _fits(_kind(new), _kind(each))]
        if not fitting:
            return [f"{where}: may now be {_kind(new)}"]
        return min((list(self._widened(where, each, new)) for each in fitting), key=len)

    def _narrowed(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        yield from _fewer_values(where, old, new)
        yield from _tighter(where, old, new)
        if new.get("format") not in (None, old.get("format")):
            yield f"{where}: format is now {new['format']}"
        yield from self._parts(where, old, new, Way.IN)
        for name in sorted(_required(new) - _required(old)):
            yield f"{where}.{name}: newly required"
        if (
            new.get("additionalProperties") is False
            and old.get("additionalProperties") is not False
        ):
            yield f"{where}: no longer takes other properties"

    def _widened(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        if "enum" in old and "enum" not in new:
            yield f"{where}: no longer one of a list"
        if old.get("format") not in (None, new.get("format")):
            yield f"{where}: format was {old['format']}"
        yield from self._parts(where, old, new, Way.OUT)
        for name in sorted(_required(old) - _required(new)):
            if name in new.get("properties", {}):
                yield f"{where}.{name}: no longer always there"

    def _parts(self, where: str, old: Schema, new: Schema, way: Way) -> Iterator[str]:
        """Compare what stands below: fields, items, and the values of other fields."""
        told = new.get("properties", {})
        for name, schema in old.get("properties", {}).items():
            if name in told:
                yield from self.compare(f"{where}.{name}", schema, told[name], way)
            else:
                yield f"{where}.{name}: removed"
        for key, sign in (("items", "[]"), ("additionalProperties", ".*")):
            was, now = old.get(key), new.get(key)
            if isinstance(was, Mapping) and isinstance(now, Mapping):
                yield from self.compare(where + sign, was, now, way)
        pairs = zip(old.get("prefixItems", ()), new.get("prefixItems", ()), strict=False)
        for place, (was, now) in enumerate(pairs):
            yield from self.compare(f"{where}[{place}]", was, now, way)


def _kinds(schema: Schema, named: Schema) -> Iterator[Schema]:
    """Take a schema apart into schemas of one type each, with references followed."""
    if "$ref" in schema:
        yield from _kinds(named[schema["$ref"].rpartition("/")[2]], named)
        return
    for word in ("anyOf", "oneOf"):
        if word in schema:
            for each in schema[word]:
                yield from _kinds(each, named)
            return
    if len(schema.get("allOf", ())) == 1:
        yield from _kinds(schema["allOf"][0], named)
        return
    told = {**schema, "enum": [schema["const"]]} if "const" in schema else schema
    if isinstance(told.get("type"), list):
        for kind in told["type"]:
            yield {**told, "type": kind}
        return
    yield told


def _kind(schema: Schema) -> str:
    return str(schema.get("type", "anything"))


def _fits(narrow: str, wide: str) -> bool:
    return wide in (narrow, "anything") or (narrow, wide) == ("integer", "number")


def _required(schema: Schema) -> set[str]:
    required: Iterable[str] = schema.get("required", ())
    return set(required)


def _fewer_values(where: str, old: Schema, new: Schema) -> Iterator[str]:
    if "enum" not in new:
        return
    if "enum" not in old:
        yield f"{where}: now one of a list"
        return
    for value in old["enum"]:
        if value not in new["enum"]:
            yield f"{where}: no longer takes {value!r}"


def _tighter(where: str, old: Schema, new: Schema) -> Iterator[str]:
    for bounds, sign in ((_LOWEST, 1), (_GREATEST, -1)):
        for word in bounds:
            was, now = old.get(word), new.get(word)
            if now is not None and (was is None or sign * now > sign * was):
                yield f"{where}: {word} is now {now}"
    for word in _FIXED:
        if new.get(word) not in (None, old.get(word)):
            yield f"{where}: {word} is now {new[word]}"
