import hashlib
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Path, Response
from pydantic import BaseModel

from app.api.problems import responses
from app.api.strict import StrictRoute
from app.api.v1.reference.schemas import ReferenceList, ReferenceListed, ReferenceLists
from app.core.errors import NotFoundError
from app.core.reference import by_name
from app.domain.feedback import reference as feedback
from app.domain.organisation import reference as organisation

router = APIRouter(prefix="/reference", tags=["reference"], route_class=StrictRoute)

LISTS: Final = by_name((*feedback.LISTS, *organisation.LISTS))
_FRESH: Final = "public, max-age=3600"
_UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "What you have is still right."}
}

IfNoneMatch = Annotated[
    str | None, Header(description="The `ETag` you last read.", examples=['"5c0d1f..."'])
]


class ReferenceListNotFoundError(NotFoundError):
    slug = "reference-list-not-found"
    title = "No such list of codes"


class Cached:
    """A body that stays until the next release, with the tag that tells it from others."""

    def __init__(self, model: BaseModel) -> None:
        self.body = model.model_dump_json().encode()
        self.headers = {
            "ETag": f'"{hashlib.sha256(self.body).hexdigest()[:32]}"',
            "Cache-Control": _FRESH,
        }

    def answer(self, known: str | None) -> Response:
        """Give the body, or 304 where the caller names its tag."""
        tags = [tag.strip().removeprefix("W/") for tag in (known or "").split(",")]
        if self.headers["ETag"] in tags or "*" in tags:
            return Response(status_code=304, headers=self.headers)
        return Response(self.body, headers=self.headers, media_type="application/json")


_ALL: Final = Cached(
    ReferenceLists(
        items=[ReferenceListed(name=each.name, title=each.title) for each in LISTS.values()],
        next=None,
    )
)
_EACH: Final = {name: Cached(ReferenceList.of(found)) for name, found in LISTS.items()}


@router.get("", response_model=ReferenceLists, responses=_UNCHANGED)
async def list_reference_lists(if_none_match: IfNoneMatch = None) -> Response:
    """Tell which lists of codes there are.

    They hold nothing of anybody: no key is needed, so that public forms can show them, and any
    cache may keep them for an hour.
    """
    return _ALL.answer(if_none_match)


@router.get(
    "/{name}",
    response_model=ReferenceList,
    responses={**_UNCHANGED, **responses(ReferenceListNotFoundError)},
)
async def get_reference_list(
    name: Annotated[str, Path(examples=["fft_answer"])], if_none_match: IfNoneMatch = None
) -> Response:
    """Read one list: each code with its label, its easy-read label and its place.

    Codes are never taken out of a list; one that is no longer offered is retired. No key is
    needed, and any cache may keep a list for an hour.
    """
    found = _EACH.get(name)
    if found is None:
        raise ReferenceListNotFoundError
    return found.answer(if_none_match)
