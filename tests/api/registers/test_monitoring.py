from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.clock import today
from app.domain.people.monitoring import codes, queries, service
from app.domain.people.monitoring.errors import CodeUnknownError, DisabilityAloneError
from app.domain.people.monitoring.models import CODES, Characteristic, Monitoring
from app.domain.people.register.models import Person
from tests.api.registers.test_people import PEOPLE, refused

UNTOLD = {
    "ethnic_category": "99",
    "gender": "X",
    "gender_same_at_birth": "X",
    "sexual_orientation": "9",
    "disabilities": [],
    "religion": "N",
    "carer_support": None,
}
TOLD = UNTOLD | {"ethnic_category": "Z", "gender": "2", "disabilities": ["02", "05"]}
WHY = {"reason": "They asked us to put it down."}
FIGURES = "registers/monitoring"


@pytest.fixture
async def api(api_of):
    return await api_of("registers:manage", "registers:read")


@pytest.fixture
async def keeper(api_of):
    return await api_of("monitoring:manage")


@pytest.fixture
async def analyst(api_of):
    return await api_of("monitoring:read")


async def person(api, name: str = "Amara", **told: object) -> dict:
    return await api.made(PEOPLE, name=name, **told)


async def put_down(keeper, found: dict, **told: object):
    place = f"{PEOPLE}/{found['id']}/monitoring"
    return await keeper.send("PUT", place, UNTOLD | WHY | told)


async def test_what_somebody_tells_is_read_and_changed_with_a_reason(api, keeper):
    found = await person(api)
    place = f"{PEOPLE}/{found['id']}/monitoring"
    first = await keeper.send("POST", f"{place}/reading", {"reason": "Nothing was told yet."})
    assert first.json() == UNTOLD | {"person_id": found["id"], "version": 0}
    stale = await keeper.send("PUT", place, TOLD | WHY, If_Match='"1"')
    refused(stale, 412, "precondition-failed")
    made = await keeper.send("PUT", place, TOLD | WHY, If_Match=first.headers["etag"])
    assert made.json() == TOLD | {"person_id": found["id"], "version": 1}
    again = await keeper.send("PUT", place, TOLD | WHY | {"carer_support": "02"}, If_Match='"1"')
    assert (again.json()["carer_support"], again.headers["etag"]) == ("02", '"2"')
    read = await keeper.send("POST", f"{place}/reading", {"reason": "A question of theirs."})
    assert (read.json(), read.headers["etag"]) == (again.json(), '"2"')
    assert not UNTOLD.keys() & (await api.get(f"{PEOPLE}/{found['id']}")).json().keys()


async def test_each_access_leaves_who_and_why(api, keeper):
    found = await person(api)
    place = f"{PEOPLE}/{found['id']}/monitoring"
    await put_down(keeper, found)
    await keeper.send("POST", f"{place}/reading", {"reason": "To check it."})
    items = (await keeper.get(f"{place}/accesses")).json()["items"]
    assert [(each["kind"], each["reason"]) for each in items] == [
        ("read", "To check it."),
        ("changed", "They asked us to put it down."),
    ]
    assert all(each["accessed_by"] and each["accessed_at"].endswith("Z") for each in items)
    for body in ({}, {"reason": " "}):
        refused(await keeper.send("POST", f"{place}/reading", body), 422, "invalid-request")
    without = await keeper.send("PUT", place, UNTOLD)
    refused(without, 422, "invalid-request")


@pytest.mark.parametrize(
    ("told", "slug"),
    [
        ({"ethnic_category": "I"}, "invalid-request"),
        ({"gender": "3"}, "invalid-request"),
        ({"disabilities": ["11"]}, "invalid-request"),
        ({"carer_support": "1"}, "invalid-request"),
        ({"disabilities": ["NN", "02"]}, "disability-alone"),
        ({"disabilities": ["ZZ", "XX"]}, "disability-alone"),
    ],
)
async def test_what_the_dictionary_does_not_know_is_refused(api, keeper, told, slug):
    refused(await put_down(keeper, await person(api), **told), 422, slug)


def test_the_model_refuses_it_too():
    for told, error in (
        ({"ethnic_category": "O"}, CodeUnknownError),
        ({"disabilities": ["00"]}, CodeUnknownError),
        ({"disabilities": ["NN", "02"]}, DisabilityAloneError),
    ):
        with pytest.raises(error):
            Monitoring.unasked(None).tell(told)


async def test_the_database_takes_just_the_dictionarys_codes(api, session):
    found = await person(api)
    one = await people_get(session, found)
    for name, known in {**CODES, "disabilities": codes.DISABILITY}.items():
        for code in (*known, "I0", ""):
            told = [code] if name == "disabilities" else code
            if code in known:
                made = await service.set_own(session, one, {name: told})
                assert getattr(made, name) == told
            else:
                await refuses(session, one, f"{name} = :told", told)
    await refuses(session, one, "disabilities = :told", ["NN", "02"])


async def refuses(session, one, change: str, told: object) -> None:
    with pytest.raises(IntegrityError):
        async with session.begin_nested(), service.opened(session, one):
            await session.execute(
                text(f"UPDATE equality_monitoring SET {change} WHERE person_id = :id"),
                {"told": told, "id": one.id},
            )


async def people_get(session, found: dict):
    return await session.get(Person, UUID(found["id"]))


async def test_somebody_sees_and_changes_their_own(api, keeper, session):
    found = await person(api)
    one = await people_get(session, found)
    assert (await service.own(session, one)).ethnic_category == "99"
    await service.set_own(session, one, {"ethnic_category": "M"})
    assert (await service.own(session, one)).ethnic_category == "M"
    accesses = await keeper.get(f"{PEOPLE}/{found['id']}/monitoring/accesses")
    assert accesses.json()["items"] == []


async def test_of_another_directorate_nothing_is_told(api, api_of, given):
    own, other = await given.directorate(), await given.directorate()
    found = await person(api, directorate_id=str(other.id))
    limited = await api_of("monitoring:manage", directorates=[own.id])
    place = f"{PEOPLE}/{found['id']}/monitoring"
    refused(await limited.send("POST", f"{place}/reading", WHY), 404, "person-not-found")
    refused(await put_down(limited, found), 404, "person-not-found")
    refused(await limited.get(f"{place}/accesses"), 404, "person-not-found")


async def test_two_records_monitoring_becomes_one(api, keeper):
    kept, second, third = [await person(api, name) for name in ("Ama", "Amara", "A. O.")]
    await put_down(keeper, second, ethnic_category="N")
    for duplicate in (second, third):
        if duplicate is third:
            await put_down(keeper, third, ethnic_category="M")
        merging = {"duplicate_id": duplicate["id"]}
        answer = await api.send("POST", f"{PEOPLE}/{kept['id']}/merge", merging)
        assert answer.status_code == 200, answer.text

    async def ethnic(found: dict) -> str:
        place = f"{PEOPLE}/{found['id']}/monitoring/reading"
        return (await keeper.send("POST", place, WHY)).json()["ethnic_category"]

    assert [await ethnic(each) for each in (kept, second, third)] == ["N", "99", "M"]
    accesses = await keeper.get(f"{PEOPLE}/{kept['id']}/monitoring/accesses")
    assert [each["kind"] for each in accesses.json()["items"]] == ["read", "changed", "changed"]
    refused(await put_down(keeper, second), 409, "person-merged", merged_into=kept["id"])


async def figures(analyst, **asked: str) -> dict:
    answer = await analyst.get(FIGURES, **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def told(figures: dict) -> dict:
    return {each["code"]: each["people"] for each in figures["groups"] if each["people"] != 0}


async def test_figures_hide_small_groups_and_who_would_give_them_away(api, keeper, analyst):
    assert (await figures(analyst, by="gender"))["whole"]["people"] == 0
    found = [await person(api, f"Person {number}") for number in range(16)]
    for number, each in enumerate(found[:15]):
        code = "A" if number < 7 else "H" if number < 13 else "Z"
        await put_down(keeper, each, ethnic_category=code)
    whole = (await figures(analyst, by="ethnic_category"))["whole"]
    assert whole["people"] == 16
    # Z (2) and 99 (1) are three people, so that H (6) hides them.
    assert told(whole) == {"A": 7, "H": None, "Z": None, "99": None}
    assert told((await figures(analyst, by="gender"))["whole"]) == {"X": 16}
    for number, each in enumerate(found[:12]):
        await put_down(keeper, each, disabilities=["NN"] if number < 6 else ["02", "05"])
    whole = (await figures(analyst, by="disability"))["whole"]
    assert told(whole) == {"any": 6, "02": 6, "05": 6, "NN": None, "not_recorded": None}


async def test_figures_of_parts_tell_a_group_in_all_or_in_none(api, keeper, analyst, given):
    directorate = await given.directorate(code="ADULT")
    for number in range(24):
        told_ = {"directorate_id": str(directorate.id)} if number % 2 else {}
        each = await person(api, f"Person {number}", **told_)
        await put_down(keeper, each, gender="1" if number < 10 else "2")
        if number < 6:
            place = f"{PEOPLE}/{each['id']}/roles"
            await api.made(place, role="carer", valid_from="2024-01-01")
    by_place = await figures(analyst, by="gender", per="directorate")
    assert [(each["code"], each["people"]) for each in by_place["parts"]] == [
        ("ADULT", 12),
        ("(none)", 12),
    ]
    assert [told(each) for each in by_place["parts"]] == [{"1": 5, "2": 7}] * 2
    by_role = await figures(analyst, by="gender", per="role")
    parts = {each["code"]: each for each in by_role["parts"]}
    assert (parts["carer"]["people"], parts["(none)"]["people"]) == (6, 18)
    assert told(parts["carer"]) == {"1": None, "2": None} | {
        code: None for code in codes.GENDER if code in told(parts["carer"])
    }
    by_status = await figures(analyst, by="gender", per="status")
    assert [each["people"] for each in by_status["parts"]] == [24, 0, 0, 0, 0]
    assert told(by_status["parts"][0]) == told(by_status["whole"]) == {"1": 10, "2": 14}


async def test_people_are_counted_by_every_characteristic(api, keeper, analyst):
    year = today().year
    for number in range(5):
        each = await person(api, f"Person {number}", born_on=f"{year - 40}-01-01")
        await put_down(keeper, each, carer_support="01", religion="G")
    for by, expected in (
        ("age_band", {"35-44": 5}),
        ("carer_support", {"01": 5}),
        ("religion", {"G": 5}),
        ("sexual_orientation", {"9": 5}),
        ("gender_same_at_birth", {"X": 5}),
        ("disability", {"not_recorded": 5}),
    ):
        assert told((await figures(analyst, by=by))["whole"]) == expected, by
    assert {*queries.LABELS} == {*Characteristic}


async def test_figures_are_of_everybody_whoever_asks(api, api_of, given):
    own, other = await given.directorate(), await given.directorate()
    for number in range(6):
        await person(api, f"Person {number}", directorate_id=str(other.id))
    limited = await api_of("monitoring:read", directorates=[own.id])
    assert (await figures(limited, by="gender"))["whole"]["people"] == 6
    refused(await limited.get(FIGURES, by="name"), 422, "invalid-request")
    refused(await limited.get(FIGURES), 422, "invalid-request")
