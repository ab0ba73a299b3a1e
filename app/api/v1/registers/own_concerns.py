from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import Paging, Session, created, json
from app.api.own import Oneself, OwnCreation
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.organisation.schemas import NEXT, VERSION
from app.api.v1.registers.own import ALONE
from app.api.v1.registers.pastoral_schemas import Answer, Late, What
from app.core.idempotency import IdempotencyMismatchError
from app.core.wire import Day
from app.domain.involvement.pastoral import own, service
from app.domain.involvement.pastoral.errors import (
    ConcernHandlerError,
    ConcernHandlerMissingError,
    ConcernNotFoundError,
)
from app.domain.involvement.pastoral.models import ConcernAbout, ConcernState
from app.domain.people.register.errors import PersonMergedError
from app.domain.people.register.models import Person

router = router_at("/registers/people/me", "self")


class OwnConcernNew(BaseModel):
    """What one is not happy with; it goes to neither of these where it is about them."""

    model_config = ConfigDict(extra="forbid")

    what: What
    about: ConcernAbout | None = Field(
        None, description="Set where it is about one's lead.", examples=[None]
    )


class OwnConcernOut(BaseModel):
    """What one was not happy with, who looks at it, and what came of it."""

    id: UUID
    what: What
    handler: str = Field(description="Who looks at it.", examples=["Sam Idris"])
    raised_on: Day
    answer_by: Day
    state: ConcernState
    acknowledged_on: Day | None
    answered_on: Day | None
    answer: Answer | None
    overdue: bool = Late
    version: int = VERSION


class OwnConcernList(BaseModel):
    items: list[OwnConcernOut]
    next: str | None = NEXT


FIELDS = tuple(OwnConcernOut.model_fields)


@router.post(
    "/concerns",
    status_code=201,
    response_model=OwnConcernOut,
    responses=responses(
        *ALONE,
        PersonMergedError,
        ConcernHandlerError,
        ConcernHandlerMissingError,
        ConcernNotFoundError,
        IdempotencyMismatchError,
    ),
)
async def raise_own_concern(
    whose: Oneself, session: Session, begin: OwnCreation, told: OwnConcernNew
) -> Response:
    """Say that one is not happy with how one is treated.

    Somebody looks at it who is not one's named lead; neither the lead nor whom it is about reads
    it. It is answered within the working days that the trust has set.
    """
    person, once = whose.person, begin(whose)
    made = await once.do(
        lambda: service.raise_own(session, person, told.what, told.about, by=whose.by),
        lambda id_: own.concern(session, person, id_),
    )
    answer = await _shown(session, person, made.id)
    answer.status_code = 201
    created(answer, f"/v1/registers/people/me/concerns/{made.id}", made.version, once)
    return answer


@router.get("/concerns", response_model=OwnConcernList, responses=responses(*ALONE))
async def list_own_concerns(
    whose: Oneself, session: Session, paging: Annotated[Paging, Query()]
) -> Response:
    """List what one was not happy with, newest first, and what came of it."""
    return json(await own.concerns(session, FIELDS, whose.person, paging.page()))


@router.get(
    "/concerns/{concern_id}",
    response_model=OwnConcernOut,
    responses=responses(*ALONE, ConcernNotFoundError),
)
async def get_own_concern(whose: Oneself, session: Session, concern_id: UUID) -> Response:
    """Read one of one's own concerns."""
    return await _shown(session, whose.person, concern_id)


async def _shown(session: Session, person: Person, concern_id: UUID) -> Response:
    return json(*await own.show_concern(session, FIELDS, person, concern_id))
