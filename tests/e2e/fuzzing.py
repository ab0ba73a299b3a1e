"""A check of our own for the fuzzer: headers that come are told, and those told come."""

import schemathesis

TOLD = ("ETag", "Location", "Retry-After", "Idempotency-Replayed")


@schemathesis.check
def headers_are_told(_, response, case) -> None:
    """Find headers that clients are meant to use and that the document is silent about."""
    declared = case.operation.schema.raw_schema
    answers = case.operation.definition.raw["responses"]
    answer = answers.get(str(response.status_code), {})
    if "$ref" in answer:
        answer = declared["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    silent = [name for name in TOLD if name.lower() in response.headers]
    silent = [name for name in silent if name not in answer.get("headers", {})]
    assert silent == [], f"The document does not tell of {silent} with {response.status_code}"
