"""The cap that a person sets for themselves: it warns before a fee, and never blocks one."""

from datetime import datetime, time, timedelta

import pytest
from dirty_equals import IsPartialDict
from sqlalchemy import text

from app.core.clock import LONDON, today
from app.domain.involvement.opportunities.models import OpportunityTime
from app.domain.involvement.participation.models import ParticipationStatus
from app.domain.reimbursements.caps import queries
from app.domain.reimbursements.choices.models import Choice
from tests.api.registers.conftest import refused
from tests.api.reimbursements.conftest import CLAIMS, DAY, FARE, FEE, charity

CAP = "registers/people/me/payment-cap"
NEXT = today() + timedelta(3)
WEEKLY = {
    "most_pence": 15_000,
    "period": "week",
    "starts_on": NEXT.isoweekday(),
    "counted_by": "activity_day",
}
HALF_DAY = 7_500


@pytest.fixture
async def me(bound, rated):
    return await bound()


@pytest.fixture
def coming(activity, given, me):
    """Give somebody a place in something that takes three hours on each of some days."""

    async def made(*days, choice=None, **told):
        status = told.pop("status", ParticipationStatus.ACCEPTED)
        found = await activity(me.person, choice, status=status, **told)
        for day in days or (NEXT,):
            starts = datetime.combine(day, time(10), LONDON)
            ends = starts + timedelta(hours=3)
            session = {"starts_at": starts, "ends_at": ends}
            await given.add(OpportunityTime(opportunity_id=found.opportunity_id, **session))
        return found

    return made


def choices(participation) -> str:
    return f"registers/people/me/participations/{participation.id}/payment-choices"


async def cap(me, **told) -> None:
    answer = await me.send("PUT", CAP, WEEKLY | told)
    assert answer.status_code == 200, answer.text


async def test_one_sets_changes_and_takes_away_a_cap(me):
    refused(await me.get(CAP), 404, "payment-cap-not-found")
    refused(await me.send("DELETE", CAP, None), 404, "payment-cap-not-found")
    refused(await me.send("PUT", CAP, WEEKLY, If_Match='"1"'), 412, "precondition-failed")
    made = await me.send("PUT", CAP, WEEKLY, If_Match='"0"')
    assert (made.status_code, made.headers["etag"]) == (200, '"1"')
    assert made.json() == WEEKLY | {"version": 1}
    monthly = WEEKLY | {"period": "month", "starts_on": 31}
    changed = await me.send("PUT", CAP, monthly, If_Match='"1"')
    assert changed.json() == monthly | {"version": 2}
    assert (await me.get(CAP)).headers["etag"] == '"2"'
    refused(await me.send("DELETE", CAP, None, If_Match='"1"'), 412, "precondition-failed")
    assert (await me.send("DELETE", CAP, None, If_Match='"2"')).status_code == 204
    refused(await me.get(CAP), 404, "payment-cap-not-found")


async def test_a_cap_starts_on_a_day_that_its_period_has(me, session):
    refused(await me.send("PUT", CAP, WEEKLY | {"starts_on": 8}), 422, "cap-start")
    await cap(me)
    for change in ("starts_on = 8", "starts_on = 0", "period = 'month', starts_on = 32"):
        with pytest.raises(Exception, match="ck_payment_cap_starts_on"):
            async with session.begin_nested():
                await session.execute(text(f"UPDATE payment_cap SET {change}"))


async def test_staff_set_a_cap_on_the_persons_word(me, someone):
    staff = await someone("registers:read", "registers:on_behalf")
    answer = await staff.send("PUT", CAP, WEEKLY, On_Behalf_Of=me.id)
    assert answer.status_code == 200, answer.text
    assert (await me.get(CAP)).json() == answer.json()


async def test_without_a_cap_nothing_warns(me, coming):
    place = await coming()
    made = await me.made(choices(place), choice="accept")
    assert made["warnings"] == []
    assert [each["weekly_pence"] for each in made["figures"]] == [19_550]
    assert (await me.get(choices(place))).json()["figures"] == made["figures"]
    answer = await me.get(f"{CAP}/preview", participation=str(place.id), pence=1)
    refused(answer, 404, "payment-cap-not-found")


async def test_a_choice_is_warned_of_what_it_comes_to_and_never_blocked(me, coming, given):
    await cap(me)
    first, second, third = await coming(), await coming(), await coming()
    assert (await me.made(choices(first), choice="accept"))["warnings"] == []
    (near,) = (await me.made(choices(second), choice="accept"))["warnings"]
    assert near == {
        "first": str(NEXT),
        "last": str(NEXT + timedelta(6)),
        "most_pence": 15_000,
        "so_far_pence": HALF_DAY,
        "pence": HALF_DAY,
        "comes_to_pence": 15_000,
        "left_pence": 0,
        "level": "near",
    }
    given_away = {"choice": "to_charity", "charity_id": str((await charity(given)).id)}
    for told in ({"choice": "decline"}, given_away):
        assert (await me.made(choices(third), **told))["warnings"] == []
    less = await me.made(choices(third), choice="less", most_pence=500)
    (above,) = less["warnings"]
    assert above == IsPartialDict(so_far_pence=15_000, pence=500, level="above", left_pence=0)
    preview = await me.get(f"{CAP}/preview", participation=str(first.id), pence=9_000)
    assert preview.json() == IsPartialDict(so_far_pence=8_000, comes_to_pence=17_000)


async def test_staff_are_told_what_to_tell_the_person(me, coming, clerk):
    await cap(me, most_pence=5_000)
    place = await coming()
    made = await clerk.made(
        f"reimbursements/participations/{place.id}/payment-choices", choice="accept"
    )
    assert [each["level"] for each in made["warnings"]] == ["above"]


async def test_each_period_of_an_activity_warns_once(me, coming):
    await cap(me, most_pence=14_000)
    place = await coming(NEXT, NEXT + timedelta(1), NEXT + timedelta(7), NEXT - timedelta(10))
    (only,) = (await me.made(choices(place), choice="accept"))["warnings"]
    assert only == IsPartialDict(first=str(NEXT), comes_to_pence=15_000, level="above")


async def test_a_day_gone_by_warns_nobody(me, coming):
    await cap(me, most_pence=1, starts_on=today().isoweekday())
    place = await coming(today() - timedelta(1), NEXT, choice=Choice.ACCEPT)
    (only,) = (await me.made(choices(place), choice="accept"))["warnings"]
    assert only == IsPartialDict(first=str(today()), so_far_pence=0)


async def test_any_planned_fee_is_told_how_near_it_comes(me, coming, session):
    day, expected = NEXT, NEXT + timedelta(42)
    told = (session, me.person.id, day, 1_000, expected)
    assert await queries.warning(*told) is None
    await cap(me, counted_by="payment_day", starts_on=expected.isoweekday())
    place = await coming(choice=Choice.ACCEPT)
    found = await queries.warning(*told)
    assert (found.period.first, found.so_far_pence, found.pence) == (expected, HALF_DAY, 1_000)
    found = await queries.warning(*told, besides=place.id)
    assert found.so_far_pence == 0


async def test_claimed_fees_count_and_expenses_do_not(me, coming, claimed, clerk):
    start = DAY.isoweekday()
    await cap(me, most_pence=100_000, starts_on=start)
    came = await coming(DAY, choice=Choice.ACCEPT, status=ParticipationStatus.ATTENDED)
    other = await coming(DAY)
    preview = {"participation": str(other.id), "pence": 1_000, "day": str(DAY)}
    before = (await me.get(f"{CAP}/preview", **preview)).json()
    assert before == IsPartialDict(so_far_pence=HALF_DAY, comes_to_pence=8_500, level="within")
    ready = {"kind": "preparation", "day": str(DAY), "hours": "2"}
    claim = await claimed(FARE, FEE, ready, participation=came)
    after = (await me.get(f"{CAP}/preview", **preview)).json()
    assert after["so_far_pence"] == HALF_DAY + 2_000
    own = preview | {"participation": str(came.id)}
    assert (await me.get(f"{CAP}/preview", **own)).json()["so_far_pence"] == 2_000
    await clerk.send("POST", f"{CLAIMS}/{claim['id']}/withdrawal", None)
    assert (await me.get(f"{CAP}/preview", **preview)).json() == before


async def test_a_cap_by_the_payment_day_looks_at_when_payment_is_expected(me, coming):
    await cap(me, counted_by="payment_day")
    place = await coming()
    answer = await me.get(f"{CAP}/preview", participation=str(place.id), pence=1_000)
    expected = NEXT + timedelta(42)
    assert answer.json()["first"] <= str(expected) <= answer.json()["last"]


async def test_nothing_is_planned_where_nobody_can_say(me, coming, activity, session):
    await cap(me, most_pence=1)
    timeless = await activity(me.person, None, status=ParticipationStatus.ACCEPTED)
    assert (await me.made(choices(timeless), choice="accept"))["warnings"] == []
    preview = await me.get(f"{CAP}/preview", participation=str(timeless.id), pence=1)
    assert preview.json()["first"] <= str(today()) <= preview.json()["last"]
    unpriced = await coming(today() + timedelta(1))
    await session.execute(text("SET LOCAL ROLE everyvoice_owner"))
    await session.execute(
        text(
            "UPDATE rate_card SET valid_to = current_date WHERE status = 'active'"
            " AND valid_from < current_date AND scheme IN ('ppv', 'trust')"
        )
    )
    await session.execute(text("SET LOCAL ROLE everyvoice_worker"))
    await session.commit()
    assert (await me.made(choices(unpriced), choice="accept"))["warnings"] == []


async def test_a_preview_is_of_ones_own_activity_on_a_day_that_can_be(me, coming, activity):
    await cap(me)
    other = await activity()
    answer = await me.get(f"{CAP}/preview", participation=str(other.id), pence=1)
    refused(answer, 404, "participation-not-found")
    own = str((await coming()).id)
    for day in ("0001-01-01", "9999-12-31"):
        answer = await me.get(f"{CAP}/preview", participation=own, pence=1, day=day)
        refused(answer, 422, "invalid-request")
