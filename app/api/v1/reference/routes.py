from typing import Annotated, Final

from fastapi import Path, Response
from pydantic import BaseModel

from app.api.cacheable import UNCHANGED, IfNoneMatch, cacheable
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.reference.schemas import ReferenceList, ReferenceListed, ReferenceLists
from app.core.errors import NotFoundError
from app.core.reference import by_name
from app.domain.feedback import reference as feedback
from app.domain.feedback.actions import reference as actions
from app.domain.feedback.themes import framework as themes
from app.domain.involvement import reference as involvement
from app.domain.organisation import reference as organisation
from app.domain.people.consents import reference as consents
from app.domain.people.monitoring import reference as monitoring
from app.domain.people.needs import reference as needs
from app.domain.people.register import reference as register
from app.domain.people.supporters import reference as supporters
from app.domain.reimbursements import reference as reimbursements

router = router_at("/reference", "reference")

LISTS: Final = by_name(
    (
        *feedback.LISTS,
        *monitoring.LISTS,
        *actions.LISTS,
        *themes.LISTS,
        *organisation.LISTS,
        *consents.LISTS,
        *needs.LISTS,
        *register.LISTS,
        *supporters.LISTS,
        *involvement.LISTS,
        *reimbursements.LISTS,
    )
)
_FRESH: Final = 3600


class ReferenceListNotFoundError(NotFoundError):
    slug = "reference-list-not-found"
    title = "No such list of codes"


def _written(model: BaseModel) -> bytes:
    return model.model_dump_json().encode()


_ALL: Final = _written(
    ReferenceLists(
        items=[ReferenceListed(name=each.name, title=each.title) for each in LISTS.values()],
        next=None,
    )
)
_EACH: Final = {name: _written(ReferenceList.of(found)) for name, found in LISTS.items()}


@router.get("", response_model=ReferenceLists, responses=UNCHANGED)
async def list_reference_lists(if_none_match: IfNoneMatch = None) -> Response:
    """Tell which lists of codes there are.

    They hold nothing of anybody: no key is needed, so that public forms can show them, and any
    cache may keep them for an hour.
    """
    return cacheable(_ALL, if_none_match, _FRESH)


@router.get(
    "/{name}",
    response_model=ReferenceList,
    responses={**UNCHANGED, **responses(ReferenceListNotFoundError)},
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
    return cacheable(found, if_none_match, _FRESH)
