"""What a change of the contract would break for clients that hold to the old one.

Adding operations, optional inputs, answers, fields of answers and values of their enumerations
breaks nobody. Every other finding names its place.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.cli.openapi.schemas import Schemas, Way

Node = Mapping[str, Any]
_METHODS: Final = ("get", "post", "put", "patch", "delete", "head", "options")


def findings(old: Node, new: Node) -> list[str]:
    """List the breaks between two documents, by place."""
    comparison = _Comparison(old, new)
    found: list[str] = []
    for section in ("paths", "webhooks"):
        found.extend(comparison.section(old.get(section, {}), new.get(section, {})))
    return sorted(set(found))


class _Comparison:
    def __init__(self, old: Node, new: Node) -> None:
        self._old, self._new = old, new
        self._schemas = Schemas(old, new)

    def section(self, old: Node, new: Node) -> Iterator[str]:
        for path, item in old.items():
            if path not in new:
                yield f"{path}: removed"
                continue
            for method in _METHODS:
                if method not in item:
                    continue
                place = f"{method.upper()} {path}"
                if method in new[path]:
                    yield from self._operation(place, item[method], new[path][method])
                else:
                    yield f"{place}: removed"

    def _operation(self, place: str, old: Node, new: Node) -> Iterator[str]:
        if old.get("operationId") != new.get("operationId"):
            yield f"{place}: operationId was {old.get('operationId')}"
        yield from self._parameters(place, _parameters(old), _parameters(new))
        yield from self._body(place, old.get("requestBody"), new.get("requestBody"))
        yield from self._answers(place, old.get("responses", {}), new.get("responses", {}))
        yield from _security(place, _options(self._old, old), _options(self._new, new))

    def _parameters(self, place: str, old: Node, new: Node) -> Iterator[str]:
        for key, parameter in old.items():
            if key not in new:
                yield f"{place} {key}: removed"
            elif _required(new[key]) and not _required(parameter):
                yield f"{place} {key}: newly required"
        for key in new.keys() - old.keys():
            if _required(new[key]):
                yield f"{place} {key}: newly required"
        for key in new.keys() & old.keys():
            was, now = old[key].get("schema", {}), new[key].get("schema", {})
            yield from self._schemas.compare(f"{place} {key}", was, now, Way.IN)

    def _body(self, place: str, old: Node | None, new: Node | None) -> Iterator[str]:
        if old is None:
            if new is not None and _required(new):
                yield f"{place} body: newly required"
            return
        if new is None:
            yield f"{place} body: removed"
            return
        if _required(new) and not _required(old):
            yield f"{place} body: newly required"
        yield from self._contents(f"{place} body", old, new, Way.IN)

    def _answers(self, place: str, old: Node, new: Node) -> Iterator[str]:
        for status, answer in old.items():
            where = f"{place} {status}"
            if status not in new:
                yield f"{where}: removed"
                continue
            was, now = _followed(self._old, answer), _followed(self._new, new[status])
            yield from self._contents(where, was, now, Way.OUT)
            told = now.get("headers", {})
            for name in was.get("headers", {}):
                if name not in told:
                    yield f"{where} header {name}: removed"

    def _contents(self, where: str, old: Node, new: Node, way: Way) -> Iterator[str]:
        offered = new.get("content", {})
        for media, content in old.get("content", {}).items():
            if media not in offered:
                yield f"{where}: {media} removed"
                continue
            was, now = content.get("schema", {}), offered[media].get("schema", {})
            yield from self._schemas.compare(where, was, now, way)


def _followed(document: Node, node: Node) -> Node:
    while "$ref" in node:
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def _required(node: Node) -> bool:
    return bool(node.get("required", False))


def _parameters(operation: Node) -> dict[str, Node]:
    """Give parameters under their place and name; a header's name has no case."""
    return {
        f"{each['in']} {each['name'].lower() if each['in'] == 'header' else each['name']}": each
        for each in operation.get("parameters", ())
    }


def _options(document: Node, operation: Node) -> list[dict[str, frozenset[str]]]:
    """Give the credentials of which any one suffices; none needed is an empty one."""
    told = operation.get("security", document.get("security", []))
    return [{name: frozenset(scopes) for name, scopes in each.items()} for each in told] or [{}]


def _security(
    place: str, old: list[dict[str, frozenset[str]]], new: list[dict[str, frozenset[str]]]
) -> Iterator[str]:
    """Find credentials that sufficed and no longer do."""
    for option in old:
        if not any(_suffices(option, wanted) for wanted in new):
            names = [
                f"{name} {' '.join(sorted(scopes))}".strip() for name, scopes in option.items()
            ]
            yield f"{place}: {' and '.join(names) or 'no credential'} no longer suffices"


def _suffices(held: Mapping[str, frozenset[str]], wanted: Mapping[str, frozenset[str]]) -> bool:
    return all(name in held and scopes <= held[name] for name, scopes in wanted.items())
