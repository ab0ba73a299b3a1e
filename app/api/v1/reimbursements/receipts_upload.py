"""From files on the wire to receipts that were checked, before any transaction begins."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Annotated, Any, Final, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Request, Security
from pydantic import BaseModel

from app.api.deps import Identified, Session, authenticate
from app.api.own import OnBehalfOf, check_own
from app.api.problems import TooLargeError, UnavailableError
from app.api.strict import validated
from app.api.v1.imports.form import FILE, pieces
from app.api.v1.reimbursements.receipts_schemas import OwnReceiptForm, ReceiptForm
from app.core.actor import Actor
from app.core.errors import InvalidError
from app.core.idempotency import Once
from app.domain.people.register.models import Person
from app.domain.people.supporters.models import May
from app.domain.reimbursements.receipts import queries, service
from app.domain.reimbursements.receipts.models import MOST_AT_ONCE, MOST_BYTES, Checked, Receipt
from app.imports.receipts.sandbox import Incoming, Sandbox

# All files of a form, and what stands between them.
LARGEST: Final = MOST_AT_ONCE * MOST_BYTES + 1024**2
_FIELDS: Final = MOST_AT_ONCE + 5
_SECONDS_TO_WAIT: Final = 10
F = TypeVar("F", bound=BaseModel)


@dataclass(slots=True)
class Sent(Generic[F]):
    """Receipts that somebody sent at once, checked; their files last as long as the request."""

    form: F
    receipts: list[Checked]
    waiting: int

    async def keep(
        self, session: Session, person: Person, operation: str, key: str | None, *, by: UUID
    ) -> tuple[list[Receipt], Once]:
        """Store all of them for a locked person, or those that an earlier request stored.

        Raises PersonMergedError, ReceiptQuotaError, IdempotencyMismatchError.
        """
        told = hashlib.sha256(b"".join([person.id.bytes, *(r.sha256_sent for r in self.receipts)]))
        made: list[Receipt] = []
        once = Once(session, by, operation, None, told.digest())
        for number, each in enumerate(self.receipts):
            once.key = key and f"{key} {number}"
            made.append(await self._keep(once, person, each))
        return made, once

    async def _keep(self, once: Once, person: Person, checked: Checked) -> Receipt:
        return await once.do(
            lambda: service.take(once.session, person, checked, most=self.waiting),
            lambda id_: queries.get_own(once.session, id_, person),
        )


async def _by_staff(
    request: Request, _: Annotated[Actor, Security(authenticate, scopes=["claims:write"])]
) -> AsyncIterator[Sent[ReceiptForm]]:
    async for sent in _sent(request, ReceiptForm):
        yield sent


async def _by_oneself(
    request: Request, actor: Identified, on_behalf_of: OnBehalfOf = None
) -> AsyncIterator[Sent[OwnReceiptForm]]:
    await check_own(request, actor, on_behalf_of, May.CLAIMS)
    async for sent in _sent(request, OwnReceiptForm):
        yield sent


SentByStaff = Annotated[Sent[ReceiptForm], Depends(_by_staff, scope="function")]
SentByOneself = Annotated[Sent[OwnReceiptForm], Depends(_by_oneself, scope="function")]


async def _sent(request: Request, model: type[F]) -> AsyncIterator[Sent[F]]:
    """Take in what a form holds and check it, in memory that does not grow with the files.

    Raises UnavailableError, TooLargeError, InvalidError and what the sandbox raises.
    """
    sandbox: Sandbox = request.app.state.sandbox
    if sandbox.places.locked():
        raise UnavailableError("Too many receipts are coming in", retry_after=_SECONDS_TO_WAIT)
    with ExitStack() as files:
        async with sandbox.places:
            fields, incoming = await _received(request, files)
            form = validated(model, fields)
            checked = [await sandbox.check(each) for each in incoming]
        yield Sent(form, checked, request.app.state.settings.limits.receipts_waiting)


async def _received(request: Request, files: ExitStack) -> tuple[dict[str, str], list[Incoming]]:
    fields: dict[str, str] = {}
    whole: list[Incoming] = []
    coming, size = _place(0, files), 0
    async for name, data in pieces(request, _FIELDS):
        if name != FILE:
            _note(fields, name, data)
        elif data:
            size += len(data)
            if size > MOST_BYTES:
                raise TooLargeError
            coming.file.write(data)
        else:
            whole.append(coming)
            if len(whole) > MOST_AT_ONCE:
                raise InvalidError.at(f"#/{FILE}", f"At most {MOST_AT_ONCE} at once", "too_long")
            coming, size = _place(len(whole), files), 0
    if not whole:
        raise InvalidError.at(f"#/{FILE}", "Field required", "missing")
    return fields, whole


def _place(number: int, files: ExitStack) -> Incoming:
    file, out = (files.enter_context(TemporaryFile()) for _ in range(2))  # noqa: SIM115
    return Incoming(file, f"#/{FILE}/{number}", out)


def _note(fields: dict[str, str], name: str, data: bytes) -> None:
    if name in fields:
        raise InvalidError.at(f"#/{name}", "Given more than once", "repeated")
    fields[name] = data.decode("utf-8", "replace")


def form(model: type[BaseModel]) -> dict[str, Any]:
    """Describe the form, which is read by hand so that no file is ever held whole."""
    schema = model.model_json_schema()
    schema.setdefault("properties", {})[FILE] = {
        "type": "array",
        "items": {"type": "string", "format": "binary"},
        "minItems": 1,
        "maxItems": MOST_AT_ONCE,
        "description": "A JPEG, PNG or PDF of at most 10 MiB; several are parts of one name.",
    }
    schema["required"] = [*schema.get("required", ()), FILE]
    return {
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    }
