"""How many lists of 100 responses and single ones a second, with all checks on."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx

from app.domain.feedback.queries import COMMENTS
from bench import cpu, load, peers, seed
from bench.effort import Effort
from bench.results import Goal, Report, Spread, ratio
from bench.stand import WORK, Served, Stand, token

TITLE = "Lists and single responses"
PEER = (
    "a bare Starlette + asyncpg + orjson handler without authentication, limits and log, and"
    " PostgREST 12 with its JWT check on; the same 20 columns of the same rows"
)
NOTE = (
    "wrk, 1 thread, 16 connections; single ones walk over 2,000 rows of the table. Milliseconds are"
    " processor time of one answer, which a busy machine blurs less than it does the rates."
)
DATABASE = "bench_lists"
READER = "bench_reader"
OURS, BARE, HARD, REST = "Every Voice", "bare", "bare, pool without reset", "PostgREST"
_SELECT = peers.COLUMNS.replace(" ", "")
_SINGLE = 2_000  # different rows asked for
_GRANTS = f"""
DO $$ BEGIN
    CREATE ROLE {READER} NOLOGIN;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT USAGE ON SCHEMA public TO {READER};
GRANT SELECT ON feedback_response TO {READER};
"""

Measured = dict[str, list["Round"]]


class Round(NamedTuple):
    """Answers a second, and the processor's milliseconds for one: the server's, the database's."""

    rate: float
    server_ms: float
    database_ms: float


@dataclass(frozen=True, slots=True)
class Server:
    """Where one of those that take turns is asked, and how."""

    served: Served
    many: str
    one: str
    headers: Sequence[tuple[str, str]] = ()
    one_only: Sequence[tuple[str, str]] = ()

    def requests(self, ids: Sequence[UUID]) -> list[bytes]:
        if not ids:
            return [load.request("GET", self.many, self.headers)]
        told = (*self.headers, *self.one_only)
        return [load.request("GET", self.one.format(id=id_), told) for id_ in ids]


async def run(stand: Stand, effort: Effort) -> Report:
    await stand.database(DATABASE)
    connection = await stand.connect(DATABASE)
    await seed.organisation(connection, 40)
    await seed.responses(connection, 40, effort.listed)
    await seed.screened(connection)
    await connection.execute(_GRANTS)
    await connection.execute("VACUUM ANALYZE")
    key = await seed.key(connection, "feedback:read", seed.SMALL, COMMENTS)
    ids = await seed.ids(connection, _SINGLE)
    await connection.close()
    async with AsyncExitStack() as stack:
        start = stack.enter_async_context
        servers = {
            OURS: _ours(await start(stand.service(DATABASE)), key),
            BARE: _bare(await start(stand.peer("lists", DATABASE))),
            HARD: _bare(await start(stand.peer("lists", DATABASE, reset=False))),
            REST: _postgrest(await start(stand.postgrest(DATABASE, READER))),
        }
        await _same(servers, ids[0])
        lists = await _turns(stand, servers, (), effort)
        singles = await _turns(stand, servers, ids, effort)
    return _report(lists, singles)


def _ours(served: Served, key: str) -> Server:
    path = "/v1/feedback/responses"
    return Server(served, f"{path}?limit=100", path + "/{id}", [("Authorization", f"Bearer {key}")])


def _bare(served: Served) -> Server:
    return Server(served, "/responses?limit=100", "/responses/{id}")


def _postgrest(served: Served) -> Server:
    path = f"/feedback_response?select={_SELECT}"
    return Server(
        served,
        f"{path}&order=id.desc&limit=100",
        path + "&id=eq.{id}",
        [("Authorization", f"Bearer {token(READER)}")],
        [("Accept", "application/vnd.pgrst.object+json")],
    )


async def _same(servers: Mapping[str, Server], id_: UUID) -> None:
    """Make sure that all tell the same before their speed is compared."""
    first: tuple[Any, Any] | None = None
    async with httpx.AsyncClient() as client:
        for name, server in servers.items():
            base, headers = f"http://127.0.0.1:{server.served.port}", dict(server.headers)
            many = (await client.get(base + server.many, headers=headers)).json()
            one = await client.get(
                base + server.one.format(id=id_), headers=headers | dict(server.one_only)
            )
            told = (many["items"] if isinstance(many, dict) else many, one.json())
            if first is not None and told != first:
                raise load.LoadError(f"{name} tells something else than the others")
            first = told


async def _turns(
    stand: Stand, servers: Mapping[str, Server], ids: Sequence[UUID], effort: Effort
) -> Measured:
    files = {
        name: load.write(WORK / f"requests-{at}.bin", server.requests(ids))
        for at, (name, server) in enumerate(servers.items())
    }
    found: Measured = {name: [] for name in servers}
    for number in range(effort.rounds + 1):
        for name, server in servers.items():
            told = await _round(stand, server, files[name], effort.seconds)
            if number:  # the first round warms up
                found[name].append(told)
    return found


async def _round(stand: Stand, server: Server, requests: Path, seconds: int) -> Round:
    own, database = cpu.spent(server.served.pid), cpu.spent(stand.pid)
    told = await load.wrk(f"http://127.0.0.1:{server.served.port}", seconds, requests)
    answers = told.rate * seconds
    return Round(
        told.rate,
        cpu.since(own, server.served.pid) / answers,
        cpu.since(database, stand.pid) / answers,
    )


def rates(found: Sequence[Round]) -> list[float]:
    return [each.rate for each in found]


def _report(lists: Measured, singles: Measured) -> Report:
    rows = []
    for what, measured in (("list of 100", lists), ("single", singles)):
        for name, found in measured.items():
            share = "" if name == OURS else ratio(rates(measured[OURS]), rates(found)).shown()
            spent = [f"{Spread.of(ms).median:.2f}" for ms in list(zip(*found, strict=True))[1:]]
            rows.append((what, name, Spread.of(rates(found)).shown(",.0f"), share, *spent))
    goals = [
        _goal("list of 100", lists, BARE, 1.0),
        _goal("list of 100", lists, REST, 1.0),
        _goal("single", singles, BARE, 0.45),
        _goal("single", singles, REST, 0.9),
    ]
    return Report(
        TITLE,
        PEER,
        ("Asked for", "Of", "A second", "Ours by it", "Server ms", "Database ms"),
        rows,
        goals,
        (NOTE,),
    )


def _goal(what: str, measured: Measured, peer: str, wanted: float) -> Goal:
    share = ratio(rates(measured[OURS]), rates(measured[peer]))
    ours, theirs = (_spent_ms(measured[name]) for name in (OURS, peer))
    told = f"{share.shown()}; by processor time {theirs / ours:.2f}"
    return Goal(f"{what}, share of {peer}", f">= {wanted}", told, share.median >= wanted)


def _spent_ms(found: Sequence[Round]) -> float:
    return Spread.of(each.server_ms + each.database_ms for each in found).median
