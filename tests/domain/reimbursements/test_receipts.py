import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from sqlalchemy import text

from app.core.clock import today
from app.core.ids import uuid7
from app.domain.people.register.errors import PersonHeldError, PersonMergedError
from app.domain.reimbursements.receipts import queries, service
from app.domain.reimbursements.receipts.errors import (
    ReceiptNotFoundError,
    ReceiptQuarantinedError,
    ReceiptQuotaError,
    ReceiptUsedError,
)
from app.domain.reimbursements.receipts.models import ADVICE, QuarantineReason, Receipt
from app.domain.rights.holds.models import LegalHold
from app.imports.receipts.fingerprint import phash
from tests import receipts
from tests.domain.reimbursements.receipts import checked, damaged, somebody

MOST = 1_000


@pytest.fixture
async def person(given):
    lead = await given.user(name="Lee Lead")
    return await given.add(somebody(lead_id=lead.id))


@pytest.fixture
def taken(session, person):
    """Keep a receipt: `await taken(1, phash=7)`."""

    async def made(number: int = 1, of=None, **told: object) -> Receipt:
        return await service.take(session, of or person, checked(number, **told), most=MOST)

    return made


async def test_images_that_look_alike_are_found_most_alike_first(session, taken):
    hashes = {0: 0, 1: 0b1, 2: 0b11, 3: 2**62 - 1, 4: -1, 5: -2}
    made = {number: await taken(number, phash=each) for number, each in hashes.items()}
    without = await taken(6)
    assert await queries.alike(session, made[0]) == [made[1].id, made[2].id]
    assert await queries.alike(session, made[0], distance=1) == [made[1].id]
    assert await queries.alike(session, made[4]) == [made[5].id, made[3].id]
    assert await queries.alike(session, without) == []


def apart(one: int | None, other: int | None) -> int:
    assert one is not None
    assert other is not None
    return (one ^ other).bit_count()


@drawn(st.integers(0, 1_000), st.floats(0.5, 1.5), st.integers(30, 95))
def test_a_picture_scaled_and_pressed_harder_looks_alike(number, scale, quality):
    image = receipts.picture(number)
    other = image.resize((int(image.width * scale), int(image.height * scale)))
    again = receipts.opened(receipts.encoded(other, "JPEG", quality=quality))
    assert apart(phash(image), phash(again)) <= queries.ALIKE


async def test_receipts_of_a_person_are_all_theirs(session, door, given, person, taken):
    other = await given.add(somebody(lead_id=person.lead_id))
    mine = [await taken(1), await taken(2)]
    theirs = await taken(3, of=other)
    ids = [each.id for each in mine]
    found = await queries.of(door, [*ids, ids[0]], person.id)
    assert [(each.id, each.shown()) for each in found] == [(m.id, m.shown()) for m in mine]
    assert await queries.of(door, [], person.id) == []
    for wrong in (theirs.id, uuid7()):
        with pytest.raises(ReceiptNotFoundError):
            await queries.of(door, [*ids, wrong], person.id)


async def test_what_is_kept_is_what_was_written_anew(session, person, taken):
    made = await taken(7)
    assert await queries.content(session, made) == b"7"
    assert (made.used, made.advice, made.name) == (False, None, f"receipt-{made.id}.png")
    bad = await service.take(session, person, damaged(), most=MOST)
    assert bad.advice == ADVICE[QuarantineReason.UNREADABLE]
    with pytest.raises(ReceiptQuarantinedError):
        await queries.content(session, bad)


async def test_the_service_cannot_read_what_is_in_quarantine(session, person):
    await service.take(session, person, damaged(), most=MOST)
    with pytest.raises(Exception, match="permission denied"):
        await session.scalar(text("SELECT bytes FROM receipt_quarantine"))


async def test_receipts_wait_for_a_claim_up_to_a_number(session, person, taken):
    await taken(1)
    with pytest.raises(ReceiptQuotaError):
        await service.take(session, person, checked(2), most=1)


async def test_a_merged_record_takes_no_receipt(session, given, person):
    merged = await given.add(somebody(status="left", merged_into=person.id))
    with pytest.raises(PersonMergedError):
        await service.take(session, merged, checked(), most=MOST)


async def test_a_used_receipt_is_not_deleted_by_the_model_nor_the_database(session, taken):
    made = await taken()
    await session.execute(text("UPDATE receipt SET uses = 1"))
    with pytest.raises(ReceiptUsedError):
        async with session.begin_nested():
            await service.delete(session, made)
    await session.refresh(made)
    with pytest.raises(ReceiptUsedError):
        await service.delete(session, made)


async def test_a_receipt_of_a_held_person_is_not_deleted(session, given, person, taken):
    made = await taken()
    await given.add(
        LegalHold(person_id=person.id, reason="A claim", since=today(), held_by=person.lead_id)
    )
    with pytest.raises(PersonHeldError):
        await service.delete(session, made)


async def test_the_database_holds_what_the_model_says(session, person, taken):
    await taken()
    for change, rule in (
        ("status = 'quarantined'", "ck_receipt_"),
        ("reason = 'unreadable'", "ck_receipt_quarantined_with_reason"),
        ("sha256 = NULL", "ck_receipt_accepted_with_content"),
        ("pages = 21", "ck_receipt_pages"),
        ("width = 0", "ck_receipt_pixels"),
        ("size = 0", "ck_receipt_size"),
        ("uses = -1", "ck_receipt_uses"),
    ):
        with pytest.raises(Exception, match=rule):
            async with session.begin_nested():
                await session.execute(text(f"UPDATE receipt SET {change}"))
