"""Mail out: by SMTP, or as files where no server is named."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Protocol
from uuid import UUID

import structlog

from app.domain.people.messages.service import Letter
from app.settings import Mail

log = structlog.get_logger("mail")

_REFUSED_FOR_GOOD = range(500, 600)


class NotSentError(Exception):
    """A try that failed. `problem` is a kind or a reply code, never the server's words."""

    def __init__(self, problem: str, *, for_good: bool = False) -> None:
        super().__init__(problem)
        self.problem, self.for_good = problem, for_good


class Mailer(Protocol):
    """What sends one letter; raises NotSentError."""

    async def send(self, letter: Letter) -> None: ...


def of(settings: Mail, home: Path) -> Mailer:
    """Give the SMTP client, or without a server the one that keeps letters as files."""
    return Smtp(settings) if settings.host else Files(home / "outbox", settings.sender)


def _written(letter: Letter, sender: str) -> EmailMessage:
    try:
        return written(letter, sender)
    except (MessageError, ValueError, IndexError) as error:
        raise NotSentError(type(error).__name__, for_good=True) from None


def written(letter: Letter, sender: str) -> EmailMessage:
    """Write a letter out; its Message-ID is the message's own, so that a repeat is known by it."""
    message = EmailMessage()
    _, address = parseaddr(sender)
    message["From"] = sender
    message["To"] = Address(letter.name, addr_spec=letter.address)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = f"<{letter.id}@{address.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # no out-of-office answers (RFC 3834)
    message.set_content(letter.text)
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html")
    return message


@dataclass(frozen=True, slots=True)
class Smtp:
    """One connection a letter: a trust's service writes few, and a server may go at any time."""

    settings: Mail

    async def send(self, letter: Letter) -> None:
        """Hand a letter to the server; raises NotSentError."""
        message = _written(letter, self.settings.sender)
        try:
            await asyncio.to_thread(self._deliver, message)
        except smtplib.SMTPRecipientsRefused as error:
            code = min(code for code, _ in error.recipients.values())
            raise _refused(code) from None
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code) from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotSentError(type(error).__name__) from None

    def _deliver(self, message: EmailMessage) -> None:
        with self._connected() as server:
            if self.settings.security == "starttls":
                server.starttls(context=self._context())
            if self.settings.user:
                server.login(self.settings.user, self.settings.password)
            server.send_message(message)

    def _connected(self) -> smtplib.SMTP:
        host, port, wait = self.settings.host, self.settings.port, self.settings.timeout_seconds
        if self.settings.security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=wait, context=self._context())
        return smtplib.SMTP(host, port, timeout=wait)

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.settings.ca_file)


def _refused(code: int) -> NotSentError:
    """Read a reply code: a 5xx stays so, a 4xx may pass. A wrong password is for its operator."""
    for_good = code in _REFUSED_FOR_GOOD and code not in _OURS
    return NotSentError(f"smtp {code}", for_good=for_good)


# 530, 534, 535, 538: it is our credentials or encryption that the server does not like. Another
# try is of use once the operator has mended them.
_OURS = frozenset({530, 534, 535, 538})


@dataclass(frozen=True, slots=True)
class Files:
    """Keeps letters as .eml files and says so on the console (docs/adr/0009)."""

    folder: Path
    sender: str

    async def send(self, letter: Letter) -> None:
        """Write a letter beside the others; a repeat is the same file."""
        message = _written(letter, self.sender)
        try:
            await asyncio.to_thread(self._write, letter.id, message)
        except OSError as error:
            raise NotSentError(type(error).__name__) from None
        log.info("letter kept", file=f"{letter.id}.eml")

    def _write(self, id_: UUID, message: EmailMessage) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self.folder / f".{id_}"
        fresh.touch(mode=0o600)
        fresh.write_bytes(message.as_bytes())
        fresh.replace(self.folder / f"{id_}.eml")
