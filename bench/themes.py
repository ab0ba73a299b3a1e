"""How good the classifier is beside the published one, and how soon figures are there."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from app.domain.feedback.themes import classifier
from app.domain.feedback.themes.examples import Example
from app.domain.feedback.themes.framework import CURRENT, WITHOUT_COUNTERPART
from app.imports import coded
from bench import load, seed
from bench.effort import Effort
from bench.results import Goal, Report, percentile
from bench.stand import Stand
from bench.summary import YEAR, keys, turns, year

TITLE = "Themes: how right, how quick"
PEER = "pxtextmining's ensemble on the same framework, by its published figures"
SHARED = Path(__file__).parents[2] / "shared" / "data" / "fft_comments_nhft_2021_22.csv"
PUBLISHED = {"exact_match": 0.56, "hamming_loss": 0.0231}
LEARNT, CLASSIFIED = 8_000, 1_000
_FIGURES = {
    "exact_match": "Exact match",
    "hamming_loss": "Hamming loss",
    "micro_f1": "Micro F1",
    "macro_f1": "Macro F1",
    "proposed": "Share of comments with a proposal at 0.50",
    "precision_proposed": "Share of themes proposed at 0.50 that are right",
    "sentiment_exact": "Sentiment right",
    "sentiment_within_one": "Sentiment right or one off",
}
_RANGE = f"from={seed.FIRST}&to={seed.LAST}"
QUESTIONS = {
    "by team and month, all themes": f"by=team&per=month&{_RANGE}",
    "by team and month, one theme": f"by=team&per=month&theme=parking&{_RANGE}",
    "by trust and month, all themes": f"by=trust&per=month&{_RANGE}",
}

Row = tuple[str, str, str, str]


async def run(stand: Stand, effort: Effort) -> Report:
    rows, goals, notes = await _asked(stand, effort)
    if not SHARED.exists():
        notes.append("The classifier was not measured: the shared data is not beside the project.")
        return Report(TITLE, PEER, _HEADER, rows, goals, notes)
    found = coded.read(SHARED.read_bytes())
    scores = await asyncio.to_thread(classifier.evaluate, found.examples)
    timed = await asyncio.to_thread(_times, found.examples)
    rows = [*_rows(scores), *timed_rows(timed), *rows]
    goals = [*_goals(scores, timed), *goals]
    return Report(TITLE, PEER, _HEADER, rows, goals, [*_notes(found, scores), *notes])


_HEADER = ("What", "Here", "Each fifth in turn", "Published")


def _times(examples: Sequence[Example]) -> Mapping[str, float]:
    """Take the seconds of learning from many comments, and of classifying a thousand."""
    chosen = random.Random(7)  # noqa: S311  the same every time
    many = [chosen.choice(examples) for _ in range(LEARNT)]
    began = time.perf_counter()
    trained = classifier.train(many)
    taken = {"train": time.perf_counter() - began}
    began = time.perf_counter()
    loaded = classifier.load(trained.packed, trained.sha256)
    taken["load"] = time.perf_counter() - began
    comments = [chosen.choice(examples).comment for _ in range(CLASSIFIED)]
    began = time.perf_counter()
    loaded.propose(comments)
    return taken | {"classify": time.perf_counter() - began, "size": len(trained.packed)}


def timed_rows(timed: Mapping[str, float]) -> list[Row]:
    names = {
        "train": f"Learning from {LEARNT:,} comments, scoring included",
        "load": "Loading that model",
        "classify": f"Classifying {CLASSIFIED:,} comments",
    }
    return [(what, f"{timed[name]:.2f} s", "", "") for name, what in names.items()]


def _rows(scores: Mapping[str, Any]) -> list[Row]:
    held = scores["held_out"]
    rows = []
    for name, what in _FIGURES.items():
        parts = sorted(part[name] for part in scores["cross_validated"])
        spread = f"{sum(parts) / len(parts):.4f} ({parts[0]:.4f} to {parts[-1]:.4f})"
        published = f"{PUBLISHED[name]:.4f}" if name in PUBLISHED else ""
        rows.append((what, f"{held[name]:.4f}", spread, published))
    for code, told in held["themes"].items():
        each = [
            part["themes"][code]["f1"]
            for part in scores["cross_validated"]
            if code in part["themes"]
        ]
        spread = f"{sum(each) / len(each):.2f}" if each else ""
        rows.append((f"F1 of {code} ({told['comments']})", f"{told['f1']:.2f}", spread, ""))
    return rows


def _goals(scores: Mapping[str, Any], timed: Mapping[str, float]) -> list[Goal]:
    parts = scores["cross_validated"]
    exact = sum(part["exact_match"] for part in parts) / len(parts)
    loss = sum(part["hamming_loss"] for part in parts) / len(parts)
    why = (
        "2,000 usable comments of one trust, against several trusts' and many more; what"
        " separates is within the spread of the fifths"
    )
    return [
        Goal("exact match, mean of the fifths", ">= 0.56", f"{exact:.4f}", exact >= 0.56, why),
        Goal("Hamming loss, mean of the fifths", "<= 0.0231", f"{loss:.4f}", loss <= 0.0231, why),
        Goal(
            f"learning from {LEARNT:,} comments",
            "<= 120 s",
            f"{timed['train']:.1f} s",
            timed["train"] <= 120,
        ),
        Goal(
            f"classifying {CLASSIFIED:,} comments",
            "<= 2 s",
            f"{timed['classify']:.2f} s",
            timed["classify"] <= 2,
        ),
    ]


def _notes(found: coded.Coded, scores: Mapping[str, Any]) -> list[str]:
    what = (
        f"{len(found.examples):,} comments of one trust with a theme of version 7;"
        f" {found.without_text:,} rows without words and {found.without_theme:,} whose columns"
        " have no counterpart were left out. `Here` is a fifth held out by respondent"
        f" ({scores['held_out']['comments']} comments), beside it the mean of all five (least to"
        " greatest). Each comment is given at least its likeliest theme."
        f" Without counterpart in version 7: {', '.join(WITHOUT_COUNTERPART)}."
    )
    which = (
        f"F1 is by theme of {len(CURRENT.codes)}, with the number of held-out comments; themes"
        " that fewer than five comments have are not learnt and count as missed."
    )
    return [what, which]


async def _asked(stand: Stand, effort: Effort) -> tuple[list[Row], list[Goal], list[str]]:
    """Ask for figures of a year, by who sees small numbers and by who does not."""
    await year(stand, YEAR, 40, effort.year)
    async with AsyncExitStack() as stack:
        port, _ = await stack.enter_async_context(stand.service(YEAR))
        asked: dict[str, tuple[load.Connection, bytes]] = {}
        for reader, key in (await keys(stand, YEAR)).items():
            for name, question in QUESTIONS.items():
                connection = await load.connect(port)
                stack.callback(connection.close)
                path = f"/v1/feedback/themes?{question}"
                sending = load.request("GET", path, [("Authorization", f"Bearer {key}")])
                asked[f"{name}, {reader}"] = connection, sending
        found = await turns(asked, effort)
    rows, goals = [], []
    for name, ms in found.items():
        half, p95 = percentile(ms, 0.5), percentile(ms, 0.95)
        rows.append((f"Figures {name}", f"p50 {half:.1f} ms", f"p95 {p95:.1f} ms", ""))
        goals.append(Goal(f"p95 {name}", "<= 100 ms", f"{p95:.1f} ms", p95 <= 100))
    return rows, goals, [f"Figures over {effort.year:,} responses of one year, 40 teams, by HTTP."]
