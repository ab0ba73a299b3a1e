from typing import Annotated, Self

from fastapi import Query, Response, Security
from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import IfMatch, Session, authenticate, etag
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.wire import Day
from app.domain.feedback.codes import CollectionPoint
from app.domain.feedback.modes import service
from app.domain.feedback.modes.errors import ModesOverlapError, ModeUnknownError
from app.domain.feedback.modes.models import ModeMap
from app.domain.feedback.modes.national import MODES, MappedChannel, Mode, NationalService
from app.domain.feedback.modes.service import Mapped

router = router_at("/feedback/returns/modes", "feedback")

Reader = Annotated[Actor, Security(authenticate, scopes=["feedback:read"])]
Configurer = Annotated[Actor, Security(authenticate, scopes=["feedback:configure"])]
Whose = Annotated[NationalService, Query(alias="service", description="Whose return.")]


class ModeMappingOut(BaseModel):
    """A channel and collection point, and the mode that they are told as for a time."""

    model_config = ConfigDict(extra="forbid")

    channel: MappedChannel
    collection_point: CollectionPoint | None = Field(
        description="Null: whatever the point, recorded or not, that has no mapping of its own."
    )
    mode: Mode
    valid_from: Day = Field(
        description="The first of the month from which it holds.", examples=["2026-04-01"]
    )
    valid_to: Day | None = Field(
        None, description="The first of the month from which it holds no more.", examples=[None]
    )

    def mapped(self) -> Mapped:
        return Mapped(
            self.channel, self.collection_point, self.mode, self.valid_from, self.valid_to
        )


class ModeMappings(BaseModel):
    """All mappings of a service."""

    model_config = ConfigDict(extra="forbid")

    items: list[ModeMappingOut] = Field(max_length=500)


class ModeMappingsOut(ModeMappings):
    service: NationalService
    mode_names: dict[Mode, str] = Field(
        description="The modes that the service's return has, in their order.",
        examples=[{"sms": "SMS/text", "online": "Online survey"}],
    )
    version: int = Field(description="Also the ETag.", examples=[1])

    @classmethod
    async def of(cls, session: Session, found: ModeMap, response: Response) -> Self:
        response.headers["ETag"] = etag(found.version)
        items = [
            ModeMappingOut(
                channel=each.channel,
                collection_point=each.collection_point,
                mode=each.mode,
                valid_from=each.valid_from,
                valid_to=each.valid_to,
            )
            for each in await service.mappings(session, found)
        ]
        names = dict(MODES[found.service])
        return cls(items=items, service=found.service, mode_names=names, version=found.version)


@router.get("")
async def get_return_modes(
    _: Reader, session: Session, response: Response, whose: Whose
) -> ModeMappingsOut:
    """Read how a service's channels and collection points are told as national modes."""
    found = await service.held(session, whose)
    return await ModeMappingsOut.of(session, found, response)


@router.put(
    "",
    responses=responses(
        ModesOverlapError, ModeUnknownError, PreconditionFailedError, PreconditionRequiredError
    ),
)
async def put_return_modes(
    _: Configurer,
    session: Session,
    match: IfMatch,
    response: Response,
    whose: Whose,
    new: ModeMappings,
) -> ModeMappingsOut:
    """Tell a service's mappings anew, whole.

    Figures of months are told by what holds in them; signed returns stay as they were signed.
    """
    found = await service.held(session, whose)
    match.check(found.version)
    await service.replace(session, found, [each.mapped() for each in new.items])
    return await ModeMappingsOut.of(session, found, response)
