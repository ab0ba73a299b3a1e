"""Payees as tests below the API start from: bank details set and confirmed through the service."""

from datetime import date
from uuid import UUID

from app.core.keyring import Keys
from app.domain.people.register.models import Person
from app.domain.reimbursements.payees import service
from app.domain.reimbursements.payees.charities import service as charities
from app.domain.reimbursements.payees.charities.models import Charity
from app.domain.reimbursements.payees.details import BankDetails
from app.domain.reimbursements.payees.models import ConfirmedHow
from tests.conftest import CRYPTO
from tests.factories import Given

RING = CRYPTO.ring()
OLD = Keys("k1", {"k1": RING.by_id["k1"]}, RING.index)
NEW = Keys("k2", {"k2": RING.by_id["k2"]}, RING.index)
BANK = BankDetails("907123", "81516958", "Amara Okafor")
HOW = ConfirmedHow.CALLED_BACK


async def somebody(given: Given, **told: object) -> Person:
    start = {"name": "Amara Okafor", "status_since": date(2026, 1, 1)}
    return await given.add(Person(**start | told))


async def finance(given: Given) -> UUID:
    return (await given.user("payees:manage")).id


async def account(session, person, setter, confirmer, *, keys=RING, bank=BANK) -> None:
    await service.set_account(session, keys, person, bank, by=setter)
    if confirmer is not None:
        await service.confirm_account(session, person, HOW, by=confirmer)
    await session.commit()


async def charity(session, setter, confirmer, *, keys=RING, bank=True, **told) -> Charity:
    start = {"name": "Friends", "charity_number": "1234567", "supplier_number": None}
    start |= {} if bank else {"supplier_number": "S-7"}
    details = BANK if bank else None
    made = await charities.put_down(session, keys, start | told, details, by=setter)
    if confirmer is not None:
        await charities.confirm(session, made, HOW, by=confirmer)
    await session.commit()
    return made
