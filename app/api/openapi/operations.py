"""What is true of many operations: who may, what is refused, which headers come with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from app.api.limits import UNLIMITED, UnsupportedEncodingError
from app.api.openapi import examples, headers
from app.api.problems import (
    FRAMEWORK,
    INTERNAL,
    InvalidJsonError,
    PreconditionRequiredError,
    Refusal,
    TooLargeError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnavailableError,
    refusals,
)
from app.core.errors import ForbiddenError, InvalidError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError

_SUCCESS: Final = {
    "200": "What was asked for.",
    "201": "It was made.",
    "202": "It was taken and will be worked on.",
    "204": "It was done; there is nothing to tell.",
}
_CASED: Final = {
    "if-match": "If-Match",
    "idempotency-key": "Idempotency-Key",
    "if-none-match": "If-None-Match",
    "on-behalf-of": "On-Behalf-Of",
}
_NULL: Final = {"type": "null"}
_JSON: Final = "application/json"
_MERGE_PATCH: Final = "application/merge-patch+json"


@dataclass(frozen=True, slots=True)
class Told:
    """One operation of the document, and where it stands."""

    path: str
    method: str
    operation: dict[str, Any]

    @property
    def scopes(self) -> list[str]:
        return [
            scope for each in self.operation.get("security", ()) for scope in each.get("key", ())
        ]

    @property
    def bodies(self) -> dict[str, Any]:
        bodies: dict[str, Any] = self.operation.get("requestBody", {}).get("content", {})
        return bodies

    @property
    def limited(self) -> bool:
        """Whether its callers are counted; the webhooks section stands for an unlimited path."""
        return self.path.startswith("/") and self.path not in UNLIMITED

    def takes(self, header: str) -> bool:
        return any(each["name"] == header for each in self.operation.get("parameters", ()))


def tell(told: Told, schemas: dict[str, Any], shared: dict[str, Any]) -> None:
    """Complete one operation in place; refusals that many have go to `shared`."""
    _tell_text(told)
    _tell_input(told)
    _tell_refusals(told)
    for body in told.bodies.values():
        _add_example(body, schemas)
    answers = told.operation["responses"]
    for status, answer in answers.items():
        _tell_answer(told, status, answer, schemas)
    if told.limited:
        told.operation["responses"] = {
            status: _share(answer, shared) for status, answer in sorted(answers.items())
        }


def _tell_text(told: Told) -> None:
    """Take the summary from the description's first paragraph, and name the scopes after it."""
    operation = told.operation
    text = operation.get("description", "")
    operation["summary"] = " ".join(text.partition("\n\n")[0].split()).rstrip(".")
    if needed := _needed(told):
        operation["description"] = f"{text}\n\n{needed}"


def _needed(told: Told) -> str:
    """Say who may; where a person signs in, somebody may also act for them."""
    scopes = " and ".join(f"`{scope}`" for scope in told.scopes)
    if not any("person" in each for each in told.operation.get("security", ())):
        return f"Needs {scopes}." if scopes else ""
    alone = "Needs a token of the public's issuer"
    if not scopes:
        return f"{alone}; nobody does it for somebody else."
    return f"{alone}, or with `On-Behalf-Of` a supporter's or a key with {scopes}."


def _tell_input(told: Told) -> None:
    for parameter in told.operation.get("parameters", ()):
        parameter["name"] = _CASED.get(parameter["name"], parameter["name"])
        if parameter["name"] == "If-Match":
            parameter["required"] = True
        if parameter["in"] == "header":  # left out it may be, and never null
            told_of = parameter["schema"].pop("anyOf", [])
            parameter["schema"].update(*(each for each in told_of if each != _NULL))
    if told.method == "patch" and _JSON in told.bodies:
        told.bodies[_MERGE_PATCH] = dict(told.bodies[_JSON])


def _tell_refusals(told: Told) -> None:
    answers = told.operation["responses"]
    if "application/json" in answers.get("422", {}).get("content", {}):
        del answers["422"]  # the framework's own form, which is never sent
    for status, answer in refusals(*_shared_refusals(told)).items():
        if status not in answers:
            answers[status] = answer
            continue
        known = answers[status]
        known["description"] += "; " + answer["description"]
        for media, content in answer["content"].items():
            known["content"][media]["examples"] |= content["examples"]


def _shared_refusals(told: Told) -> Iterator[Refusal]:
    """Name what an operation refuses without saying so itself."""
    declared = set()
    for answer in told.operation["responses"].values():
        for content in answer.get("content", {}).values():
            declared.update(content.get("examples", ()))
    for refusal in _by_trait(told):
        if refusal.slug not in declared:
            yield refusal


def _by_trait(told: Told) -> Iterator[Refusal]:
    yield Refusal.of(InvalidError)
    if told.operation.get("security"):
        yield Refusal.of(UnauthenticatedError)
    if told.scopes:
        yield Refusal.of(ForbiddenError)
    if told.limited:
        yield from (Refusal.of(TooManyRequestsError), INTERNAL, Refusal.of(UnavailableError))
    if told.bodies:
        yield from _of_bodies(told)
    if told.takes("If-Match"):
        yield from (Refusal.of(PreconditionRequiredError), Refusal.of(PreconditionFailedError))
    if told.takes("Idempotency-Key"):
        yield Refusal.of(IdempotencyMismatchError)


def _of_bodies(told: Told) -> Iterator[Refusal]:
    yield from (Refusal.of(TooLargeError), Refusal.of(UnsupportedEncodingError))
    if told.limited:
        json = _JSON in told.bodies
        yield (
            Refusal(400, InvalidJsonError.slug, InvalidJsonError.title) if json else FRAMEWORK[400]
        )
        yield FRAMEWORK[415]


def _tell_answer(told: Told, status: str, answer: dict[str, Any], schemas: dict[str, Any]) -> None:
    if status in _SUCCESS and answer["description"] == "Successful Response":
        answer["description"] = _SUCCESS[status]
    versioned = status in ("200", "304") and told.takes("If-None-Match")
    if status[0] == "2":
        for body in answer.get("content", {}).values():
            _add_example(body, schemas)
            versioned = versioned or _has_version(body.get("schema", {}), schemas)
    names = headers.names(status, limited=told.limited, versioned=versioned)
    answer["headers"] = headers.refer(*names) | answer.get("headers", {})


def _has_version(schema: dict[str, Any], schemas: dict[str, Any]) -> bool:
    """Tell whether this is a single resource with a version, which is its ETag."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return "version" in schemas.get(name, schema).get("properties", {})


def _add_example(body: dict[str, Any], schemas: dict[str, Any]) -> None:
    if "example" not in body and "examples" not in body:
        body["example"] = examples.of(body.get("schema", {}), schemas)


def _share(answer: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """Put a refusal that says one thing among the shared ones; the others stay in their place."""
    slugs = [
        slug
        for media, content in answer.get("content", {}).items()
        if media == "application/problem+json"
        for slug in content["examples"]
    ]
    if len(slugs) != 1:
        return answer
    shared.setdefault(slugs[0], answer)
    return {"$ref": f"#/components/responses/{slugs[0]}"}
