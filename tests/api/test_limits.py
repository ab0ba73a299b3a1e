import gzip
import threading

import time_machine

from app.api.limits import Windows
from app.settings import Limits
from tests.conftest import SECRET
from tests.factories import event, signed

URL = "/v1/reference"


def limits(**values: int) -> Limits:
    return Limits(**{"per_minute": 1_000, "anonymous_per_minute": 1_000} | values)


async def test_a_caller_over_the_limit_is_told_how_long_to_wait(serve):
    async with serve(limits=limits(anonymous_per_minute=2)) as client:
        answers = [await client.get(URL) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    refused = answers[-1]
    assert refused.json()["type"] == "/problems/too-many-requests"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit-policy"] == '"default";q=2;w=60'
    assert [a.headers["ratelimit"].split(";")[1] for a in answers] == ["r=1", "r=0", "r=0"]


async def test_keys_are_counted_apart(serve, as_):
    first, second = await as_("metrics:read"), await as_("metrics:read")
    async with serve(limits=limits(per_minute=1)) as client:
        statuses = [
            (await client.get("/metrics", headers=headers)).status_code
            for headers in (first, second, first)
        ]
    assert statuses == [200, 200, 429]


def test_whose_window_is_over_begins_anew_and_the_others_are_forgotten():
    with time_machine.travel("2026-07-01T12:00Z", tick=False) as clock:
        counts = Windows()
        assert [counts.incr(key, 60) for key in ("a", "b", "a")] == [1, 1, 2]
        clock.shift(30)
        assert [counts.incr(key, 60) for key in ("a", "c")] == [3, 1]
        clock.shift(30)
        assert counts.incr("a", 60) == 1
        assert set(counts.storage) == set(counts.expirations) == {"a", "c"}


def test_to_count_begins_no_thread():
    counts = Windows()
    counts.timer.join()
    before = threading.active_count()
    counts.incr("a", 60)
    assert threading.active_count() == before


async def test_a_delivery_or_a_probe_is_never_lost_to_a_limit(serve):
    async with serve(limits=limits(anonymous_per_minute=1)) as client:
        for _ in range(3):
            body = event("ping")
            answer = await client.post(
                "/v1/webhooks/iwgc", content=body, headers=signed(body, SECRET)
            )
            assert answer.status_code == 202
            assert "ratelimit" not in answer.headers
            assert (await client.get("/livez")).status_code == 200


async def test_a_compressed_body_is_not_taken(client):
    bomb = gzip.compress(b"0" * 10_000_000)
    for encoding in ("gzip", "GZIP", "br", "identity, gzip"):
        headers = {"Content-Encoding": encoding}
        answer = await client.post("/v1/webhooks/replays", content=bomb, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (
            415,
            "/problems/unsupported-encoding",
        )


async def test_a_nul_in_the_path_is_refused(client):
    answer = await client.get("/v1/feedback/responses/%00")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "bad_character"


async def test_a_body_over_the_limit_is_a_problem(client, as_):
    headers = await as_("inbox:manage")
    for content in (b"1" * (1024 * 1024 + 1), b"[" * 50_000_000):
        answer = await client.post("/v1/webhooks/replays", content=content, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_over_the_limit_is_refused_before_anything_else(client, as_, capfd):
    """Whoever has no key, or not the scope, is told of the size as well; nothing crashes."""
    body = b"1" * (2 * 1024 * 1024)
    for headers in ({}, await as_("other:scope")):
        answer = await client.post("/v1/webhooks/replays", content=body, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")
    assert "crashed" not in "".join(capfd.readouterr())


async def test_a_body_of_unknown_length_is_cut_at_the_limit(client, as_):
    async def endless():
        for _ in range(2_000):
            yield b"1" * 1024

    headers = await as_("inbox:manage") | {"Content-Type": "application/json"}
    answer = await client.post("/v1/webhooks/replays", content=endless(), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")
