"""The national return over HTTP: figures, drafts, checks, sign-off, corrections."""

from datetime import date
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.core import clock
from app.domain.feedback.returns.models import FftReturn
from app.domain.organisation.models import FftCategory, Placement, Segment
from tests.api.feedback.returns.asking import (
    MARCH,
    RETURNS,
    SIGN,
    URL,
    checks,
    draft,
    drafted,
    figures,
    sign,
    told,
)
from tests.factories import drained


async def test_categories_and_modes_stand_in_the_national_order_absent_ones_as_0(
    client, drafter, wards
):
    found = await figures(client, drafter)
    assert [line["name"] for line in found["lines"]] == [
        "Primary care",
        "Secondary care community services",
        "Acute services",
        "Specialist services (MH)",
        "Secure and forensic services",
        "Child and adolescent mental health services",
        "Mental health other",
    ]
    assert list(found["lines"][0]["modes"].items()) == [
        ("sms", 0),
        ("electronic_before_discharge", 0),
        ("electronic_after_discharge", 0),
        ("paper_before_discharge", 0),
        ("paper_after_discharge", 0),
        ("telephone", 0),
        ("online", 0),
        ("other", 0),
    ]
    acute, forensic = found["lines"][2], found["lines"][4]
    assert (acute["total"], acute["counts"]["very_good"], acute["counts"]["poor"]) == (6, 4, 2)
    assert (acute["modes"]["sms"], acute["modes"]["paper_after_discharge"]) == (4, 2)
    assert (forensic["counts"]["dont_know"], forensic["modes"]["other"]) == (3, 3)
    assert (found["whole"]["total"], found["return_version"], found["status"]) == (9, None, None)
    assert sum(found["whole"]["modes"].values()) == 9


async def test_community_has_its_own_categories_and_modes(client, drafter, given, session):
    await given.team(
        iwgc=["N"], code="N", fft_category=FftCategory.CH_NURSING, segment=Segment.PHYSICAL_HEALTH
    )
    await drained(session, *told("N", count=2, channel="tablet"))
    found = await figures(client, drafter, service="community")
    assert [line["name"] for line in found["lines"]] == [
        "Community inpatient services",
        "Community nursing services",
        "Rehabilitation and therapy services",
        "Specialist services (CH)",
        "Children and family services",
        "Community healthcare other",
    ]
    assert list(found["whole"]["modes"]) == [
        "sms",
        "electronic",
        "paper",
        "telephone",
        "online",
        "other",
    ]
    assert found["lines"][1]["modes"]["electronic"] == 2


async def test_a_team_counts_in_the_category_it_had_that_month(client, drafter, given, session):
    team = await given.team(iwgc=["A"], fft_category=FftCategory.MH_ACUTE)
    place = (await session.scalars(select(Placement).where(Placement.team_id == team.id))).one()
    place.valid_to = date(2026, 3, 1)
    await session.commit()
    service = await given.service()
    await given.placement(
        team, service, valid_from=date(2026, 3, 1), fft_category=FftCategory.MH_OTHER
    )
    await drained(session, *told("A", "2026-02-28"), *told("A", "2026-03-01", count=2))
    february = await figures(client, drafter, month="2026-02")
    march = await figures(client, drafter)
    assert [line["total"] for line in february["lines"]] == [0, 0, 1, 0, 0, 0, 0]
    assert [line["total"] for line in march["lines"]] == [0, 0, 0, 0, 0, 0, 2]


async def test_unanswered_responses_are_in_no_count(client, drafter, wards, session):
    await drained(session, *told("A", count=5, fft_answer=None))
    found = await figures(client, drafter)
    assert (found["whole"]["total"], found["whole"]["modes"]["sms"]) == (9, 4)


async def test_a_channel_without_a_mode_is_listed_and_blocks_sign_off(
    client, drafter, signer, wards, session
):
    await drained(session, *told("A", count=2, channel="tablet"), *told("F", channel=None))
    found = await figures(client, drafter)
    assert found["unmapped"] == [
        {"channel": "not_recorded", "collection_point": "not_recorded", "responses": 1},
        {"channel": "tablet", "collection_point": "not_recorded", "responses": 2},
    ]
    made = await drafted(client, drafter)
    failed = await checks(client, drafter, made)
    assert failed == {
        "modes_mapped": ["not_recorded:not_recorded", "tablet:not_recorded"],
        "totals_agree": ["mh_acute", "mh_secure_forensic"],
    }
    answer = await sign(client, signer, made)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/return-not-ready")
    assert {each["code"]: each["items"] for each in answer.json()["checks"]} == failed


async def test_an_unanswered_response_needs_no_mode(client, drafter, wards, session):
    await drained(session, *told("A", channel="tablet", fft_answer=None))
    assert (await figures(client, drafter))["unmapped"] == []


async def test_a_return_is_drafted_by_one_and_signed_by_another(client, drafter, signer, wards):
    made = await drafted(client, drafter)
    assert (made["number"], made["status"], made["differences"]) == (1, "draft", [])
    assert made["deadline"] == {"due": "2026-04-21", "days_left": 11, "overdue": False}
    answer = await client.get(f"{URL}/{made['id']}/checks", headers=drafter)
    assert answer.json()["ready"] is True
    signed = await sign(client, signer, made)
    assert signed.status_code == 200, signed.text
    assert (signed.json()["status"], signed.headers["etag"]) == ("signed", '"2"')
    assert signed.json()["signed_at"] == "2026-04-10T12:00:00.123456Z"
    again = await sign(client, signer, signed.json())
    assert (again.status_code, again.json()["type"]) == (409, "/problems/return-signed")


async def test_who_drafted_does_not_sign_even_by_another_key(client, as_, given, wards):
    user = await given.user(RETURNS, SIGN)
    first, second = await as_(user=user), await as_(user=user, name="second")
    made = await drafted(client, first)
    answer = await sign(client, second, made)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/return-own-draft")


async def test_a_late_answer_makes_a_correction_that_tells_what_it_changes(
    client, drafter, signer, wards, session
):
    first = await drafted(client, drafter)
    assert (await sign(client, signer, first)).status_code == 200
    unchanged = await draft(client, drafter, reason="To be sure")
    assert unchanged.json()["type"] == "/problems/return-unchanged"
    await drained(session, *told("A", fft_answer="very_poor"))
    unreasoned = await draft(client, drafter)
    assert (unreasoned.status_code, unreasoned.json()["errors"][0]["pointer"]) == (422, "#/reason")
    second = await drafted(client, drafter, reason="Paper came late")
    assert (second["number"], second["reason"]) == (2, "Paper came late")
    assert second["differences"] == [
        {"category": "mh_acute", "what": "very_poor", "before": 0, "after": 1},
        {"category": "mh_acute", "what": "sms", "before": 4, "after": 5},
    ]
    assert (await sign(client, signer, second)).status_code == 200
    old, new = [await figures(client, drafter, version=number) for number in (1, 2)]
    assert (old["whole"]["total"], new["whole"]["total"]) == (9, 10)
    assert (old["status"], old["return_version"], new["return_version"]) == ("signed", 1, 2)


async def test_a_draft_that_is_no_longer_right_is_drafted_anew(
    client, drafter, signer, wards, session
):
    made = await drafted(client, drafter)
    await drained(session, *told("A"))
    assert await checks(client, drafter, made) == {"figures_current": ["mh_acute"]}
    assert (await sign(client, signer, made)).json()["type"] == "/problems/return-not-ready"
    second = await draft(client, drafter)
    assert (second.status_code, second.json()["type"]) == (409, "/problems/return-draft-exists")
    tag = {"If-Match": f'"{made["version"]}"'}
    gone = await client.delete(f"{URL}/{made['id']}", headers=drafter | tag)
    assert gone.status_code == 204
    assert (await drafted(client, drafter))["figures"]["whole"]["total"] == 10


async def test_what_is_signed_is_not_deleted(client, drafter, signer, wards):
    made = await drafted(client, drafter)
    await sign(client, signer, made)
    answer = await client.delete(f"{URL}/{made['id']}", headers=drafter | {"If-Match": "*"})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/return-signed")


async def test_checks_name_teams_without_a_category_or_without_answers(
    client, drafter, given, session
):
    nowhere = await given.team(iwgc=["X"], code="NOWHERE")
    place = (await session.scalars(select(Placement).where(Placement.team_id == nowhere.id))).one()
    place.valid_from = date(2026, 4, 1)
    await session.commit()
    physical = {"segment": Segment.PHYSICAL_HEALTH}
    for code, values in (
        ("WITHOUT", {"fft_category": None}),
        ("OTHERS", {"fft_category": None} | physical),
        ("SILENT", {}),
        ("CLOSED", {"closed_on": date(2026, 3, 1)}),
        ("UNOPENED", {"opened_on": date(2026, 4, 1)}),
    ):
        await given.team(iwgc=[code], code=code, **values)
    for code in ("X", "WITHOUT", "OTHERS"):
        await drained(session, *told(code))
    made = await drafted(client, drafter)
    assert await checks(client, drafter, made) == {
        "teams_have_categories": ["NOWHERE", "WITHOUT"],
        "no_zero_returns": ["SILENT"],
    }
    other = await drafted(client, drafter, service="community")
    assert await checks(client, drafter, other) == {"teams_have_categories": ["NOWHERE", "OTHERS"]}


async def test_a_month_that_goes_on_is_not_signed_and_one_to_come_is_not_drafted(
    client, drafter, signer, wards
):
    made = await drafted(client, drafter, month="2026-04")
    assert (await checks(client, drafter, made))["month_over"] == ["2026-04"]
    answer = await sign(client, signer, made)
    assert answer.json()["type"] == "/problems/return-not-ready"
    for asked in (
        await draft(client, drafter, month="2026-05"),
        await client.get(f"{URL}/fft", params=MARCH | {"month": "2026-05"}, headers=drafter),
    ):
        assert (asked.status_code, asked.json()["type"]) == (422, "/problems/month-not-begun")


async def test_a_warning_does_not_block(client, drafter, signer, wards, given):
    await given.team(code="SILENT")
    made = await drafted(client, drafter)
    assert await checks(client, drafter, made) == {"no_zero_returns": ["SILENT"]}
    assert (await sign(client, signer, made)).status_code == 200


async def test_the_same_key_drafts_once(client, drafter, wards):
    headers = drafter | {"Idempotency-Key": "march"}
    first, second = await draft(client, headers), await draft(client, headers)
    assert (second.status_code, second.json()["id"]) == (201, first.json()["id"])
    assert second.headers["idempotency-replayed"] == "true"


async def test_returns_are_listed_and_read(client, drafter, wards):
    made = await drafted(client, drafter)
    await drafted(client, drafter, service="community")
    listed = await client.get(URL, params=MARCH, headers=drafter)
    (item,) = listed.json()["items"]
    assert item == {name: made[name] for name in item}
    assert len((await client.get(URL, headers=drafter)).json()["items"]) == 2
    one = await client.get(f"{URL}/{made['id']}", headers=drafter)
    assert (one.json(), one.headers["etag"]) == (made, '"1"')


async def test_who_is_limited_to_teams_sees_no_return(client, as_, drafter, wards):
    made = await drafted(client, drafter)
    limited = await as_(RETURNS, SIGN, teams=[uuid4()])
    assert (await client.get(URL, headers=limited)).json()["items"] == []
    for answer in (
        await client.get(f"{URL}/{made['id']}", headers=limited),
        await client.get(f"{URL}/{made['id']}/checks", headers=limited),
        await client.get(f"{URL}/fft", params=MARCH, headers=limited),
        await client.get(f"{URL}/fft", params=MARCH | {"version": 1}, headers=limited),
        await draft(client, limited),
        await sign(client, limited, made),
    ):
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/return-not-found")


async def test_what_is_not_there_is_not_found(client, drafter):
    unknown = await client.get(f"{URL}/{uuid4()}", headers=drafter)
    other = await client.get(f"{URL}/fft", params=MARCH | {"version": 3}, headers=drafter)
    assert {unknown.json()["type"], other.json()["type"]} == {"/problems/return-not-found"}


@pytest.mark.parametrize("name", ["fft", "modes", "deadlines"])
async def test_what_is_no_return_is_not_deleted_as_one(client, drafter, name):
    answer = await client.delete(f"{URL}/{name}", headers=drafter | {"If-Match": "*"})
    assert (answer.status_code, answer.json()["type"]) == (405, "/problems/method-not-allowed")


async def test_a_change_needs_the_version_that_was_read(client, drafter, signer, wards):
    made = await drafted(client, drafter)
    without = await client.post(f"{URL}/{made['id']}/sign-off", headers=signer)
    assert (without.status_code, (await sign(client, signer, made, '"7"')).status_code) == (
        428,
        412,
    )


@pytest.mark.parametrize(
    "seen",
    [("2026-04-21", 0, False), ("2026-04-22", -1, True), ("2026-04-01", 20, False)],
)
async def test_deadlines_tell_what_is_due_and_overdue(client, drafter, signer, wards, seen):
    now, days_left, overdue = seen
    made = await drafted(client, drafter)
    with time_machine.travel(f"{now}T12:00:00Z", tick=False):
        answer = await client.get(f"{URL}/deadlines", headers=drafter)
        mental_health, community = answer.json()["items"]
        assert mental_health == {
            "service": "mental_health",
            "month": "2026-03",
            "due": "2026-04-21",
            "days_left": days_left,
            "overdue": overdue,
            "draft_id": made["id"],
            "signed_id": None,
        }
        assert (community["draft_id"], community["overdue"]) == (None, overdue)
        assert (await sign(client, signer, made)).status_code == 200
        answer = await client.get(f"{URL}/deadlines", params={"month": "2026-03"}, headers=drafter)
    assert (answer.json()["items"][0]["signed_id"], answer.json()["items"][0]["overdue"]) == (
        made["id"],
        False,
    )


async def test_the_working_day_is_the_trusts_to_set(client, drafter, session):
    await session.execute(text("UPDATE feedback_policy SET deadline_working_day_community = 9"))
    await session.commit()
    answer = await client.get(f"{URL}/deadlines", headers=drafter)
    assert [each["due"] for each in answer.json()["items"]] == ["2026-04-21", "2026-04-15"]


async def row(session, **values) -> FftReturn:
    start = {"month": date(2026, 3, 1), "service": "mental_health", "number": 1, "figures": []}
    made = FftReturn(**start | {"drafted_by": uuid4()} | values)
    session.add(made)
    await session.flush()
    return made


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"month": date(2026, 3, 2)}, "first_of_month"),
        ({"number": 0, "reason": "x"}, "ck_fft_return_number"),
        ({"status": "signed"}, "signed_by_somebody"),
        ({"signed_by": uuid4()}, "signed_by_somebody"),
        ({"number": 2}, "correction_has_reason"),
    ],
)
async def test_the_database_refuses_what_no_return_can_be(session, values, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        await row(session, **values)


async def test_the_database_refuses_a_second_draft_and_a_drafter_who_signs(session):
    await row(session)
    with pytest.raises(IntegrityError, match="ix_fft_return_one_draft"):
        await row(session, number=2, reason="again")
    await session.rollback()
    me = uuid4()
    with pytest.raises(IntegrityError, match="signed_by_another"):
        await row(session, drafted_by=me, signed_by=me, **_signed())


@pytest.mark.parametrize(
    "statement",
    ["UPDATE fft_return SET reason = 'x'", "DELETE FROM fft_return", "TRUNCATE fft_return"],
)
async def test_the_database_never_changes_what_is_signed(session, statement):
    await row(session, signed_by=uuid4(), **_signed())
    await session.execute(text("SET LOCAL ROLE everyvoice_owner"))
    with pytest.raises(DBAPIError, match="a signed return never changes"):
        await session.execute(text(statement))


def _signed() -> dict:
    return {"status": "signed", "signed_at": clock.now()}
