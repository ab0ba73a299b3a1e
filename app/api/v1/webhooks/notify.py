import secrets
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field

from app.api.deps import Session
from app.api.problems import UnauthenticatedError, responses
from app.api.strict import router_at
from app.clients.notify import outcome
from app.domain.people.messages import service

router = router_at("/webhooks/notify", "webhooks", largest=16 * 1024)


class Receipt(BaseModel):
    """A delivery receipt; what else GOV.UK Notify tells, such as the address, is not kept."""

    id: UUID = Field(description="Notify's id of the message.")
    reference: str | None = Field(
        None,
        max_length=1000,
        description="Our id of it.",
        examples=["0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"],
    )
    status: str = Field(max_length=50, examples=["delivered"])


@router.post("", status_code=204, responses=responses(UnauthenticatedError))
async def receive_notify_receipt(request: Request, session: Session, receipt: Receipt) -> None:
    """Take a delivery receipt of GOV.UK Notify.

    Notify shows the bearer token that the trust gave it. A receipt for a message that is
    not ours, or one that tells nothing new, changes nothing.
    """
    _check(request)
    told, id_ = outcome(receipt.status), _ours(receipt.reference)
    if told is not None and id_ is not None:
        await service.settle(session, id_, receipt.id, told.problem)


def _check(request: Request) -> None:
    """Refuse whoever does not show the token; raises UnauthenticatedError."""
    expected: str = request.app.state.settings.notify.receipt_token
    shown = request.headers.get("authorization", "").partition(" ")
    known = secrets.compare_digest(shown[2].strip().encode(), expected.encode())
    if not expected or shown[0].lower() != "bearer" or not known:
        raise UnauthenticatedError


def _ours(reference: str | None) -> UUID | None:
    try:
        return UUID(reference or "")
    except ValueError:
        return None
