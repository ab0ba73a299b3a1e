"""Messages to people of the register: seen, handed over, tried anew, and how they are worded."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from app.domain.people.messages import service
from app.domain.people.messages.models import Message
from app.domain.people.notices import Notice, notify
from tests.api.registers.conftest import PEOPLE, refused

MESSAGES = "registers/messages"
TEMPLATES = f"{MESSAGES}/templates"
SCOPES = (
    "registers:read",
    "registers:manage",
    "registers:messages",
    "registers:configure",
    "registers:checks",
    "registers:opportunities",
)


@pytest.fixture
async def api(api_of):
    return await api_of(*SCOPES)


@pytest.fixture
def person(api):
    async def made(**told: object) -> str:
        start = {"name": "Amara Okafor", "email": "amara@example.org", "known_as": "Ama"}
        return (await api.made(PEOPLE, **start | told))["id"]

    return made


@pytest.fixture
def told(sessions):
    """Tell somebody something: `await told(person_id, Notice.WELCOME, lead="Lee")`."""

    async def made(person_id: str, notice: Notice = Notice.WELCOME, **values: str) -> str:
        if notice is Notice.WELCOME:
            values = {"lead": "Lee Lead"} | values
        async with sessions.begin() as session:
            id_ = await notify(
                session,
                person_id=UUID(person_id),
                notice=notice,
                values=values,
                once=values.pop("once", f"{notice}:{uuid4()}"),
            )
        return str(id_)

    return made


@pytest.fixture
def fails(sessions):
    """Let a message fail for good."""

    async def made(id_: str) -> None:
        async with sessions.begin() as session:
            await service.attempt(session, UUID(id_))
            await service.not_sent(session, UUID(id_), "smtp 550", for_good=True)

    return made


async def message(session, id_: str) -> Message:
    found = await session.scalar(select(Message).where(Message.id == UUID(id_)))
    await session.refresh(found)
    return found


async def consents(api, person_id: str, purpose: str) -> None:
    texts = (await api.get("registers/consent-texts", purpose=purpose, current=True)).json()
    given = {
        "text_id": texts["items"][0]["id"],
        "channel": "online",
        "given_by": "person",
    }
    await api.made(f"{PEOPLE}/{person_id}/consents", **given)


async def needs(api, person_id: str, **told: object) -> None:
    start = {"kind": "information_format", "review_on": "2199-01-01"}
    await api.made(f"{PEOPLE}/{person_id}/needs", **start | told)


async def printed(api, **filters: object) -> list[dict]:
    answer = await api.get(f"{MESSAGES}/print-list", **filters)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_message_goes_by_the_persons_channel_and_says_its_words(api, person, told, session):
    id_ = await told(await person())
    found = await message(session, id_)
    assert (found.channel, found.status, found.format) == ("email", "queued", "plain_text")
    assert found.text.startswith("Hello Ama,\n")
    assert "Lee Lead is your involvement lead" in found.text
    letter = await service.attempt(session, found.id)
    assert (letter.name, letter.address) == ("Amara Okafor", "amara@example.org")


async def test_an_address_that_was_corrected_is_the_one_that_is_written_to(
    api, person, told, session
):
    id_ = await person()
    sent = await told(id_)
    await api.send("PATCH", f"{PEOPLE}/{id_}", {"email": "ama@example.org"})
    assert (await service.attempt(session, UUID(sent))).address == "ama@example.org"


async def test_whoever_has_no_address_left_is_reached_by_hand(api, person, told, session):
    id_ = await person(phone="07700 900123")
    sent = await told(id_)
    await api.send("PATCH", f"{PEOPLE}/{id_}", {"email": None})
    assert await service.attempt(session, UUID(sent)) is None
    found = await message(session, sent)
    assert (found.status, found.by_hand) == ("to_print", "contact")


async def test_a_second_notice_of_the_same_is_none(api, person, told):
    id_ = await person()
    first = await told(id_, once="welcome:1")
    assert await told(id_, once="welcome:1") == first
    assert len((await api.get(f"{PEOPLE}/{id_}/messages")).json()["items"]) == 1


async def test_text_messages_go_to_who_agreed_to_them(api, person, told, session):
    id_ = await person(phone="07700 900123", preferred_channel="sms")
    found = await message(session, await told(id_))
    assert found.channel == "email"
    await consents(api, id_, "text_messages")
    found = await message(session, await told(id_))
    assert (found.channel, found.status) == ("sms", "queued")
    used = (await api.get(f"{PEOPLE}/{id_}/uses")).json()["items"]
    assert [(each["what"], each["subject_id"]) for each in used] == [("message", str(found.id))]


async def test_a_code_comes_by_text_message_to_who_prefers_it(person, told, session):
    id_ = await person(phone="07700 900123", preferred_channel="sms")
    found = await message(session, await told(id_, Notice.ONE_TIME_CODE, code="7K2M"))
    assert (found.channel, found.status) == ("sms", "queued")
    assert "7K2M" in found.text


async def test_an_invitation_without_consent_fails_and_goes_once_it_is_there(
    api, person, told, session
):
    id_ = await person()
    values = {"title": "A kinder front door", "when": "soon", "where": "here"}
    sent = await told(id_, Notice.INVITATION, **values)
    (failed,) = (await api.get(MESSAGES, status="failed")).json()["items"]
    assert (failed["id"], failed["problem"], failed["attempts"]) == (sent, "no consent", 0)
    again = await api.send("POST", f"{MESSAGES}/{sent}/retries", None)
    assert (again.json()["status"], again.json()["problem"]) == ("failed", "no consent")
    await consents(api, id_, "opportunities")
    again = await api.send("POST", f"{MESSAGES}/{sent}/retries", None)
    assert (again.json()["status"], again.json()["problem"]) == ("queued", None)
    used = (await api.get(f"{PEOPLE}/{id_}/uses")).json()["items"]
    assert [(each["purpose"], each["subject_id"]) for each in used] == [("opportunities", sent)]
    refused(await api.send("POST", f"{MESSAGES}/{sent}/retries", None), 409, "message-not-failed")


async def test_an_invitation_to_who_did_not_agree_is_on_their_leads_list(
    api, active, published, taking_part, given, session
):
    """A welcome is what somebody asked for by joining; an invitation is not."""
    person, opportunity = await active(), await published()
    await taking_part(opportunity, person, how="invitations")
    lead = person["lead_id"]
    (failed,) = (await api.get(MESSAGES, status="failed", lead=lead)).json()["items"]
    assert (failed["kind"], failed["problem"]) == ("invitation", "no consent")
    assert (failed["person_id"], failed["attempts"], failed["sent_at"]) == (person["id"], 0, None)
    other = str((await given.user(name="Al Lead")).id)
    assert (await api.get(MESSAGES, status="failed", lead=other)).json()["items"] == []
    (queued,) = (await api.get(MESSAGES, status="queued", lead=lead)).json()["items"]
    assert queued["kind"] == "welcome"
    jobs = text("SELECT payload FROM jobs.pgqueuer WHERE entrypoint = 'send_message'")
    assert [told.decode() for told in await session.scalars(jobs)] == [queued["id"]]
    assert (await api.get(f"{PEOPLE}/{person['id']}/uses")).json()["items"] == []


async def test_a_welcome_that_reaches_nobody_is_on_the_print_list_with_its_reason(api, active):
    person = await active(email=None, preferred_channel=None)
    lead = person["lead_id"]
    assert (await api.get(MESSAGES, status="failed", lead=lead)).json()["items"] == []
    (item,) = await printed(api, lead=lead)
    assert (item["kind"], item["by_hand"]) == ("welcome", "contact")


async def test_easy_read_comes_to_who_needs_it(api, person, told, session):
    id_ = await person()
    await needs(api, id_, formats=["easy_read", "audio"])
    found = await message(session, await told(id_))
    assert (found.format, found.status) == ("easy_read", "queued")
    assert "You can stop at any time." in found.text


@pytest.mark.parametrize(
    ("record", "need", "because"),
    [
        ({"preferred_channel": "phone", "phone": "07700 900123"}, None, "channel"),
        ({}, {"formats": ["braille"]}, "format"),
        ({}, {"formats": ["large_print", "bsl_video"]}, "format"),
        ({}, {"languages": ["ur"]}, "language"),
        ({"email": None}, None, "contact"),
        ({"email": None, "phone": "07700 900123", "preferred_channel": "sms"}, None, "channel"),
    ],
)
async def test_what_no_machine_can_send_waits_on_the_print_list(
    api, person, told, record, need, because
):
    id_ = await person(**record)
    if need:
        await needs(api, id_, **need)
    sent = await told(id_)
    (item,) = await printed(api)
    assert (item["id"], item["person_id"], item["by_hand"]) == (sent, id_, because)
    assert (item["name"], item["phone"]) == ("Amara Okafor", record.get("phone"))
    assert item["text"].startswith("Hello Ama,")
    assert [each["formats"] for each in item["needs"]] == (
        [need.get("formats", [])] if need else []
    )


async def test_it_is_handed_over_in_a_form_that_the_person_can_use(api, person, told):
    id_ = await person()
    await needs(api, id_, formats=["braille", "audio"])
    place = f"{MESSAGES}/{await told(id_)}/handed-over"
    unusable = await api.send("PUT", place, {"format": "plain_text"})
    refused(unusable, 409, "format-refused", formats=["audio", "braille"], languages=None)
    stale = await api.send("PUT", place, {"format": "braille"}, If_Match='"7"')
    refused(stale, 412, "precondition-failed")
    done = await api.send("PUT", place, {"format": "braille"}, If_Match='"1"')
    assert done.status_code == 200, done.text
    assert (done.json()["status"], done.json()["format"]) == ("sent", "braille")
    assert done.json()["handed_by"]
    assert done.json()["sent_at"]
    assert done.headers["etag"] == '"2"'
    again = await api.send("PUT", place, {"format": "braille"})
    refused(again, 409, "message-not-by-hand", state="sent")
    assert await printed(api) == []


async def test_one_that_failed_is_on_the_leads_list_and_may_be_said_instead(
    api, api_of, person, told, fails, given
):
    lead = str((await given.user(name="Lee Lead")).id)
    own, other = await given.directorate(code="ADULT"), await given.directorate()
    id_ = await person(directorate_id=str(own.id))
    await api.send("POST", f"{PEOPLE}/{id_}/welcome", {"lead_id": lead})
    sent = await told(id_)
    await fails(sent)
    for filters in ({"lead": lead}, {"directorate": "ADULT"}, {"kind": "welcome"}, {}):
        items = (await api.get(MESSAGES, status="failed", **filters)).json()["items"]
        assert [each["id"] for each in items] == [sent]
    assert (await api.get(MESSAGES, lead=str(uuid4()))).json()["items"] == []
    assert (await api.get(MESSAGES, channel="letter")).json()["items"] == []
    seen = (await api.get(f"{MESSAGES}/{sent}")).json()
    assert (seen["problem"], seen["by_hand"], seen["needs"]) == ("smtp 550", None, [])
    elsewhere = await api_of(*SCOPES, directorates=[other.id])
    assert (await elsewhere.get(MESSAGES)).json()["items"] == []
    assert await printed(elsewhere) == []
    for answer in (
        await elsewhere.get(f"{MESSAGES}/{sent}"),
        await elsewhere.send("POST", f"{MESSAGES}/{sent}/retries", None),
        await elsewhere.send("PUT", f"{MESSAGES}/{sent}/handed-over", {"format": "plain_text"}),
    ):
        refused(answer, 404, "message-not-found")
    here = await api_of(*SCOPES, directorates=[own.id])
    said = await here.send("PUT", f"{MESSAGES}/{sent}/handed-over", {"format": "plain_text"})
    assert (said.json()["status"], said.json()["by_hand"]) == ("sent", "failure")


async def test_one_tried_anew_goes_by_the_way_the_person_is_reached_by_now(
    api, person, told, fails, session
):
    id_ = await person()
    sent = await told(id_)
    await fails(sent)
    await api.send(
        "PATCH", f"{PEOPLE}/{id_}", {"address": "1 Elm Road", "preferred_channel": "letter"}
    )
    again = (await api.send("POST", f"{MESSAGES}/{sent}/retries", None)).json()
    assert (again["status"], again["channel"], again["attempts"]) == ("queued", "letter", 0)
    await fails(sent)
    await needs(api, id_, formats=["braille"])
    again = (await api.send("POST", f"{MESSAGES}/{sent}/retries", None)).json()
    assert (again["status"], again["by_hand"]) == ("to_print", "format")


async def test_what_was_forgotten_is_not_tried_anew(api, person, told, fails, session):
    sent = await told(await person())
    await fails(sent)
    await session.execute(text("UPDATE message SET text = NULL, subject = NULL"))
    await session.commit()
    refused(await api.send("POST", f"{MESSAGES}/{sent}/retries", None), 409, "message-forgotten")


async def test_a_persons_messages_are_told_with_their_needs(api, person, told):
    id_ = await person()
    await needs(api, id_, formats=["easy_read"])
    await told(id_)
    await told(await person())
    found = (await api.get(f"{PEOPLE}/{id_}/messages", kind="welcome")).json()["items"]
    assert [each["person_id"] for each in found] == [id_]
    assert found[0]["needs"][0]["formats"] == ["easy_read"]
    assert "text" not in found[0]
    refused(await api.get(f"{PEOPLE}/{uuid4()}/messages"), 404, "person-not-found")


async def test_messages_go_over_when_two_records_become_one(api, person, told, session):
    kept, second = await person(), await person(email="old@example.org")
    sent = await told(second)
    merged = await api.send("POST", f"{PEOPLE}/{kept}/merge", {"duplicate_id": second})
    assert merged.status_code == 200, merged.text
    found = (await api.get(f"{PEOPLE}/{kept}/messages")).json()["items"]
    assert [each["id"] for each in found] == [sent]
    late = await message(session, await told(second))
    assert str(late.person_id) == kept
    assert (await service.attempt(session, UUID(sent))).address == "amara@example.org"


async def test_one_that_outlives_the_record_keeps_its_address(api, person, told, session):
    for record, status, channel in (
        ({}, "queued", "email"),
        ({"email": None, "phone": "07700 900123"}, "queued", "sms"),
        ({"email": None, "address": "1 Elm Road\nOxford"}, "queued", "letter"),
        ({"email": None}, "to_print", "phone"),
    ):
        found = await message(session, await told(await person(**record), Notice.ERASURE_DONE))
        assert (found.person_id, found.status, found.channel) == (None, status, channel)
        if status == "queued":
            address = (await service.attempt(session, found.id)).address
            assert address == (record.get("phone") or record.get("address") or "amara@example.org")
    (item,) = await printed(api)
    assert (item["person_id"], item["name"]) == (None, "Amara Okafor")
    done = await api.send("PUT", f"{MESSAGES}/{item['id']}/handed-over", {"format": "audio"})
    assert done.json()["status"] == "sent"


async def test_one_that_outlives_the_record_is_tried_anew_at_its_address(
    api, person, told, fails, session
):
    sent = await told(await person(), Notice.ERASURE_DONE)
    await fails(sent)
    again = await api.send("POST", f"{MESSAGES}/{sent}/retries", None)
    assert again.json()["status"] == "queued"
    assert (await service.attempt(session, UUID(sent))).address == "amara@example.org"


async def test_a_notice_is_said_anew_and_only_later_messages_say_it(api, person, told, session):
    place = f"{TEMPLATES}/welcome/en/plain_text"
    shipped = await api.get(place)
    assert shipped.headers["etag"] == '"1"'
    assert (shipped.json()["shipped"], shipped.json()["current"]) == (True, True)
    id_ = await person()
    before = await message(session, await told(id_))
    words = {"subject": "Welcome, ((name))", "body": "Ask ((lead)) at ((trust))."}
    refused(await api.send("PUT", place, words, If_Match='"2"'), 412, "precondition-failed")
    made = await api.send("PUT", place, words, If_Match='"1"')
    assert (made.status_code, made.headers["etag"]) == (200, '"2"')
    assert made.json() == (await api.get(place)).json()
    after = await message(session, await told(id_))
    assert (after.subject, after.text[:14]) == ("Welcome, Ama", "Ask Lee Lead a")
    assert before.template_id != after.template_id
    both = await api.get(TEMPLATES, notice="welcome", format="plain_text", language="en")
    assert [each["number"] for each in both.json()["items"]] == [2, 1]
    old = await api.get(TEMPLATES, notice="welcome", current=False)
    assert [each["number"] for each in old.json()["items"]] == [1]


async def test_a_further_language_is_used_where_the_person_reads_it(api, person, told, session):
    place = f"{TEMPLATES}/welcome/ur/plain_text"
    refused(await api.get(place), 404, "message-template-not-found")
    words = {"subject": "Khush amdeed", "body": "((name)), ((lead))"}
    refused(await api.send("PUT", place, words), 404, "message-template-not-found")
    first = words | {"notice": "welcome", "language": "ur", "format": "plain_text"}
    made = await api.send("POST", TEMPLATES, first, Idempotency_Key="1")
    assert made.headers["location"] == f"/v1/{place}"
    assert made.json() == (await api.get(place)).json()
    again = await api.send("POST", TEMPLATES, first, Idempotency_Key="1")
    assert again.json() == made.json()
    refused(await api.send("POST", TEMPLATES, first), 409, "conflict")
    found = await message(session, await told(await person(language="ur")))
    assert (found.language, found.text) == ("ur", "Ama, Lee Lead")
    found = await message(session, await told(await person(language="pl")))
    assert (found.language, found.status) == ("en", "queued")


@pytest.mark.parametrize(
    ("method", "place"), [("PUT", "welcome/en/plain_text"), ("POST", "preview")]
)
async def test_a_text_with_a_place_that_has_no_value_is_refused(api, method, place):
    words = {"subject": "Welcome", "body": "((name)) ((code))"}
    words |= {"notice": "welcome"} if method == "POST" else {}
    answer = await api.send(method, f"{TEMPLATES}/{place}", words)
    refused(answer, 422, "template-place-unknown")
    assert answer.json()["errors"][0]["pointer"] == "#/body"


async def test_a_text_is_looked_at_before_it_is_kept(api):
    words = {"notice": "welcome", "subject": "Hello ((name))", "body": "From ((trust))"}
    told = (await api.send("POST", f"{TEMPLATES}/preview", words)).json()
    assert (told["subject"], told["places"]) == ("Hello Amara", ["lead", "name", "trust"])
    assert told["text"] == "From Oxford Health NHS Foundation Trust"


async def test_staffs_mails_are_not_among_peoples(api, session, given):
    class Staff:
        name, email = "Jo", "jo@trust.example"

    id_ = await service.send(session, kind="nudge", to=Staff(), subject="x", text="x", once="1")
    await session.commit()
    assert (await api.get(MESSAGES)).json()["items"] == []
    refused(await api.get(f"{MESSAGES}/{id_}"), 404, "message-not-found")
    again = await api.send("POST", f"{MESSAGES}/{id_}/retries", None)
    refused(again, 404, "message-not-found")
