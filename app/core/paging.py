from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Page:
    """A place in a list that is read newest first: `limit` items with an id below `after`."""

    after: UUID | None = None
    limit: int = 50
