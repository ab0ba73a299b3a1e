import asyncio
import re

import pytest
import sqlalchemy.exc
from asyncpg import LockNotAvailableError
from fastapi import Response
from fastapi.responses import StreamingResponse

from app.api.observe import Metrics, Observe

CANARY = "Mrs Canary of Ward 7"


@pytest.fixture
def failing(router):
    """Routes that fail in the ways nobody plans."""

    @router.get("/crash")
    async def crash() -> None:
        raise RuntimeError(CANARY)

    @router.get("/locked")
    async def locked() -> None:
        orig = Exception(CANARY)
        orig.__cause__ = LockNotAvailableError(CANARY)  # as SQLAlchemy wraps the driver's
        raise sqlalchemy.exc.DBAPIError(CANARY, {}, orig)

    @router.get("/broken")
    async def broken() -> None:
        raise sqlalchemy.exc.DBAPIError(CANARY, {}, Exception(CANARY))

    @router.get("/started")
    async def started() -> Response:
        async def parts():
            yield b"one"
            raise RuntimeError(CANARY)

        return StreamingResponse(parts())

    return router


async def test_an_unplanned_error_leaks_nothing(serve, failing, capfd):
    async with serve(failing) as client:
        for path in ("crash", "broken"):
            answer = await client.get(f"/test/{path}")
            assert answer.status_code == 500
            assert answer.json() == {
                "type": "/problems/internal",
                "title": "Something went wrong here",
                "status": 500,
            }
            assert answer.headers["x-request-id"]
    assert CANARY not in "".join(capfd.readouterr())


async def test_a_database_that_cannot_just_now_is_503(serve, failing):
    async with serve(failing) as client:
        answer = await client.get("/test/locked")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_an_answer_that_fails_halfway_is_left_unfinished(serve, failing, capfd):
    """The server then cuts the connection, so that nobody takes half for the whole."""
    sent = []

    async def receive() -> dict:
        return await asyncio.Event().wait()  # the client sends nothing more

    async def send(message: dict) -> None:
        sent.append(message)

    async with serve(failing) as client:
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/test/started",
            "query_string": b"",
            "headers": [],
        }
        await client.app(scope, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert (sent[0]["status"], sent[1]["body"], sent[1]["more_body"]) == (200, b"one", True)
    assert CANARY not in "".join(capfd.readouterr())


@pytest.mark.parametrize(("status", "crashes"), [(413, 0), (200, 1)])
async def test_a_refused_body_that_ends_by_an_exception_is_no_crash(status, crashes, capfd):
    """So the framework ends a request whose body it refused while the answer was under way."""

    async def refusing(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": status})
        await send({"type": "http.response.body", "body": b""})
        raise RuntimeError(CANARY)

    async def send(message: dict) -> None:
        assert message["type"].startswith("http.response")

    observed = Observe(refusing, Metrics())
    await observed({"type": "http", "method": "POST", "headers": []}, None, send)
    assert "".join(capfd.readouterr()).count("crashed") == crashes


async def test_a_request_keeps_its_callers_id_if_it_is_plain(client):
    for given, kept in (("abc-1._", True), ("a" * 65, False), ("a b", False), ("<x>", False)):
        answer = await client.get("/livez", headers={"X-Request-ID": given})
        shown = answer.headers["x-request-id"]
        assert (shown == given) is kept
        assert kept or re.fullmatch("[0-9a-f]{32}", shown)


async def test_every_answer_carries_the_fixed_headers(client):
    for path in ("/livez", "/nothing", "/v1/feedback/responses"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert headers["strict-transport-security"].startswith("max-age=")
        assert headers["cache-control"] == "no-store"


async def test_what_may_be_kept_says_so_itself(client):
    answer = await client.get("/v1/reference")
    assert answer.headers.get_list("cache-control") == ["public, max-age=3600"]


async def test_metrics_name_operations_and_never_paths(as_, serve):
    headers = await as_("metrics:read")
    async with serve() as client:
        await client.get("/v1/feedback/responses?search=Canary")
        await client.get("/Canary")
        text = (await client.get("/metrics", headers=headers)).text
    assert 'everyvoice_answers_total{operation="list_responses",status="401"} 1.0' in text
    assert 'everyvoice_answers_total{operation="none",status="404"} 1.0' in text
    assert "everyvoice_authentication_failures_total 1.0" in text
    assert "Canary" not in text
