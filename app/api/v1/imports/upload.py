"""From a form on the wire to a promised import, in the request's one transaction."""

import asyncio
from typing import Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.api.problems import TooLargeError, UnavailableError
from app.api.v1.imports.form import FILE, pieces
from app.api.v1.imports.schemas import ImportForm
from app.core.actor import Actor
from app.core.errors import InvalidError
from app.core.idempotency import Once
from app.core.jobs import Job
from app.imports.taking import Taking

_MISSING: Final = "Field required"
_SECONDS_TO_WAIT: Final = 10


async def take(request: Request, once: Once, *, by: Actor) -> Job:
    """Store the file as it comes and promise its import, once per key.

    A file holds a connection for as long as it takes to come, so that half of them at most go to
    files. Raises InvalidError, UnusableFileError, TooLargeError, ForbiddenError, UnavailableError.
    """
    uploads: asyncio.Semaphore = request.app.state.uploads
    if uploads.locked():
        raise UnavailableError("Too many files are coming in", retry_after=_SECONDS_TO_WAIT)
    async with uploads:
        return await _take(request, once, by)


async def _take(request: Request, once: Once, by: Actor) -> Job:
    session = once.session
    attempt = await session.begin_nested()
    taking = Taking(session, by=by)
    form = await _received(request, taking)
    made = await taking.finish(dry_run=form.dry_run)
    once.body = b"%s %d " % (form.layout.encode(), form.dry_run) + taking.digest

    async def create() -> Job:
        await taking.promise()
        return made

    async def find(job_id: UUID) -> Job:
        return await session.get_one(Job, job_id)

    job = await once.do(create, find)
    if once.replayed:
        await attempt.rollback()
    return job


async def _received(request: Request, taking: Taking) -> ImportForm:
    """Read the form; its file goes on to `taking` as it comes."""
    most = request.app.state.settings.limits.import_bytes
    fields: dict[str, str] = {}
    files = 0
    async for name, data in pieces(request):
        if name != FILE:
            _note(fields, name, data)
            if name == "layout":
                taking.expect(fields[name])
        elif data:
            await taking.add(data)
            if taking.size > most:
                raise TooLargeError
        else:
            files += 1
    if files != 1:
        raise _wrong(FILE, _MISSING if not files else "Given more than once")
    return _checked(fields)


def _note(fields: dict[str, str], name: str, data: bytes) -> None:
    if name in fields:
        raise _wrong(name, "Given more than once")
    fields[name] = data.decode("utf-8", "replace")


def _checked(fields: dict[str, Any]) -> ImportForm:
    try:
        return ImportForm.model_validate(fields)
    except ValidationError as error:
        items = error.errors(include_input=False, include_url=False, include_context=False)
        raise RequestValidationError(
            [{**item, "loc": ("body", *item["loc"])} for item in items]
        ) from None


def _wrong(name: str, detail: str) -> InvalidError:
    code = "missing" if detail == _MISSING else "repeated"
    return InvalidError.at(f"#/{name}", detail, code)
