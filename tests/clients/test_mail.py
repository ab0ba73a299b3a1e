"""The mail client against a real SMTP server on the loopback, and as files."""

import email
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from pathlib import Path
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from app.clients import mail
from app.clients.mail import Files, NotSentError, Smtp
from app.domain.people.messages.service import Letter
from app.domain.people.register.models import ContactChannel
from app.settings import Mail
from tests.clients.smtp import relay

# A key for the loopback of tests, and for nothing else.
CERTIFICATE = Path(__file__).parent / "loopback.pem"
LETTER = Letter(
    id=UUID("0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"),
    name="Zoë Bloggs, RN",
    channel=ContactChannel.EMAIL,
    address="zoe@trust.example",
    subject="Ward 3: \U0001f33b no feedback yet",
    text="Good morning,\n\u05e9\u05dc\u05d5\u05dd.\n",
    html="<p>Good morning</p>",
    written_at=datetime(2026, 3, 1, 9, 0, tzinfo=UTC),
)
SENDER = "Every Voice <voice@trust.example>"


def settings(port: int, **values: object) -> Mail:
    start = {"host": "127.0.0.1", "port": port, "security": "none", "sender": SENDER}
    return Mail(**start | {"timeout_seconds": 5} | values)


@pytest.fixture
def tls() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


def test_without_a_host_letters_become_files(tmp_path):
    assert mail.of(Mail(), tmp_path) == Files(tmp_path / "outbox", Mail().sender)
    assert isinstance(mail.of(Mail(host="relay"), tmp_path), Smtp)


async def test_a_letter_is_handed_over_whole():
    async with relay() as server:
        await Smtp(settings(server.port)).send(LETTER)
    (raw,) = server.letters
    got = email.message_from_bytes(raw, policy=policy.default)
    assert (got["From"], got["To"]) == (SENDER, '"Zoë Bloggs, RN" <zoe@trust.example>')
    assert got["Subject"] == LETTER.subject
    assert got["Message-ID"] == "<0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e@trust.example>"
    assert got["Date"].datetime == LETTER.written_at
    text, html = (part.get_content() for part in got.iter_parts())
    assert (text.replace("\r\n", "\n"), html.strip()) == (LETTER.text, "<p>Good morning</p>")


async def test_a_repeat_is_known_by_its_message_id():
    async with relay() as server:
        for _ in range(2):
            await Smtp(settings(server.port)).send(replace(LETTER, html=None))
    first, again = (email.message_from_bytes(raw) for raw in server.letters)
    assert first["Message-ID"] == again["Message-ID"]
    assert not first.is_multipart()


async def test_the_connection_turns_secret_before_the_password_is_told(tls):
    async with relay(tls) as server:
        told = {"security": "starttls", "ca_file": CERTIFICATE, "user": "u", "password": "secret"}
        await Smtp(settings(server.port, **told)).send(LETTER)
    words = [line.partition(" ")[0].upper() for line in server.heard]
    assert words.index("STARTTLS") < words.index("AUTH")
    assert len(server.letters) == 1


async def test_a_connection_may_be_secret_from_its_start(tls):
    async with relay(tls, at_once=True) as server:
        await Smtp(settings(server.port, security="tls", ca_file=CERTIFICATE)).send(LETTER)
    assert len(server.letters) == 1


async def test_a_server_that_nobody_vouches_for_is_told_nothing(tls):
    async with relay(tls) as server:
        with pytest.raises(NotSentError) as refused:
            await Smtp(settings(server.port, security="starttls")).send(LETTER)
    assert (refused.value.problem, refused.value.for_good) == ("SSLCertVerificationError", False)
    assert server.letters == []


@pytest.mark.parametrize(
    ("command", "reply", "problem", "for_good"),
    [
        ("RCPT", "550 no such person <zoe@trust.example>", "smtp 550", True),
        ("RCPT", "450 later", "smtp 450", False),
        ("MAIL", "552 too much", "smtp 552", True),
        ("MAIL", "530 authenticate first", "smtp 530", False),
        ("DATA", "451 later", "smtp 451", False),
        ("DATA", "554 unwanted", "smtp 554", True),
        ("MAIL", "", "SMTPServerDisconnected", False),
    ],
)
async def test_a_refusal_is_told_by_its_code_alone(command, reply, problem, for_good):
    async with relay(**{command: [reply]}) as server:
        with pytest.raises(NotSentError) as refused:
            await Smtp(settings(server.port)).send(LETTER)
    assert (refused.value.problem, refused.value.for_good) == (problem, for_good)
    assert str(refused.value) == problem
    assert server.letters == []


async def test_a_server_that_is_not_there_may_be_there_later():
    async with relay() as server:
        pass
    with pytest.raises(NotSentError) as refused:
        await Smtp(settings(server.port)).send(LETTER)
    assert (refused.value.problem, refused.value.for_good) == ("ConnectionRefusedError", False)


@pytest.mark.parametrize(
    "values", [{"address": "a@b@c"}, {"address": ""}, {"name": "a\nBcc: b@c.example"}]
)
async def test_what_cannot_be_written_is_never_tried_again(values, tmp_path):
    letter = replace(LETTER, **values)
    for mailer in (Smtp(settings(1)), Files(tmp_path, SENDER)):
        with pytest.raises(NotSentError) as refused:
            await mailer.send(letter)
        assert refused.value.for_good


async def test_a_letter_as_a_file_is_for_its_owner_alone(tmp_path):
    mailer = Files(tmp_path / "home" / "outbox", SENDER)
    for _ in range(2):
        await mailer.send(LETTER)
    (file,) = (tmp_path / "home" / "outbox").iterdir()
    assert file.name == f"{LETTER.id}.eml"
    assert file.stat().st_mode & 0o777 == 0o600
    got = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    assert got["Subject"] == LETTER.subject


async def test_the_console_names_the_file_and_nobody(tmp_path):
    with capture_logs() as logs:
        await Files(tmp_path, SENDER).send(LETTER)
    assert logs == [{"event": "letter kept", "file": f"{LETTER.id}.eml", "log_level": "info"}]


async def test_a_folder_that_cannot_be_made_may_be_mended(tmp_path):
    (tmp_path / "outbox").write_text("in the way")
    with pytest.raises(NotSentError) as refused:
        await Files(tmp_path / "outbox", SENDER).send(LETTER)
    assert (refused.value.problem, refused.value.for_good) == ("FileExistsError", False)


@pytest.mark.parametrize("sender", ["nobody", "a@b\r\nBcc: c@d", "a@b c"])
def test_a_sender_is_an_address(sender):
    with pytest.raises(ValueError, match="sender"):
        Mail(sender=sender)
