from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.clock import today
from app.core.db import constraint_of
from app.domain.people.needs import service
from app.domain.people.needs.codes import Format
from app.domain.people.needs.errors import FormatRefusedError
from tests.api.registers.test_people import refused

SCOPES = ("registers:read", "registers:manage")
PEOPLE, NEEDS = "registers/people", "registers/needs"
SOON = str(today() + timedelta(90))
FORMATS = {"kind": "information_format", "formats": ["easy_read", "audio"], "review_on": SOON}


@pytest.fixture
async def api(api_of):
    return await api_of(*SCOPES)


@pytest.fixture
def person(api):
    async def made(**told: object) -> str:
        return (await api.made(PEOPLE, name="Amara Okafor", **told))["id"]

    return made


async def age(session, need: str) -> None:
    """Let a need's review have been due."""
    days = "reviewed_on = reviewed_on - 400, review_on = reviewed_on - 35"
    await session.execute(text(f"UPDATE person_need SET {days} WHERE id = '{need}'"))
    await session.commit()


async def test_a_need_is_recorded_shown_corrected_reviewed_and_ended(api, person, session):
    found = await person()
    place = f"{PEOPLE}/{found}/needs"
    answer = await api.send("POST", place, FORMATS | {"words": "Short sentences."})
    need = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert answer.headers["location"] == f"/v1/{place}/{need['id']}"
    assert need["reference_set"] == "999002141000000102"
    assert (need["reviewed_on"], need["overdue"]) == (str(today()), False)
    assert (await api.get(f"{place}/{need['id']}")).json() == need
    shown = await api.get(f"{PEOPLE}/{found}")
    assert (shown.json()["needs"], shown.headers["etag"]) == ([need], '"2"')
    (listed,) = (await api.get(PEOPLE)).json()["items"]
    assert "needs" not in listed
    change = {"concept": "73211009", "words": None, "languages": ["en"]}
    stale = await api.send("PATCH", f"{place}/{need['id']}", change, If_Match='"2"')
    refused(stale, 412, "precondition-failed")
    changed = (await api.send("PATCH", f"{place}/{need['id']}", change)).json()
    assert changed | change | {"formats": ["easy_read", "audio"], "version": 2} == changed
    await age(session, need["id"])
    assert (await api.get(f"{PEOPLE}/{found}")).json()["needs"][0]["overdue"] is True
    again = await api.send("POST", f"{place}/{need['id']}/review", {"review_on": SOON})
    told = again.json()
    assert (told["reviewed_on"], told["review_on"]) == (str(today()), SOON)
    assert not told["overdue"]
    gone = await api.send("DELETE", f"{place}/{need['id']}", None)
    assert gone.status_code == 204
    assert (await api.get(f"{PEOPLE}/{found}")).json()["needs"] == []
    refused(await api.get(f"{place}/{need['id']}"), 404, "need-not-found")
    refused(await api.send("DELETE", f"{place}/{need['id']}", None), 404, "need-not-found")


async def test_a_need_is_recorded_once_per_key(api, person):
    place = f"{PEOPLE}/{await person()}/needs"
    first = await api.send("POST", place, FORMATS, Idempotency_Key="a")
    again = await api.send("POST", place, FORMATS, Idempotency_Key="a")
    assert (first.json(), again.headers["idempotency-replayed"]) == (again.json(), "true")


@pytest.mark.parametrize(
    ("told", "slug"),
    [
        ({"concept": "73211008"}, "need-concept"),
        ({"concept": "73211019"}, "invalid-request"),
        ({"concept": "73211018"}, "invalid-request"),
        ({"formats": []}, "need-empty"),
        ({"kind": "contact_method"}, "need-formats"),
        ({"kind": "contact_method", "formats": [], "languages": ["en"]}, "need-formats"),
        ({"review_on": str(today())}, "need-review"),
        ({"formats": ["scroll"]}, "invalid-request"),
        ({"languages": ["english"]}, "invalid-request"),
    ],
)
async def test_a_need_that_makes_no_sense_is_refused(api, person, told, slug):
    place = f"{PEOPLE}/{await person()}/needs"
    refused(await api.send("POST", place, FORMATS | told), 422, slug)


async def test_the_four_kinds_have_their_reference_sets(api, person):
    place = f"{PEOPLE}/{await person()}/needs"
    for kind, code in (
        ("communication_support", "999002121000000109"),
        ("contact_method", "999002131000000106"),
        ("information_format", "999002141000000102"),
        ("communication_professional", "999002151000000104"),
    ):
        made = await api.made(place, kind=kind, words="As I say.", review_on=SOON)
        assert made["reference_set"] == code


async def test_another_persons_need_is_not_found(api, person, given):
    need = (await api.made(f"{PEOPLE}/{await person()}/needs", **FORMATS))["id"]
    place = f"{PEOPLE}/{await person()}/needs/{need}"
    refused(await api.send("PATCH", place, {"words": "x"}), 404, "need-not-found")
    refused(await api.get(place), 404, "need-not-found")
    refused(await api.send("POST", f"{PEOPLE}/{uuid4()}/needs", FORMATS), 404, "person-not-found")


async def test_a_merged_records_needs_go_over_and_are_changed_there(api, person):
    kept, second = await person(), await person()
    need = await api.made(f"{PEOPLE}/{second}/needs", **FORMATS)
    await api.send("POST", f"{PEOPLE}/{kept}/merge", {"duplicate_id": second})
    (moved,) = (await api.get(f"{PEOPLE}/{kept}")).json()["needs"]
    assert moved["id"] == need["id"]
    late = await api.send("POST", f"{PEOPLE}/{second}/needs", FORMATS)
    refused(late, 409, "person-merged", merged_into=kept)


async def test_overdue_reviews_are_listed_for_those_who_see_the_person(
    api, api_of, person, given, session
):
    own, other = await given.directorate(), await given.directorate()
    lead = str((await given.user(name="Lee Lead")).id)
    mine = await person(directorate_id=str(own.id))
    theirs = await person(directorate_id=str(other.id))
    await api.send("POST", f"{PEOPLE}/{mine}/welcome", {"lead_id": lead})
    late = await api.made(f"{PEOPLE}/{mine}/needs", **FORMATS)
    fresh = await api.made(
        f"{PEOPLE}/{mine}/needs", kind="contact_method", words="Text me.", review_on=SOON
    )
    hidden = await api.made(f"{PEOPLE}/{theirs}/needs", **FORMATS)
    await age(session, late["id"])
    await age(session, hidden["id"])
    limited = await api_of(*SCOPES, directorates=[own.id])

    async def ids(by, **filters: object) -> list[str]:
        return [each["id"] for each in (await by.get(NEEDS, **filters)).json()["items"]]

    assert await ids(api, overdue=True) == [hidden["id"], late["id"]]
    assert await ids(limited, overdue=True) == [late["id"]]
    assert await ids(api, overdue=False) == [fresh["id"]]
    assert await ids(api, kind="contact_method") == [fresh["id"]]
    assert await ids(api, lead=lead) == [fresh["id"], late["id"]]
    (told,) = (await limited.get(NEEDS, overdue=True)).json()["items"]
    assert (told["person_id"], told["person_name"]) == (mine, "Amara Okafor")
    refused(await limited.get(f"{PEOPLE}/{theirs}/needs/{hidden['id']}"), 404, "person-not-found")


async def test_a_message_in_a_format_the_person_cannot_use_is_refused(api, person, session):
    found = await person()
    await service.check_format(session, UUID(found), Format.PLAIN_TEXT, "cy")
    await api.made(f"{PEOPLE}/{found}/needs", **FORMATS)
    await service.check_format(session, UUID(found), Format.EASY_READ)
    with pytest.raises(FormatRefusedError) as refusal:
        await service.check_format(session, UUID(found), Format.PLAIN_TEXT)
    assert refusal.value.extra == {"formats": ["easy_read", "audio"], "languages": None}
    told = FORMATS | {"formats": [], "languages": ["ur"]}
    await api.made(f"{PEOPLE}/{found}/needs", **told)
    with pytest.raises(FormatRefusedError) as refusal:
        await service.check_format(session, UUID(found), Format.EASY_READ)
    assert refusal.value.extra == {"formats": ["easy_read", "audio"], "languages": ["ur"]}
    await service.check_format(session, UUID(found), Format.EASY_READ, "ur")


async def test_the_database_holds_what_the_model_says(api, person, session):
    found = await person()
    need = await api.made(f"{PEOPLE}/{found}/needs", **FORMATS)
    for change, constraint in (
        ("concept = '73211008'", "concept"),
        ("formats = '{}'", "says_something"),
        ("kind = 'contact_method'", "formats_of_kind"),
        ("formats = '{scroll}'", "formats_known"),
        ("review_on = reviewed_on", "review_later"),
    ):
        with pytest.raises(IntegrityError) as refusal:
            async with session.begin_nested():
                await session.execute(
                    text(f"UPDATE person_need SET {change} WHERE id = '{need['id']}'")
                )
        assert constraint_of(refusal.value) == f"ck_person_need_{constraint}"
