"""How many events a second are accepted, and how soon at half of that."""

import asyncio
import base64
import hashlib
import hmac
import itertools
import time
from collections.abc import Iterator

import asyncpg
import orjson

from bench import load, seed
from bench.effort import Effort
from bench.results import Goal, Report, Spread, percentile, ratio
from bench.stand import SECRET, WORK, Stand

TITLE = "Webhook: events taken in"
PEER = (
    "a bare Starlette + asyncpg handler under uvicorn that inserts the body and commits; no"
    " signature, no duplicate check, no hash, no log, no metrics"
)
DATABASE = "bench_webhook"
_KEY = base64.b64decode(SECRET.removeprefix("whsec_"))
_NUMBERS = itertools.count(1)
_LARGEST_RATE = 12_000  # no round asks for more requests a second than were made for it
NOTE = (
    "wrk, 1 thread, 16 connections, every request signed before and sent once; the ack's latency"
    " is an open loop's, from the moment at which each request was due."
)
OURS, BARE, HARD = "Every Voice", "bare", "bare, pool without reset"


def event(number: int, teams: int = 40) -> bytes:
    """Make the body of a review as the feed sends it."""
    data = {
        "source_review_id": f"iwgc-{number}",
        "version": 1,
        "submitted_at": f"2026-03-{number % 28 + 1:02}T18:02:11Z",
        "location_code": f"LOC-T{number % teams + 1}",
        "channel": "sms",
        "respondent_type": "patient",
        "fft_answer": ("very_good", "good", "poor")[number % 3],
        "item_ratings": [{"item": "involved", "stars": 5}],
        "comment_good": "Everyone was kind and took the time to explain what would happen next.",
        "comment_better": None,
        "publication_status": "published",
        "consent_public": True,
        "language": "en",
        "easy_read": False,
        "demographics": {"ethnic_category": "A", "age_band": "25-34", "gender": "2"},
    }
    return orjson.dumps(
        {"type": "review.created", "timestamp": "2026-03-30T09:14:00Z", "data": data}
    )


def signed(path: str = "/v1/webhooks/iwgc") -> bytes:
    """Make a request that was never made before, signed by Standard Webhooks."""
    number = next(_NUMBERS)
    body, name, at = event(number), f"msg_bench_{time.time_ns()}_{number}", int(time.time())
    mac = hmac.digest(_KEY, f"{name}.{at}.".encode() + body, hashlib.sha256)
    headers = (
        ("content-type", "application/json"),
        ("webhook-id", name),
        ("webhook-timestamp", str(at)),
        ("webhook-signature", "v1," + base64.b64encode(mac).decode()),
    )
    return load.request("POST", path, headers, body)


async def run(stand: Stand, effort: Effort) -> Report:
    await stand.database(DATABASE)
    connection = await stand.connect(DATABASE)
    await seed.organisation(connection, 40)
    await connection.execute(
        "CREATE TABLE bare_event"
        " (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea NOT NULL)"
    )
    try:
        async with stand.service(DATABASE) as (port, _):
            rates = await _rates(stand, port, effort)
            half = Spread.of(rates[OURS]).median / 2
            alone = await _paced(port, half, effort)
            with stand.worker(DATABASE):
                await _drained(connection)
                beside = await _paced(port, half, effort)
                await _drained(connection)
    finally:
        await connection.close()
    return _report(rates, half, alone, beside)


async def _rates(stand: Stand, port: int, effort: Effort) -> dict[str, list[float]]:
    """Let ours and both peers take turns."""
    found: dict[str, list[float]] = {OURS: [], BARE: [], HARD: []}
    async with (
        stand.peer("events", DATABASE) as (bare, _),
        stand.peer("events", DATABASE, reset=False) as (hard, _),
    ):
        turns = (
            (OURS, port, "/v1/webhooks/iwgc"),
            (BARE, bare, "/events"),
            (HARD, hard, "/events"),
        )
        for number in range(effort.rounds + 1):
            for name, at, path in turns:
                rate = await _round(at, path, effort.seconds)
                if number:  # the first round warms up
                    found[name].append(rate)
    return found


async def _round(port: int, path: str, seconds: int) -> float:
    count = _LARGEST_RATE * seconds
    file = load.write(WORK / "events.bin", [signed(path) for _ in range(count)])
    return (await load.wrk(f"http://127.0.0.1:{port}", seconds, file, again=False)).rate


async def _paced(port: int, rate: float, effort: Effort) -> load.Paced:
    seconds = effort.seconds * 3
    sending: Iterator[bytes] = iter([signed() for _ in range(int(rate * seconds) + 1)])
    return await load.paced(port, rate, sending, seconds)


async def _drained(connection: asyncpg.Connection) -> None:
    while await connection.fetchval(
        "SELECT EXISTS (SELECT FROM inbox_event WHERE status = 'pending')"
    ):
        await asyncio.sleep(0.1)


def _report(
    rates: dict[str, list[float]], half: float, alone: load.Paced, beside: load.Paced
) -> Report:
    share, hard = ratio(rates[OURS], rates[BARE]), ratio(rates[OURS], rates[HARD])
    rows = [
        (f"{name}: accepted events/s", Spread.of(found).shown(",.0f"))
        for name, found in rates.items()
    ]
    rows.append((f"share of {BARE}", share.shown()))
    rows.append((f"share of {HARD}", hard.shown()))
    for name, found in (("worker stopped", alone), ("worker at work", beside)):
        told = " / ".join(f"{percentile(found.ms, at):.1f}" for at in (0.5, 0.99, 0.999))
        rows.append((f"ack at {half:,.0f}/s, {name}: p50 / p99 / p99.9 ms", told))
    p99 = percentile(beside.ms, 0.99)
    goals = [
        Goal("accepted events/s, share of bare", ">= 0.6", share.shown(), share.median >= 0.6),
        Goal(
            "p99 of the ack at half of that, worker at work",
            "< 200 ms",
            f"{p99:.1f} ms, {beside.refused} refused",
            p99 < 200 and not beside.refused,
        ),
    ]
    return Report(
        TITLE,
        PEER,
        ("Measure", "Median (least to most)"),
        rows,
        goals,
        (NOTE,),
    )
