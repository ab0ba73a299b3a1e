from typing import Annotated

from fastapi import Request, Response, Security

from app.api import direct
from app.api.deps import Door, Session, authenticate
from app.api.problems import TooLargeError, TooManyRequestsError, responses
from app.api.strict import json_within, router_at, validated
from app.api.v1.feedback.submission_schemas import (
    Accepted,
    BatchNew,
    KeyedNew,
    Outcomes,
    ReceiptIn,
    SentOut,
    SubmissionNew,
    accepted,
    body_of,
    read_kept,
)
from app.core.actor import Actor
from app.domain.feedback.replies import queries as replies
from app.domain.feedback.submissions import queries, service
from app.domain.feedback.submissions.errors import (
    PublicCodeNotFoundError,
    ReceiptUnknownError,
    ReceiptUsedError,
    TokenRefusedError,
)

LARGEST = 64 * 1024

hot = direct.router_at("/feedback/submissions", "submissions")
router = router_at("/feedback/submissions", "submissions")

Keyer = Annotated[Actor, Security(authenticate, scopes=["feedback:submit"])]
PLACE = (PublicCodeNotFoundError, TokenRefusedError, TooManyRequestsError)


@hot.post(
    "",
    status_code=202,
    response_model=Accepted,
    responses={
        200: {"model": Accepted, "description": "It came before; nothing was done again."},
        **responses(*PLACE, ReceiptUsedError, TooLargeError),
    },
    openapi_extra=body_of(SubmissionNew),
)
async def submit_response(request: Request) -> Response:
    """Take what one person answered.

    No key is needed, and of the person nothing is kept: no address, no device, and of the time
    only the day. At most 64 KiB. A repeat with the same receipt and content does nothing again;
    another content under a known receipt is refused.
    """
    state, new = request.app.state, validated(SubmissionNew, await json_within(request, LARGEST))
    state.floods.count()
    place = await state.desk.place(new.team)
    state.floods.count_at(place.code)
    service.admit(place, new.token)
    return accepted(*await service.submit(state.door, state.desk, place, new.told()))


@router.post(
    "/batch",
    status_code=207,
    responses=responses(*PLACE),
)
async def submit_batch(request: Request, door: Door, new: BatchNew) -> Outcomes:
    """Take what a kiosk kept while it had no network, each item by itself.

    Needs the public code's token, and no key. Each item tells its own day and receipt: a batch may
    be sent again, whole or in part, until every item is answered by 202 or 200. At most 500 items
    and 1 MiB.
    """
    state = request.app.state
    state.floods.count()
    place = await state.desk.place(new.team)
    state.floods.count_at(place.code)
    service.admit(place, new.token, always=True)
    taken = await service.submit_many(door, state.desk, place, new.items, read_kept)
    return Outcomes.of(taken)


@router.post("/keyed", status_code=207)
async def key_in_responses(
    request: Request, actor: Keyer, session: Session, new: KeyedNew
) -> Outcomes:
    """Key in what people wrote on paper or told, each item by itself.

    For teams of your own. Kept is that you keyed in so many for the team, not which ones. Each
    item has a receipt of its own to hand on, and a batch may be sent again.
    """
    place = await queries.keyed_place(
        session, new.team, new.channel, new.collection_point, by=actor
    )
    desk = request.app.state.desk
    return Outcomes.of(await service.key_in(session, desk, place, new.items, read_kept, by=actor))


@router.post("/receipt", responses=responses(ReceiptUnknownError))
async def read_receipt(door: Door, shown: ReceiptIn) -> SentOut:
    """Tell what became of a response, and what its team replied, to whoever has its receipt.

    A receipt that is unknown and one that is none are the same 404. It stands in the body, so that
    no log and no history keeps it.
    """
    sent = await queries.sent(door, shown.named())
    if sent.response_id is None:
        return SentOut.of(sent)
    return SentOut.of(sent, await replies.replies_to(door, sent.response_id))


@router.post("/withdrawal", responses=responses(ReceiptUnknownError))
async def withdraw_response(session: Session, shown: ReceiptIn) -> SentOut:
    """Take a response back for good, whether it was counted yet or not; again changes nothing.

    Its words are deleted, and it leaves every figure within seconds.
    """
    return SentOut.of(await service.withdraw(session, shown.named()))
