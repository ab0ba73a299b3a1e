from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.core.clock import today
from app.domain.involvement.recovery import service

PLACE = "registers/recovery/referrals"
FIGURES = "registers/recovery/figures"
YEAR = "2025-26"
REFERRAL = {
    "service": "recovery_college",
    "referred_by": "themselves",
    "referred_on": "2025-05-01",
    "reference": "RC-1",
}


@pytest.fixture
async def api(api_of):
    return await api_of("recovery:keep", "registers:read")


def refused(answer, code: int, slug: str) -> None:
    assert (answer.status_code, answer.json()["type"]) == (code, f"/problems/{slug}")


async def test_a_referral_is_taken_met_and_ended(api, given):
    team = await given.team()
    told = REFERRAL | {"referred_by": "team", "team_id": str(team.id)}
    answer = await api.send("POST", PLACE, told)
    made = answer.json()
    place = f"{PLACE}/{made['id']}"
    assert answer.headers["location"] == f"/v1/{place}"
    kept = {name: value for name, value in told.items() if name != "reference"}
    assert made == made | kept
    assert "reference" not in made
    assert (await api.get(place)).json() == made
    met = await api.send("PUT", f"{place}/first-contact", {"on": "2025-05-09"}, If_Match='"1"')
    assert (met.json()["first_contact_on"], met.headers["etag"]) == ("2025-05-09", '"2"')
    ended = await api.send("POST", f"{place}/end", {"on": "2025-07-01", "outcome": "completed"})
    assert (ended.json()["ended_on"], ended.json()["outcome"]) == ("2025-07-01", "completed")
    refused(
        await api.send("PUT", f"{place}/first-contact", {"on": "2025-05-10"}),
        409,
        "referral-ended",
    )


async def test_one_person_is_referred_to_a_service_once_at_a_time(api):
    first = await api.made(PLACE, **REFERRAL)
    again = REFERRAL | {"reference": " rc -1"}
    refused(await api.send("POST", PLACE, again), 409, "referral-open")
    await api.made(PLACE, **REFERRAL | {"service": "peer_support"})
    await api.made(PLACE, **REFERRAL | {"reference": "RC-2"})
    ending = {"on": "2025-06-01", "outcome": "declined"}
    await api.send("POST", f"{PLACE}/{first['id']}/end", ending)
    await api.made(PLACE, **again)


async def test_what_a_person_is_known_by_is_kept_nowhere(api, session):
    await api.made(PLACE, **REFERRAL | {"reference": "PLANTED-REFERENCE"})
    rows = await session.scalars(text("SELECT r::text FROM recovery_referral r"))
    changes = await session.scalars(text("SELECT p::text FROM change_pending p"))
    assert not [row for row in (*rows, *changes) if "planted" in row.lower()]
    assert service.pseudonym("A", "one") != service.pseudonym("A", "another")


@pytest.mark.parametrize(
    ("told", "slug"),
    [
        ({"referred_by": "team"}, "invalid-request"),
        ({"referred_on": str(today() + timedelta(1))}, "referral-day"),
    ],
)
async def test_a_referral_that_makes_no_sense_is_refused(api, told, slug):
    refused(await api.send("POST", PLACE, REFERRAL | told), 422, slug)


async def test_days_and_outcomes_fit_each_other(api, session):
    made = await api.made(PLACE, **REFERRAL)
    place = f"{PLACE}/{made['id']}"
    tomorrow = str(today() + timedelta(1))
    for day in ("2025-04-30", tomorrow):
        refused(await api.send("PUT", f"{place}/first-contact", {"on": day}), 422, "referral-day")
        ending = {"on": day, "outcome": "declined"}
        refused(await api.send("POST", f"{place}/end", ending), 422, "referral-day")
    ending = {"on": "2025-06-01", "outcome": "paid_work"}
    refused(await api.send("POST", f"{place}/end", ending), 422, "referral-outcome")
    employed = await api.made(PLACE, **REFERRAL | {"service": "employment_support"})
    found = await api.send("POST", f"{PLACE}/{employed['id']}/end", ending)
    assert found.json()["outcome"] == "paid_work"
    for change in (
        "first_contact_on = referred_on - 1",
        "ended_on = referred_on, outcome = 'paid_work'",
        "ended_on = referred_on",
        "referred_by = 'team'",
    ):
        statement = text(f"UPDATE recovery_referral SET {change} WHERE id = :id")
        with pytest.raises(Exception, match="violates check constraint"):
            async with session.begin_nested():
                await session.execute(statement, {"id": made["id"]})


async def test_referrals_are_listed_by_what_one_looks_for(api, api_of, given):
    own, other = await given.team(code="OWN"), await given.team()
    first = await api.made(PLACE, **REFERRAL)
    by_team = {"referred_by": "team", "reference": "RC-2", "team_id": str(own.id)}
    second = await api.made(PLACE, **REFERRAL | by_team | {"service": "peer_support"})
    await api.send("PUT", f"{PLACE}/{second['id']}/first-contact", {"on": "2025-05-02"})
    third = await api.made(PLACE, **REFERRAL | {"referred_on": "2025-08-01", "reference": "RC-3"})
    ending = {"on": "2025-09-01", "outcome": "not_reached"}
    await api.send("POST", f"{PLACE}/{third['id']}/end", ending)
    for filters, expected in (
        ({}, [third, second, first]),
        ({"state": "waiting"}, [first]),
        ({"state": "open"}, [second, first]),
        ({"state": "ended"}, [third]),
        ({"service": "peer_support"}, [second]),
        ({"team": "OWN"}, [second]),
        ({"from": "2025-06-01"}, [third]),
        ({"to": "2025-06-01"}, [second, first]),
    ):
        items = (await api.get(PLACE, **filters)).json()["items"]
        assert [item["id"] for item in items] == [each["id"] for each in expected], filters
    limited = await api_of("recovery:keep", teams=[own.id])
    items = (await limited.get(PLACE)).json()["items"]
    assert [item["id"] for item in items] == [second["id"]]
    refused(await limited.get(f"{PLACE}/{first['id']}"), 404, "referral-not-found")
    missed = await limited.send("PUT", f"{PLACE}/{first['id']}/first-contact", {"on": "2025-05-02"})
    refused(missed, 404, "referral-not-found")
    for team_id in (other.id, None):
        told = REFERRAL | {"reference": "RC-9", "team_id": team_id and str(team_id)}
        refused(await limited.send("POST", PLACE, told), 404, "team-not-found")
    absent = REFERRAL | {"reference": "RC-9", "team_id": first["id"]}
    refused(await api.send("POST", PLACE, absent), 404, "team-not-found")


async def referrals(session, service: str, count: int, **told: object) -> None:
    start = {"referred_by": "themselves", "referred_on": date(2025, 5, 1)}
    start |= {"first_contact_on": None, "ended_on": None, "outcome": None}
    statement = text(
        "INSERT INTO recovery_referral (id, service, pseudonym, referred_by, referred_on,"
        " first_contact_on, ended_on, outcome, team_id, created_at, updated_at, version)"
        " SELECT gen_random_uuid(), :service, uuid_send(gen_random_uuid()), :referred_by,"
        " :referred_on, :first_contact_on, :ended_on, :outcome, :team, now(), now(), 1"
        " FROM generate_series(1, :count)"
    )
    values = {"service": service, "count": count, "team": None} | start | told
    await session.execute(statement, values)


async def told_of(api) -> dict:
    answer = await api.get(FIGURES, financial_year=YEAR)
    assert answer.status_code == 200, answer.text
    return {item["quarter"]: item for item in answer.json()["items"]}


async def test_figures_tell_how_soon_and_what_came_of_it(api, session, given):
    team = await given.team()
    met = {"first_contact_on": date(2025, 5, 11)}
    ended = {"ended_on": date(2025, 6, 1), "outcome": "completed"}
    by_team = {"referred_by": "team", "team": team.id}
    await referrals(session, "recovery_college", 6, **met, **ended, **by_team)
    await referrals(session, "recovery_college", 7, first_contact_on=date(2025, 5, 2))
    await referrals(session, "recovery_college", 5)
    await referrals(session, "peer_support", 8, referred_on=date(2026, 3, 31))
    await referrals(session, "peer_support", 8, referred_on=date(2026, 4, 1))
    found = await told_of(api)
    assert list(found) == ["2025-26-Q1", "2025-26-Q4"]
    (college,) = found["2025-26-Q1"]["services"]
    nothing = {"paid_work": 0, "ended_early": 0, "declined": 0, "not_reached": 0}
    assert college == {
        "service": "recovery_college",
        "referrals": 18,
        "by_team": 6,
        "by_themselves": 12,
        "contacted": 13,
        "not_contacted": 5,
        "median_days_to_contact": 1.0,
        "outcomes": nothing | {"completed": 6, "open": 12},
    }
    (peers,) = found["2025-26-Q4"]["services"]
    assert (peers["referrals"], peers["median_days_to_contact"]) == (8, None)


async def test_few_people_are_hidden_with_what_would_give_them_away(api, session):
    await referrals(session, "recovery_college", 20, first_contact_on=date(2025, 5, 3))
    await referrals(session, "recovery_college", 2)
    await referrals(session, "peer_support", 3)
    await referrals(session, "employment_support", 9)
    quarter = (await told_of(api))["2025-26-Q1"]
    found = {each["service"]: each for each in quarter["services"]}
    assert quarter["referrals"] == 34
    assert found["peer_support"]["referrals"] is None
    assert found["employment_support"]["referrals"] is None
    assert set(found["peer_support"]["outcomes"].values()) == {None}
    college = found["recovery_college"]
    assert college["referrals"] == 22
    assert (college["contacted"], college["not_contacted"]) == (None, None)
    assert college["median_days_to_contact"] is None
    assert college["by_themselves"] == 22


async def test_a_quarter_of_few_tells_nothing(api, session):
    await referrals(session, "peer_support", 3)
    assert (await told_of(api))["2025-26-Q1"]["referrals"] is None


async def test_a_year_that_is_none_is_refused(api):
    refused(await api.get(FIGURES, financial_year="2025-27"), 422, "invalid-request")
