"""How a login becomes a person's: by a code that went to them, once and in time."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from app.api.floods import Guesses
from app.api.problems import TooManyRequestsError
from app.core.clock import now
from app.domain.people.bindings import codes
from app.domain.people.bindings.errors import SignInCodeRefusedError
from app.domain.people.bindings.models import SignInCode
from app.domain.people.messages.models import Message
from tests.api.registers.conftest import AMARA, PEOPLE, refused
from tests.signing import PUBLIC, STAFF

ME, BINDING = "registers/people/me", "registers/people/me/binding"
CODE = re.compile(r"[0-9A-Z]{5}(?:-[0-9A-Z]{5,6}){4}")
WRONG = "AAAAA-AAAAA-AAAAA-AAAAA-AAAAAA"


@pytest.fixture(autouse=True)
def guesses(signed_app):
    """Nobody has guessed yet."""
    signed_app.state.guesses = Guesses(10)


@pytest.fixture
async def person(keeper) -> str:
    return (await keeper.made(PEOPLE, **AMARA))["id"]


@pytest.fixture
def sent(keeper, session):
    """Have a code sent to a person, and read it as they do."""

    async def made(person: str, place: str = "sign-in-codes") -> str:
        answer = await keeper.send("POST", f"{PEOPLE}/{person}/{place}", None)
        assert answer.status_code == 202, answer.text
        newest = select(Message).order_by(Message.id.desc()).limit(1)
        message = (await session.scalars(newest)).one()
        (code,) = CODE.findall(message.text)
        assert code not in answer.text
        return code

    return made


async def test_a_code_that_was_sent_binds_the_login_once(keeper, public, person, sent):
    me, other = public("s-1"), public("s-2")
    refused(await me.get(ME), 403, "not-bound")
    refused(await keeper.get(f"{PEOPLE}/{person}/binding"), 404, "binding-not-found")
    code = await sent(person)
    answer = await me.send("PUT", BINDING, {"code": code.lower().replace("-", " ")})
    assert answer.status_code == 200, answer.text
    assert answer.json() | {"person_id": person, "supporter_id": None} == answer.json()
    assert (await me.get(ME)).json()["id"] == person
    refused(await other.send("PUT", BINDING, {"code": code}), 409, "sign-in-code-refused")
    refused(await me.send("PUT", BINDING, {"code": code}), 409, "sign-in-code-refused")
    (bound,) = (await keeper.get(f"{PEOPLE}/{person}/binding")).json()["items"]
    assert bound["issuer"] == PUBLIC.issuer.issuer
    assert "s-1" not in str(bound)


async def test_a_lead_unbinds_at_once_and_may_send_another_code(keeper, public, person, sent):
    me = public()
    await me.send("PUT", BINDING, {"code": await sent(person)})
    gone = await keeper.send("DELETE", f"{PEOPLE}/{person}/binding", None)
    assert gone.status_code == 204
    refused(await me.get(ME), 403, "not-bound")
    again = await keeper.send("DELETE", f"{PEOPLE}/{person}/binding", None)
    refused(again, 404, "binding-not-found")
    answer = await me.send("PUT", BINDING, {"code": await sent(person)})
    assert answer.status_code == 200


async def test_a_newer_code_takes_the_place_of_an_older(public, person, sent):
    old, new = await sent(person), await sent(person)
    refused(await public().send("PUT", BINDING, {"code": old}), 409, "sign-in-code-refused")
    assert (await public().send("PUT", BINDING, {"code": new})).status_code == 200


async def test_binding_again_changes_nothing(public, person, sent):
    first = await public().send("PUT", BINDING, {"code": await sent(person)})
    again = await public().send("PUT", BINDING, {"code": await sent(person)})
    assert again.json() == first.json()


async def test_a_wrong_a_used_and_an_old_code_are_answered_alike(public, person, sent, session):
    used = await sent(person)
    await public("s-1").send("PUT", BINDING, {"code": used})
    old = await sent(person)
    await session.execute(
        text("UPDATE sign_in_code SET created_at = :then, expires_at = :end WHERE used_at IS NULL"),
        {"then": now() - timedelta(8), "end": now() - timedelta(1)},
    )
    await session.commit()
    answers = [
        await public("s-2").send("PUT", BINDING, {"code": code}) for code in (WRONG, used, old)
    ]
    assert [each.status_code for each in answers] == [409, 409, 409]
    assert len({each.text for each in answers}) == 1


async def test_one_login_is_one_person_and_one_person_one_login(keeper, public, person, sent):
    second = (await keeper.made(PEOPLE, **AMARA | {"email": "b@example.org"}))["id"]
    await public("s-1").send("PUT", BINDING, {"code": await sent(person)})
    for subject, whose in (("s-1", second), ("s-2", person)):
        answer = await public(subject).send("PUT", BINDING, {"code": await sent(whose)})
        refused(answer, 409, "bound-already")


async def test_only_so_many_wrong_codes_are_taken_in_an_hour(public, person, sent):
    code = await sent(person)
    for _ in range(10):
        refused(await public().send("PUT", BINDING, {"code": WRONG}), 409, "sign-in-code-refused")
    stopped = await public().send("PUT", BINDING, {"code": code})
    refused(stopped, 429, "too-many-requests")
    assert int(stopped.headers["retry-after"]) > 0
    assert (await public("s-2").send("PUT", BINDING, {"code": code})).status_code == 200


def test_wrong_guesses_are_forgotten_and_good_ones_not_counted():
    counted = Guesses(1)
    for _ in range(5):
        with counted.of("a"):
            pass
    with pytest.raises(SignInCodeRefusedError), counted.of("a"):
        raise SignInCodeRefusedError
    with pytest.raises(TooManyRequestsError), counted.of("a"):
        pass
    with counted.of("b"):
        pass


async def test_a_code_goes_to_its_person_alone(keeper, session):
    found = await keeper.made(PEOPLE, name="Amara")
    answer = await keeper.send("POST", f"{PEOPLE}/{found['id']}/sign-in-codes", None)
    refused(answer, 409, "sign-in-code-unsendable")
    assert (await session.scalars(select(SignInCode))).all() == []
    told = {"email": "a@example.org", "phone": "07700 900123", "preferred_channel": "phone"}
    found = await keeper.made(PEOPLE, name="Amara", **told)
    answer = await keeper.send("POST", f"{PEOPLE}/{found['id']}/sign-in-codes", None)
    assert answer.status_code == 202
    sent = await session.scalar(select(Message).where(Message.person_id == UUID(found["id"])))
    assert (sent.kind, sent.channel, sent.status) == ("one_time_code", "phone", "to_print")


async def test_who_was_merged_is_sent_no_code(keeper, person):
    second = (await keeper.made(PEOPLE, **AMARA))["id"]
    await keeper.send("POST", f"{PEOPLE}/{person}/merge", {"duplicate_id": second})
    answer = await keeper.send("POST", f"{PEOPLE}/{second}/sign-in-codes", None)
    refused(answer, 409, "person-merged")


async def test_a_code_sent_before_a_merge_binds_to_the_record_that_stands(
    keeper, public, person, sent
):
    second = (await keeper.made(PEOPLE, **AMARA))["id"]
    mine, theirs = await sent(person), await sent(second)
    await keeper.send("POST", f"{PEOPLE}/{person}/merge", {"duplicate_id": second})
    answer = await public().send("PUT", BINDING, {"code": theirs})
    assert answer.json()["person_id"] == person, answer.text
    assert (await public().send("PUT", BINDING, {"code": mine})).status_code == 200


async def test_a_code_is_in_no_log_no_job_and_not_in_the_change_log(
    keeper, public, person, sent, session
):
    with capture_logs() as logs:
        code = await sent(person)
        await public().send("PUT", BINDING, {"code": code})
        await public().send("PUT", BINDING, {"code": code})
    told = [str(logs)]
    for table in ("jobs.pgqueuer", "change_pending", "change_log", "sign_in_code"):
        rows = await session.execute(text(f"SELECT t::text FROM {table} t"))
        told.append(str(rows.scalars().all()))
    found = await session.scalars(text("SELECT encode(payload, 'escape') FROM jobs.pgqueuer"))
    told.append(str(found.all()))
    for each in told:
        assert code not in each
        assert codes.digest(code, "").hex() not in each
    assert "sign_in_code" in told[2]


@pytest.mark.parametrize("code", ["", "short", "x" * 61, "AAAAA.AAAAA", "é" * 26, 1, None])
async def test_what_cannot_be_a_code_is_not_looked_up(public, code):
    refused(await public().send("PUT", BINDING, {"code": code}), 422, "invalid-request")


async def test_staff_bind_nothing(signed, as_):
    answer = await signed.put(
        f"/v1/{BINDING}", json={"code": WRONG}, headers=await as_("registers:manage")
    )
    refused(answer, 404, "own-record-not-found")


async def test_a_token_of_the_staffs_issuer_is_nobody_of_the_public(signed):
    headers = {"Authorization": f"Bearer {STAFF.token('s-1')}"}
    refused(await signed.get(f"/v1/{ME}", headers=headers), 403, "forbidden")


def test_codes_are_long_and_forgiving():
    made = {codes.make() for _ in range(100)}
    assert len(made) == 100
    for each in made:
        assert CODE.fullmatch(each)
        assert len(each.replace("-", "")) == codes.LENGTH
        assert 5 * codes.LENGTH >= 128
    assert codes.digest("O1l-i0", "p") == codes.digest("0 1 1 1 o", "p")
    assert codes.digest("A", "p") != codes.digest("A", "q")
