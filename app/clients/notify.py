"""GOV.UK Notify's API v2, as its documentation describes it (rest-api, 2026-06).

A token is made for each request and holds 30 seconds. The wording is ours: the templates that the
trust makes there hold `((body))`, and for a letter `((subject))` too.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey

from app.clients.mail import NotSentError
from app.domain.people.messages.service import Letter
from app.domain.people.register.models import ContactChannel
from app.settings import Notify as Told

# A key ends with the service's id and its secret, each a UUID.
_KEY: Final = re.compile(r"(?:.*-)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([0-9a-f-]{36})")
_MOST_LINES: Final = 7  # of an address, the name being the first
_LEAST_LINES: Final = 3
_DELIVERED: Final = frozenset({"delivered", "received"})
FAILED: Final = frozenset(
    {
        "permanent-failure",
        "temporary-failure",
        "technical-failure",
        "cancelled",
        "validation-failed",
        "virus-scan-failed",
        "returned-letter",
    }
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message in the end; `problem` is None where it was delivered."""

    problem: str | None


def outcome(status: str) -> Outcome | None:
    """Read a status; None where it is under way, or nothing more will be told."""
    if status in _DELIVERED:
        return Outcome(None)
    return Outcome(f"notify {status}") if status in FAILED else None


@dataclass(slots=True)
class Notify:
    """Sends text messages and letters, and tells what became of them."""

    http: httpx.AsyncClient
    service: str
    secret: str
    templates: Mapping[ContactChannel, str]
    clock: Callable[[], float] = time.time

    @classmethod
    def of(cls, told: Told, transport: httpx.AsyncBaseTransport | None = None) -> "Notify | None":
        """Give the client for a key; None where the trust has none."""
        found = _KEY.fullmatch(told.key)
        if found is None:
            return None
        http = httpx.AsyncClient(base_url=told.url, timeout=30, transport=transport)
        named = {
            ContactChannel.SMS: told.sms_template,
            ContactChannel.LETTER: told.letter_template,
        }
        return cls(http, found[1], found[2], {way: id_ for way, id_ in named.items() if id_})

    def carries(self, channel: ContactChannel) -> bool:
        """Tell whether the trust made a template for a channel."""
        return channel in self.templates

    async def send(self, letter: Letter) -> UUID:
        """Hand a message over; gives Notify's id of it. Raises NotSentError.

        One that is tried again is looked up by its reference first: it may have been taken, and
        the answer lost.
        """
        if letter.again and (taken := await self._newest(letter.id)) not in (None, letter.earlier):
            return taken
        body = {
            "template_id": self.templates[letter.channel],
            "reference": str(letter.id),
            **_WRITTEN[letter.channel](letter),
        }
        return _id(await self._ask("POST", f"/v2/notifications/{letter.channel}", json=body))

    async def outcome(self, id_: UUID) -> Outcome | None:
        """Ask what became of a message; None while it is under way. Raises NotSentError."""
        told = await self._ask("GET", f"/v2/notifications/{id_}")
        return outcome(str(told.get("status")))

    async def close(self) -> None:
        await self.http.aclose()

    async def _newest(self, reference: UUID) -> UUID | None:
        told = await self._ask("GET", "/v2/notifications", params={"reference": str(reference)})
        found = told.get("notifications")
        return _id(found[0]) if isinstance(found, list) and found else None

    async def _ask(self, method: str, path: str, **sent: Any) -> dict[str, Any]:
        claims = {"iss": self.service, "iat": int(self.clock())}
        token = jwt.encode({"typ": "JWT", "alg": "HS256"}, claims, OctKey.import_key(self.secret))
        try:
            answer = await self.http.request(
                method, path, headers={"Authorization": f"Bearer {token}"}, **sent
            )
        except httpx.HTTPError as error:
            raise NotSentError(type(error).__name__) from None
        if not answer.is_success:
            for_good = answer.status_code == HTTPStatus.BAD_REQUEST
            raise NotSentError(f"notify {answer.status_code}", for_good=for_good)
        return _object(answer)


def _text(letter: Letter) -> dict[str, Any]:
    return {"phone_number": letter.address, "personalisation": {"body": letter.text}}


def _letter(letter: Letter) -> dict[str, Any]:
    lines = [letter.name, *filter(None, (line.strip() for line in letter.address.splitlines()))]
    if len(lines) < _LEAST_LINES:
        raise NotSentError("address incomplete", for_good=True)
    if len(lines) > _MOST_LINES:
        over = len(lines) - _MOST_LINES + 1
        lines[1 : 1 + over] = [", ".join(lines[1 : 1 + over])]
    named = {f"address_line_{number}": line for number, line in enumerate(lines, 1)}
    return {"personalisation": {**named, "subject": letter.subject, "body": letter.text}}


_WRITTEN: Final = {ContactChannel.SMS: _text, ContactChannel.LETTER: _letter}


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise NotSentError("notify no JSON")
    return told


def _id(told: Any) -> UUID:
    try:
        return UUID(told["id"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotSentError("notify no id") from None
