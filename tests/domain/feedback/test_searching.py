"""Searching in steps finds just what the plain query finds, page by page."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.core.ids import day_uuid7
from app.domain.feedback import blocks, queries, searching
from app.domain.feedback.queries import tsquery
from app.domain.feedback.searching import Words

FIRST = date(2025, 1, 1)
INSERT = text(
    "INSERT INTO feedback_response (id, team_id, day, source, source_review_id, source_version,"
    " source_hash, version, location_code, comment_good, comment_better)"
    " VALUES (:id, :team, :day, 'x', :name, 1, '\\x00', 1, 'X', :good, :better)"
)
PLAIN = (
    "SELECT id FROM feedback_response WHERE to_tsvector('english', coalesce(comment_good, '') ||"
    " ' ' || coalesce(comment_better, '')) @@ to_tsquery('english', $1)"
    " AND team_id = ANY($2) AND day BETWEEN $3 AND $4 ORDER BY id DESC"
)
words = st.sampled_from(["kind", "cold", "late", "kind cold", "cold kind late", None])
told = st.tuples(
    st.integers(0, 400), st.integers(0, 1), words, words, st.sampled_from([0, 0, 0, 90, -40])
)

# What chance meets now and then: a page that corrected days fill, one that begins behind the last
# day asked for, a day corrected into those asked for where a walk sees all there is, and a gap
# after which a stretch, or a team's blocks, hold too much.
CORRECTED_FORWARD = [(5, 0, "kind", None, 90)]
MOVED = [(100, 0, "kind", None, -90)] * 3
WITHIN = [(day, 0, "kind", None, 0) for day in range(1, 11)]
BEHIND_A_GAP = [(day, 0, "late", None, 0) for day in (400, 300)]
BEHIND_A_GAP += [(day, 0, "kind", None, 0) for day in range(100, 130)]


@pytest.fixture
async def teams(given):
    return [await given.team(code=code) for code in ("ONE", "TWO")]


ONE_DATABASE = [HealthCheck.function_scoped_fixture]  # each example begins by emptying it


@settings(max_examples=30, deadline=None, suppress_health_check=ONE_DATABASE)
@given(
    rows=st.lists(told, max_size=30),
    search=st.sampled_from(["kind", "cold late", '"kind cold"', "ki*", "absent", "the"]),
    days=st.tuples(st.integers(-50, 450), st.integers(0, 300)),
    chosen=st.sampled_from(["all", "team", "visible", "days"]),
    size=st.integers(1, 4),
    walk=st.integers(1, 5),
    most=st.integers(1, 4),
)
@example(MOVED, "kind", (0, 20), "days", 1, 1, 1)
@example(WITHIN, "kind", (0, 20), "days", 1, 1, 1)
@example(CORRECTED_FORWARD, "kind", (90, 20), "days", 1, 5, 1)
@example(BEHIND_A_GAP, "kind", (0, 20), "all", 1, 2, 1)
@example(WITHIN, '"kind cold"', (0, 20), "team", 1, 2, 1)
@example(BEHIND_A_GAP, "kind", (0, 20), "team", 1, 2, 1)
@example(BEHIND_A_GAP, '"kind cold"', (0, 20), "visible", 1, 2, 1)
async def test_pages_are_those_of_the_plain_query(  # noqa: PLR0917  Hypothesis names them
    session, door, teams, monkeypatch, rows, search, days, chosen, size, walk, most
):
    monkeypatch.setattr(searching, "WALK", walk)
    monkeypatch.setattr(searching, "MOST_HITS", most)
    await session.execute(text("DELETE FROM feedback_response"))
    for day, team, good, better, moved in rows:
        begun = FIRST + timedelta(days=day)
        row = {"id": day_uuid7(begun), "team": teams[team].id, "name": uuid4().hex}
        row |= {"day": begun + timedelta(days=moved), "good": good, "better": better}
        await session.execute(INSERT, row)
    await session.commit()
    first = FIRST + timedelta(days=days[0])
    last = first + timedelta(days=days[1])
    values = {"search": tsquery(search)}
    values |= {
        "all": {},
        "team": {"team": "ONE"},
        "visible": {"visible": [teams[1].id]},
        "days": {"from_day": first, "to_day": last},
    }[chosen]
    seen = {"team": teams[:1], "visible": teams[1:]}.get(chosen, teams)
    span = (first, last) if chosen == "days" else (date(2000, 1, 1), date(2100, 1, 1))
    plain = await door.fetch(PLAIN, values["search"], [t.id for t in seen], *span)
    expected, found, after = [row["id"] for row in plain], [], None
    view = Words(queries.visible)
    while ids := await view.newest(door, values, after, size + 1):
        found += ids[:size]
        after = found[-1]
        if len(ids) <= size:
            break
    assert found == expected


@given(st.dates(date(2000, 1, 1), date(2200, 1, 1)))
def test_an_id_tells_its_day(day):
    id_ = day_uuid7(day)
    assert blocks.of_id(id_) == blocks.of_day(day)
    assert blocks.start(blocks.of_day(day)) <= id_ < blocks.start(blocks.of_day(day) + 1)


@settings(max_examples=30, deadline=None, suppress_health_check=ONE_DATABASE)
@given(st.uuids())
async def test_the_database_reads_the_same_day_out_of_an_id(door, id_):
    assert await door.fetchval("SELECT id_day($1)", id_) == blocks.of_id(id_)


@given(st.integers(0, 300), st.integers(0, 300))
def test_stretches_cover_their_days_once(first, length):
    days: list[int] = []
    for name in blocks.cover(first, first + length):
        number = int(name[1:])
        days += range(number * 32, number * 32 + 32) if name[0] == "w" else [number]
    assert days == list(range(first, first + length + 1))
