"""Monthly counts of earlier years, which have no responses."""

from sqlalchemy import text

from tests.factories import drained, event, review

HEADER = "team_code,month,scale,very_good,good,neither_good_nor_poor,poor,very_poor,dont_know"


def history(*lines: str) -> str:
    return "\n".join((HEADER, *lines)) + "\n"


async def monthly(files) -> list:
    return await files.rows(
        "SELECT dimension, value, month::text, very_good, good, poor FROM feedback_monthly"
        " WHERE dimension IN ('all', 'source', 'recommend') ORDER BY 1, 2, 3"
    )


async def test_a_month_of_history_stands_beside_its_responses(files, given, session):
    await given.team(code="CITY", iwgc=["OXH-CMHT-CITY"])
    await drained(session, event(**review(submitted_at="2021-05-03T10:00:00Z")))
    found = await files.result(
        history("CITY,2021-05,experience,10,5,1,2,0,0", "CITY,2019-05,recommend,7,0,0,0,0,0"),
        "fft_history",
    )
    assert (found["rows"], found["stored"], found["unchanged"]) == (2, 2, 0)
    expected = [
        ("all", "all", "2021-05-01", 11, 5, 2),
        ("recommend", "all", "2019-05-01", 7, 0, 0),
        ("source", "history", "2021-05-01", 10, 5, 2),
        ("source", "iwgc", "2021-05-01", 1, 0, 0),
    ]
    assert await monthly(files) == expected
    # A recount makes the responses' part anew and leaves history as it is.
    await session.execute(text("SELECT feedback_recount('2019-01-01', '2022-12-31')"))
    await session.commit()
    assert await monthly(files) == expected


async def test_a_month_told_again_is_replaced_and_never_added(files, given):
    await given.team(code="CITY")
    first = history("CITY,2021-05,experience,10,5,1,2,0,0", "CITY,2021-06,experience,0,0,0,0,0,0")
    await files.result(first, "fft_history")
    found = await files.result(first, "fft_history")
    assert (found["stored"], found["unchanged"]) == (0, 2)
    imagined = await files.result(
        history("CITY,2021-05,experience,3,5,1,2,0,0"), "fft_history", dry_run=True
    )
    found = await files.result(history("CITY,2021-05,experience,3,5,1,2,0,0"), "fft_history")
    assert imagined == found
    assert found["stored"] == 1
    assert await monthly(files) == [
        ("all", "all", "2021-05-01", 3, 5, 2),
        ("source", "history", "2021-05-01", 3, 5, 2),
    ]


async def test_rows_that_cannot_be_counted_are_rejected(files, given):
    await given.team(code="CITY")
    found = await files.result(
        history(
            "NOBODY,2021-05,experience,1,0,0,0,0,0",
            "CITY,2021-05,experience,1,0,0,0,0,0",
            "CITY,2021-05,experience,2,0,0,0,0,0",
            "CITY,2021-05,recommend,2,0,0,0,0,0",
            ",2021-05,experience,1,0,0,0,0,0",
            "CITY,2021-13,experience,1,0,0,0,0,0",
            "CITY,2099-01,experience,1,0,0,0,0,0",
            "CITY,1999-12,experience,1,0,0,0,0,0",
            "CITY,2021-05,stars,1,0,0,0,0,0",
            "CITY,2021-05,experience,-1,0,0,0,0,0",
            "CITY,2021-05,experience,1000000001,0,0,0,0,0",
        ),
        "fft_history",
    )
    assert (found["stored"], found["rejected"]) == (2, 9)
    assert await files.rejected() == [
        (2, "unknown-team"),
        (4, "told-twice"),
        (6, "missing-value"),
        (7, "bad-date"),
        (8, "date-in-future"),
        (9, "date-before-2000"),
        (10, "bad-value"),
        (11, "bad-value"),
        (12, "bad-value"),
    ]


async def test_summaries_by_month_show_history_of_todays_scale_only(files, given, client, as_):
    await given.team(code="CITY")
    await files.result(
        history("CITY,2021-05,experience,10,5,1,2,0,0", "CITY,2019-05,recommend,7,0,0,0,0,0"),
        "fft_history",
    )
    headers = await as_("feedback:read", "feedback:read:small_numbers")
    for by, key in (("month", "2021-05"), ("source", "history")):
        answer = await client.get(f"/v1/feedback/summary?by={by}", headers=headers)
        assert [(item["key"], item["total"]) for item in answer.json()["items"]] == [(key, 18)]
