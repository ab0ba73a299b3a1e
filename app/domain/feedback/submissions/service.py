"""Commands of those who answer, of those who key answers in, and on teams' public codes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import inbox, statement
from app.core.actor import Actor
from app.core.clock import today
from app.core.db import flush
from app.core.errors import DomainError, InvalidError
from app.core.inbox import Delivery, EventConflictError, Received
from app.core.statement import Statement
from app.domain.feedback.codes import Source
from app.domain.feedback.submissions import queries, receipts, sending
from app.domain.feedback.submissions.desk import Desk
from app.domain.feedback.submissions.errors import (
    REFUSALS,
    ReceiptUsedError,
    TokenRefusedError,
)
from app.domain.feedback.submissions.models import KeyedBatch, PublicCode
from app.domain.feedback.submissions.queries import Place, Sent
from app.domain.feedback.submissions.sending import Submission
from app.domain.feedback.surveys.models import Survey

# What was withdrawn is kept by nobody: its words go at once, also where they still wait.
_FORGET: Final = text(
    f"""
    UPDATE inbox_event
       SET body = NULL, reason = 'withdrawn by its author', waits_for = NULL,
           status = CASE WHEN status IN ('pending', 'waiting', 'dead') THEN 'discarded'
                         ELSE status END
     WHERE source = '{Source.SURVEY}' AND event_id = :named AND body IS NOT NULL"""
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one answer of a batch; its receipt, or the refusal."""

    index: int
    receipt: str | None = None
    received: Received | None = None
    refusal: DomainError | None = None


def admit(place: Place, token: str | None, *, always: bool = False) -> None:
    """Let nobody in without the token where one is needed; raises TokenRefusedError."""
    needed = place.token_required or always
    if needed and not receipts.same(token, place.token_hash):
        raise TokenRefusedError


async def submit(
    door: Statement, desk: Desk, place: Place, told: Submission
) -> tuple[str, Received]:
    """Take one answer in; gives its receipt. Raises InvalidError, ReceiptUsedError."""
    receipt = sending.receipt_of(told)
    form = await desk.form(told.survey_version)
    delivery = sending.event(place, form, told, receipt, today())
    try:
        entered = await inbox.enter(door, Source.SURVEY, delivery)
    except EventConflictError:
        raise ReceiptUsedError from None
    return receipts.grouped(receipt), entered.status


async def submit_many(
    door: Statement,
    desk: Desk,
    place: Place,
    items: Sequence[Any],
    read: Callable[[Any], Submission],
) -> list[Outcome]:
    """Take in what of many answers can be taken, each by itself; `read` may raise InvalidError."""
    outcomes: dict[int, Outcome] = {}
    ready: list[tuple[int, str, Delivery]] = []
    for index, item in enumerate(items):
        try:
            told = read(item)
            receipt = sending.receipt_of(told)
            form, day = await desk.form(told.survey_version), sending.dated(told, today())
            ready.append((index, receipt, sending.event(place, form, told, receipt, day)))
        except DomainError as refusal:
            outcomes[index] = Outcome(index, refusal=refusal)
    entered = await inbox.enter_many(door, Source.SURVEY, [each[2] for each in ready])
    for (index, receipt, _), received in zip(ready, entered, strict=True):
        used = ReceiptUsedError() if received is None else None
        outcomes[index] = Outcome(index, receipts.grouped(receipt), received, used)
    return [outcomes[index] for index in range(len(items))]


async def key_in(
    session: AsyncSession,
    desk: Desk,
    place: Place,
    items: Sequence[Any],
    read: Callable[[Any], Submission],
    *,
    by: Actor,
) -> list[Outcome]:
    """Take in what staff keyed; that they did is kept, which responses it was is not."""
    door = await statement.within(session)
    outcomes = await submit_many(door, desk, place, items, read)
    accepted = sum(each.received is Received.STORED for each in outcomes)
    if accepted:
        batch = KeyedBatch(
            team_id=place.team_id, channel=place.channel, accepted=accepted, keyed_by=by.id
        )
        session.add(batch)
        await session.flush()
    return outcomes


async def withdraw(session: AsyncSession, named: str) -> Sent:
    """Take a response back for good, counted or not; again changes nothing.

    Raises ReceiptUnknownError.
    """
    door = await statement.within(session)
    await queries.sent(door, named)
    await inbox.enter_many(door, Source.SURVEY, [sending.removal(named, today())])
    await session.execute(_FORGET, {"named": named})
    return await queries.sent(door, named)


async def create_code(
    session: AsyncSession, team: str, survey: str, told: Mapping[str, Any], *, by: Actor
) -> PublicCode:
    """Give a team another public code, for a survey; raises InvalidError."""
    found = await queries.keyed_place(session, team, told["channel"], None, by=by)
    made = PublicCode(
        code=receipts.make(receipts.PUBLIC_CODE),
        team_id=found.team_id,
        survey_id=await _survey(session, survey),
        **told,
    )
    session.add(made)
    await flush(session, REFUSALS)
    return made


async def change_code(session: AsyncSession, code: PublicCode, told: Mapping[str, Any]) -> None:
    """Change how a code is used; raises InvalidError, also where it needs a token it has not."""
    known = dict(told)
    if "survey" in known:
        code.survey_id = await _survey(session, known.pop("survey"))
    if known.get("token_required") and code.token_hash is None:
        raise InvalidError.at("#/token_required", "Make its token first", "no_token")
    for name, value in known.items():
        setattr(code, name, value)
    await flush(session, REFUSALS)


async def rotate_token(session: AsyncSession, code: PublicCode) -> str:
    """Make a code's token anew and give it, this once; the old one opens nothing any more."""
    token = receipts.make(receipts.TOKEN)
    code.token_hash = receipts.hashed(token)
    await session.flush()
    return token


async def _survey(session: AsyncSession, code: str) -> UUID:
    found = await session.scalar(select(Survey.id).where(Survey.code == code))
    if found is None:
        raise InvalidError.at("#/survey", "No such survey", "not_found")
    return found
