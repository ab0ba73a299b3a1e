"""A team's week over HTTP. It is the 10th of March 2026, a Tuesday: week 10 is over."""

from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import text

from tests.api.feedback.conftest import SMALL, told
from tests.factories import event, review
from tests.moderating import received

READER = ("feedback:read", SMALL)
WORDS = (*READER, "feedback:read:comments")


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel("2026-03-10T09:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
async def said(session, city, ward):
    """Take in what people told on these days, each with a running number in its words."""

    async def taken(*days: str, **values: object) -> None:
        bodies = [
            event(
                **review(location_code="CITY", submitted_at=f"{day}T12:00:00Z")
                | {key: str(each).format(at=at) for key, each in values.items()}
            )
            for at, day in enumerate(days)
        ]
        await received(session, *bodies)

    return taken


@pytest.fixture
async def reader(api_of):
    return await api_of(*READER)


async def read(api, team: object = "CITY", **params: str) -> dict:
    answer = await api.get(f"feedback/digests/{team}", **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_week_is_told_beside_the_one_before(reader, said, city):
    await said("2026-03-02", "2026-03-05", "2026-03-08", fft_answer="good")
    await said("2026-03-04", fft_answer="very_poor")
    await said("2026-02-23", "2026-03-01", fft_answer="poor")
    await said("2026-02-22", "2026-03-09")
    await said("2026-03-05", location_code="WARD")
    found = await read(reader)
    assert found["team"] == {"id": str(city.id), "code": "CITY", "name": "City Team"}
    assert [found[name] for name in ("week", "first", "last", "over")] == [
        "2026-W10",
        "2026-03-02",
        "2026-03-08",
        True,
    ]
    figures, before = found["figures"], found["before"]
    assert (figures["key"], figures["name"], figures["period"]) == ("CITY", "City Team", "2026-W10")
    assert (figures["good"], figures["very_poor"], figures["total"]) == (3, 1, 4)
    assert (figures["pct_positive"], figures["pct_negative"]) == (75.0, 25.0)
    assert (before["period"], before["total"], before["pct_negative"]) == ("2026-W09", 2, 100.0)
    assert found["change"] == {"responses": 2, "pct_positive": 75.0, "pct_negative": -75.0}
    assert await read(reader, city.id, week="2026-W10", format="json") == found


async def test_the_running_week_is_told_and_not_compared(reader, said):
    await said("2026-03-09", "2026-03-04")
    found = await read(reader, week="2026-W11")
    assert (found["over"], found["figures"]["total"], found["before"]["total"]) == (False, 1, 1)
    assert set(found["change"].values()) == {None}


@pytest.mark.parametrize(
    "params",
    [
        {"week": "2026-W12"},
        {"week": "2021-W53"},
        {"week": "2026-W00"},
        {"week": "2026-10"},
        {"week": "1999-W10"},
        {"week": ""},
        {"format": "pdf"},
        {"team": "CITY"},
    ],
)
async def test_other_weeks_and_forms_are_refused(reader, city, params):
    answer = await reader.get("feedback/digests/CITY", **params)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")


async def test_the_greatest_themes_come_first(reader, said, session):
    await said(*["2026-03-03"] * 7, comment_good="{at}")
    await said("2026-02-27", comment_good="0")
    coded = "UPDATE feedback_response SET themes = :themes WHERE comment_good = ANY(:words)"
    for themes, words in (
        (["feeling_safe", "of_before", "b", "c", "d", "e"], ["0"]),
        (["feeling_safe"], ["1", "2"]),
        (["of_before"], ["3"]),
    ):
        await session.execute(text(coded), {"themes": themes, "words": words})
    await session.commit()
    found = (await read(reader))["themes"]
    assert [each["theme"] for each in found] == ["feeling_safe", "of_before", "b", "c", "d"]
    assert found[0] == {"theme": "feeling_safe", "name": "Feeling safe", "responses": 3}
    assert found[1] == {"theme": "of_before", "name": "of_before", "responses": 2}


async def test_comments_are_for_who_may_read_them(reader, api_of, said):
    await said("2026-03-03", comment_good="Kind {at}.", language="en")
    await said("2026-03-04", comment_better="Late {at}.", fft_answer="poor")
    await said("2026-03-05")
    await said("2026-03-01", "2026-03-09", comment_good="Another week")
    found = await read(reader)
    assert (found["comments"], found["more_comments"]) == (None, False)
    found = await read(await api_of(*WORDS))
    keys = ("day", "fft_answer", "comment_good", "comment_better", "language")
    assert [tuple(each[key] for key in keys) for each in found["comments"]] == [
        ("2026-03-04", "poor", None, "Late 0.", None),
        ("2026-03-03", "very_good", "Kind 0.", None, "en"),
    ]
    assert found["more_comments"] is False


async def test_words_behind_a_mask_stay_there(api_of, said):
    await said("2026-03-03", comment_good="Ring me on 07700 900123.")
    for scopes, masked in ((WORDS, True), ((*WORDS, "feedback:moderate"), False)):
        (comment,) = (await read(await api_of(*scopes)))["comments"]
        assert ("07700" not in comment["comment_good"]) == masked


async def test_texts_that_wait_for_moderation_are_counted(reader, said):
    await said("2026-01-05", comment_good="Ring me on 07700 900123.")
    await said("2026-01-05", location_code="WARD", comment_good="Ring me on 07700 900123.")
    await standing(reader, texts_held=1)


async def test_at_most_twenty_comments_are_shown(api_of, said):
    await said(*["2026-03-03"] * 21, comment_good="{at}")
    found = await read(await api_of(*WORDS))
    assert (len(found["comments"]), found["more_comments"]) == (20, True)


async def published(publisher, place: str) -> None:
    for step in ("approval", "publication"):
        assert (await publisher.post(f"{place}/{step}", match="*")).status_code == 200


async def standing(reader, **counted: int) -> None:
    """Hold that this is how the team stands, and that all else is nothing."""
    found = (await read(reader))["standing"]
    assert {name: number for name, number in found.items() if number} == counted


@pytest.mark.usefixtures("city", "ward")
async def test_responses_and_replies_that_wait_are_counted(reader, writer, publisher, heard, now):
    await standing(reader)
    now.move_to("2026-03-03T09:00:00Z")
    late = await heard(days=30, fft_answer="poor")
    for location, days in (("CITY", 29), ("CITY", 1), ("WARD", 30)):
        await heard(location, days=days, fft_answer="very_poor")

    async def reply() -> str:
        made = await writer.made(f"responses/{late['id']}/replies", text="Thank you.")
        return f"replies/{made['id']}"

    await reply()
    await publisher.post(f"{await reply()}/approval", match="*")
    await published(publisher, await reply())
    now.move_to("2026-03-10T09:00:00Z")
    await published(publisher, await reply())  # in the week after
    await standing(
        reader, waiting=2, overdue=1, replies_to_approve=1, replies_to_publish=1, replies_told=1
    )


async def test_actions_to_be_done_and_told_are_counted(reader, writer, publisher, city, ward, now):
    now.move_to("2026-03-08T09:00:00Z")

    async def act(*teams: object, **values: object) -> str:
        ids = [str(team.id) for team in teams]
        made = await writer.made("actions", **told(team_ids=ids, **values))
        return f"actions/{made['id']}"

    todo = {"decision": "will_do", "effective_on": None, "owner_name": "Jo"}
    await act(city, due_on="2026-03-09", **todo)
    await act(city, ward, due_on="2026-03-10", **todo)
    await act(ward, due_on="2026-03-01", **todo)
    dropped = await act(city, due_on="2026-03-01", **todo)
    await publisher.post(f"{dropped}/withdrawal", {"reason": "x"}, match="*")
    for teams, day in (((city, ward), "08"), ((ward,), "08"), ((city,), "09")):
        now.move_to(f"2026-03-{day}T09:00:00Z")
        done = await act(*teams)
        assert (await publisher.post(f"{done}/publication", match="*")).status_code == 200
    now.move_to("2026-03-10T09:00:00Z")
    await standing(reader, actions_open=2, actions_overdue=1, actions_told=1)


MEETING = {
    "kind": "hear_say",
    "title": "Hear say",
    "place": "Room 1",
    "day": "2026-03-02",
    "starts_at": "14:00",
    "ends_at": "15:30",
}


async def test_promises_that_were_kept_are_counted(reader, api_of, city):
    keeper = await api_of(*READER, "feedback:act")
    meeting = await keeper.made("feedback/meetings", **MEETING, teams=[str(city.id)])
    place = f"feedback/meetings/{meeting['id']}"
    came = {"patients": 6, "carers": 2, "staff": 3}
    assert (await keeper.send("PUT", f"{place}/attendance", came)).status_code == 200
    for day in ("2026-03-08", "2026-03-09"):
        made = await keeper.made(f"{place}/promises", what="A clock.", who="Jo", due_on=day)
        how = {"how": "It hangs.", "kept_on": day}
        kept = await keeper.send("POST", f"feedback/promises/{made['id']}/keeping", how)
        assert kept.status_code == 200, kept.text
    await standing(reader, promises_kept=1)


async def test_cadence_is_that_of_the_periods_the_week_touches(reader, said):
    await said("2026-02-10", "2026-03-03")

    async def periods(week: str) -> list[tuple[str, int, str]]:
        found = await read(reader, week=week)
        return [(each["period"], each["collected"], each["state"]) for each in found["cadence"]]

    assert await periods("2026-W10") == [("2026-03", 1, "met")]
    february, january = ("2026-02", 1, "met"), ("2026-01", 0, "missed")
    assert await periods("2026-W09") == [february, ("2026-03", 1, "met")]
    assert await periods("2026-W08") == [february]
    assert await periods("2026-W05") == [january, february]


@pytest.mark.parametrize("missing", READER)
async def test_a_week_of_a_team_is_a_small_number(api_of, city, missing):
    api = await api_of(*(scope for scope in READER if scope != missing))
    answer = await api.get("feedback/digests/CITY")
    assert (answer.status_code, answer.json()["missing"]) == (403, [missing])


async def test_other_teams_are_not_there_for_who_is_limited(api_of, reader, city, ward):
    limited = await api_of(*READER, teams=[ward.id])
    assert (await read(limited, "WARD"))["team"]["id"] == str(ward.id)
    for api, team in (
        (limited, "CITY"),
        (limited, city.id),
        (reader, "NOWHERE"),
        (reader, uuid4()),
    ):
        answer = await api.get(f"feedback/digests/{team}")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/team-not-found")


@pytest.mark.parametrize(
    ("accept", "form", "media"),
    [
        (None, None, "application/json"),
        ("*/*", None, "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", None, "text/html; charset=utf-8"),
        ("application/json, text/html", None, "application/json"),
        ("text/html", "json", "application/json"),
        ("application/json", "html", "text/html; charset=utf-8"),
    ],
)
async def test_the_form_is_what_is_asked_for(reader, city, accept, form, media):
    if accept:
        reader.headers = reader.headers | {"Accept": accept}
    answer = await reader.get("feedback/digests/CITY", **({"format": form} if form else {}))
    assert answer.headers["content-type"] == media
    assert (answer.headers["vary"], answer.headers["cache-control"]) == (
        "Accept",
        "private, no-store",
    )


async def test_a_page_runs_nothing_whatever_a_team_or_a_patient_writes(api_of, said, city, given):
    city.name = "City <script>alert(1)</script>"
    await given.session.merge(city)
    await given.session.commit()
    await said("2026-03-03", comment_good="<img src=x onerror=alert(1)> {at}")
    api = await api_of(*WORDS)
    answer = await api.get("feedback/digests/CITY", format="html")
    assert "City &lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert "&lt;img src=x onerror=alert(1)&gt; 0" in answer.text
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none';")
