from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.actor import Actor
from app.core.db import Entity
from app.domain.identity.models import User

PERSONAL = {"class": "personal"}


class UserIdentity(Entity):
    """Whom an OpenID provider's subject is here: one user, within limits as a key may have.

    A subject is a user's by this row alone, never by a name or an address.
    """

    __tablename__ = "user_identity"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        CheckConstraint("issuer <> '' AND subject <> ''", name="named"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    issuer: Mapped[str]
    subject: Mapped[str] = mapped_column(info=PERSONAL)
    directorates: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    teams: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    user: Mapped[User] = relationship(lazy="raise")

    def within(self, actor: Actor) -> bool:
        """Tell whether it reaches no further than the actor does."""
        if actor.directorates is None or actor.teams is None:
            return True
        if self.directorates is None and self.teams is None:
            return False
        return actor.directorates.issuperset(self.directorates or ()) and actor.teams.issuperset(
            self.teams or ()
        )
