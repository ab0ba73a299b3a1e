"""Who acts for a person that does not do so alone: named, for something, until a day."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import text

from app.core.clock import today
from tests.api.conftest import Api
from tests.api.registers.conftest import PEOPLE, refused
from tests.api.registers.test_bindings import sent  # noqa: F401  a fixture
from tests.signing import PUBLIC

ME, BINDING = f"{PEOPLE}/me", f"{PEOPLE}/me/binding"
UNTIL = str(today() + timedelta(90))
CHIDI = {
    "name": "Chidi Okafor",
    "email": "chidi@example.org",
    "relation": "relative",
    "may": ["profile", "applications"],
    "valid_to": UNTIL,
}


@pytest.fixture
async def me(bound, given):
    return await bound("s-1", directorate_id=(await given.directorate()).id)


async def consent(who, purpose: str = "supporter", **told: object):
    found = await who.get(f"{ME}/consent-texts", purpose=purpose, current=True)
    (text,) = found.json()["items"]
    return await who.send("POST", f"{ME}/consents", {"text_id": text["id"]} | told)


async def named(me, **told: object) -> dict:
    answer = await me.send("POST", f"{ME}/supporters", CHIDI | told)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def acting(me, public, sent):  # noqa: F811  a fixture
    """Name a supporter, bind their own login, and give the API as they meet it for the person."""

    async def made(**told: object) -> Api:
        given = await consent(me)
        assert given.status_code in (201, 409)
        supporter = await named(me, **told)
        code = await sent(me.id, f"supporters/{supporter['id']}/sign-in-codes")
        answer = await public("chidi").send("PUT", BINDING, {"code": code})
        assert answer.json()["supporter_id"] == supporter["id"], answer.text
        found = public("chidi", On_Behalf_Of=me.id)
        found.id = supporter["id"]
        return found

    return made


async def test_a_supporter_is_named_by_consent(me):
    answer = await me.send("POST", f"{ME}/supporters", CHIDI)
    refused(answer, 409, "consent-missing", purpose="supporter")
    assert (await consent(me)).status_code == 201
    made = await me.send("POST", f"{ME}/supporters", CHIDI, Idempotency_Key="s")
    told = made.json()
    assert told | CHIDI == told
    assert (told["valid_from"], told["named_by"]) == (str(today()), me.id)
    assert (told["signs_in"], told["ended_at"]) == (False, None)
    again = await me.send("POST", f"{ME}/supporters", CHIDI, Idempotency_Key="s")
    assert again.json()["id"] == told["id"]
    assert (await me.get(f"{ME}/supporters")).json()["items"] == [told]


@pytest.mark.parametrize(
    "told",
    [
        {"valid_to": str(today())},
        {"valid_from": UNTIL},
        {"valid_from": "2020-01-01", "valid_to": "2020-06-01"},
        {"valid_to": str(today() + timedelta(400))},
    ],
)
async def test_a_supporter_is_named_for_a_time(me, told):
    await consent(me)
    refused(await me.send("POST", f"{ME}/supporters", CHIDI | told), 422, "supporter-time")


async def test_a_supporter_is_named_for_something_that_there_is(me):
    for may in ([], ["everything"], ["monitoring"]):
        answer = await me.send("POST", f"{ME}/supporters", CHIDI | {"may": may})
        refused(answer, 422, "invalid-request")


async def test_a_supporter_does_what_they_were_named_for(me, acting, published):
    chidi = await acting()
    assert (await chidi.get(ME)).json()["id"] == me.id
    changed = await chidi.send("PATCH", ME, {"known_as": "Ama"}, If_Match='"1"')
    assert changed.json()["known_as"] == "Ama"
    opportunity = await published()
    applied = await chidi.send(
        "POST", f"{ME}/participations", {"opportunity_id": opportunity["id"]}
    )
    assert applied.json()["person_id"] == me.id
    missing = {"missing": ["consents"]}
    refused(await chidi.get(f"{ME}/consents"), 403, "supporter-may-not", **missing)
    contact = await chidi.send("PATCH", ME, {"email": "mine@example.org"})
    refused(contact, 403, "supporter-may-not", missing=["contact"])


async def test_a_supporter_named_for_contact_changes_it(acting):
    chidi = await acting(may=["profile", "contact"])
    answer = await chidi.send("PATCH", ME, {"phone": "07700 900123"})
    assert answer.json()["phone"] == "07700 900123"


async def test_a_supporter_consents_in_their_own_name_and_never_to_supporters(me, acting):
    chidi = await acting(may=["consents"])
    given = await consent(chidi, "stories")
    told = given.json()
    assert (told["given_by"], told["giver_name"]) == ("supporter", "Chidi Okafor")
    assert (told["recorded_by"], told["channel"]) == (chidi.id, "online")
    refused(await consent(chidi), 403, "supporter-may-not")
    place = f"{ME}/consents/{told['id']}/withdrawal"
    assert (await chidi.send("POST", place, None)).json()["withdrawn_how"] == "online"


async def test_a_parent_consents_for_a_child_and_for_nobody_grown_up(session, acting, me):
    chidi = await acting(may=["consents"], relation="parent")

    async def aged(years: int) -> None:
        born = {"born": date(today().year - years, 1, 1), "id": me.id}
        await session.execute(text("UPDATE person SET born_on = :born WHERE id = :id"), born)
        await session.commit()

    await aged(30)
    refused(await consent(chidi, "stories"), 422, "parent-consent")
    await aged(17)
    told = (await consent(chidi, "stories")).json()
    assert (told["given_by"], told["giver_name"]) == ("parent", "Chidi Okafor")


async def test_what_nobody_does_for_somebody_else(acting):
    """These take no `On-Behalf-Of`: a supporter has no record of their own."""
    chidi = await acting(may=["profile", "contact", "consents", "applications"])
    for place in ("monitoring", "wellbeing-plan", "check-ins", "supporters", "acted-for"):
        refused(await chidi.get(f"{ME}/{place}"), 403, "not-bound")
    refused(await chidi.send("POST", f"{ME}/supporters", CHIDI), 403, "not-bound")
    refused(await chidi.send("PUT", f"{ME}/monitoring", {}), 403, "not-bound")


async def test_what_was_done_is_recorded_with_who_and_for_whom(me, acting, keeper, session):
    chidi = await acting()
    await chidi.get(ME)
    await chidi.send("PATCH", ME, {"known_as": "Ama"})
    (told,) = (await me.get(f"{ME}/acted-for")).json()["items"]
    assert (told["operation"], told["acted_by"]) == ("change_own_record", chidi.id)
    assert told["supporter_id"] == chidi.id
    seen = await keeper.get(f"{PEOPLE}/{me.id}/acted-for")
    assert seen.json()["items"] == [told]
    row = await session.execute(
        text(
            "SELECT actor_id, operation, entity_id FROM change_pending"
            " WHERE entity = 'person' AND op = 'U' ORDER BY id DESC LIMIT 1"
        )
    )
    logged = row.one()
    assert (str(logged.actor_id), logged.operation) == (chidi.id, "change_own_record:on_behalf")
    assert str(logged.entity_id) == me.id
    uses = (await keeper.get(f"{PEOPLE}/{me.id}/uses", purpose="supporter")).json()["items"]
    assert [each["what"] for each in uses] == ["acted_for", "supporter"]


async def test_what_one_does_oneself_is_done_for_nobody(me):
    await me.send("PATCH", ME, {"known_as": "Ama"}, On_Behalf_Of=me.id)
    assert (await me.get(f"{ME}/acted-for")).json()["items"] == []


async def test_a_refused_act_leaves_no_trace(me, acting):
    chidi = await acting()
    refused(await chidi.send("PATCH", ME, {"phone": "07700 900123"}), 403, "supporter-may-not")
    refused(await chidi.send("PATCH", ME, {}, If_Match='"9"'), 412, "precondition-failed")
    assert (await me.get(f"{ME}/acted-for")).json()["items"] == []


async def refused_at_once(chidi) -> None:
    refused(await chidi.get(ME), 404, "person-not-found")
    refused(await chidi.send("PATCH", ME, {"known_as": "x"}), 404, "person-not-found")
    login = Api(chidi.client, {"Authorization": chidi.headers["Authorization"]})
    assert (await login.get(f"{ME}/supported")).json()["items"] == []


async def test_an_ended_supporter_does_nothing_at_once(me, acting):
    chidi = await acting()
    assert (await chidi.get(f"{ME}/supported")).json()["items"] == [
        {
            "person_id": me.id,
            "name": "Amara Okafor",
            "may": ["profile", "applications"],
            "valid_to": UNTIL,
        }
    ]
    place = f"{ME}/supporters/{chidi.id}/end"
    refused(await me.send("POST", place, None, If_Match='"9"'), 412, "precondition-failed")
    ended = await me.send("POST", place, None)
    assert ended.json()["ended_at"] is not None
    assert ended.headers["etag"] == f'"{ended.json()["version"]}"'
    await refused_at_once(chidi)
    refused(await me.send("POST", place, None), 409, "supporter-ended")


async def test_withdrawing_the_consent_ends_every_supporter_at_once(me, acting):
    chidi = await acting()
    found = await me.get(f"{ME}/consents", purpose="supporter", active=True)
    (given,) = found.json()["items"]
    await me.send("POST", f"{ME}/consents/{given['id']}/withdrawal", None)
    await refused_at_once(chidi)
    assert (await consent(me)).status_code == 201
    assert (await chidi.get(ME)).status_code == 200


async def test_the_first_day_without_is_without(me, acting, session):
    chidi = await acting()
    await session.execute(
        text("UPDATE person_supporter SET valid_from = valid_from - 30, valid_to = :today"),
        {"today": today()},
    )
    await session.commit()
    await refused_at_once(chidi)
    await session.execute(
        text("UPDATE person_supporter SET valid_from = :tomorrow, valid_to = valid_to + 30"),
        {"tomorrow": today() + timedelta(1)},
    )
    await session.commit()
    await refused_at_once(chidi)


async def test_a_supporter_supports_several_and_is_a_person_too(bound, acting, sent):  # noqa: F811
    chidi = await acting()
    itself = await bound("chidi", name="Chidi Okafor", email="chidi@example.org")
    assert (await itself.get(ME)).json()["id"] == itself.id
    assert (await chidi.get(ME)).json()["id"] != itself.id
    assert (await itself.get(ME)).json()["name"] == "Chidi Okafor"
    named = itself.headers | {"On-Behalf-Of": itself.id}
    assert (await itself.client.get(f"/v1/{ME}", headers=named)).json()["id"] == itself.id


async def test_a_supporter_has_one_login(me, acting, public, sent):  # noqa: F811
    chidi = await acting()
    place = f"supporters/{chidi.id}/sign-in-codes"
    same = await public("chidi").send("PUT", BINDING, {"code": await sent(me.id, place)})
    assert same.status_code == 200
    other = await public("eve").send("PUT", BINDING, {"code": await sent(me.id, place)})
    refused(other, 409, "supporter-login-taken")


async def test_a_code_of_an_ended_supporter_is_not_sent_and_opens_nothing(
    me,
    keeper,
    public,
    sent,  # noqa: F811
):
    await consent(me)
    supporter = await named(me)
    place = f"{PEOPLE}/{me.id}/supporters/{supporter['id']}"
    code = await sent(me.id, f"supporters/{supporter['id']}/sign-in-codes")
    assert (await keeper.send("POST", f"{place}/end", None)).status_code == 200
    refused(await public("chidi").send("PUT", BINDING, {"code": code}), 409, "supporter-ended")
    answer = await keeper.send("POST", f"{place}/sign-in-codes", None)
    refused(answer, 409, "supporter-ended")


async def test_a_supporter_without_an_address_is_sent_nothing(me, keeper):
    await consent(me)
    supporter = await named(me, email=None)
    place = f"{PEOPLE}/{me.id}/supporters/{supporter['id']}/sign-in-codes"
    refused(await keeper.send("POST", place, None), 409, "sign-in-code-unsendable")


async def test_a_lead_notes_on_a_persons_word_whom_they_name(me, keeper):
    place = f"{PEOPLE}/{me.id}/supporters"
    refused(await keeper.send("POST", place, CHIDI), 409, "consent-missing")
    await consent(me)
    made = await keeper.send("POST", place, CHIDI, Idempotency_Key="k")
    assert made.status_code == 201
    again = await keeper.send("POST", place, CHIDI, Idempotency_Key="k")
    assert again.json() == made.json()
    assert (await keeper.get(place)).json()["items"] == [made.json()]
    assert made.json()["named_by"] != me.id


async def test_nobody_ends_anothers_supporter(me, bound, acting):
    chidi = await acting()
    another = await bound("s-2")
    answer = await another.send("POST", f"{ME}/supporters/{chidi.id}/end", None)
    refused(answer, 404, "supporter-not-found")


async def test_staff_act_on_a_persons_word_and_it_says_so(me, api_of, given):
    lead = await api_of("registers:on_behalf")
    lead.headers["On-Behalf-Of"] = me.id
    assert (await lead.get(ME)).json()["id"] == me.id
    assert (await lead.send("PATCH", ME, {"phone": "07700 900123"})).status_code == 200
    told = (await consent(lead, "stories")).json()
    assert (told["given_by"], told["channel"]) == ("person", "spoken")
    done = (await me.get(f"{ME}/acted-for")).json()["items"]
    assert [each["operation"] for each in done] == ["give_own_consent", "change_own_record"]
    assert {each["supporter_id"] for each in done} == {None}
    assert {each["acted_by"] for each in done} == {told["recorded_by"]}
    without = await api_of("registers:manage")
    without.headers["On-Behalf-Of"] = me.id
    answer = await without.get(ME)
    refused(answer, 403, "forbidden", missing=["registers:on_behalf"])
    elsewhere = await given.directorate()
    limited = await api_of("registers:on_behalf", directorates=[elsewhere.id])
    limited.headers["On-Behalf-Of"] = me.id
    refused(await limited.get(ME), 404, "person-not-found")


async def test_a_supporters_time_passes_while_their_token_is_still_good(me, acting):
    chidi = await acting()
    with time_machine.travel(today() + timedelta(90, hours=12), tick=False):
        token = PUBLIC.token("chidi")
        late = chidi.headers | {"Authorization": f"Bearer {token}"}
        answer = await chidi.client.get(f"/v1/{ME}", headers=late)
        refused(answer, 404, "person-not-found")
