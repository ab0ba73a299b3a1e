"""Finding responses by a text's status, in steps, finds just what one look at all would find."""

import hashlib
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.core.ids import day_uuid7
from app.domain.feedback import standing
from app.domain.feedback.moderation.responses import visible_masked
from app.domain.feedback.queries import tsquery, visible
from app.domain.feedback.searching import Words
from app.domain.feedback.standing import Standing

FIRST = date(2025, 1, 1)
RESPONSE = text(
    "INSERT INTO feedback_response (id, team_id, day, source, source_review_id, source_version,"
    " source_hash, version, location_code, comment_good, texts)"
    " VALUES (:id, :team, :day, 'x', :name, 1, '\\x00', 1, 'X', :good,"
    "         jsonb_build_object('more', CAST(:more AS text)))"
)
MODERATION = text(
    "INSERT INTO feedback_moderation (id, place, response_id, part, text_hash, marks, kinds,"
    " urgent, screening_version, status, reason, version)"
    " VALUES (:id, :id, :response, :part, :hash, '[]', '{}', false, 1, :status, :reason, 1)"
)
ONE_DATABASE = [HealthCheck.function_scoped_fixture]  # each example begins by emptying it
WORDS = ("kind", "kind nurse", "late")
stands = st.sampled_from(["held", "released", "withheld"])
told = st.tuples(
    st.integers(0, 60), st.integers(0, 1), st.sampled_from(WORDS), stands, stands, st.booleans()
)
# What chance meets now and then: steps that find too little before the other filters take over,
# pages that a step fills or that end with it, and a text that changed since.
MANY = [(day, day % 2, WORDS[day % 3], "held", "released", day % 4 == 0) for day in range(20)]
RARE = [(day, 0, "kind", "released", "held" if day == 3 else "released", False) for day in range(9)]


@pytest.fixture
async def teams(given):
    return [await given.team(code=code) for code in ("ONE", "TWO")]


async def kept(session, teams, rows) -> list:
    """Write responses with two texts each; gives what tells of each one."""
    found = []
    await session.execute(text("DELETE FROM feedback_response"))
    for day, team, good, first, second, changed in rows:
        id_ = day_uuid7(FIRST + timedelta(days=day))
        row = {"id": id_, "team": teams[team].id, "name": uuid4().hex, "more": "more"}
        await session.execute(RESPONSE, row | {"day": FIRST + timedelta(days=day), "good": good})
        screened = {"good": "another text" if changed else good, "more": "more"}
        for part, status in (("good", first), ("more", second)):
            digest = hashlib.sha256(screened[part].encode()).digest()
            reason = "abusive" if status == "withheld" else None
            about = {"response": id_, "part": part, "hash": digest, "status": status}
            await session.execute(MODERATION, about | {"id": uuid4(), "reason": reason})
        found.append((id_, team, good, {second} if changed else {first, second}, changed))
    await session.commit()
    return sorted(found, reverse=True)


@settings(max_examples=30, deadline=None, suppress_health_check=ONE_DATABASE)
@given(
    rows=st.lists(told, max_size=20),
    status=stands,
    chosen=st.sampled_from(["all", "team", "visible", "search", "both"]),
    build=st.sampled_from([visible, visible_masked]),
    size=st.integers(1, 4),
    steps=st.lists(st.integers(1, 6), min_size=1, max_size=3),
)
@example(MANY, "held", "all", visible, 2, [1, 1])
@example(MANY, "released", "search", visible_masked, 1, [1, 1])
@example(MANY, "released", "search", visible, 3, [6])
@example(MANY, "held", "both", visible_masked, 2, [1])
@example(RARE, "held", "team", visible, 1, [1, 2])
@example(RARE, "withheld", "visible", visible_masked, 1, [2])
async def test_pages_are_those_of_one_look_at_all(  # noqa: PLR0917  Hypothesis names them
    session, door, teams, monkeypatch, rows, status, chosen, build, size, steps
):
    for name in ("STEPS", "STEPS_OF_SEARCH", "STEPS_OF_FEW_TEAMS"):
        monkeypatch.setattr(standing, name, steps)
    written = await kept(session, teams, rows)
    values = {"status": status}
    if chosen in ("team", "both"):
        values["team"] = "ONE"
    if chosen == "visible":
        values["visible"] = [teams[0].id]
    if chosen in ("search", "both"):
        values["search"] = tsquery("kind")
    expected = [
        id_
        for id_, team, good, statuses, changed in written
        if status in statuses
        and (chosen in ("all", "search") or team == 0)
        and ("search" not in values or "kind" in good)
        # Of a text that is not screened as it is, a reader of masked ones is shown nothing.
        and not ("search" in values and build is visible_masked and changed)
    ]
    view, found, after = Standing(build, Words(build)), [], None
    while ids := await view.newest(door, values, after, size + 1):
        found += ids[:size]
        after = found[-1]
        if len(ids) <= size:
            break
    assert found == expected


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        ({}, standing.STEPS),
        ({"visible": [uuid4()] * 21}, standing.STEPS),
        ({"visible": [uuid4()]}, standing.STEPS_OF_FEW_TEAMS),
        ({"team": "ONE", "search": "'kind'"}, standing.STEPS_OF_FEW_TEAMS),
        ({"search": "'kind'"}, standing.STEPS_OF_SEARCH),
    ],
)
def test_as_many_texts_are_looked_at_as_the_other_filters_are_slow(values, steps):
    assert standing._steps({"status": "held"} | values) == steps
