from fastapi import APIRouter, Request

from app.api.deps import Door
from app.api.problems import UnauthenticatedError, responses
from app.api.strict import StrictRoute
from app.api.v1.webhooks.schemas import Accepted
from app.api.v1.webhooks.signature import verified
from app.core import inbox
from app.core.inbox import EventConflictError

router = APIRouter(
    prefix="/webhooks", tags=["webhooks"], route_class=StrictRoute, max_body_size=256 * 1024
)


@router.post(
    "/iwgc", status_code=202, responses=responses(UnauthenticatedError, EventConflictError)
)
async def receive_iwgc_event(request: Request, door: Door) -> Accepted:
    """Take one event of the iWantGreatCare feed.

    The event is signed by Standard Webhooks over its raw bytes. It is stored and committed before
    the answer, whatever its content; what it means is worked out afterwards.
    """
    body = await request.body()
    event_id = verified(request.headers, body, request.app.state.iwgc_secrets)
    receipt = await inbox.receive(door, "iwgc", event_id, body)
    return Accepted(id=receipt.id, status=receipt.status)
