"""Whatever files say: every row is accounted for, and a dry run tells what will be."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.imports.test_daily import daily
from tests.imports.test_export import BETTER, GOOD, export, row
from tests.imports.test_history import history

STATE = (
    """SELECT source, source_review_id, source_version, fft_answer, comment_good, comment_better
         FROM feedback_response ORDER BY 1, 2""",
    """SELECT team_id::text, dimension, month::text, value, very_good, poor FROM feedback_monthly
        WHERE dimension IN ('all', 'source', 'recommend') ORDER BY 1, 2, 3, 4""",
)
NAMES = st.sampled_from(["r1", "r2", "r3", ""])
ANSWERS = st.sampled_from(["very_good", "poor", "", "nonsense"])
PLACES = st.sampled_from(["A", "NOBODYS"])
DAYS = st.sampled_from(["2026-03-01", "2026-04-02T10:00:00Z", "1999-01-01"])


@st.composite
def daily_files(draw):
    version = st.sampled_from(["", "1", "2", "x"])
    cells = st.tuples(NAMES, version, DAYS, PLACES, ANSWERS, st.sampled_from(["", "kind"]))
    rows = draw(st.lists(cells, min_size=1, max_size=6))
    content = daily(*(",".join(cells) for cells in rows))
    if draw(st.booleans()):
        # The same without its column of versions.
        lines = [line.split(",") for line in content.splitlines()]
        content = "".join(",".join([line[0], *line[2:]]) + "\n" for line in lines)
    return "iwgc_daily", content


@st.composite
def exports(draw):
    rows = st.builds(
        row,
        NAMES,
        st.sampled_from([GOOD, BETTER, "Why?"]),
        st.sampled_from(["Kind", "Did not answer", " "]),
        st.sampled_from([1, 7, 9]),
    )
    return "fft_export", export(*draw(st.lists(rows, min_size=1, max_size=6)))


@st.composite
def histories(draw):
    cells = st.tuples(
        st.sampled_from(["CITY", "NOBODY"]),
        st.sampled_from(["2021-05", "2021-06"]),
        st.sampled_from(["experience", "recommend"]),
        *[st.sampled_from(["0", "3", "x"])] * 2,
    )
    rows = draw(st.lists(cells, min_size=1, max_size=6))
    return "fft_history", history(*(",".join([*cells, "0", "0", "0", "0"]) for cells in rows))


@pytest.fixture
async def places(given):
    team = await given.team(code="CITY", iwgc=["A"])
    await given.location(team, "Adult / City", source="fft_export")


async def state(files) -> list:
    return [await files.rows(statement) for statement in STATE]


@given(file=st.one_of(daily_files(), exports(), histories()))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_all_rows_are_accounted_for_and_a_repeat_changes_nothing(places, files, file):
    layout, content = file
    before = await state(files)
    imagined = await files.result(content, layout, dry_run=True)
    assert await state(files) == before
    first = await files.result(content, layout)
    assert first == imagined
    assert first["waiting"] <= first["stored"]
    after = await state(files)
    second = await files.result(content, layout)
    assert await state(files) == after
    assert second["stored"] == 0
    assert (second["rows"], second["rejected"]) == (first["rows"], first["rejected"])
