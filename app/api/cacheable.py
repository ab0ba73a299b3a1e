"""Answers that any cache may keep for a while, with the tag that tells one from another."""

import hashlib
from typing import Annotated, Any, Final

from fastapi import Header, Response

UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "What you have is still right."}
}
IfNoneMatch = Annotated[
    str | None, Header(description="The `ETag` you last read.", examples=['"5c0d1f..."'])
]


def cacheable(body: bytes, known: str | None, seconds: int | None = None) -> Response:
    """Give JSON to anybody's cache, or 304 where the caller names the tag of these very bytes.

    Without `seconds` only the caller may keep it, and asks each time whether it is still right.
    """
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    fresh = "private, no-cache" if seconds is None else f"public, max-age={seconds}"
    headers = {"ETag": tag, "Cache-Control": fresh}
    tags = [each.strip().removeprefix("W/") for each in (known or "").split(",")]
    if tag in tags or "*" in tags:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")
