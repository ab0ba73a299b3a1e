import itertools
from contextlib import nullcontext
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.clock import today
from app.domain.involvement.applicants.models import FOLLOWING, Applicant, Stage
from app.domain.involvement.panels.models import Band

APPLICANTS = "registers/applicants"
SURVEY = {"informed": 4, "supported": 5, "valued": 3, "words": "The practice helped."}
TOMORROW = str(today() + timedelta(1))


@pytest.fixture
async def api(api_of):
    return await api_of("registers:applicants", "registers:manage")


@pytest.fixture
def applicant(api):
    numbers = itertools.count(1)

    async def made(**told: object) -> dict:
        start = {
            "reference": f"AR-{next(numbers)}",
            "role": "Peer trainer",
            "band": "band_4",
            "applied_on": "2026-03-01",
        }
        return await api.made(APPLICANTS, **start | told)

    return made


@pytest.fixture
def reached(api):
    async def turned(found: dict, *stages: str, on: str = "2026-03-10") -> dict:
        for stage in stages:
            told = {"stage": stage, "reached_on": on}
            answer = await api.send("PUT", f"{APPLICANTS}/{found['id']}/stage", told)
            assert answer.status_code == 200, answer.text
            found = answer.json()
        return found

    return turned


def refused(answer, code: int, slug: str, **extra: object) -> None:
    assert (answer.status_code, answer.json()["type"]) == (code, f"/problems/{slug}"), answer.text
    assert answer.json() | extra == answer.json()


async def test_an_applicant_is_offered_support_told_why_and_asked_how_it_was(
    api, applicant, reached
):
    found = await applicant(training_offered_on="2026-03-02")
    place = f"{APPLICANTS}/{found['id']}"
    assert found["stages"] == [{"stage": "applied", "reached_on": "2026-03-01"}]
    assert (found["survey"], found["stage_since"]) == (None, "2026-03-01")
    offered = await api.send("PATCH", place, {"mentoring_offered_on": "2026-03-03"})
    assert offered.json()["mentoring_offered_on"] == "2026-03-03"
    refused(await api.send("PATCH", place, {"feedback_given_on": TOMORROW}), 422, "day-in-future")
    early = await api.send("PUT", f"{place}/survey", SURVEY)
    refused(early, 409, "applicant-stage", stage="applied")
    for told, code, slug in (
        ({"stage": "offered"}, 409, "applicant-stage"),
        ({"stage": "shortlisted", "reached_on": "2026-02-28"}, 422, "applicant-stage-day"),
        ({"stage": "shortlisted", "reached_on": TOMORROW}, 422, "day-in-future"),
        ({"stage": "applied"}, 422, "invalid-request"),
    ):
        refused(await api.send("PUT", f"{place}/stage", told), code, slug)
    await reached(found, "shortlisted", "interviewed", "not_selected")
    waiting = (await api.get(APPLICANTS, without_feedback=True)).json()["items"]
    assert [each["id"] for each in waiting] == [found["id"]]
    await api.send("PATCH", place, {"feedback_given_on": "2026-03-12"})
    assert (await api.get(APPLICANTS, without_feedback=True)).json()["items"] == []
    answered = (await api.send("PUT", f"{place}/survey", SURVEY)).json()
    assert answered["survey"] == SURVEY
    assert [each["stage"] for each in answered["stages"]] == [
        "applied",
        "shortlisted",
        "interviewed",
        "not_selected",
    ]
    refused(await api.send("PUT", f"{place}/survey", SURVEY), 409, "applicant-surveyed")
    assert (await api.get(place)).json() == answered


async def test_a_stage_is_reached_today_if_not_told(api, applicant):
    found = await applicant()
    answer = await api.send("PUT", f"{APPLICANTS}/{found['id']}/stage", {"stage": "withdrawn"})
    assert answer.json()["stage_since"] == str(today())


async def test_applicants_are_noted_once_and_found(api, api_of, applicant, reached, given):
    own, other = await given.directorate(code="OWN"), await given.directorate()
    stranger = await api.made("registers/people", name="Zed", directorate_id=str(other.id))
    one = await applicant(directorate_id=str(own.id), person_id=stranger["id"])
    two = await applicant(directorate_id=str(other.id), band="medical", applied_on="2026-02-01")
    await reached(two, "withdrawn")
    new = {"role": "x", "band": "band_2", "applied_on": "2026-03-01"}
    taken = await api.send("POST", APPLICANTS, new | {"reference": one["reference"]})
    refused(taken, 409, "applicant-reference-taken")
    later = new | {"reference": "AR-9", "applied_on": TOMORROW}
    refused(await api.send("POST", APPLICANTS, later), 422, "day-in-future")
    for filters, expected in (
        ({}, [two, one]),
        ({"without_feedback": False}, [two, one]),
        ({"stage": "withdrawn"}, [two]),
        ({"band": "medical"}, [two]),
        ({"directorate": "OWN"}, [one]),
        ({"from": "2026-03-01", "to": "2026-03-01"}, [one]),
    ):
        items = (await api.get(APPLICANTS, **filters)).json()["items"]
        assert [each["id"] for each in items] == [each["id"] for each in expected], filters
    limited = await api_of("registers:applicants", directorates=[own.id])
    (found,) = (await limited.get(APPLICANTS)).json()["items"]
    assert (found["id"], found["person_id"]) == (one["id"], None)
    place = f"{APPLICANTS}/{two['id']}"
    refused(await limited.get(place), 404, "applicant-not-found")
    refused(await limited.send("PATCH", place, {"role": "x"}), 404, "applicant-not-found")
    elsewhere = new | {"reference": "AR-8", "directorate_id": str(other.id)}
    refused(await limited.send("POST", APPLICANTS, elsewhere), 404, "directorate-not-found")
    unseen = new | {"reference": "AR-8", "person_id": stranger["id"]}
    refused(await limited.send("POST", APPLICANTS, unseen), 404, "person-not-found")


async def test_figures_tell_no_average_of_few(api, applicant, reached):
    days = {"from": "2026-03-01", "to": "2026-03-31"}

    async def told() -> dict:
        return (await api.get(f"{APPLICANTS}/figures", **days)).json()

    assert (await told())["pct_offered_both"] is None
    for number in range(1, 6):
        found = await applicant(training_offered_on="2026-03-02")
        place = f"{APPLICANTS}/{found['id']}"
        await reached(found, "withdrawn")
        await api.send("PUT", f"{place}/survey", SURVEY | {"valued": number})
        if number == 4:
            given = {"feedback_given_on": "2026-03-11", "mentoring_offered_on": "2026-03-11"}
            await api.send("PATCH", place, given)
            assert ((await told())["surveyed"], (await told())["valued"]) == (4, None)
    await reached(await applicant(), "shortlisted", "interviewed", "offered", "started")
    assert await told() == days | {
        "applicants": 6,
        "training_offered": 5,
        "mentoring_offered": 1,
        "pct_offered_both": 16.7,
        "ended": 6,
        "started": 1,
        "given_feedback": 1,
        "surveyed": 5,
        "informed": 4.0,
        "supported": 5.0,
        "valued": 3.0,
    }


async def test_the_database_lets_the_same_stages_follow_as_the_model(session):
    for before, after in itertools.permutations(Stage, 2):
        day = today()
        told = {"reference": f"{before}-{after}", "role": "x", "band": Band.BAND_2}
        session.add(Applicant(**told, applied_on=day, stage=before, stage_since=day))
        await session.flush()
        refusal = pytest.raises(IntegrityError, match="does not follow")
        with nullcontext() if after in FOLLOWING[before] else refusal:
            async with session.begin_nested():
                await session.execute(
                    text("UPDATE recruitment_applicant SET stage = :after WHERE reference = :of"),
                    {"after": after, "of": told["reference"]},
                )


async def test_the_database_holds_what_the_model_says(session, api, applicant, reached):
    found = await reached(await applicant(), "withdrawn")
    await api.send("PUT", f"{APPLICANTS}/{found['id']}/survey", SURVEY)
    await applicant()
    for change in (
        "UPDATE recruitment_applicant SET feedback_given_on = CURRENT_DATE + 2",
        "UPDATE recruitment_applicant SET stage_since = CURRENT_DATE + 2",
        (
            "UPDATE recruitment_applicant SET stage = 'shortlisted', stage_since = '2026-01-01'"
            " WHERE stage = 'applied'"
        ),
        "UPDATE recruitment_stage SET reached_on = CURRENT_DATE + 2",
        "UPDATE recruitment_survey SET valued = 6",
        (
            "UPDATE recruitment_survey SET applicant_id ="
            " (SELECT id FROM recruitment_applicant WHERE stage = 'applied')"
        ),
    ):
        with pytest.raises(Exception, match=r"check constraint|before the last|has not ended"):
            async with session.begin_nested():
                await session.execute(text(change))
