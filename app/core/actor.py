from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody as an OpenID provider knows them: its own name, and what it calls them."""

    issuer: str = field(repr=False)
    subject: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who is asking. Every command and every scoped query takes one.

    `id` is the user, never the key: rules compare users, so that a second key does not make a
    second person. `key_id` is None where the credential is no key of ours. `directorates` (those
    one holds as a whole) and `teams` (all one may see) are None where nothing is limited.

    `login` is set where it is a member of the public who signed in, and `person_id` where their
    login is bound to a record. They hold no scope but `self`, and no place.
    """

    id: UUID
    name: str
    scopes: frozenset[str]
    key_id: UUID | None = None
    directorates: frozenset[UUID] | None = None
    teams: frozenset[UUID] | None = None
    login: Login | None = None
    person_id: UUID | None = None

    @property
    def limited(self) -> bool:
        return self.teams is not None

    def can(self, scope: str) -> bool:
        return scope in self.scopes
