from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.identity.models import User
from app.domain.people.register.models import Person


class PersonUser(Entity):
    """That somebody on the register is also a user: one human being, who decides on neither side.

    A login that both have says so too; this is for those whose logins differ.
    """

    __tablename__ = "person_user"
    __table_args__ = (UniqueConstraint("person_id", "user_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    noted_by: Mapped[UUID]
