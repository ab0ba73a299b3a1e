"""What screening finds of what it must find, what it marks for nothing, and how fast it is."""

import asyncio
import time
from collections import Counter
from subprocess import Popen
from typing import NamedTuple

import asyncpg

from app.domain.feedback.moderation import lexicon
from app.domain.feedback.moderation.marks import IDENTIFIERS, Mark, MarkKind
from app.domain.feedback.moderation.screening import screen
from bench import load, seed
from bench.comments import Comment, Maker, Truth
from bench.effort import Effort
from bench.results import Goal, Report, Spread
from bench.stand import Stand

TITLE = "Screening: what is found in comments, and what is marked for nothing"
PEER = (
    "none that runs here: of two well-known libraries one misses names and NHS numbers, and the"
    " other needs a language model"
)
DATABASE = "bench_screening"
SEED = 2026
MARKED, CLEAN = 800, 600
PATTERNS = ("phone", "email", "postcode", "nhs_number", "date_of_birth", "address")
HOSTILE = ("a", "1", "0 ", "A.", "Dr ", "07700 900123 ", "and Sarah, ", "\u0301", "12 Mill ", "x@")
NOTE = (
    "The comments are made up: templates and sentences in `bench/comments`, written by hand, filled"
    " with names, numbers and addresses of nobody. Every second sentence was held back while the"
    " screening was written and only those are measured here; many of the"
    " names are in no list of the product, and the second line tells of those. The same hand wrote"
    " sentences and rules, so that real comments will do worse. A truth counts as found where marks"
    " of identifiers cover all of it, of whatever kind. Clean comments hold traps: wards, months,"
    " diseases, streets, doses, words that are names. Comments in another script than the Latin one"
    " are not searched for names; they are marked as a whole, and a person looks at them."
)
_LISTED = lexicon.GIVEN | lexicon.AMBIGUOUS | lexicon.SURNAMES
_SCREENED = "SELECT count(*) FROM feedback_moderation"
_LOOK = 0.05
_PATIENCE = 300.0


class Found(NamedTuple):
    """How many truths of each kind there are and were found, and what was marked."""

    truths: Counter[str]
    found: Counter[str]
    right: int
    marked: int


def measured(comments: list[Comment]) -> Found:
    truths: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right = marked = 0
    for comment in comments:
        marks = [mark for mark in screen(comment.text).marks if mark.kind in IDENTIFIERS]
        for truth in comment.truths:
            kinds = [truth.kind]
            words = comment.text[truth.start : truth.end].lower().split()
            if truth.kind == "name" and _LISTED.isdisjoint(words):
                kinds.append("rare name")
            truths.update(kinds)
            if covered(truth, marks, comment.text):
                found.update(kinds)
        marked += len(marks)
        right += sum(_touches(mark, comment.truths) for mark in marks)
    return Found(truths, found, right, marked)


def covered(truth: Truth, marks: list[Mark], text: str) -> bool:
    """Say whether marks cover all of a truth but the spaces in it."""
    places = range(truth.start, truth.end)
    return all(any(m.start <= at < m.end for m in marks) for at in places if text[at] != " ")


def _touches(mark: Mark, truths: tuple[Truth, ...]) -> bool:
    return any(mark.start < truth.end and truth.start < mark.end for truth in truths)


async def run(stand: Stand, effort: Effort) -> Report:
    maker = Maker(SEED, held=True)
    marked, clean = list(maker.marked(MARKED)), list(maker.clean(CLEAN))
    found = measured(marked)
    false = [len(screen(comment.text).marks) for comment in clean]
    concerns = [
        any(m.kind is _CONCERNS[kind] for m in screen(text).marks)
        for kind, text in maker.concerning()
    ]
    texts = [comment.text for comment in (*marked, *clean)]
    rates = [_rate(texts) for _ in range(effort.rounds)]
    worst = max(_seconds(piece * (1024 * 1024 // len(piece))) for piece in HOSTILE)
    rows = [_recall(found, kind) for kind in ("name", "rare name", *PATTERNS)]
    rows += [
        ("share of marks that are right (precision)", f"{found.right / found.marked:.3f}"),
        ("marks in 100 clean comments", f"{100 * sum(false) / CLEAN:.1f}"),
        ("clean comments held for nothing, of 100", f"{100 * sum(map(bool, false)) / CLEAN:.1f}"),
        ("likely harm or complaint found", f"{sum(concerns)} of {len(concerns)}"),
        ("comments/s, one processor", Spread.of(rates).shown(",.0f")),
        ("comments/s with the worker's statements", f"{await _followed(stand, effort):,.0f}"),
        ("seconds for the worst 1 MiB", f"{worst:.1f}"),
    ]
    return Report(TITLE, PEER, ("Measure", "Measured"), rows, _goals(found), (NOTE,))


_CONCERNS = {"s": MarkKind.SAFEGUARDING, "c": MarkKind.COMPLAINT}


def _recall(found: Found, kind: str) -> tuple[str, str]:
    share = found.found[kind] / found.truths[kind]
    said = {"name": "names", "rare name": "names in no list"}.get(kind, kind.replace("_", " "))
    return f"recall, {said}", f"{share:.3f} of {found.truths[kind]}"


def _goals(found: Found) -> list[Goal]:
    names = found.found["name"] / found.truths["name"]
    least = min(found.found[kind] / found.truths[kind] for kind in PATTERNS)
    return [
        Goal("recall on names", ">= 0.8", f"{names:.3f}", names >= 0.8),
        Goal("least recall on identifiers with a form", ">= 0.95", f"{least:.3f}", least >= 0.95),
    ]


def _rate(texts: list[str]) -> float:
    began = time.perf_counter()
    for text in texts:
        screen(text)
    return len(texts) / (time.perf_counter() - began)


def _seconds(text: str) -> float:
    began = time.perf_counter()
    screen(text)
    return time.perf_counter() - began


async def _followed(stand: Stand, effort: Effort) -> float:
    """Let the worker screen responses whose changes stand in the log already."""
    await stand.database(DATABASE)
    connection = await stand.connect(DATABASE)
    await seed.organisation(connection, 40)
    count = max(2_000, effort.events // 10)
    await _responses(connection, count)
    with stand.worker(DATABASE) as worker:
        rate = await _timed(connection, worker, count)
    await connection.close()
    return rate


async def _responses(connection: asyncpg.Connection, count: int) -> None:
    texts = [comment.text for comment in Maker(SEED, held=True).marked(count)]
    await connection.execute(
        """
        INSERT INTO feedback_response (id, team_id, day, source, source_review_id, source_version,
                                       source_hash, version, location_code, comment_good)
        SELECT gen_random_uuid(), (SELECT id FROM team ORDER BY id LIMIT 1), date '2026-03-01',
               'iwgc', 'screened-' || number, 1, ''::bytea, 1, 'LOC-T1', comment
          FROM unnest($1::text[]) WITH ORDINALITY AS t (comment, number)
        """,
        texts,
    )


async def _timed(connection: asyncpg.Connection, worker: "Popen[bytes]", count: int) -> float:
    """Time from the first batch that was screened to the last."""
    first, since, deadline = 0, 0.0, time.perf_counter() + _PATIENCE
    while (done := await connection.fetchval(_SCREENED)) < count:
        if not first and done:
            first, since = done, time.perf_counter()
        if worker.poll() is not None or time.perf_counter() > deadline:
            raise load.LoadError(f"the worker screened {done} of {count} comments")
        await asyncio.sleep(_LOOK)
    return (count - first) / (time.perf_counter() - since)
