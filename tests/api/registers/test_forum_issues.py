from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.clock import today

SCOPES = ("registers:read", "registers:manage")
ISSUES = "registers/forum-issues"


@pytest.fixture
async def api(api_of):
    return await api_of(*SCOPES)


@pytest.fixture
async def teams(given) -> list[str]:
    return [str((await given.team()).id) for _ in range(2)]


@pytest.fixture
async def forum(api) -> str:
    return (await api.made("registers/forums", kind="trust_wide", name="All"))["id"]


@pytest.fixture
def issue(api, forum):
    async def made(**told: object) -> str:
        start = {
            "forum_id": forum,
            "what": "Nobody told me who takes over.",
            "raised_by": "patient",
            "raised_on": "2026-05-12",
        }
        return f"{ISSUES}/{(await api.made(ISSUES, **start | told))['id']}"

    return made


def refused(answer, code: int, slug: str, **extra: object) -> None:
    assert (answer.status_code, answer.json()["type"]) == (code, f"/problems/{slug}"), answer.text
    assert answer.json() | extra == answer.json()


async def test_both_teams_answer_before_an_issue_closes(api, issue, teams):
    place = await issue(strategy_action="1.4", teams=teams)
    closing = {"outcome": "Every letter has a name.", "closed_on": "2026-06-30"}

    async def close(**told: object):
        return await api.send("PUT", f"{place}/closing", closing | told)

    refused(await close(), 409, "issue-without-action")
    action = {"action": "Name a contact.", "action_by": "Jo", "due_on": "2026-06-01"}
    changed = await api.send("PATCH", place, action, If_Match='"1"')
    assert changed.json() | action | {"overdue": True} == changed.json()
    refused(await close(), 409, "issue-unanswered", waiting_for=teams)
    for waiting in ([teams[1]], []):
        team = teams[1 - len(waiting)]
        answered = await api.send("PUT", f"{place}/answers/{team}", {"answer": "We phone."})
        assert answered.status_code == 200, answered.text
        if waiting:
            refused(await close(), 409, "issue-unanswered", waiting_for=waiting)
    assert [(each["team_id"], each["answer"]) for each in answered.json()["teams"]] == [
        (teams[0], "We phone."),
        (teams[1], "We phone."),
    ]
    refused(await close(closed_on="2026-05-11"), 422, "issue-day")
    refused(await close(closed_on=str(today() + timedelta(1))), 422, "day-in-future")
    closed = (await close()).json()
    assert (closed["closed_on"], closed["outcome"]) == ("2026-06-30", closing["outcome"])
    assert closed["overdue"] is False
    for answer in (
        await close(),
        await api.send("PATCH", place, {"what": "x"}),
        await api.send("PUT", f"{place}/answers/{teams[0]}", {"answer": "x"}),
    ):
        refused(answer, 409, "issue-closed")


async def test_an_issue_without_teams_closes_after_its_action(api, issue):
    place = await issue(action="A clock hangs.")
    closed = (await api.send("PUT", f"{place}/closing", {"outcome": "Seen."})).json()
    assert (closed["teams"], closed["closed_on"]) == ([], str(today()))


async def test_an_issue_names_two_teams_and_a_meeting_of_its_forum(api, issue, teams, forum):
    place = await issue(teams=teams)
    await api.send("PUT", f"{place}/answers/{teams[0]}", {"answer": "We phone."})
    same = await api.send("PATCH", place, {"teams": teams})
    assert same.json()["teams"][0]["answer"] == "We phone."
    turned = await api.send("PATCH", place, {"teams": teams[::-1]})
    assert [each["answer"] for each in turned.json()["teams"]] == [None, None]
    none = await api.send("PATCH", place, {"teams": []})
    assert none.json()["teams"] == []
    other = await api.made("registers/forums", kind="trust_wide", name="Other")
    there = await api.made(
        f"registers/forums/{other['id']}/meetings", day="2026-05-12", place="Room"
    )
    here = await api.made(f"registers/forums/{forum}/meetings", day="2026-05-12", place="Room")
    for told, code, slug in (
        ({"teams": teams[:1]}, 422, "issue-teams"),
        ({"teams": [teams[0], teams[0]]}, 422, "issue-teams"),
        ({"teams": [teams[0], forum]}, 422, "invalid-request"),
        ({"meeting_id": there["id"]}, 422, "issue-meeting"),
        ({"meeting_id": forum}, 422, "issue-meeting"),
        ({"strategy_action": "1.7"}, 422, "invalid-request"),
        ({"raised_on": str(today() + timedelta(1))}, 422, "day-in-future"),
    ):
        refused(await api.send("PATCH", place, told), code, slug)
    assert (await api.send("PATCH", place, {"meeting_id": here["id"]})).status_code == 200
    stranger = await api.send("PUT", f"{place}/answers/{teams[0]}", {"answer": "x"})
    refused(stranger, 404, "team-not-found")


async def test_issues_are_found(api, issue, teams, given):
    code = (await given.team(code="CITY")).id
    one = await issue(teams=[teams[0], str(code)], strategy_action="1.5", due_on="2026-05-13")
    two = await issue(raised_by="staff", raised_on="2026-04-01", action="Done.")
    await api.send("PUT", f"{two}/closing", {"outcome": "Seen."})
    for filters, expected in (
        ({}, [two, one]),
        ({"raised_by": "patient"}, [one]),
        ({"strategy_action": "1.5"}, [one]),
        ({"team": "CITY"}, [one]),
        ({"team": teams[0]}, [one]),
        ({"state": "open"}, [one]),
        ({"state": "unanswered"}, [one]),
        ({"state": "overdue"}, [one]),
        ({"state": "closed"}, [two]),
        ({"from": "2026-05-01", "to": "2026-05-31"}, [one]),
    ):
        items = (await api.get(ISSUES, **filters)).json()["items"]
        assert [f"{ISSUES}/{each['id']}" for each in items] == expected, filters


async def test_a_team_sees_and_answers_what_it_is_asked(api, api_of, issue, teams, given):
    theirs = await given.directorate()
    hidden = await api.made(
        "registers/forums", kind="trust_wide", name="Hid", directorate_id=str(theirs.id)
    )
    asked = await issue(forum_id=hidden["id"], teams=teams)
    unseen = await issue(forum_id=hidden["id"])
    shown = await issue()
    limited = await api_of(*SCOPES, teams=[teams[0]])
    items = (await limited.get(ISSUES)).json()["items"]
    assert [f"{ISSUES}/{each['id']}" for each in items] == [shown, asked]
    for answer in (await limited.get(unseen), await limited.send("PATCH", unseen, {"what": "x"})):
        refused(answer, 404, "forum-issue-not-found")
    answered = await limited.send("PUT", f"{asked}/answers/{teams[0]}", {"answer": "We phone."})
    assert answered.status_code == 200
    other = await limited.send("PUT", f"{asked}/answers/{teams[1]}", {"answer": "We phone."})
    refused(other, 404, "team-not-found")


async def test_the_database_holds_what_the_model_says(session, api, issue, teams):
    place = await issue(teams=teams)
    closed = await issue(action="Done.")
    await api.send("PUT", f"{closed}/closing", {"outcome": "Seen."})
    for issue_place, change in (
        (place, "closed_on = '2026-06-01', outcome = 'x'"),
        (place, "closed_on = '2026-06-01', outcome = 'x', action = 'y'"),
        (place, "second_team_id = NULL"),
        (place, "second_team_id = first_team_id"),
        (place, "strategy_action = '6.1'"),
        (place, "raised_on = CURRENT_DATE + 2"),
        (place, "first_answer = 'x'"),
        (place, "meeting_id = id"),
        (closed, "closed_on = '2026-05-01'"),
        (closed, "closed_on = NULL, outcome = NULL"),
        (closed, "raised_by = 'staff'"),
    ):
        with pytest.raises(Exception, match=r"check constraint|stays as it is|foreign key"):
            async with session.begin_nested():
                await session.execute(
                    text(f"UPDATE forum_issue SET {change} WHERE id = :id"),
                    {"id": issue_place[-36:]},
                )
