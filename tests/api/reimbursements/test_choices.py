"""A choice about a fee: made before the activity, never assumed, and advised on independently."""

from datetime import timedelta
from uuid import uuid4

import pytest
from dirty_equals import IsPartialDict
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.clock import now, today
from app.domain.involvement.opportunities.models import OpportunityTime
from app.domain.involvement.participation.models import ParticipationStatus
from tests.api.registers.conftest import refused
from tests.api.reimbursements.conftest import charity

ACCEPT = {"choice": "accept"}


def place(activity, *, own: bool = False) -> str:
    root = "registers/people/me" if own else "reimbursements"
    return f"{root}/participations/{activity.id}/payment-choices"


@pytest.fixture
def to_come(activity, given):
    """Let somebody be accepted for something that begins so many hours from now."""

    async def made(hours: float = 48, **told):
        told = {"choice": None, "status": ParticipationStatus.ACCEPTED} | told
        found = await activity(**told)
        starts = now() + timedelta(hours=hours)
        await given.add(
            OpportunityTime(
                opportunity_id=found.opportunity_id,
                starts_at=starts,
                ends_at=starts + timedelta(hours=2),
            )
        )
        return found

    return made


async def test_a_person_chooses_before_the_activity_and_is_told_where_advice_is(bound, to_come):
    own = await bound()
    coming = await to_come(person=own.person)
    made = await own.made(place(coming, own=True), **ACCEPT)
    assert made == IsPartialDict(choice="accept", on_behalf=False, most_pence=None)
    assert made["advice"][0]["name"] == "Citizens Advice"
    await own.made(place(coming, own=True), choice="less", most_pence=2_000)
    found = (await own.get(place(coming, own=True))).json()
    assert [each["choice"] for each in found["items"]] == ["less", "accept"]
    assert found["advice"][0]["link"].startswith("https://")


async def test_staff_note_what_a_person_said_in_time(clerk, to_come):
    begun = await to_come(hours=-1)
    refused(await clerk.send("POST", place(begun), ACCEPT), 409, "choice-late")
    earlier = (now() - timedelta(hours=3)).isoformat()
    made = await clerk.made(place(begun), **ACCEPT, made_at=earlier)
    assert made["on_behalf"] is True
    later = (now() + timedelta(hours=3)).isoformat()
    coming = await to_come()
    answer = await clerk.send("POST", place(coming), ACCEPT | {"made_at": later})
    refused(answer, 409, "choice-late")
    assert len((await clerk.get(place(begun))).json()["items"]) == 1


async def test_after_the_day_of_an_activity_without_a_time_it_is_too_late(clerk, activity):
    came = await activity(choice=None)
    refused(await clerk.send("POST", place(came), ACCEPT), 409, "choice-late")


@pytest.mark.parametrize(
    "told",
    [
        {"choice": "less"},
        {"choice": "accept", "most_pence": 100},
        {"choice": "to_charity"},
        {"choice": "decline", "charity_id": str(uuid4())},
    ],
)
async def test_a_choice_says_all_that_it_must_and_nothing_else(clerk, to_come, told):
    refused(await clerk.send("POST", place(await to_come()), told), 422, "choice-limit")


async def test_a_fee_is_given_to_a_charity_that_is_known(clerk, to_come, given):
    coming, told = await to_come(), {"choice": "to_charity"}
    unknown = told | {"charity_id": str(uuid4())}
    refused(await clerk.send("POST", place(coming), unknown), 404, "charity-not-found")
    known = told | {"charity_id": str((await charity(given)).id)}
    assert (await clerk.made(place(coming), **known))["charity_id"] == known["charity_id"]


async def test_the_database_takes_no_choice_after_the_activity_and_changes_none(session, to_come):
    begun = await to_come(hours=-1)
    statement = text(
        "INSERT INTO payment_choice (id, person_id, participation_id, choice, made_at, told_by,"
        " on_behalf, created_at, updated_at, version) VALUES (gen_random_uuid(), :person,"
        " :activity, 'accept', now(), gen_random_uuid(), false, now(), now(), 1)"
    )
    tried = await session.begin_nested()
    values = {"person": begun.person_id, "activity": begun.id}
    with pytest.raises(IntegrityError, match="before the activity"):
        await session.execute(statement, values)
    await tried.rollback()


async def test_the_choice_of_before_the_day_stands_for_it(clerk, to_come, session):
    begun = await to_come(hours=-1)
    for hours, told in ((5, {"choice": "decline"}), (3, ACCEPT)):
        at = (now() - timedelta(hours=hours)).isoformat()
        await clerk.made(place(begun), **told, made_at=at)
    fee = {"kind": "involvement_fee", "day": str(today()), "level": 4, "hours": "1"}
    claim = await clerk.made(
        "reimbursements/claims",
        person_id=str(begun.person_id),
        participation_id=str(begun.id),
        activity_on=str((now() - timedelta(hours=1)).date()),
        lines=[fee],
    )
    assert claim["total_pence"] == 7_500


async def test_nobody_chooses_for_an_activity_they_may_not_see(clerk, someone, to_come, bound):
    coming = await to_come()
    own = await bound()
    refused(await own.send("POST", place(coming, own=True), ACCEPT), 404, "participation-not-found")
    refused(await own.get(place(coming, own=True)), 404, "participation-not-found")
    other = f"reimbursements/participations/{uuid4()}/payment-choices"
    refused(await clerk.send("POST", other, ACCEPT), 404, "participation-not-found")


async def test_a_key_makes_one_choice(bound, clerk, to_come):
    own = await bound()
    coming = await to_come(person=own.person)
    for api, where in ((own, place(coming, own=True)), (clerk, place(coming))):
        first = await api.send("POST", where, ACCEPT, Idempotency_Key="k")
        again = await api.send("POST", where, ACCEPT, Idempotency_Key="k")
        assert first.status_code == again.status_code == 201
        assert first.json()["id"] == again.json()["id"]
