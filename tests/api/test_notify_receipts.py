"""Delivery receipts of GOV.UK Notify, which shows a token of its own."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.domain.people.messages import service
from app.settings import Notify
from tests.domain.people.test_messages import send

RECEIPTS = "/v1/webhooks/notify"
TOKEN = {"Authorization": "Bearer a-long-secret"}


@pytest.fixture
async def carried(session) -> tuple[UUID, UUID]:
    """A message that Notify took, and its id there."""
    id_, carrier_id = await send(session), uuid4()
    await service.attempt(session, id_)
    await service.sent(session, id_, carrier_id)
    await session.commit()
    return id_, carrier_id


@pytest.fixture
async def notified(serve):
    async with serve(notify=Notify(receipt_token="a-long-secret")) as client:
        yield client


def receipt(reference: object, id_: UUID, status: str) -> dict:
    return {
        "id": str(id_),
        "reference": None if reference is None else str(reference),
        "to": "07700900123",
        "status": status,
        "created_at": "2026-11-01T12:15:30.000000Z",
        "completed_at": None,
        "sent_at": None,
        "notification_type": "sms",
        "template_id": str(uuid4()),
        "template_version": 1,
    }


async def state(session) -> tuple:
    found = await session.execute(text("SELECT status, problem FROM message"))
    return tuple(found.one())


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("delivered", ("delivered", None)),
        ("permanent-failure", ("failed", "notify permanent-failure")),
        ("temporary-failure", ("failed", "notify temporary-failure")),
        ("technical-failure", ("failed", "notify technical-failure")),
        ("sending", ("sent", None)),
    ],
)
async def test_a_receipt_tells_what_became_of_a_message(notified, session, carried, status, told):
    body = receipt(*carried, status)
    for _ in range(2):
        answer = await notified.post(RECEIPTS, json=body, headers=TOKEN)
        assert answer.status_code == 204, answer.text
    assert await state(session) == told


@pytest.mark.parametrize("reference", [None, "a-campaign", uuid4()])
async def test_a_receipt_for_what_is_not_ours_changes_nothing(
    notified, session, carried, reference
):
    body = receipt(reference, carried[1], "permanent-failure")
    answer = await notified.post(RECEIPTS, json=body, headers=TOKEN)
    assert answer.status_code == 204
    assert await state(session) == ("sent", None)


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic a-long-secret"}]
)
async def test_without_the_token_nothing_is_taken(notified, session, carried, header):
    body = receipt(*carried, "delivered")
    answer = await notified.post(RECEIPTS, json=body, headers=header)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthenticated")
    assert await state(session) == ("sent", None)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}])
async def test_where_no_token_is_set_nothing_is_taken(client, carried, header):
    answer = await client.post(RECEIPTS, json=receipt(*carried, "delivered"), headers=header)
    assert answer.status_code == 401
