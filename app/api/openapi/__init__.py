"""The OpenAPI document: FastAPI's own, with what every operation shares told in one place."""

import asyncio
from typing import Any, Final

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.openapi import feed, headers, operations, texts
from app.api.problems import Problem

# An intended break of the contract raises it: `everyvoice openapi --check` then lets it through.
VERSION: Final = "1.0.0"
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_NOT_OURS = ("HTTPValidationError", "ValidationError")


def install(app: FastAPI) -> None:
    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = build(app)
        return app.openapi_schema

    building = asyncio.Lock()
    written: list[bytes] = []

    async def served(_: Request) -> Response:
        """Give the document; it takes seconds to build, in which others are answered."""
        async with building:
            if not written:
                written.append(orjson.dumps(await asyncio.to_thread(document)))
        return Response(written[0], media_type="application/json")

    app.openapi = document  # type: ignore[method-assign]
    # Before FastAPI's own, which builds the document on the event loop.
    app.router.routes.insert(0, Route(str(app.openapi_url), served, include_in_schema=False))


def build(app: FastAPI) -> dict[str, Any]:
    """Give FastAPI's document with every refusal, scope, header and example that callers meet."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=texts.DESCRIPTION,
        routes=app.routes,
        webhooks=feed.router.routes,
    )
    components = document["components"]
    schemas = components["schemas"]
    for name in _NOT_OURS:
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schemas["Problem"].pop("$defs", {}))
    components["securitySchemes"] |= texts.SECURITY
    feed.tell_receiver(document)
    shared: dict[str, Any] = {}
    components["responses"] = shared
    used: set[str] = set()
    for place in ("paths", "webhooks"):
        for path, item in document[place].items():
            for method in _METHODS & item.keys():
                operations.tell(operations.Told(path, method, item[method]), schemas, shared)
                used.update(item[method].get("tags", ()))
    components["headers"] = headers.used(document)
    document["tags"] = [
        {"name": name, "description": texts.TAGS.get(name, "")} for name in sorted(used)
    ]
    return document
