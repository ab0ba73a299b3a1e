"""What it costs to make a claim and to hand it in, beside handlers that write the same rows."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Final, NamedTuple

import asyncpg
import orjson

from app.domain.reimbursements.flags.codes import FlagCode
from bench import load
from bench.effort import Effort
from bench.results import Goal, Spread, ratio
from bench.stand import WORK, Stand

OURS, BARE, ONE = "Every Voice", "bare, the same rows", "bare, one row"
SHARE: Final = 0.5
_PREFIX: Final = "/v1/reimbursements"
_NUMBERS = itertools.count(1)
_ACTIVITIES = """
SELECT a.id::text AS participation_id, a.person_id::text, a.opportunity_id::text,
       o.directorate_id::text, gen_random_uuid()::text AS by
  FROM participation a JOIN opportunity o ON o.id = a.opportunity_id
 ORDER BY md5(a.id::text)"""
# Of those that this made, whose lines need no receipt.
_DRAFTS = """
SELECT id::text, person_id::text FROM claim c
 WHERE status = 'draft' AND moves = 1
   AND EXISTS (SELECT FROM claim_line l
                WHERE l.claim_id = c.id AND l.no_receipt_because IS NOT NULL)
 ORDER BY md5(id::text)"""
Rates = Mapping[str, list[float]]


class Measured(NamedTuple):
    """Claims made, and claims handed in, each a second and by whom."""

    made: Rates
    handed_in: Rates


class _Turn(NamedTuple):
    """One of those that take turns, with more requests than it can answer in a second."""

    name: str
    port: int
    requests: Iterator[bytes]
    most: int


async def measure(
    stand: Stand, database: str, connection: asyncpg.Connection, key: str, effort: Effort
) -> Measured:
    """Let claims be made, and those be handed in, in turns with the peers."""
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS bare_event (id bigint GENERATED ALWAYS AS"
        " IDENTITY PRIMARY KEY, body bytea NOT NULL)"
    )
    activities = itertools.cycle(await connection.fetch(_ACTIVITIES))
    async with AsyncExitStack() as stack:
        port, _ = await stack.enter_async_context(stand.service(database))
        bare, _ = await stack.enter_async_context(stand.peer("claims", database))
        one, _ = await stack.enter_async_context(stand.peer("events", database))
        made = await _in_turns(
            (
                _Turn(OURS, port, _new(f"{_PREFIX}/claims", key, activities), 2_500),
                _Turn(BARE, bare, _new("/claims", key, activities), 2_500),
                _Turn(ONE, one, _new("/events", key, activities), 12_000),
            ),
            effort.rounds,
            effort.seconds,
        )
        await connection.execute("VACUUM ANALYZE")
        drafts = iter(await connection.fetch(_DRAFTS))
        handed_in = await _in_turns(
            (
                _Turn(OURS, port, _submissions(key, drafts), 400),
                _Turn(BARE, bare, _bare_submissions(drafts), 1_500),
            ),
            max(1, effort.rounds // 3),  # each claim is handed in once, and there are so many
            effort.seconds,
        )
    return Measured(made, handed_in)


def rows(found: Measured) -> list[tuple[str, ...]]:
    told = [(f"{name}: claims made or rows inserted", rates) for name, rates in found.made.items()]
    told += [(f"{name}: claims handed in", rates) for name, rates in found.handed_in.items()]
    return [(f"{name} a second", Spread.of(rates).shown(",.0f"), "", "") for name, rates in told]


def goals(found: Measured) -> list[Goal]:
    shares = (
        ("claims made", ratio(found.made[OURS], found.made[BARE])),
        ("claims handed in", ratio(found.handed_in[OURS], found.handed_in[BARE])),
    )
    return [
        Goal(
            f"{what}, share of bare, the same rows",
            f">= {SHARE}",
            share.shown(),
            share.median >= SHARE,
        )
        for what, share in shares
    ]


def note(found: Measured) -> str:
    share = ratio(found.made[OURS], found.made[ONE]).shown()
    return (
        "A claim of a fare and a journey is made whole, once per key: found"
        " to be the person's own activity, priced by the cards of its day, and kept with its lines,"
        " what it stands for and who made it. It is handed in late, with a reason: locked, priced"
        " anew, and beside all other claims looked at by every check, whose findings are kept; its"
        " peer reads none of that. The rate of a handler that inserts one"
        " row of one column shows what the rows of a claim, their indexes and constraints cost by"
        f" themselves; ours is {share} of it."
    )


async def _in_turns(turns: Sequence[_Turn], rounds: int, seconds: int) -> Rates:
    found: Rates = {turn.name: [] for turn in turns}
    for number in range(rounds + 1):
        for turn in turns:
            sent = list(itertools.islice(turn.requests, turn.most * seconds))
            file = load.write(WORK / "claims.bin", sent)
            url = f"http://127.0.0.1:{turn.port}"
            rate = (await load.wrk(url, seconds, file, again=False)).rate
            if number:  # the first round warms up
                found[turn.name].append(rate)
    return found


def _new(path: str, key: str, activities: Iterator[asyncpg.Record]) -> Iterator[bytes]:
    """Make requests for claims, each of a day of its own, so that none is a duplicate."""
    for activity in activities:
        number = next(_NUMBERS)
        day = f"{2012 + number // 10_000 % 13}-{1 + number // 28 % 12:02}-{1 + number % 28:02}"
        body = {
            "person_id": activity["person_id"],
            "participation_id": activity["participation_id"],
            "activity_on": day,
            "lines": [
                {
                    "kind": "public_transport",
                    "day": day,
                    "amount_pence": 1250,
                    "from_place": "Oxford",
                    "to_place": "Banbury",
                    "no_receipt_because": "The machine gave none.",
                },
                {"kind": "mileage", "day": day, "vehicle": "bicycle", "miles": "7"},
            ],
        }
        if path == "/claims":
            body |= {name: activity[name] for name in ("opportunity_id", "directorate_id", "by")}
        told = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"{path}-{number}"}
        yield _posted(path, body, told)


def _submissions(key: str, drafts: Iterator[asyncpg.Record]) -> Iterator[bytes]:
    told = {"Authorization": f"Bearer {key}", "If-Match": "*"}
    for draft in drafts:
        path = f"{_PREFIX}/claims/{draft['id']}/submission"
        yield _posted(path, {"late_because": "In hospital."}, told)


def _bare_submissions(drafts: Iterator[asyncpg.Record]) -> Iterator[bytes]:
    for draft in drafts:
        body = {"id": draft["id"], "person_id": draft["person_id"], "checks": [*FlagCode]}
        yield _posted("/submissions", body, {})


def _posted(path: str, body: Mapping[str, object], told: Mapping[str, str]) -> bytes:
    headers = (("content-type", "application/json"), *told.items())
    return load.request("POST", path, headers, orjson.dumps(body))
