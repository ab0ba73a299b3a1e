"""How many lists of 100 responses and single ones a second, with all checks on."""

from contextlib import AsyncExitStack

from app.domain.feedback.queries import COMMENTS
from bench import peers, seed, turns
from bench.effort import Effort
from bench.results import Report
from bench.stand import Stand
from bench.turns import BARE, OURS, REST, goal

TITLE = "Lists and single responses"
PEER = (
    "a bare Starlette + asyncpg + orjson handler without authentication, limits and log, and"
    " PostgREST 12 with its JWT check on; the same 20 columns of the same rows"
)
NOTE = f"{turns.NOTE} Single ones walk over 2,000 rows of the table."
DATABASE, TABLE = "bench_lists", "feedback_response"
HARD = "bare, pool without reset"
_SINGLE = 2_000  # different rows asked for


async def run(stand: Stand, effort: Effort) -> Report:
    await stand.database(DATABASE)
    connection = await stand.connect(DATABASE)
    await seed.organisation(connection, 40)
    await seed.responses(connection, 40, effort.listed)
    await seed.screened(connection)
    await turns.granted(connection, TABLE)
    await connection.execute("VACUUM ANALYZE")
    key = await seed.key(connection, "feedback:read", seed.SMALL, COMMENTS)
    ids = await seed.ids(connection, _SINGLE)
    await connection.close()
    async with AsyncExitStack() as stack:
        start = stack.enter_async_context
        rest = await start(stand.postgrest(DATABASE, turns.READER))
        servers = {
            OURS: turns.ours(await start(stand.service(DATABASE)), "/v1/feedback/responses", key),
            BARE: turns.bare(await start(stand.peer("lists", DATABASE)), "/responses"),
            HARD: turns.bare(await start(stand.peer("lists", DATABASE, reset=False)), "/responses"),
            REST: turns.postgrest(rest, TABLE, peers.COLUMNS),
        }
        await turns.same(servers, ids[0])
        lists = await turns.turns(stand, servers, (), effort)
        singles = await turns.turns(stand, servers, ids, effort)
    goals = [
        goal("list of 100", lists, BARE, 1.0),
        goal("list of 100", lists, REST, 1.0),
        goal("single", singles, BARE, 0.45),
        goal("single", singles, REST, 0.9),
    ]
    rows = turns.rows("list of 100", lists) + turns.rows("single", singles)
    return Report(TITLE, PEER, turns.HEADER, rows, goals, (NOTE,))
