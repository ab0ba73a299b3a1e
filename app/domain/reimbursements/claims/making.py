"""How a claim is begun: with what it stands for and its lines, in one statement."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, literal_column, select

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import Base
from app.core.idempotency import IdempotencyRecord, earlier
from app.core.ids import uuid7
from app.core.rows import Acting, insert
from app.core.statement import Kept, Statement
from app.domain.involvement.opportunities.models import Opportunity
from app.domain.involvement.participation.models import Participation, ParticipationStatus
from app.domain.people.register import queries as register
from app.domain.people.register.errors import PersonNotFoundError
from app.domain.people.register.models import Person
from app.domain.people.supporters.models import ActedFor
from app.domain.reimbursements.claims import pricing, queries
from app.domain.reimbursements.claims.acts import ClaimStatus
from app.domain.reimbursements.claims.errors import (
    REFUSALS,
    ActivityMissingError,
    ClaimDayError,
)
from app.domain.reimbursements.claims.line_models import ClaimReceipt
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.rates.queries import STAMP
from app.domain.reimbursements.receipts import queries as receipts

A = Participation
Lines = Sequence[Mapping[str, Any]]
_OPERATION: Final = "make_claim:on_behalf"
# Who was never given a place has nothing to claim for.
_CLAIMABLE: Final = (
    ParticipationStatus.ACCEPTED,
    ParticipationStatus.ATTENDED,
    ParticipationStatus.COMPLETED,
)
_ACTIVITY: Final = (
    select(A.status, A.opportunity_id, Opportunity.directorate_id)
    .add_columns(literal_column(f"({STAMP})").label("stamp"))
    .select_from(Person)
    .outerjoin(A, and_(A.person_id == Person.id, A.id == bindparam("activity", type_=Uuid())))
    .outerjoin(Opportunity, Opportunity.id == A.opportunity_id)
    .where(Person.id == bindparam("person", type_=Uuid()))
)
_OF_ANYBODY: Final = Kept.of(_ACTIVITY)
_OF_VISIBLE: Final = {
    using: Kept.of(_ACTIVITY.where(*register.standing(using)))
    for using in (frozenset[str](), frozenset({"visible"}))
}


class Claimant(NamedTuple):
    """Whose claim it is, and who makes it."""

    person_id: UUID
    by: UUID

    @property
    def own(self) -> bool:
        return self.by == self.person_id


class Made(NamedTuple):
    """A claim as JSON, its version, and whether an earlier request with the same key made it."""

    id: UUID
    body: bytes
    version: int
    replayed: bool


async def make(door: Statement, told: Mapping[str, Any], claimant: Claimant) -> UUID:
    """Begin a claim within a transaction; raises what `begin` and the constraints do."""
    claim, rows = await begin(door, told, claimant)
    await insert(door, rows, REFUSALS)
    return claim.id


async def make_for(
    door: Statement,
    write_door: Statement,
    told: Mapping[str, Any],
    key: IdempotencyRecord | None,
    fields: tuple[str, ...],
    *,
    by: Actor,
) -> Made:
    """Begin a claim for a person whom one may see, on their word, once per key.

    What is read is read outside of a transaction: the database holds by constraints what must not
    have changed until the one statement that writes, and a draft is priced anew when it is
    submitted. Raises PersonNotFoundError, IdempotencyMismatchError, ClaimNotFoundError where an
    earlier claim is none that one may see, and what `make` does.
    """
    claim, rows = await begin(door, told, Claimant(told["person_id"], by.id), to=by)
    if key is not None:
        key.entity_id = claim.id
    acted = ActedFor(person_id=claim.person_id, acted_by=by.id, operation="make_claim")
    made = await insert(
        write_door,
        (acted, *rows),
        REFUSALS,
        acting=Acting(by.id, _OPERATION),
        unless=key,
        answer=queries.answer(fields, claim.id),
    )
    if made is not None or key is None:
        return Made(claim.id, made["item"].encode(), made["version"], replayed=False)
    id_ = await earlier(write_door, key)
    return Made(id_, *await queries.show(door, fields, id_, to=by), replayed=True)


async def begin(
    door: Statement, told: Mapping[str, Any], claimant: Claimant, *, to: Actor | None = None
) -> tuple[Claim, list[Base]]:
    """Give a claim for an activity of a person, and all rows that are kept of it.

    With `to` it is a person whom that actor may see. Raises PersonNotFoundError,
    ActivityMissingError, ClaimDayError, ClaimTotalError, ReceiptNotFoundError,
    ReceiptQuarantinedError, and what pricing raises.
    """
    activity = await _activity(door, told["participation_id"], claimant.person_id, to)
    check_days(told["activity_on"], told["lines"])
    claim = Claim(
        id=uuid7(),
        person_id=claimant.person_id,
        participation_id=told["participation_id"],
        opportunity_id=activity["opportunity_id"],
        directorate_id=activity["directorate_id"],
        activity_on=told["activity_on"],
        scheme=told.get("scheme"),
        fees_by_voucher=told.get("fees_by_voucher", False),
        total_pence=0,
        status=ClaimStatus.DRAFT,
        moves=1,
        round=0,
        repeats_id=told.get("repeats_id"),
    )
    lines = await pricing.priced(door, claim, told["lines"], stamp=activity["stamp"])
    claim.comes_to(pricing.total(lines))
    begun = claim.begun(by=claimant.by, on_behalf=not claimant.own)
    return claim, [claim, begun, *lines, *await attached(door, claim, told["lines"])]


async def attached(door: Statement, claim: Claim, told: Lines) -> list[ClaimReceipt]:
    """Give the receipts of lines as they are to be attached.

    Raises ReceiptNotFoundError, ReceiptQuarantinedError.
    """
    ids = [id_ for line in told for id_ in line.get("receipt_ids", ())]
    for receipt in await receipts.of(door, ids, claim.person_id) if ids else ():
        receipt.shown()
    return [
        ClaimReceipt(claim_id=claim.id, receipt_id=receipt_id, position=position)
        for position, line in enumerate(told, 1)
        for receipt_id in line.get("receipt_ids", ())
    ]


def check_days(activity_on: date, lines: Lines) -> None:
    """Refuse days to come; raises ClaimDayError."""
    last = today()
    if activity_on > last:
        raise ClaimDayError.at("#/activity_on", "After today", "not_in_future")
    for at, line in enumerate(lines):
        if line["day"] > last:
            raise ClaimDayError.at(f"#/lines/{at}/day", "After today", "not_in_future")


async def _activity(door: Statement, id_: UUID, person_id: UUID, to: Actor | None) -> Any:
    limits = {} if to is None else register.limits(to)
    kept = _OF_ANYBODY if to is None else _OF_VISIBLE[frozenset(limits)]
    values = kept.arguments({**limits, "activity": id_, "person": person_id})
    found = await door.fetchrow(kept.text, *values)
    if found is None:
        raise PersonNotFoundError
    if found["status"] not in _CLAIMABLE:
        raise ActivityMissingError.at("#/participation_id", "No activity of theirs", "not_found")
    return found
