from fastapi import Request, Response

from app.api import direct
from app.api.problems import TooLargeError, UnauthenticatedError, responses
from app.api.strict import body_within
from app.api.v1.webhooks.schemas import Accepted
from app.api.v1.webhooks.signature import verified
from app.core import inbox
from app.core.inbox import EventConflictError

LARGEST = 256 * 1024

hot = direct.router_at("/webhooks", "webhooks")


@hot.post(
    "/iwgc",
    status_code=202,
    response_model=Accepted,
    responses=responses(UnauthenticatedError, EventConflictError, TooLargeError),
)
async def receive_iwgc_event(request: Request) -> Response:
    """Take one event of the iWantGreatCare feed.

    The event is signed by Standard Webhooks over its raw bytes. It is stored and committed before
    the answer, whatever its content; what it means is worked out afterwards.
    """
    body = await body_within(request, LARGEST)
    state = request.app.state
    event_id = verified(request.headers, body, state.iwgc_secrets)
    receipt = await inbox.receive(state.door, "iwgc", event_id, body)
    accepted = Accepted(id=receipt.id, status=receipt.status)
    return Response(accepted.model_dump_json(), 202, media_type="application/json")
