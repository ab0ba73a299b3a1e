from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.core.change_feed import Asked, ChangeOp


class ChangeOut(BaseModel):
    """One change of one record: what changed, never to what; read the record itself for that."""

    seq: int = Field(description="Its place: without gaps, ever greater.", examples=[981])
    entity: str = Field(description="The kind of record.", examples=["team"])
    entity_id: UUID
    op: ChangeOp = Field(description="`I` made, `U` changed, `D` deleted.")
    fields: list[str] = Field(
        description="Names of the fields that changed; empty unless `op` is `U`.",
        examples=[["name"]],
    )
    actor_id: UUID | None = Field(
        description="The user who did it. Null for the service itself, and for callers without"
        " the scope `audit:read`.",
        examples=[None],
    )
    operation: str = Field(
        description="The operation by which it was done.", examples=["change_team"]
    )
    changed_at: AwareDatetime = Field(
        description="Strictly greater than that of any earlier change: a cursor for tools that"
        " want an instant. Of a `feedback_response`, the midnight of its day for callers without"
        " the scope `audit:read`: nobody is to learn when somebody answered.",
        examples=["2026-03-02T09:14:00.000012Z"],
    )


class ChangeList(BaseModel):
    items: list[ChangeOut]
    next: str = Field(
        description="Send back as `after`, also after an empty page: a log has no last page, so"
        " that unlike in lists this is never null. Wait a while after an empty page.",
        examples=["9f86d081884c7d65-981"],
    )


class ChangeFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(
        None,
        max_length=64,
        description="The `next` of the page before; without it the log is read from its start.",
        examples=["9f86d081884c7d65-980"],
    )
    entity: str | None = Field(
        None, max_length=63, description="Changes of this kind of record only.", examples=["team"]
    )
    limit: int = Field(500, ge=1, le=5_000, description="Items a page holds at most.")

    def asked(self) -> Asked:
        return Asked(self.after, self.entity, self.limit)
