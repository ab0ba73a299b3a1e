"""What anybody may read: nothing of it names a person, a day or few people."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.clock import today
from app.domain.feedback.actions import public
from app.settings import Public
from tests.api.feedback.conftest import told
from tests.factories import event, review
from tests.moderating import received

YSWD = "/v1/public/you-said-we-did"
FEEDBACK = "/v1/public/feedback"


@pytest.fixture
def out(writer, publisher):
    """Publish an action."""

    async def made(**values: object) -> dict:
        action = await writer.made("actions", **told(**values))
        answer = await publisher.post(f"actions/{action['id']}/publication", match="*")
        assert answer.status_code == 200, answer.text
        return answer.json()

    return made


async def shown(client, **params: object) -> list[dict]:
    answer = await client.get(YSWD, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


class TestYouSaidWeDid:
    async def test_anybody_reads_what_is_published(self, client, writer, out, city, heard):
        response = await heard()
        await writer.made("actions", **told(said="Not yet."))
        action = await out(
            team_ids=[str(city.id)],
            response_ids=[response["id"]],
            note="Only for us",
            owner_name="Sam Lee",
            co_produced_with=[{"kind": "carers", "who": "Pat"}, {"kind": "carers"}],
        )
        answer = await client.get(YSWD, params={"team": "CITY"})
        (item,) = answer.json()["items"]
        assert answer.json()["next"] is None
        assert {name: item[name] for name in ("said", "did", "said_easy_read", "decision")} == {
            "said": "Nobody answers the telephone.",
            "said_easy_read": "You said: no one picks up.",
            "did": "Two more people answer it.",
            "decision": "done",
        }
        assert item["teams"] == [{"code": "CITY", "name": "City Team"}]
        assert (item["level"], item["directorate"], item["updated"]) == ("team", None, False)
        assert item["co_produced_with"] == ["carers"]
        assert (item["people_at_least"], item["people_text"]) == (
            None,
            "A few people told us this.",
        )
        assert item["published_on"] == today().isoformat()
        for secret in (response["id"], "Only for us", "Sam Lee", "Pat", action["authors"]):
            assert not secret or secret not in answer.text

    async def test_a_change_is_read_once_it_is_published(self, client, writer, publisher, out):
        action = await out()
        await writer.patch(f"actions/{action['id']}", did="Four more people answer it.")
        (before,) = await shown(client)
        assert before["did"] == "Two more people answer it."
        await publisher.post(f"actions/{action['id']}/publication", match="*")
        (after,) = await shown(client)
        assert (after["did"], after["updated"]) == ("Four more people answer it.", True)
        await publisher.post(f"actions/{action['id']}/withdrawal", {"reason": "x"}, match="*")
        assert await shown(client) == []

    async def test_a_place_s_page_tells_what_concerns_it(self, client, out, given):
        north, south = [await given.directorate(code=code) for code in ("NORTH", "SOUTH")]
        service = await given.service(north)
        one, other = [await given.team(service, code=code) for code in ("ONE", "OTHER")]
        made = [
            await out(said="one", team_ids=[str(one.id)]),
            await out(said="other", team_ids=[str(other.id)]),
            await out(said="north", directorate_id=str(north.id)),
            await out(said="south", directorate_id=str(south.id)),
            await out(said="trust"),
        ]
        assert len({each["id"] for each in made}) == 5
        for params, wanted in (
            ({"team": "ONE"}, {"one", "north", "trust"}),
            ({"directorate": "NORTH"}, {"one", "other", "north", "trust"}),
            ({"directorate": "SOUTH"}, {"south", "trust"}),
            ({"team": "ONE", "directorate": "SOUTH"}, {"trust"}),
            ({"team": "NOWHERE"}, set()),
            ({"directorate": "NOWHERE"}, set()),
            ({}, {"one", "other", "north", "south", "trust"}),
        ):
            assert {each["said"] for each in await shown(client, **params)} == wanted, params
        assert (await shown(client, directorate="SOUTH"))[1]["directorate"]["code"] == "SOUTH"

    @pytest.mark.usefixtures("city")
    @pytest.mark.parametrize(
        ("people", "told_as"),
        [
            (0, (None, None)),
            (1, (None, "A few people told us this.")),
            (4, (None, "A few people told us this.")),
            (5, (5, "At least 5 people told us this.")),
            (9, (5, "At least 5 people told us this.")),
            (23, (20, "At least 20 people told us this.")),
        ],
    )
    async def test_people_are_counted_in_steps_and_few_not_at_all(
        self, client, out, session, people, told_as
    ):
        bodies = [event(**review(location_code="CITY")) for _ in range(people)]
        await received(session, *bodies)
        await session.execute(text("UPDATE feedback_response SET themes = '{parking,discharge}'"))
        await session.commit()
        await out(
            themes=["parking", "discharge"],
            counted_from="2026-03-01",
            counted_to="2026-03-31",
        )
        (item,) = await shown(client)
        assert (item["people_at_least"], item["people_text"]) == told_as

    @pytest.mark.parametrize(("later", "count"), [(6, 1), (7, 0)])
    async def test_it_is_told_for_as_long_as_the_trust_says(
        self, client, out, session, monkeypatch, later, count
    ):
        await out()
        await session.execute(text("UPDATE feedback_policy SET public_days = 7"))
        await session.commit()
        monkeypatch.setattr(public, "today", lambda: today() + timedelta(later))
        assert len(await shown(client)) == count

    async def test_any_cache_may_keep_it(self, client, serve, out):
        await out()
        answer = await client.get(YSWD)
        known = {"If-None-Match": f'"old", W/{answer.headers["ETag"]}'}
        again = await client.get(YSWD, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == answer.headers["ETag"]
        await out(said="Another thing")
        assert (await client.get(YSWD, headers=known)).status_code == 200
        async with serve(public=Public(cache_seconds=60)) as other:
            kept = await other.get(YSWD)
        assert kept.headers["Cache-Control"] == "public, max-age=60"

    async def test_pages_cover_everything_once(self, client, out):
        wanted = [(await out(said=f"{number}"))["said"] for number in range(3)]
        first = (await client.get(YSWD, params={"limit": 2})).json()
        rest = await shown(client, after=first["next"], limit=2)
        assert [each["said"] for each in (*first["items"], *rest)] == wanted[::-1]


def comment(days: int = 0, location: str = "CITY", **values: object) -> bytes:
    day = (today() - timedelta(days)).isoformat()
    start = {"comment_good": "Kind", "publication_status": "published"}
    start |= {"location_code": location, "submitted_at": f"{day}T12:00:00Z"}
    return event(**review(**start | values))


async def page(client, **params: object) -> dict:
    answer = await client.get(FEEDBACK, params={"team": "CITY", **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.usefixtures("city")
class TestPublicFeedback:
    async def test_it_tells_words_and_month_and_no_more(self, client, session):
        said = {"comment_good": "Kind 🙂 café", "comment_better": 'More "tea"'}
        await received(session, comment(**said))
        told = await page(client)
        assert told["team"] == {"code": "CITY", "name": "City Team"}
        assert told["items"] == [
            {
                "month": f"{today():%Y-%m}",
                "comments": [
                    {"part": "good", "text": said["comment_good"]},
                    {"part": "better", "text": said["comment_better"]},
                ],
                "replies": [],
            }
        ]

    @pytest.mark.parametrize(
        "values",
        [
            {"consent_public": False},
            {"publication_status": "withheld"},
            {"publication_status": "pending"},
            {"publication_status": None},
            {"comment_good": None},
            {"days": 400},
            {"location": "WARD"},
        ],
    )
    @pytest.mark.usefixtures("ward")
    async def test_it_never_tells_what_was_not_released(self, client, session, values):
        await received(session, comment(**values))
        assert (await page(client))["items"] == []

    async def test_replies_stand_beneath_the_comment_they_answer(
        self, client, writer, publisher, heard
    ):
        response = await heard(comment_good="Kind", publication_status="published")
        places = f"responses/{response['id']}/replies"
        await writer.made(places, text="Not yet")
        url = "https://a.example/1"
        await writer.made(places, url=url, made_on=today().isoformat())
        made = await writer.made(places, text="Thank you.")
        for step in ("approval", "publication"):
            await publisher.post(f"replies/{made['id']}/{step}", match="*")
        (item,) = (await page(client))["items"]
        month = f"{today():%Y-%m}"
        assert item["replies"] == [
            {"text": None, "url": url, "month": month},
            {"text": "Thank you.", "url": None, "month": month},
        ]

    async def test_pages_go_by_month_and_tell_no_id_and_no_day(self, client, session):
        await received(session, *(comment(days=31 * n, comment_good=f"{n}") for n in range(5)))
        await received(session, *(comment(comment_good=f"now {n}") for n in range(3)))
        ids = list(await session.scalars(text("SELECT id::text FROM feedback_response")))
        seen, after, raw = [], None, ""
        while True:
            told = await page(client, limit=2, **({"after": after} if after else {}))
            raw += json.dumps({**told, "figures": []})
            seen += [(item["month"], item["comments"][0]["text"]) for item in told["items"]]
            if (after := told["next"]) is None:
                break
        assert len(seen) == len(set(seen)) == 8
        months = [month for month, _ in seen]
        assert months == sorted(months, reverse=True)
        assert not any(id_ in raw or id_.replace("-", "") in raw for id_ in ids)
        assert today().isoformat() not in raw

    async def test_any_cache_may_keep_it(self, client, session):
        await received(session, comment())
        answer = await client.get(FEEDBACK, params={"team": "CITY"})
        known = {"If-None-Match": answer.headers["ETag"]}
        assert answer.headers["Cache-Control"] == "public, max-age=0"
        again = await client.get(FEEDBACK, params={"team": "CITY"}, headers=known)
        assert again.status_code == 304

    @pytest.mark.parametrize(
        ("query", "status", "slug"),
        [
            ("team=NOWHERE", 404, "team-not-found"),
            ("", 422, "invalid-request"),
            ("team=CITY&after=x", 422, "invalid-request"),
            ("team=CITY&limit=201", 422, "invalid-request"),
            ("team=CITY&search=x", 422, "invalid-request"),
        ],
    )
    async def test_what_cannot_be_asked_is_refused(self, client, query, status, slug):
        answer = await client.get(f"{FEEDBACK}?{query}")
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")
