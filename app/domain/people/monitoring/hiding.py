"""Which groups of people are told in numbers, and in which parts.

Whoever asks may add up and subtract: groups of one characteristic make the same total as those of
every other, and the parts of a cut make the whole. So:

1. Of the whole, groups of 1 to 4 people are hidden, and the next smallest with them until at least
   two groups and five people are, or else all.
2. Parts are hidden by their totals in the same way, for every characteristic alike. What is told
   may be subtracted from the whole, so that the hidden parts count as one part more.
3. In parts a group is told in all of them or in none. None it is where the whole hides it, or where
   any part has 1 to 4 of it; and again at least two groups and five people are hidden, or all.
   Then any two hidden people of different groups can be exchanged without changing what is told.
4. A group that lies within another one is hidden with it.
5. A whole of 1 to 4 people tells nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.core.suppression import THRESHOLD, hidden

Counts = Mapping[str, int]
Shown = Mapping[str, int | None]
ALONE: Final = 1


@dataclass(frozen=True, slots=True)
class Told:
    """Numbers of people, None where they are hidden."""

    total: int | None
    groups: Shown


def tell(
    whole: Counts, parts: Mapping[str, Counts], within: Mapping[str, str]
) -> tuple[Told, dict[str, Told]]:
    """Choose what is told of the whole and of each part.

    Each of the counts names the same groups. `within` names the group that holds another one; all
    the others share the total.
    """
    outer = [code for code in whole if code not in within]
    total = _total(whole, outer)
    if _small(total):
        nothing = Told(None, dict.fromkeys(whole))
        return nothing, dict.fromkeys(parts, nothing)
    sums = {part: _total(counts, outer) for part, counts in parts.items()}
    withheld = _closed(sums)
    columns = [counts for part, counts in parts.items() if part not in withheld]
    rest = [parts[part] for part in withheld]
    columns.append({code: sum(counts[code] for counts in rest) for code in whole})
    of_whole = _groups(whole, outer, within, [whole])
    of_parts = _groups(whole, outer, within, [*columns, whole], of_whole)
    return _told(whole, total, of_whole), {
        part: Told(None, dict.fromkeys(whole))
        if part in withheld
        else _told(counts, sums[part], of_parts)
        for part, counts in parts.items()
    }


def _groups(
    whole: Counts,
    outer: Iterable[str],
    within: Mapping[str, str],
    columns: Sequence[Counts],
    already: Collection[str] = (),
) -> set[str]:
    small = {code for code in whole if any(_small(counts[code]) for counts in columns)}
    found = small.union(already)
    closed = _closed({code: whole[code] for code in outer}, found.difference(within))
    inner = {code for code, around in within.items() if code in found or around in closed}
    return closed | inner


def _closed(counts: Counts, also: Iterable[str] = ()) -> set[str]:
    """Hide the small ones and these, and then the next smallest, until they hide each other."""
    found = {*hidden(counts, [counts]), *also}
    while any(counts[code] for code in found) and not _enough(counts, found):
        shown = [code for code in counts if counts[code] and code not in found]
        if not shown:
            return set(counts)
        found.add(min(shown, key=lambda code: (counts[code], code)))
    return found


def _enough(counts: Counts, found: Iterable[str]) -> bool:
    """Tell whether a sum leaves each of them open: one person each would be told by it."""
    people = [counts[code] for code in found if counts[code]]
    return len(people) > ALONE and sum(people) >= THRESHOLD and sum(people) > len(people)


def _small(people: int) -> bool:
    return 0 < people < THRESHOLD


def _total(counts: Counts, outer: Iterable[str]) -> int:
    return sum(counts[code] for code in outer)


def _told(counts: Counts, total: int, hidden_groups: Collection[str]) -> Told:
    return Told(total, {c: None if c in hidden_groups else n for c, n in counts.items()})
