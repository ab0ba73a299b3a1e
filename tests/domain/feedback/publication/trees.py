"""Trees of figures for the tests of what is published."""

import random
from collections.abc import Iterator

from hypothesis import strategies as st

from app.domain.feedback.publication.tree import Node, Shown

ANSWERS, MODES = 6, 4


def leaf(key: str, total: int, *, spread: random.Random | None = None) -> Node:
    """A leaf with this many answers, all alike unless they are spread."""
    if spread is None:
        return Node.leaf(key, (total, *[0] * (ANSWERS - 1)), (total, *[0] * (MODES - 1)))
    return Node.leaf(
        key,
        scattered(spread, total, [12, 7, 3, 2, 1, 1]),
        scattered(spread, total, [8, 4, 2, spread.choice((0, 1))]),
    )


def scattered(spread: random.Random, total: int, weights: list[int]) -> tuple[int, ...]:
    found = [0] * len(weights)
    for cell in spread.choices(range(len(weights)), weights, k=total):
        found[cell] += 1
    return tuple(found)


def flat(*totals: int) -> Node:
    return Node.over("root", [leaf(str(at), total) for at, total in enumerate(totals)])


def grown(spread: random.Random, *, leaves: int = 7, most: int = 40) -> Node:
    """A tree of two or three levels as trusts have them: many small teams, a few large."""
    teams = [
        leaf(f"t{at}", min(most, int(spread.expovariate(1 / 8))), spread=spread)
        for at in range(spread.randint(1, leaves))
    ]
    groups: list[list[Node]] = [[] for _ in range(spread.randint(1, 3))]
    for team in teams:
        spread.choice(groups).append(team)
    middle = [Node.over(f"m{at}", group) for at, group in enumerate(groups) if group]
    return Node.over("root", middle) if spread.random() < 0.8 else Node.over("root", teams)


def nodes(shown: Shown) -> Iterator[Shown]:
    yield shown
    for child in shown.children:
        yield from nodes(child)


_VECTORS = st.one_of(
    st.tuples(*[st.integers(0, 9)] * ANSWERS),
    st.sampled_from([(0,) * ANSWERS, (1, 0, 0, 0, 0, 1), (40, 20, 0, 3, 0, 0)]),
)


@st.composite
def _leaves(draw: st.DrawFn, key: str) -> Node:
    counts = draw(_VECTORS)
    total = sum(counts)
    first, second = sorted(draw(st.tuples(st.integers(0, total), st.integers(0, total))))
    return Node.leaf(key, counts, (first, second - first, total - second, 0))


@st.composite
def trees(draw: st.DrawFn, key: str = "n", depth: int = 3) -> Node:
    """Any tree of up to four levels, single children and empty leaves included."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(_leaves(key))
    count = draw(st.integers(1, 3))
    return Node.over(key, [draw(trees(f"{key}{at}", depth - 1)) for at in range(count)])
