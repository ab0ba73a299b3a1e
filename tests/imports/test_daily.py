"""The IWGC daily file reconciles the feed."""

from sqlalchemy import text

from tests.factories import drained, event, review

HEADER = "source_review_id,version,submitted_at,location_code,fft_answer,comment_good"
CODE = "OXH-CMHT-CITY"


def line(name: str, version: int | str = 1, answer: str = "very_good", comment: str = "") -> str:
    return f"{name},{version},2026-03-01T18:02:11Z,{CODE},{answer},{comment}"


def daily(*lines: str, header: str = HEADER) -> str:
    return "\n".join((header, *lines)) + "\n"


async def responses(files) -> list:
    return await files.rows(
        "SELECT source_review_id, source_version, fft_answer, comment_good"
        " FROM feedback_response ORDER BY 1"
    )


async def differences(files) -> list:
    return await files.rows(
        "SELECT kind, source_review_id, line, our_version, file_version"
        " FROM feedback_import_difference ORDER BY kind, source_review_id"
    )


async def test_missing_reviews_enter_and_different_and_extra_ones_are_reported(
    files, given, session
):
    await given.team(iwgc=[CODE])
    for name, answer in (("same", "good"), ("changed", "good"), ("extra", "poor")):
        await drained(session, event(**review(source_review_id=name, fft_answer=answer)))
    found = await files.result(
        daily(line("same", 1, "good"), line("changed", 1, "poor"), line("new"), line("same2", 3)),
        "iwgc_daily",
    )
    assert found == {
        "rows": 4,
        "stored": 2,
        "missing": 2,
        "unchanged": 1,
        "different": 1,
        "extra": 1,
        "rejected": 0,
        "waiting": 0,
    }
    assert await responses(files) == [
        ("changed", 1, "good", None),
        ("extra", 1, "poor", None),
        ("new", 1, "very_good", None),
        ("same", 1, "good", None),
        ("same2", 3, "very_good", None),
    ]
    assert await differences(files) == [
        ("different", "changed", 3, 1, 1),
        ("extra", "extra", None, 1, None),
        ("missing", "new", 4, None, 1),
        ("missing", "same2", 5, None, 3),
    ]


async def test_a_dry_run_tells_the_same_figures_and_changes_nothing(files, given, session):
    await given.team(iwgc=[CODE])
    await drained(session, event(**review(source_review_id="extra")))
    content = daily(
        line("a"), line("a", 2), line("b").replace(CODE, "NOBODYS"), line("c", answer="none")
    )
    imagined = await files.result(content, "iwgc_daily", dry_run=True)
    assert len(await responses(files)) == 1
    assert await files.rows("SELECT id FROM inbox_event WHERE import_id IS NOT NULL") == []
    assert imagined == await files.result(content, "iwgc_daily")
    assert imagined["waiting"] == 1
    assert imagined["rejected"] == 2


async def test_the_same_file_twice_changes_nothing(files, given):
    await given.team(iwgc=[CODE])
    content = daily(line("a", comment="kind"), line("b").replace(CODE, "NOBODYS"))
    first = await files.result(content, "iwgc_daily")
    before = await responses(files)
    second = await files.result(content, "iwgc_daily")
    assert (first["stored"], second["stored"], second["unchanged"]) == (2, 0, 2)
    assert await responses(files) == before
    assert await files.rows("SELECT count(*) FROM inbox_event") == [(2,)]


async def test_a_newer_version_replaces_and_an_older_one_does_not(files, given, session):
    await given.team(iwgc=[CODE])
    for name in ("up", "down"):
        await drained(session, event(**review(source_review_id=name, version=5)))
    content = daily(line("up", 6, "poor"), line("down", 4, "poor"))
    found = await files.result(content, "iwgc_daily")
    assert (found["stored"], found["unchanged"], found["different"]) == (1, 1, 0)
    assert await responses(files) == [("down", 5, "very_good", None), ("up", 6, "poor", None)]


async def test_a_removed_review_stays_removed_and_is_reported(files, given, session):
    await given.team(iwgc=[CODE])
    removal = event("review.removed", source_review_id="gone", version=2)
    await drained(session, removal)
    found = await files.result(daily(line("gone", 1), line("gone2", 1)), "iwgc_daily")
    assert (found["different"], found["stored"]) == (1, 1)
    assert ("different", "gone", 2, 2, 1) in await differences(files)


async def test_of_a_review_told_twice_the_newest_row_is_taken(files, given):
    await given.team(iwgc=[CODE])
    content = daily(line("a", 1), line("a", 3, "poor"), line("a", 3, "good"), line("a", ""))
    found = await files.result(content, "iwgc_daily")
    assert (found["stored"], found["rejected"]) == (1, 3)
    assert await responses(files) == [("a", 3, "poor", None)]
    assert await files.rejected() == [(2, "told-twice"), (4, "told-twice"), (5, "told-twice")]


async def test_rows_without_versions_give_way_to_the_feed(files, given, session):
    await given.team(iwgc=[CODE])
    header = "source_review_id,submitted_at,location_code,fft_answer"

    def without(name: str, answer: str) -> str:
        return f"{name},2026-03-01,{CODE},{answer}"

    await files.result(daily(without("a", "good"), header=header), "iwgc_daily")
    assert await responses(files) == [("a", 0, "good", None)]
    # What a file said, a later file may say otherwise, and again as before.
    for answer in ("poor", "good", "good"):
        await files.result(daily(without("a", answer), header=header), "iwgc_daily")
        ((_, version, now, _),) = await responses(files)
        assert now == answer
    assert version > 10**15
    # What the feed said, a row without version does not change.
    fed = review(source_review_id="b", version=1, fft_answer="good", comment_good="kind")
    await drained(session, event(**fed))
    found = await files.result(daily(without("b", "poor"), header=header), "iwgc_daily")
    assert (found["different"], found["stored"]) == (1, 0)
    # A field that the file has no column for makes no difference.
    found = await files.result(daily(without("b", "good"), header=header), "iwgc_daily")
    assert (found["unchanged"], found["different"]) == (1, 0)


async def test_a_row_that_waits_to_replace_a_review_enters_once(files, given):
    await given.team(iwgc=[CODE])
    header = "source_review_id,submitted_at,location_code,fft_answer"
    await files.result(daily(f"a,2026-03-01,{CODE},good", header=header), "iwgc_daily")
    moved = daily("a,2026-03-01,NOBODYS,good", header=header)
    for stored in (1, 0, 0):
        found = await files.result(moved, "iwgc_daily")
        assert (found["stored"], found["unchanged"], found["different"]) == (stored, 1 - stored, 0)
    assert await files.rows("SELECT status FROM inbox_event ORDER BY id") == [
        ("applied",),
        ("waiting",),
    ]


async def test_every_field_is_compared_and_comments_without_regard_to_spaces(files, given, session):
    await given.team(iwgc=[CODE])
    told = {
        "experience_month": "2026-02",
        "channel": "sms",
        "respondent_type": "staff_assisted",
        "item_ratings": [{"item": "involved", "stars": 5}],
        "comment_good": "Kind,\nalways ",
        "consent_public": True,
        "demographics": {"ethnic_category": "A", "disability": ["05", "09"], "carer": False},
    }
    await drained(session, event(**review(source_review_id="a", **told)))
    header = (
        "source_review_id,version,submitted_at,location_code,fft_answer,experience_month,channel,"
        "respondent_type,item_ratings,comment_good,consent_public,ethnic_category,disability,carer"
    )
    row = (
        f"a,1,2026-03-01T18:02:11Z,{CODE},Very good,2026-02,SMS,staff-assisted,involved:5,"
        '"Kind,\r\n  always",yes,A,05;09,no'
    )
    found = await files.result(daily(row, header=header), "iwgc_daily")
    assert found["unchanged"] == 1
    for old, new in (("involved:5", "involved:4"), ("05;09", "05"), ("yes", "no"), ("Kind", "Kin")):
        found = await files.result(daily(row.replace(old, new), header=header), "iwgc_daily")
        assert (old, found["different"]) == (old, 1)


async def test_what_the_feed_brought_and_nobody_applied_yet_is_not_missing(files, given, session):
    await given.team(iwgc=[CODE])
    waiting = await files.take(daily(line("a")), "iwgc_daily")
    session.add_all([_pending(event(**review(source_review_id="a")))])
    await session.commit()
    job = await files.run(waiting)
    assert (job.result["unchanged"], job.result["missing"]) == (1, 0)


def _pending(body: bytes):
    from app.core.inbox import InboxEvent  # noqa: PLC0415  beside its only use

    return InboxEvent(source="iwgc", event_id="msg_pending", body=body, body_hash=b"")


async def test_waiting_rows_appear_under_their_team_once_it_is_known(files, given, session):
    found = await files.result(daily(line("a")), "iwgc_daily")
    assert (found["stored"], found["waiting"]) == (1, 1)
    assert await responses(files) == []
    await given.team(iwgc=[CODE])
    await session.execute(text("UPDATE inbox_event SET status = 'pending'"))
    await session.commit()
    await files.drain()
    assert await responses(files) == [("a", 1, "very_good", None)]
