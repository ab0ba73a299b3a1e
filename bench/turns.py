"""Servers that take turns: how many answers each gives a second, and at what cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg
import httpx

from bench import cpu, load
from bench.effort import Effort
from bench.results import Goal, Spread, ratio
from bench.stand import WORK, Served, Stand, token

READER: Final = "bench_reader"  # the role that PostgREST takes
OURS, BARE, REST = "Every Voice", "bare", "PostgREST"
HEADER: Final = ("Asked for", "Of", "A second", "Ours by it", "Server ms", "Database ms")
NOTE: Final = (
    "wrk, 1 thread, 16 connections. Milliseconds are processor time of one answer, which a busy"
    " machine blurs less than it does the rates."
)
_GRANTS = """
DO $$ BEGIN
    CREATE ROLE {reader} NOLOGIN;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT USAGE ON SCHEMA public TO {reader};
GRANT SELECT ON {table} TO {reader}"""

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


async def granted(connection: asyncpg.Connection, table: str) -> None:
    """Let PostgREST's role read a table or view."""
    await connection.execute(_GRANTS.format(reader=READER, table=table))


def ours(served: Served, path: str, key: str) -> Server:
    """Ask the service for lists of a hundred at this path, and for single ones below it."""
    many, one = f"{path}?limit=100", path + "/{id}"
    return Server(served, many, one, [("Authorization", f"Bearer {key}")])


def bare(served: Served, path: str) -> Server:
    return Server(served, f"{path}?limit=100", path + "/{id}")


def postgrest(served: Served, table: str, columns: str) -> Server:
    path = f"/{table}?select={columns.replace(' ', '')}"
    return Server(
        served,
        f"{path}&order=id.desc&limit=100",
        path + "&id=eq.{id}",
        [("Authorization", f"Bearer {token(READER)}")],
        [("Accept", "application/vnd.pgrst.object+json")],
    )


async def same(servers: Mapping[str, Server], id_: UUID | None = None) -> None:
    """Make sure that all tell the same before their speed is compared."""
    first: list[Any] | None = None
    async with httpx.AsyncClient() as client:
        for name, server in servers.items():
            base, headers = f"http://127.0.0.1:{server.served.port}", dict(server.headers)
            many = (await client.get(base + server.many, headers=headers)).json()
            told = [many["items"] if isinstance(many, dict) else many]
            if id_ is not None:
                place, headers = base + server.one.format(id=id_), headers | dict(server.one_only)
                told.append((await client.get(place, headers=headers)).json())
            if first is not None and told != first:
                raise load.LoadError(f"{name} tells something else than the others")
            first = told


async def turns(
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


def rows(what: str, measured: Measured) -> list[tuple[str, ...]]:
    """Tell what was measured, a line for each server."""
    told = []
    for name, found in measured.items():
        share = "" if name == OURS else ratio(rates(measured[OURS]), rates(found)).shown()
        spent = [f"{Spread.of(ms).median:.2f}" for ms in list(zip(*found, strict=True))[1:]]
        told.append((what, name, Spread.of(rates(found)).shown(",.0f"), share, *spent))
    return told


def goal(what: str, measured: Measured, peer: str, wanted: float) -> Goal:
    share = ratio(rates(measured[OURS]), rates(measured[peer]))
    ours, theirs = (_spent_ms(measured[name]) for name in (OURS, peer))
    told = f"{share.shown()}; by processor time {theirs / ours:.2f}"
    return Goal(f"{what}, share of {peer}", f">= {wanted}", told, share.median >= wanted)


def _spent_ms(found: Sequence[Round]) -> float:
    return Spread.of(each.server_ms + each.database_ms for each in found).median
