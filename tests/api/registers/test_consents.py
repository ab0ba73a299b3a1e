from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.clock import now, today
from app.core.db import constraint_of
from app.domain.people.consents import service
from app.domain.people.consents.errors import ConsentMissingError
from app.domain.people.consents.models import Purpose
from tests.api.registers.test_people import refused

SCOPES = ("registers:read", "registers:manage", "registers:configure")
PEOPLE, TEXTS = "registers/people", "registers/consent-texts"
CHILD = str(today().replace(day=1) - timedelta(365 * 12))
YOUTH = str(today().replace(day=1) - timedelta(365 * 17))


@pytest.fixture
async def api(api_of):
    return await api_of(*SCOPES)


@pytest.fixture
def person(api):
    async def made(**told: object) -> str:
        return (await api.made(PEOPLE, name="Amara Okafor", **told))["id"]

    return made


@pytest.fixture
def current(api):
    async def found(purpose: str) -> str:
        answer = await api.get(TEXTS, purpose=purpose, current=True)
        (item,) = answer.json()["items"]
        return item["id"]

    return found


@pytest.fixture
def agreed(api, current):

    async def made(person: str, purpose: str = "stories", **told: object):
        body = {"text_id": await current(purpose), "channel": "paper"} | told
        return await api.send("POST", f"{PEOPLE}/{person}/consents", body)

    return made


@pytest.fixture
def published(api):
    async def made(purpose: str = "stories") -> dict:
        told = {"title": "New", "text": "New words.", "easy_read": "New."}
        return await api.made(TEXTS, purpose=purpose, **told)

    return made


async def items(api, place: str, **filters: object) -> list[dict]:
    answer = await api.get(place, **filters)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def ago(**time: float) -> str:
    return (now() - timedelta(**time)).isoformat()


async def test_each_purpose_has_a_first_text_that_the_trust_is_to_replace(api, published):
    shipped = await items(api, TEXTS)
    assert sorted(each["purpose"] for each in shipped) == sorted(Purpose)
    assert all(each["shipped"] and each["current"] and each["number"] == 1 for each in shipped)
    assert all(each["text"] and each["easy_read"] for each in shipped)
    made = await published("newsletter")
    assert (made["number"], made["shipped"], made["current"]) == (2, False, True)
    assert made["published_by"]
    old, new = (await items(api, TEXTS, purpose="newsletter"))[::-1]
    assert (old["current"], new) == (False, made)
    assert await items(api, TEXTS, purpose="newsletter", current=False) == [old]
    assert (await api.get(f"{TEXTS}/{made['id']}")).json() == made
    refused(await api.get(f"{TEXTS}/{uuid4()}"), 404, "consent-text-not-found")


async def test_a_text_is_published_once_per_key(api):
    told = {"purpose": "research", "title": "New", "text": "New words.", "easy_read": "New."}
    first = await api.send("POST", TEXTS, told, Idempotency_Key="a")
    again = await api.send("POST", TEXTS, told, Idempotency_Key="a")
    assert (first.json(), again.headers["idempotency-replayed"]) == (again.json(), "true")


async def test_a_text_never_changes(session):
    for change in ("UPDATE consent_text SET title = 'x'", "DELETE FROM consent_text"):
        with pytest.raises(IntegrityError) as refusal:
            async with session.begin_nested():
                await session.execute(text(change))
        assert constraint_of(refusal.value) == "consent_text_fixed"


async def test_a_consent_is_given_and_withdrawn(api, person, agreed):
    found = await person()
    place = f"{PEOPLE}/{found}/consents"
    answer = await agreed(found, given_at=ago(days=3))
    made = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert answer.headers["location"] == f"/v1/{place}/{made['id']}"
    told = {"purpose": "stories", "text_number": 1, "channel": "paper", "given_by": "person"}
    assert made | told | {"active": True, "withdrawn_at": None} == made
    assert made["recorded_by"]
    assert (await api.get(f"{place}/{made['id']}")).json() == made
    refused(await agreed(found), 409, "consent-active")
    refused(await agreed(found, given_at=ago(days=9)), 409, "consent-active")
    stale = await api.send(
        "POST", f"{place}/{made['id']}/withdrawal", {"how": "spoken"}, If_Match='"7"'
    )
    refused(stale, 412, "precondition-failed")
    answer = await api.send("POST", f"{place}/{made['id']}/withdrawal", {"how": "spoken"})
    ended = answer.json()
    assert (ended["withdrawn_how"], ended["active"]) == ("spoken", False)
    assert ended["withdrawal_recorded_by"] == made["recorded_by"]
    again = await api.send("POST", f"{place}/{made['id']}/withdrawal", {"how": "spoken"})
    refused(again, 409, "consent-withdrawn")
    refused(await agreed(found, given_at=ago(days=1)), 409, "consent-active")
    second = (await agreed(found)).json()
    other = (await agreed(found, "research")).json()
    assert await items(api, place) == [other, second, ended]
    assert await items(api, place, purpose="stories", active=True) == [second]
    assert await items(api, place, active=False) == [ended]


async def test_what_was_never_given_is_not_withdrawn(api, person, agreed):
    found, other = await person(), await person()
    theirs = (await agreed(other)).json()["id"]
    for unknown in (theirs, uuid4()):
        place = f"{PEOPLE}/{found}/consents/{unknown}"
        refused(await api.send("POST", f"{place}/withdrawal", {"how": "email"}), 404,
                "consent-not-found")  # fmt: skip
        refused(await api.get(place), 404, "consent-not-found")


async def test_who_agrees_to_a_newer_text_is_held_to_that(api, person, agreed, published, current):
    found = await person()
    old_text = await current("involvement_agreement")
    old = (await agreed(found, "involvement_agreement", given_at=ago(days=30))).json()
    assert old["text_current"]
    await published("involvement_agreement")
    place = f"{PEOPLE}/{found}/consents"
    assert not (await api.get(f"{place}/{old['id']}")).json()["text_current"]
    late = await agreed(found, "involvement_agreement", text_id=old_text)
    refused(late, 422, "consent-text-superseded")
    early = await agreed(found, "involvement_agreement", given_at=ago(days=31))
    refused(early, 409, "consent-active")
    new = (await agreed(found, "involvement_agreement")).json()
    assert (new["text_number"], new["active"]) == (2, True)
    ended = (await api.get(f"{place}/{old['id']}")).json()
    assert (ended["withdrawn_at"], ended["withdrawn_how"]) == (new["given_at"], "renewed")
    assert not ended["active"]


async def test_the_older_text_holds_until_the_newer_one_was_there(
    person, agreed, published, current
):
    """A form signed before the newer text came arrives after it."""
    found, old_text = await person(), await current("stories")
    await published()
    answer = await agreed(found, text_id=old_text, given_at=ago(days=2))
    assert (answer.status_code, answer.json()["text_current"]) == (201, False)


@pytest.mark.parametrize(
    ("born_on", "by", "code"),
    [
        (CHILD, "person", "parent-consent"),
        (CHILD, "supporter", "parent-consent"),
        (CHILD, "parent", None),
        (YOUTH, "person", None),
        (YOUTH, "parent", None),
        ("1980-01-01", "person", None),
        ("1980-01-01", "supporter", None),
        ("1980-01-01", "parent", "parent-consent"),
        (None, "person", None),
        (None, "parent", None),
    ],
)
async def test_a_parent_consents_for_a_child_and_nobody_else_does(
    person, agreed, born_on, by, code
):
    found = await person(born_on=born_on)
    name = None if by == "person" else "Ngozi Okafor"
    answer = await agreed(found, given_by=by, giver_name=name)
    if code:
        refused(answer, 422, code)
    else:
        told = answer.json()
        assert (answer.status_code, told["given_by"], told["giver_name"]) == (201, by, name)


async def test_a_consent_that_makes_no_sense_is_refused(api, person, agreed):
    found = await person(born_on=str(today() - timedelta(7)))
    early = {"given_at": ago(days=20), "given_by": "parent", "giver_name": "Ngozi"}
    for told, slug in (
        ({"given_at": ago(days=-1)}, "consent-time"),
        (early, "consent-time"),
        ({"given_by": "parent"}, "consent-giver"),
        ({"giver_name": "Ngozi"}, "consent-giver"),
    ):
        refused(await agreed(found, **told), 422, slug)
    refused(await agreed(found, text_id=str(uuid4())), 404, "consent-text-not-found")
    refused(await agreed(str(uuid4())), 404, "person-not-found")
    kept = await person()
    await api.send("POST", f"{PEOPLE}/{kept}/merge", {"duplicate_id": found})
    refused(await agreed(found), 409, "person-merged", merged_into=kept)


async def test_nothing_is_used_without_an_active_consent(api, session, person, agreed):
    found, subject = await person(), uuid4()

    async def use(purpose: Purpose = Purpose.STORIES) -> None:
        async with session.begin_nested():
            await service.use(session, UUID(found), purpose, "story", subject)

    with pytest.raises(ConsentMissingError):
        await use()
    made = (await agreed(found)).json()
    await use()
    with pytest.raises(ConsentMissingError) as refusal:
        await use(Purpose.RESEARCH)
    assert refusal.value.extra == {"purpose": "research"}
    await session.commit()
    place = f"{PEOPLE}/{found}"
    (told,) = await items(api, f"{place}/uses", purpose="stories")
    assert told | {"what": "story", "subject_id": str(subject), "used_by": None} == told
    assert (told["purpose"], told["consent_id"]) == ("stories", made["id"])
    assert await items(api, f"{place}/uses", purpose="research") == []
    withdrawal = f"{place}/consents/{made['id']}/withdrawal"
    assert (await api.send("POST", withdrawal, {"how": "online"})).status_code == 200
    with pytest.raises(ConsentMissingError):
        await use()
    assert await items(api, f"{place}/uses") == [told]
    refused(await api.get(f"{PEOPLE}/{uuid4()}/uses"), 404, "person-not-found")


async def test_what_a_child_agreed_to_alone_counts_no_more_once_that_is_known(
    api, session, person, agreed
):
    found = await person()
    made = (await agreed(found)).json()
    assert made["active"]
    await api.send("PATCH", f"{PEOPLE}/{found}", {"born_on": CHILD})
    with pytest.raises(ConsentMissingError):
        await service.use(session, UUID(found), Purpose.STORIES, "story", uuid4())
    consents = f"{PEOPLE}/{found}/consents"
    assert not (await api.get(f"{consents}/{made['id']}")).json()["active"]
    use = (
        "INSERT INTO person_use (id, consent_id, what, subject_id, used_at, created_at,"
        " updated_at, version) SELECT id, id, 'story', id, now(), now(), now(), 1"
        f" FROM person_consent WHERE id = '{made['id']}'"
    )
    await session.commit()
    await refuses(session, use, "person_use_consent")


async def test_a_consent_does_not_end_before_its_last_use(session, person, agreed, published):
    found = await person()
    await agreed(found, given_at=ago(days=2))
    await service.use(session, UUID(found), Purpose.STORIES, "story", uuid4())
    await session.commit()
    early = "withdrawn_at = given_at + interval '1 hour', withdrawn_how = 'email'"
    change = f"UPDATE person_consent SET {early} WHERE person_id = '{found}'"
    await refuses(session, change, "person_consent_used")
    signed = now()
    await published()
    await service.use(session, UUID(found), Purpose.STORIES, "story", uuid4())
    await session.commit()
    refused(await agreed(found, given_at=signed.isoformat()), 409, "consent-used")


async def refuses(session, statement: str, constraint: str) -> None:
    with pytest.raises(IntegrityError) as refusal:
        async with session.begin_nested():
            await session.execute(text(statement))
    assert constraint_of(refusal.value) == constraint, constraint


async def test_the_database_holds_what_the_model_says(session, person, agreed, published):
    adult, child = await person(), await person(born_on=CHILD)
    made = (await agreed(adult, given_at=ago(days=3))).json()
    change = f"UPDATE person_consent SET {{}} WHERE id = '{made['id']}'"
    for what, constraint in (
        ("withdrawn_at = given_at, withdrawn_how = 'email'", "ck_person_consent_withdrawn_later"),
        ("withdrawn_at = now()", "ck_person_consent_withdrawn_somehow"),
        ("giver_name = 'x'", "ck_person_consent_giver"),
        ("created_at = given_at - interval '1 hour'", "ck_person_consent_given"),
        ("given_at = given_at - interval '1 hour'", "person_consent_fixed"),
        ("channel = 'online'", "person_consent_fixed"),
    ):
        await refuses(session, change.format(what), constraint)
    copy = (
        "INSERT INTO person_consent (id, person_id, text_id, purpose, channel, given_at, given_by,"
        " giver_name, created_at, updated_at, version) SELECT gen_random_uuid(), {person},"
        " text_id, {purpose}, channel, {at}, {by}, {name}, now(), now(), 1"
        f" FROM person_consent WHERE id = '{made['id']}'"
    )
    usual = {
        "person": f"'{child}'",
        "purpose": "purpose",
        "at": "given_at",
        "by": "'parent'",
        "name": "'N'",
    }
    own = {"by": "'person'", "name": "NULL"}
    for told, constraint in (
        (own, "person_consent_parent"),
        ({"at": "timestamp '1950-01-01'"}, "ck_person_consent_given"),
        ({"purpose": "'research'"}, "fk_person_consent_text_id_purpose"),
        ({"person": f"'{adult}'"} | own, "ex_person_consent_once"),
    ):
        await refuses(session, copy.format(**usual | told), constraint)
    await session.execute(text(f"UPDATE person SET born_on = '1970-01-01' WHERE id = '{child}'"))
    await refuses(session, copy.format(**usual), "person_consent_parent")
    await session.commit()
    await published()
    await refuses(
        session, copy.format(**usual | own | {"at": "clock_timestamp()"}), "person_consent_text"
    )


async def test_two_records_consents_become_one_persons_with_their_uses(
    api, session, person, agreed
):
    kept, second = await person(), await person()
    mine = (await agreed(kept, "stories")).json()
    theirs = (await agreed(second, "stories")).json()
    moved = (await agreed(second, "research")).json()
    await service.use(session, UUID(second), Purpose.RESEARCH, "study", uuid4())
    await session.commit()
    merged = await api.send("POST", f"{PEOPLE}/{kept}/merge", {"duplicate_id": second})
    assert merged.status_code == 200, merged.text
    found = [each["id"] for each in await items(api, f"{PEOPLE}/{kept}/consents")]
    assert found == [moved["id"], mine["id"]]
    (left,) = await items(api, f"{PEOPLE}/{second}/consents")
    assert left["id"] == theirs["id"]
    assert [use["what"] for use in await items(api, f"{PEOPLE}/{kept}/uses")] == ["study"]


async def test_who_may_not_see_a_person_sees_no_consent(api_of, agreed, person, given):
    found = await person(directorate_id=str((await given.directorate()).id))
    made = (await agreed(found)).json()
    limited = await api_of(*SCOPES, directorates=[])
    place = f"{PEOPLE}/{found}/consents"
    for answer in (
        await limited.get(place),
        await limited.get(f"{place}/{made['id']}"),
        await limited.send("POST", f"{place}/{made['id']}/withdrawal", {"how": "email"}),
        await limited.get(f"{PEOPLE}/{found}/uses"),
    ):
        refused(answer, 404, "person-not-found")


async def test_publishing_takes_a_scope_of_its_own(api_of):
    keeper = await api_of("registers:read", "registers:manage")
    told = {"purpose": "stories", "title": "N", "text": "N", "easy_read": "N"}
    refused(await keeper.send("POST", TEXTS, told), 403, "forbidden")
