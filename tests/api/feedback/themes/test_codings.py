"""Coding through the API, as somebody who codes would use it."""

import hashlib

import pytest
from sqlalchemy import text

from app.domain.feedback.themes import service
from app.domain.feedback.themes.recording import Judgement, record
from tests.factories import drained, event, review

READ = ("feedback:read", "feedback:read:small_numbers")
CODE = ("feedback:code", "feedback:read:small_numbers")


def told(**values) -> bytes:
    start = {"location_code": "A", "comment_good": "Kind", "comment_better": "Long wait"}
    return event(**review(**start | values))


@pytest.fixture
async def teams(given):
    return [await given.team(iwgc=[code], code=code) for code in ("A", "B")]


@pytest.fixture
async def response_id(session, teams):
    await drained(session, told())
    return str(await session.scalar(text("SELECT id FROM feedback_response")))


async def read(client, headers, response_id) -> tuple[dict, str]:
    answer = await client.get(f"/v1/feedback/responses/{response_id}/codings", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json(), answer.headers["etag"]


async def put(client, headers, response_id, part, match="*", **body):
    return await client.put(
        f"/v1/feedback/responses/{response_id}/codings/{part}",
        json=body,
        headers=headers | {"If-Match": match},
    )


async def test_a_person_codes_both_parts_and_the_response_counts_as_their_union(
    client, as_, response_id
):
    headers = await as_(*READ, *CODE)
    before, etag = await read(client, headers, response_id)
    assert (before["items"], before["uncoded"], before["themes"]) == ([], ["good", "better"], None)
    themes = ["timeliness_of_care", "contacting_services"]
    answer = await put(client, headers, response_id, "better", etag, themes=themes, sentiment=4)
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert after["themes"] == ["contacting_services", "timeliness_of_care"]
    assert (after["sentiment"], after["coded_by"], after["uncoded"]) == (4, "person", ["good"])
    themes = ["staff_manner_attributes"]
    answer = await put(
        client, headers, response_id, "good", answer.headers["etag"], themes=themes, sentiment=1
    )
    both = answer.json()
    assert both["themes"] == ["staff_manner_attributes", *after["themes"]]
    assert (both["sentiment"], both["uncoded"], both["propose_above"]) == (3, [], 0.5)
    (item,) = [each for each in both["items"] if each["part"] == "good"]
    assert (item["coded_by"], item["revision"], item["framework"]) == ("person", 1, "qdc-7")
    assert (item["stale"], item["superseded"], item["model_id"]) == (False, False, None)
    shown = await client.get(f"/v1/feedback/responses/{response_id}", headers=headers)
    assert shown.json()["themes"] == both["themes"]
    assert (shown.json()["sentiment"], shown.json()["coded_by"]) == (3, "person")
    assert shown.headers["etag"] == answer.headers["etag"]


async def test_a_correction_supersedes_and_keeps_what_was_said(client, as_, response_id):
    headers = await as_(*READ, *CODE)
    await put(client, headers, response_id, "good", themes=["parking"])
    answer = await put(client, headers, response_id, "good", themes=["feeling_safe"], sentiment=2)
    assert answer.json()["themes"] == ["feeling_safe"]
    found = [(i["themes"], i["superseded"], i["revision"]) for i in answer.json()["items"]]
    assert found == [(["feeling_safe"], False, 2), (["parking"], True, 1)]


async def test_what_was_read_before_a_change_is_not_coded_by(client, as_, response_id):
    headers = await as_(*READ, *CODE)
    _, etag = await read(client, headers, response_id)
    assert (await put(client, headers, response_id, "good", etag, themes=["parking"])).is_success
    answer = await put(client, headers, response_id, "good", etag, themes=["feeling_safe"])
    assert answer.status_code == 412
    url = f"/v1/feedback/responses/{response_id}/codings/good"
    answer = await client.put(url, json={"themes": ["parking"]}, headers=headers)
    assert answer.status_code == 428


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"themes": ["weather"]}, "unknown_theme"),
        ({"themes": ["parking", "parking"]}, "repeated_theme"),
        ({"themes": []}, "too_short"),
        ({"themes": ["parking"], "sentiment": 6}, "less_than_equal"),
        ({"themes": ["parking"], "more": 1}, "extra_forbidden"),
    ],
)
async def test_what_is_no_coding_is_refused(client, as_, response_id, body, code):
    answer = await put(client, await as_(*CODE), response_id, "good", **body)
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == [code]


async def test_a_part_without_words_is_not_there(client, as_, session, teams):
    await drained(session, told(comment_good=None))
    response_id = await session.scalar(text("SELECT id FROM feedback_response"))
    headers = await as_(*CODE)
    for part in ("good", "more"):
        answer = await put(client, headers, response_id, part, themes=["parking"])
        assert answer.json()["type"] == "/problems/response-part-not-found"
    assert (await put(client, headers, response_id, "No!", themes=["parking"])).status_code == 422


async def test_a_surveys_own_question_is_a_part(client, as_, session, teams):
    own = {"answers": {"ward": "garden"}, "texts": {"more_to_say": "The garden was closed"}}
    await drained(session, told(comment_good=None, comment_better=None, **own), source="survey")
    response_id = await session.scalar(text("SELECT id FROM feedback_response"))
    headers = await as_(*CODE, "feedback:read")
    assert (await read(client, headers, response_id))[0]["uncoded"] == ["more_to_say"]
    themes = ["activities_fresh_air"]
    answer = await put(client, headers, response_id, "more_to_say", themes=themes)
    assert answer.json()["themes"] == themes


async def test_a_limited_key_codes_its_own_teams_only(client, as_, session, teams, response_id):
    mine = await as_(*READ, *CODE, teams=[teams[0].id])
    others = await as_(*READ, *CODE, teams=[teams[1].id])
    url = f"/v1/feedback/responses/{response_id}/codings"
    assert (await client.get(url, headers=others)).status_code == 404
    assert (await put(client, others, response_id, "good", themes=["parking"])).status_code == 404
    assert (await client.get("/v1/feedback/codings/queue", headers=others)).json()["items"] == []
    assert (await put(client, mine, response_id, "good", themes=["parking"])).status_code == 200


async def test_a_persons_coding_of_words_that_changed_is_kept_and_shown_as_stale(
    client, as_, session, teams
):
    await drained(session, told(source_review_id="r", version=1))
    response_id = await session.scalar(text("SELECT id FROM feedback_response"))
    headers = await as_(*READ, *CODE)
    await put(client, headers, response_id, "good", themes=["parking"])
    await drained(session, told(source_review_id="r", version=2, comment_good="Kinder"))
    found, _ = await read(client, headers, response_id)
    assert found["themes"] == ["parking"]
    assert [item["stale"] for item in found["items"]] == [True]


@pytest.fixture
async def many(session, teams):
    """Five responses, newest first."""
    for day in range(1, 6):
        await drained(
            session,
            told(submitted_at=f"2026-03-0{day}T12:00:00Z", location_code="B" if day == 5 else "A"),
        )
    rows = text("SELECT id FROM feedback_response ORDER BY id DESC")
    return [str(id_) for id_ in await session.scalars(rows)]


async def queued(client, headers, **params) -> list[tuple[str, str]]:
    answer = await client.get("/v1/feedback/codings/queue", params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def modelled(model_id, response_id, confidence, themes=("parking",), part="good") -> Judgement:
    return Judgement(
        response_id,
        part,
        hashlib.sha256(b"Kind").digest(),
        list(themes),
        None,
        model_id=model_id,
        confidence=confidence,
        confidences=[confidence] * len(themes),
    )


async def test_the_queue_gives_the_uncoded_first_and_then_the_least_sure(
    client,
    as_,
    session,
    many,
    model,
):
    newest, second, third, fourth, oldest = many
    await record(
        session,
        [
            modelled(model.id, second, 0.9),
            modelled(model.id, third, 0.6),
            modelled(model.id, third, 0.7, part="better"),
            modelled(model.id, oldest, 0.7),
            modelled(model.id, fourth, 0.2, themes=()),
        ],
    )
    await session.commit()
    headers = await as_(*CODE)
    page = await queued(client, headers)
    assert [(item["id"], item["why"]) for item in page["items"]] == [
        (newest, "uncoded"),
        (fourth, "uncoded"),
        (third, "unsure"),
        (oldest, "unsure"),
        (second, "unsure"),
    ]
    assert [item["confidence"] for item in page["items"]] == [None, None, 0.6, 0.7, 0.9]
    assert page["items"][2]["themes"] == ["parking"]
    assert page["next"] is None
    team = await queued(client, headers, team="B")
    assert [item["id"] for item in team["items"]] == [newest]
    walked, after = [], None
    for _ in range(9):
        params = {"limit": 1} | ({"after": after} if after else {})
        page = await queued(client, headers, **params)
        walked += [item["id"] for item in page["items"]]
        for part in ("good", "better"):
            await put(client, headers, walked[-1], part, themes=["feeling_safe"])
        after = page["next"]
        if after is None:
            break
    assert walked == [newest, fourth, third, oldest, second]
    assert (await queued(client, headers))["items"] == []


async def test_the_model_in_use_tells_where_it_comes_from(client, as_, session, model):
    headers = await as_("feedback:read")
    answer = await client.get("/v1/feedback/codings/model", headers=headers)
    assert answer.json()["type"] == "/problems/theme-model-not-found"
    await service.activate(session, model.id, owner_id=model.id)
    await session.commit()
    for _ in range(2):
        answer = await client.get("/v1/feedback/codings/model", headers=headers)
        assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["id"], shown["trained_on"], shown["format"]) == (str(model.id), "a test", 1)
    assert shown["scores"]["exact_match"] > 0.5
    assert shown["sha256"] == model.sha256.hex()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("UPDATE theme_model_file SET bytes = 'x'", "hash"),
        ("UPDATE theme_model SET framework = 'qdc-6'", "framework"),
        ("DELETE FROM theme_model_file", "unreadable"),
    ],
)
async def test_a_model_that_cannot_be_used_is_refused_with_the_reason(
    client,
    as_,
    session,
    model,
    damage,
    reason,
):
    await service.activate(session, model.id, owner_id=model.id)
    await session.execute(text(damage))
    await session.commit()
    session.expire_all()
    answer = await client.get("/v1/feedback/codings/model", headers=await as_("feedback:read"))
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/theme-model-unusable")
    assert answer.json()["reason"] == reason


async def test_responses_are_found_by_theme_and_sentiment(client, as_, session, many):
    headers = await as_(*READ, *CODE)
    await put(client, headers, many[0], "good", themes=["parking"], sentiment=2)
    await put(client, headers, many[1], "good", themes=["parking", "feeling_safe"], sentiment=5)

    async def found(**params) -> list[str]:
        answer = await client.get("/v1/feedback/responses", params=params, headers=headers)
        return [item["id"] for item in answer.json()["items"]]

    assert await found(theme="parking") == many[:2]
    assert await found(theme="feeling_safe") == [many[1]]
    assert await found(theme="parking", sentiment=2) == [many[0]]
    assert await found(theme="weather") == []
