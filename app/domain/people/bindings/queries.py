"""Reads of bindings, and of who stands behind a login."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor, Login
from app.core.statement import Statement
from app.domain.people.bindings.errors import BindingNotFoundError, SignInCodeRefusedError
from app.domain.people.bindings.models import Binding, SignInCode
from app.domain.people.register.models import Person

SELF: Final = "self"
NOTHING: Final[frozenset[UUID]] = frozenset()
# A login that was bound to a record which was merged is the record's that stands for it.
_BOUND: Final = """
SELECT p.id, p.name FROM person_binding b JOIN person m ON m.id = b.person_id
  JOIN person p ON p.id = coalesce(m.merged_into, m.id)
 WHERE b.issuer = $1 AND b.subject = $2"""


async def actor_of(door: Statement, login: Login, pepper: str) -> Actor:
    """Find whose login it is; who is bound to no record holds no scope at all."""
    row = await door.fetchrow(_BOUND, login.issuer, login.subject)
    return Actor(
        id=row["id"] if row else pseudonym(login, pepper),
        name=row["name"] if row else "",
        scopes=frozenset({SELF} if row else ()),
        directorates=NOTHING,
        teams=NOTHING,
        login=login,
        person_id=row["id"] if row else None,
    )


def pseudonym(login: Login, pepper: str) -> UUID:
    """Give the id by which a login that is bound to nobody stands in the change log."""
    told = f"{login.issuer}\n{login.subject}".encode()
    return UUID(bytes=hmac.digest(pepper.encode(), told, hashlib.sha256)[:16], version=5)


async def of_person(session: AsyncSession, person: Person) -> Sequence[Binding]:
    """Give the bindings of a person and of the records merged into theirs."""
    records = select(Person.id).where(or_(Person.id == person.id, Person.merged_into == person.id))
    found = select(Binding).where(Binding.person_id.in_(records)).order_by(Binding.id)
    bindings = (await session.scalars(found)).all()
    if not bindings:
        raise BindingNotFoundError
    return bindings


async def bound(session: AsyncSession, person_id: UUID, login: Login) -> Binding | None:
    """Find that a login is bound to a person already."""
    return await session.scalar(
        select(Binding).where(
            Binding.person_id == person_id,
            Binding.issuer == login.issuer,
            Binding.subject == login.subject,
        )
    )


async def code_of(session: AsyncSession, hash_: bytes) -> SignInCode:
    """Load and lock the code that was told; raises SignInCodeRefusedError."""
    found = select(SignInCode).where(SignInCode.hash == hash_).with_for_update()
    code = await session.scalar(found)
    if code is None:
        raise SignInCodeRefusedError
    return code
