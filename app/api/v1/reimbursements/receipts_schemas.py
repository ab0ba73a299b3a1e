from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, VERSION
from app.core.wire import Day
from app.domain.reimbursements.receipts.kinds import MediaType
from app.domain.reimbursements.receipts.models import QuarantineReason, Receipt, ReceiptStatus


class OwnReceiptForm(BaseModel):
    """Nothing stands beside the files of one's own."""

    model_config = ConfigDict(extra="forbid")


class ReceiptForm(BaseModel):
    """What stands beside the files in the form."""

    model_config = ConfigDict(extra="forbid")

    person_id: UUID = Field(
        description="Who spent what they show.", examples=["0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"]
    )


class ReceiptOut(BaseModel):
    """A file that shows what somebody spent, written anew without what cannot be seen of it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    person_id: UUID
    status: ReceiptStatus = Field(
        description="`quarantined`: it looks like a receipt and could not be made safe. It is kept"
        " apart, and nobody downloads it."
    )
    reason: QuarantineReason | None = Field(description="Why it is in quarantine.")
    advice: str | None = Field(description="What to do about that.", examples=[None])
    media_type: MediaType
    size: int = Field(description="In bytes, as it is kept.", examples=[183214])
    pages: int | None = Field(description="1 for an image.", examples=[1])
    width: int | None = Field(description="Of an image, in pixels.", examples=[1200])
    height: int | None = Field(description="Of an image, in pixels.", examples=[1600])
    sha256_sent: str = Field(
        description="The SHA-256 of the file as it was sent, in hexadecimal.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    received_on: Day
    used: bool = Field(description="Whether a claim refers to it.", examples=[False])
    version: int = VERSION

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptOut":
        told = {name: getattr(receipt, name) for name in cls.model_fields}
        return cls(**told | {"sha256_sent": receipt.sha256_sent.hex()})


class ReceiptsSent(BaseModel):
    items: list[ReceiptOut] = Field(description="In the order of the files.")


class ReceiptList(BaseModel):
    items: list[ReceiptOut]
    next: str | None = NEXT


class OwnReceiptFilters(Paging):
    status: ReceiptStatus | None = None
    used: bool | None = Field(None, description="Only those that a claim refers to, or does not.")


class ReceiptFilters(OwnReceiptFilters):
    person: UUID | None = None


def attachment(receipt: Receipt, content: bytes) -> Response:
    """Give a receipt's bytes as a file that no browser opens by itself."""
    headers = {
        "Content-Disposition": f'attachment; filename="{receipt.name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    return Response(content, headers=headers, media_type=receipt.media_type)
