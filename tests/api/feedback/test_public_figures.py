"""A team's public figures: what the strict publication of each month tells, and nothing besides."""

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.api.v1.public.figures import Figures
from app.core.clock import today
from app.domain.feedback.publication import teams
from app.domain.feedback.publication.service import ANSWERS
from app.domain.organisation.models import FftCategory
from tests.factories import drained, event, review

CATEGORIES = (FftCategory.MH_ACUTE, FftCategory.MH_OTHER, FftCategory.CH_NURSING, None)
COUNTED = text(
    "INSERT INTO feedback_monthly VALUES"
    " (:team, :dimension, :month, :value, 'RNU', :very_good, :good, :neither_good_nor_poor, :poor,"
    "  :very_poor, :dont_know, :unanswered)"
)


async def figures(client, team: str) -> list[dict]:
    answer = await client.get("/v1/public/feedback", params={"team": team})
    assert answer.status_code == 200, answer.text
    return answer.json()["figures"]


def told(node: dict) -> dict[str, dict]:
    """Give the teams below a node of the publication by their codes."""
    if node["level"] == "team":
        return {node["code"]: node}
    return {code: team for child in node["children"] for code, team in told(child).items()}


async def published(client, headers, month: date) -> dict[str, dict]:
    found: dict[str, dict] = {}
    for service in ("mental_health", "community"):
        params = {"month": f"{month:%Y-%m}", "service": service}
        answer = await client.get("/v1/feedback/publication", params=params, headers=headers)
        assert answer.status_code == 200, answer.text
        found |= told(answer.json()["trust"])
    return found


async def made(session, given, spread: random.Random) -> list[str]:
    """Make teams of both services and of none, some of which move, and a year of small months."""
    services = []
    for _ in range(2):
        directorate = await given.directorate()
        services += [await given.service(directorate) for _ in range(2)]
    found = []
    for _ in range(14):
        category = spread.choice(CATEGORIES)
        team = await given.team(spread.choice(services), fft_category=category)
        found.append(team)
    moves = teams.months(today())[spread.randrange(1, 12)]
    leave = text("UPDATE team_placement SET valid_to = :day WHERE team_id = :team")
    for team in found[:4]:
        await session.execute(leave, {"day": moves, "team": team.id})
        await session.commit()
        category = spread.choice(CATEGORIES)
        await given.placement(
            team, spread.choice(services), valid_from=moves, fft_category=category
        )
    await session.execute(text("SET LOCAL ROLE everyvoice_owner"))
    for team in found:
        for month in teams.months(today()):
            await counted(session, spread, {"team": team.id, "month": month})
    await session.commit()
    return [team.code for team in found]


async def counted(session, spread: random.Random, cell: dict) -> None:
    answers = {answer.value: 0 for answer in ANSWERS}
    for _ in range(int(spread.expovariate(1 / 12))):
        answers[spread.choices(list(answers), (12, 7, 3, 2, 1, 1))[0]] += 1
    cell |= {"unanswered": spread.randrange(3)}
    await session.execute(COUNTED, cell | answers | {"dimension": "all", "value": "all"})
    by_text = {answer: spread.randint(0, count) for answer, count in answers.items()}
    told = {"dimension": "mode", "value": "sms:not_recorded"}
    await session.execute(COUNTED, cell | by_text | told)


@pytest.mark.parametrize("seed", range(3))
async def test_public_figures_are_those_that_the_strict_publication_tells(
    client, session, given, as_, seed
):
    spread = random.Random(seed)  # noqa: S311  figures, no secrets
    codes, headers = await made(session, given, spread), await as_("feedback:read")
    shown = {code: {each["period"]: each for each in await figures(client, code)} for code in codes}
    hidden = 0
    for month in teams.months(today()):
        public = {c: s[f"{month:%Y-%m}"] for c, s in shown.items() if f"{month:%Y-%m}" in s}
        known = await published(client, headers, month)
        assert public.keys() == {code for code, team in known.items() if team["total"]}
        for code, item in public.items():
            counts = known[code]["counts"]
            assert {answer: item[answer] for answer in counts} == counts
            assert (item["name"], item["total"]) == (known[code]["name"], known[code]["total"])
            assert item["suppressed"] is (None in counts.values())
            assert item["unanswered"] is None
            whole = item["pct_positive"]
            assert (whole is None) is item["suppressed"]
            hidden += item["suppressed"]
    assert hidden
    assert any(not team for team in shown.values())


@pytest.mark.usefixtures("city")
async def test_figures_are_whole_months_with_small_ones_hidden(client, session):
    last = today().replace(day=1) - timedelta(1)
    before = last.replace(day=1) - timedelta(1)
    bodies = [
        event(**review(location_code="CITY", submitted_at=f"{day}T12:00:00Z", fft_answer=answer))
        for day, answers in (
            (last, ["very_good"] * 4 + ["poor"] * 2 + [None]),
            (before, ["good"] * 3),
            (today(), ["good"] * 9),
        )
        for answer in answers
    ]
    await drained(session, *bodies)
    small, large = await figures(client, "CITY")
    shares = ("pct_positive", "pct_negative", "pct_very_good")
    assert (small["period"], small["total"], small["suppressed"]) == (f"{before:%Y-%m}", 3, True)
    assert {small[name] for name in (*ANSWERS, "unanswered", *shares)} == {None}
    assert (large["period"], large["total"], large["suppressed"]) == (f"{last:%Y-%m}", 6, False)
    assert [large[answer] for answer in ANSWERS] == [4, 0, 0, 2, 0, 0]
    assert [large[name] for name in ("unanswered", *shares)] == [None, 66.7, 33.3, 66.7]
    assert (large["key"], large["name"]) == ("CITY", "City Team")


async def test_figures_are_found_once_for_all_who_wait(door, monkeypatch):
    asked = []

    async def found(_: object, day: date) -> dict:
        asked.append(day)
        return {"A": ["figures"]}

    monkeypatch.setattr(teams, "figures", found)
    kept = Figures(300)
    assert await kept.of(door, "A") == ["figures"]
    assert list(await kept.of(door, "B")) == []
    assert asked == [today()]


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 3, 31), date(2025, 3, 1), date(2026, 2, 1)),
        (date(2026, 12, 31), date(2025, 12, 1), date(2026, 11, 1)),
        (date(2026, 1, 1), date(2025, 1, 1), date(2025, 12, 1)),
    ],
)
def test_a_year_of_months_ends_with_the_last_whole_one(day, first, last):
    found = teams.months(day)
    assert (len(found), found[0], found[-1]) == (12, first, last)
    assert found == sorted(set(found))
