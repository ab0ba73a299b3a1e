from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import ValidationError

from app.clients import post
from app.clients.mail import NotSentError
from app.clients.notify import FAILED, Notify, Outcome
from app.clients.post import NoCarrierError, Post
from app.domain.people.messages.service import Letter
from app.domain.people.register.models import ContactChannel
from app.settings import Notify as Told
from app.settings import Settings
from tests.clients.notify import KEY, LETTER, SMS, NotifyServer

ID = UUID("0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e")
TOLD = Told(key=KEY, sms_template=SMS, letter_template=LETTER)


def letter(**values: object) -> Letter:
    start = {
        "id": ID,
        "channel": ContactChannel.SMS,
        "name": "Amara Okafor",
        "address": "07700 900123",
        "subject": "Welcome",
        "text": "Hello ((code))",
        "html": None,
        "written_at": datetime(2026, 3, 1, tzinfo=UTC),
    }
    return Letter(**start | values)


def client(server: NotifyServer) -> Notify:
    return Notify.of(TOLD, server.transport)


async def test_a_text_message_carries_our_words_and_our_reference():
    server = NotifyServer()
    id_ = await client(server).send(letter())
    (taken,) = server.taken
    assert (taken["id"], taken["reference"]) == (str(id_), str(ID))
    assert (taken["phone_number"], taken["template_id"]) == ("07700 900123", SMS)
    assert taken["personalisation"] == {"body": "Hello ((code))"}
    assert server.asked == ["POST /v2/notifications/sms"]


async def test_a_letter_carries_the_name_and_the_lines_of_the_address():
    server = NotifyServer()
    address = "1 Elm Road\n\n Oxford \nOX1 1AA"
    await client(server).send(letter(channel=ContactChannel.LETTER, address=address))
    (taken,) = server.taken
    assert taken["template_id"] == LETTER
    assert taken["personalisation"] == {
        "address_line_1": "Amara Okafor",
        "address_line_2": "1 Elm Road",
        "address_line_3": "Oxford",
        "address_line_4": "OX1 1AA",
        "subject": "Welcome",
        "body": "Hello ((code))",
    }


async def test_a_long_address_still_ends_with_its_postcode():
    server = NotifyServer()
    lines = [f"Part {number}" for number in range(1, 8)]
    address = "\n".join([*lines, "OX1 1AA"])
    await client(server).send(letter(channel=ContactChannel.LETTER, address=address))
    told = server.taken[0]["personalisation"]
    assert told["address_line_2"] == "Part 1, Part 2, Part 3"
    assert told["address_line_7"] == "OX1 1AA"
    assert "address_line_8" not in told


async def test_an_address_of_one_line_is_not_sent_to():
    with pytest.raises(NotSentError, match="address incomplete") as refused:
        await client(NotifyServer()).send(letter(channel=ContactChannel.LETTER, address="Oxford"))
    assert refused.value.for_good


async def test_one_that_was_taken_before_its_answer_was_lost_is_not_sent_again():
    server = NotifyServer(lost=1)
    notify = client(server)
    with pytest.raises(NotSentError, match="ReadTimeout"):
        await notify.send(letter())
    id_ = await notify.send(letter(again=True))
    assert [each["id"] for each in server.taken] == [str(id_)]


async def test_one_that_failed_before_is_sent_again():
    server = NotifyServer()
    notify = client(server)
    first = await notify.send(letter())
    second = await notify.send(letter(again=True, earlier=first))
    assert len({first, second}) == len(server.taken) == 2
    assert await notify.send(letter(again=True, earlier=first)) == second
    assert await notify.send(letter(id=uuid4(), again=True)) not in (first, second)


@pytest.mark.parametrize(
    ("answer", "problem", "for_good"),
    [
        (httpx.Response(400, json={}), "notify 400", True),
        (httpx.Response(403, json={}), "notify 403", False),
        (httpx.Response(429, json={}), "notify 429", False),
        (httpx.Response(503, text="away"), "notify 503", False),
        (httpx.ConnectError("refused: 07700 900123"), "ConnectError", False),
        (httpx.Response(201, text="<html>"), "notify no JSON", False),
        (httpx.Response(201, json=[]), "notify no JSON", False),
        (httpx.Response(201, json={"id": "x"}), "notify no id", False),
    ],
)
async def test_what_fails_is_told_by_its_kind_alone(answer, problem, for_good):
    with pytest.raises(NotSentError) as failed:
        await client(NotifyServer(answers=[answer])).send(letter())
    assert (failed.value.problem, failed.value.for_good) == (problem, for_good)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("created", None),
        ("sending", None),
        ("sent", None),
        ("accepted", None),
        ("delivered", Outcome(None)),
        ("received", Outcome(None)),
        *((each, Outcome(f"notify {each}")) for each in sorted(FAILED)),
    ],
)
async def test_what_became_of_a_message_is_asked_for(status, told):
    server = NotifyServer()
    notify = client(server)
    id_ = await notify.send(letter())
    server.ends(status)
    assert await notify.outcome(id_) == told
    await notify.close()


class Kept:
    def __init__(self) -> None:
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> None:
        self.letters.append(letter)


async def test_each_channel_has_its_carrier():
    mailer, server = Kept(), NotifyServer()
    carriers = Post(mailer, client(server))
    mail = letter(channel=ContactChannel.EMAIL, address="amara@example.org")
    assert await carriers.send(mail) is None
    assert mailer.letters == [mail]
    assert str(await carriers.send(letter())) == server.taken[0]["id"]
    with pytest.raises(NoCarrierError):
        await Post(mailer).send(letter())
    bare = Post(mailer, Notify.of(Told(key=KEY, sms_template=SMS), server.transport))
    with pytest.raises(NoCarrierError):
        await bare.send(letter(channel=ContactChannel.LETTER))


def test_without_a_key_there_is_no_notify(tmp_path):
    assert post.of(Settings(home=tmp_path)).notify is None
    assert post.of(Settings(home=tmp_path, notify=TOLD)).notify is not None
    with pytest.raises(ValidationError):
        Told(key="a-secret")
