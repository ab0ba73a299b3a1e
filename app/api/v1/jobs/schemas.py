from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.problems import Problem
from app.core.jobs import JobStatus


class JobOut(BaseModel):
    """Work that was promised by a 202: how it goes, and what came of it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str = Field(description="What is done.", examples=["import_feedback"])
    status: JobStatus = Field(examples=["running"])
    progress: float = Field(description="How much is done.", ge=0, le=1, examples=[0.6])
    result: dict[str, Any] | None = Field(
        description="What is known so far; whole when the job is done. Each kind has its own.",
        examples=[{"rows": 1000, "stored": 990, "unchanged": 0, "rejected": 10}],
    )
    problem: Problem | None = Field(description="Why the job failed.")
