from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

PATH = "/v1/feedback/policy"


@pytest.fixture
async def headers(as_):
    return await as_("feedback:read", "feedback:configure")


async def read(client, headers) -> tuple[dict, str]:
    answer = await client.get(PATH, headers=headers)
    told = answer.json()
    assert answer.headers["etag"] == f'"{told.pop("version")}"'
    return told, answer.headers["etag"]


async def test_the_shipped_policy_is_what_the_documents_say(client, headers):
    told, _ = await read(client, headers)
    assert told == {
        "release_unmarked_published": True,
        "release_unmarked_own": False,
        "acknowledge_escalation_hours": 24,
        "act_within_days": 14,
        "told_back_within_days": 30,
        "inpatient_period": "fortnight",
        "inpatient_period_start": "2024-01-01",
        "before_discharge_share_pct": 50,
        "deadline_working_day_mental_health": 13,
        "deadline_working_day_community": 13,
        "propose_above": "0.50",
        "public_days": 365,
    }


async def test_the_trust_decides_anew(client, headers):
    told, etag = await read(client, headers)
    new = told | {"act_within_days": 7, "propose_above": "0.75"}
    answer = await client.put(PATH, json=new, headers=headers | {"If-Match": etag})
    assert answer.status_code == 200, answer.text
    assert (await read(client, headers))[0] == new
    stale = await client.put(PATH, json=told, headers=headers | {"If-Match": etag})
    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("act_within_days", 0),
        ("inpatient_period_start", "2024-01-02"),
        ("propose_above", "1.01"),
        ("propose_above", "0.501"),
        ("before_discharge_share_pct", 101),
        ("inpatient_period", "week"),
        ("public_days", None),
        ("release_unmarked_own", 0),
    ],
)
async def test_what_makes_no_sense_is_refused_where_it_stands(client, headers, field, value):
    told, etag = await read(client, headers)
    answer = await client.put(
        PATH, json=told | {field: value}, headers=headers | {"If-Match": etag}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"#/{field}"


@pytest.mark.parametrize(
    "change",
    ["act_within_days = 0", "inpatient_period_start = '2024-01-02'", "singleton = false"],
)
async def test_the_database_refuses_it_too(session, change):
    with pytest.raises(IntegrityError):
        await session.execute(text(f"UPDATE feedback_policy SET {change}"))


async def test_there_is_one_policy(session):
    with pytest.raises(IntegrityError):
        await session.execute(
            text(
                "INSERT INTO feedback_policy SELECT gen_random_uuid(), singleton,"
                " release_unmarked_published, release_unmarked_own, acknowledge_escalation_hours,"
                " act_within_days, told_back_within_days, inpatient_period,"
                " inpatient_period_start, before_discharge_share_pct,"
                " deadline_working_day_mental_health, deadline_working_day_community,"
                " propose_above, public_days, created_at, updated_at, version FROM feedback_policy"
            )
        )


async def test_the_fortnights_begin_on_a_monday(client, headers):
    told, _ = await read(client, headers)
    assert date.fromisoformat(told["inpatient_period_start"]).isoweekday() == 1
