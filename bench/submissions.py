"""How many anonymous submissions a second are taken in."""

import itertools
from datetime import date

import orjson

from bench import load, seed
from bench.effort import Effort
from bench.results import Goal, Report, Spread, ratio
from bench.stand import WORK, Stand

TITLE = "Submissions: anonymous answers taken in"
PEER = (
    "a bare Starlette + asyncpg handler under uvicorn that inserts the same row into the same"
    " table, with its digest and indexes; nothing is read, checked, limited, logged or counted"
)
DATABASE = "bench_submissions"
CODE = "4T9KX2MD"
_NUMBERS = itertools.count(1)
_LARGEST_RATE = 12_000  # no round asks for more requests a second than were made for it
NOTE = (
    "wrk, 1 thread, 16 connections; eight answers to the shipped survey, two of them texts; each"
    " request is another, and the service makes its receipt. Worker stopped."
)
OURS, BARE = "Every Voice", "bare"
_CODE = """
INSERT INTO public_code (id, code, team_id, survey_id, channel, active_from, token_required,
                         created_at, updated_at, version)
SELECT gen_random_uuid(), $1, t.id, s.id, 'kiosk', $2, false, now(), now(), 1
  FROM team t, survey s WHERE t.code = 'T1' AND s.code = 'fft'"""
_VERSION = "SELECT v.id FROM survey_version v WHERE status = 'published'"


def submission(path: str, version: str) -> bytes:
    """Make a request with one person's answers."""
    number = next(_NUMBERS)
    answers = {
        "experience": ("very_good", "good", "poor")[number % 3],
        "why": f"Everyone was kind and took the time to explain what happens next, {number}.",
        "better": "The waiting room was cold and the letter came late.",
        "involved": "yes_definitely",
        "do_not_publish": False,
        "age": "25-34",
        "ethnic_group": "M",
        "disability": ["05", "09"],
    }
    body = {"survey_version": version, "team": CODE, "answers": answers, "language": "en"}
    headers = (("content-type", "application/json"),)
    return load.request("POST", path, headers, orjson.dumps(body))


async def run(stand: Stand, effort: Effort) -> Report:
    await stand.database(DATABASE)
    connection = await stand.connect(DATABASE)
    await seed.organisation(connection, 40)
    await connection.execute(_CODE, CODE, date(2026, 1, 1))
    version = str(await connection.fetchval(_VERSION))
    found: dict[str, list[float]] = {OURS: [], BARE: []}
    try:
        async with (
            stand.service(DATABASE) as (port, _),
            stand.peer("submissions", DATABASE) as (
                bare,
                _,
            ),
        ):
            turns = ((OURS, port, "/v1/feedback/submissions"), (BARE, bare, "/submissions"))
            for number in range(effort.rounds + 1):
                for name, at, path in turns:
                    sent = [
                        submission(path, version) for _ in range(_LARGEST_RATE * effort.seconds)
                    ]
                    file = load.write(WORK / "submissions.bin", sent)
                    url = f"http://127.0.0.1:{at}"
                    rate = (await load.wrk(url, effort.seconds, file, again=False)).rate
                    if number:  # the first round warms up
                        found[name].append(rate)
    finally:
        await connection.close()
    share = ratio(found[OURS], found[BARE])
    rows = [
        (f"{name}: accepted submissions/s", Spread.of(rates).shown(",.0f"))
        for name, rates in found.items()
    ]
    rows.append((f"share of {BARE}", share.shown()))
    goal = Goal(
        "accepted submissions/s, share of bare", ">= 0.5", share.shown(), share.median >= 0.5
    )
    return Report(TITLE, PEER, ("Measure", "Median (least to most)"), rows, [goal], (NOTE,))
