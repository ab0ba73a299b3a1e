from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who is asking. Every command and every scoped query takes one.

    `id` is the user, never the key: rules compare users, so that a second key does not make a
    second person. `teams` is None where nothing is limited.
    """

    id: UUID
    name: str
    key_id: UUID
    scopes: frozenset[str]
    directorates: frozenset[UUID] | None = None
    teams: frozenset[UUID] | None = None

    def can(self, scope: str) -> bool:
        return scope in self.scopes
