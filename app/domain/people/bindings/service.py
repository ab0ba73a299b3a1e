"""Commands on bindings: send a code, bind a login by it, and let it go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Login
from app.core.clock import london_day, now, today
from app.core.db import flush
from app.domain.people.bindings import codes, queries
from app.domain.people.bindings.errors import REFUSALS, SignInCodeUnsendableError
from app.domain.people.bindings.models import Binding, SignInCode
from app.domain.people.messages.service import send
from app.domain.people.notices import Notice, notify, words
from app.domain.people.register.models import ContactChannel, Person
from app.domain.people.supporters.models import Supporter


@dataclass(frozen=True, slots=True)
class _Addressee:
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Bound:
    """What a login was bound to; `supporter` is who acts for the person by it."""

    person_id: UUID
    supporter: Supporter | None
    bound_at: datetime


async def send_code(
    session: AsyncSession,
    person: Person,
    pepper: str,
    days: int,
    supporter: Supporter | None = None,
) -> SignInCode:
    """Send a person, or a supporter of theirs, a code that binds their login.

    An earlier one that was not used opens nothing any more. Raises PersonMergedError,
    SupporterEndedError, SignInCodeUnsendableError.
    """
    person.unmerged()
    if supporter is not None:
        supporter.still(today())
    told, at = codes.make(), now()
    made = SignInCode(
        person_id=person.id,
        supporter_id=supporter.id if supporter else None,
        hash=codes.digest(told, pepper),
        expires_at=at + timedelta(days=days),
        created_at=at,
    )
    await _drop_open(session, made)
    session.add(made)
    await flush(session, REFUSALS)
    await _tell(session, made, told, person, supporter)
    return made


async def _tell(
    session: AsyncSession,
    made: SignInCode,
    code: str,
    person: Person,
    supporter: Supporter | None,
) -> None:
    """Let the code go out through the channel of whom it is for, and nowhere else."""
    once = f"{Notice.ONE_TIME_CODE}:{made.id}"
    if supporter is None:
        if not any(person.reached_by(each) for each in ContactChannel):
            raise SignInCodeUnsendableError
        values = {"code": code}
        notice = Notice.ONE_TIME_CODE
        await notify(session, person_id=person.id, notice=notice, values=values, once=once)
        return
    if supporter.email is None:
        raise SignInCodeUnsendableError
    until = words.day(london_day(made.expires_at))
    text = (
        f"Your code to sign in to Every Voice is\n\n    {code}\n\n"
        f"Sign in, and type it in where you are asked for it. It works once, until {until}.\n"
        "Nobody who works here will ever ask you for it. If you did not expect this, leave it.\n"
    )
    to, subject = _Addressee(supporter.name, supporter.email), "Your sign-in code"
    await send(session, kind=Notice.ONE_TIME_CODE, to=to, subject=subject, text=text, once=once)


async def bind(session: AsyncSession, login: Login, code: str, pepper: str) -> Bound:
    """Bind a login by a code, once; the same again by another code of theirs changes nothing.

    Raises SignInCodeRefusedError, BoundAlreadyError, SupporterEndedError, SupporterLoginError.
    """
    found = await queries.code_of(session, codes.digest(code, pepper))
    found.use(now())
    person = await session.get_one(Person, found.person_id)
    holder = person.merged_into or person.id
    if found.supporter_id is not None:
        supporter = await session.get_one(Supporter, found.supporter_id)
        supporter.sign_in(login, today())
        await flush(session, REFUSALS)
        return Bound(supporter.person_id, supporter, now())
    made = await queries.bound(session, holder, login)
    if made is None:
        made = Binding(person_id=holder, issuer=login.issuer, subject=login.subject)
        session.add(made)
    await flush(session, REFUSALS)
    return Bound(holder, None, made.created_at)


async def unbind(session: AsyncSession, bindings: Sequence[Binding]) -> None:
    """Let logins be nobody's any more, at once."""
    for each in bindings:
        await session.delete(each)
    await session.flush()


async def _drop_open(session: AsyncSession, made: SignInCode) -> None:
    """Take away what was sent before and not used."""
    open_ = delete(SignInCode).where(
        SignInCode.used_at.is_(None),
        SignInCode.person_id == made.person_id,
        SignInCode.supporter_id == made.supporter_id
        if made.supporter_id
        else SignInCode.supporter_id.is_(None),
    )
    await session.execute(open_)
