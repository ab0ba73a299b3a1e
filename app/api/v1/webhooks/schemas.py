from uuid import UUID

from pydantic import BaseModel, Field

from app.core.inbox import Received


class Accepted(BaseModel):
    id: UUID = Field(description="The event's place in the inbox.")
    status: Received = Field(description="`duplicate` where the same bytes came before.")
