from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.forums_schemas import DaysFilters
from app.api.v1.registers.panels_schemas import (
    PanelFiguresOut,
    PanelFilters,
    PanelList,
    PanelNew,
    PanelOut,
    PanelPatch,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import InvalidError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.involvement.naming.errors import DayInFutureError
from app.domain.involvement.panels import queries, service
from app.domain.involvement.panels.errors import PanelMemberError, PanelNotFoundError
from app.domain.organisation.errors import DirectorateNotFoundError
from app.domain.people.register.errors import PersonMergedError, PersonNotFoundError

router = router_at("/registers/panels", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:manage"])]
FIELDS = tuple(PanelOut.model_fields)
RULES = (
    InvalidError,
    DirectorateNotFoundError,
    PersonNotFoundError,
    PersonMergedError,
    PanelMemberError,
    DayInFutureError,
)


@router.get("", response_model=PanelList)
async def list_panels(
    actor: Reader, door: Door, filters: Annotated[PanelFilters, Query()]
) -> Response:
    """List recruitment panels that were held, newest first.

    A key that is limited to directorates sees theirs, and those of the trust.
    """
    page = await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.post(
    "",
    status_code=201,
    response_model=PanelOut,
    responses=responses(*RULES, IdempotencyMismatchError),
)
async def create_panel(actor: Keeper, session: Session, once: Creation, new: PanelNew) -> Response:
    """Note a panel that was held, and whether somebody with lived experience sat on it."""
    made = await once.do(
        lambda: service.note(session, new.model_dump(), by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/registers/panels/{made.id}", made.version, once)
    return answer


@router.get("/figures", response_model=PanelFiguresOut)
async def get_panel_figures(
    actor: Reader, door: Door, asked: Annotated[DaysFilters, Query()]
) -> Response:
    """Tell the share of panels with a lived-experience member, by level and area.

    A key that is limited to directorates is told of theirs and the trust's.
    """
    return json(await queries.figures(door, asked.from_day, asked.to_day, to=actor))


@router.get("/{panel_id:uuid}", response_model=PanelOut, responses=responses(PanelNotFoundError))
async def get_panel(actor: Reader, door: Door, panel_id: UUID) -> Response:
    """Read one panel."""
    return json(*await queries.show(door, FIELDS, panel_id, to=actor))


@router.patch(
    "/{panel_id:uuid}",
    response_model=PanelOut,
    responses=responses(
        *RULES, PanelNotFoundError, PreconditionFailedError, PreconditionRequiredError
    ),
)
async def change_panel(
    actor: Keeper, session: Session, match: IfMatch, panel_id: UUID, change: PanelPatch
) -> Response:
    """Correct a panel, by JSON merge patch."""
    found = await queries.get(session, panel_id, to=actor)
    match.check(found.version)
    await service.change(session, found, change.model_dump(exclude_unset=True), by=actor)
    return await _shown(session, found.id, actor)


async def _shown(session: Session, panel_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, panel_id, to=actor))
