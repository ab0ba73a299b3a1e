"""Teams' public codes, and what is printed of them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.clock import today
from tests.api.feedback.forms import CODES, answered, opened

WELL_FORMED = re.compile(r"[0-9A-HJKMNP-TV-Z]{8}")


@pytest.fixture
async def writer(as_):
    return await as_("feedback:surveys")


@pytest.fixture
async def team(given):
    return await given.team(code="CMHT-CITY", name="City #Team* & Sons")


@pytest.fixture
async def code(client, writer, team):
    return await opened(
        client,
        writer,
        "CMHT-CITY",
        label="Reception",
        channel="kiosk",
        collection_point="before_or_at_discharge",
    )


async def test_a_code_is_random_and_tells_where_answers_come_from(client, writer, code, team):
    shown = (await client.get(f"{CODES}/{code}", headers=writer)).json()
    assert WELL_FORMED.fullmatch(code)
    assert (shown["team_code"], shown["survey"], shown["label"]) == (
        "CMHT-CITY",
        "fft",
        "Reception",
    )
    assert (shown["channel"], shown["collection_point"]) == ("kiosk", "before_or_at_discharge")
    assert (shown["active_from"], shown["has_token"]) == (str(today()), False)
    assert "token_hash" not in shown
    assert await opened(client, writer, "CMHT-CITY") != code


async def test_a_code_opens_the_team_s_survey_for_everybody(client, code):
    typed = f"{code[:4]}-{code[4:]}".lower()
    answer = await client.get(f"{CODES}/{typed}/survey", params={"language": "pl"})
    told = answer.json()
    assert (told["team"], told["public_code"]) == ("City #Team* & Sons", code)
    assert (told["survey"], told["language"], told["token_required"]) == ("fft", "pl", False)
    again = await client.get(
        f"{CODES}/{code}/survey",
        params={"language": "pl"},
        headers={"If-None-Match": answer.headers["etag"]},
    )
    assert again.status_code == 304
    unknown = await client.get(f"{CODES}/00000000/survey")
    assert unknown.json()["type"] == "/problems/public-code-not-found"


async def test_codes_are_listed_by_team_survey_and_use(client, writer, code, given):
    other = await given.team()
    old = await opened(
        client,
        writer,
        str(other.id),
        active_from=str(today() - timedelta(9)),
        active_to=str(today() - timedelta(1)),
    )
    for query, found in (
        ({}, [old, code]),
        ({"team": "CMHT-CITY"}, [code]),
        ({"survey": "fft"}, [old, code]),
        ({"survey": "none"}, []),
        ({"active": True}, [code]),
        ({"active": False}, [old]),
    ):
        listed = (await client.get(CODES, params=query, headers=writer)).json()["items"]
        assert [each["code"] for each in listed] == found, query


async def test_a_code_is_used_from_its_first_to_its_last_day(client, writer, code):
    headers = writer | {"If-Match": "*"}
    for change, status in (
        ({"active_to": str(today())}, 200),
        (
            {"active_from": str(today() - timedelta(3)), "active_to": str(today() - timedelta(1))},
            404,
        ),
        ({"active_from": str(today() + timedelta(1)), "active_to": None}, 404),
        ({"active_from": str(today()), "label": None, "channel": "tablet", "survey": "fft"}, 200),
    ):
        answer = await client.patch(f"{CODES}/{code}", headers=headers, json=change)
        assert answer.status_code == 200, answer.text
        assert (await client.get(f"{CODES}/{code}/survey")).status_code == status, change
    assert (answer.json()["label"], answer.json()["channel"]) == (None, "tablet")
    wrong = {"active_to": str(today() - timedelta(1))}
    refused = await client.patch(f"{CODES}/{code}", headers=headers, json=wrong)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/active-to-before-from")


async def test_a_closed_team_s_code_opens_nothing(client, session, code, team):
    team.closed_on = today()
    session.add(team)
    await session.commit()
    assert (await client.get(f"{CODES}/{code}/survey")).status_code == 404
    assert (await client.post("/v1/feedback/submissions", json=answered(code))).status_code == 404


async def test_a_code_is_changed_by_who_read_it(client, writer, code):
    stale = writer | {"If-Match": '"99"'}
    patch = await client.patch(f"{CODES}/{code}", headers=stale, json={})
    turn = await client.post(f"{CODES}/{code}/token", headers=stale)
    assert (patch.status_code, turn.status_code) == (412, 412)


@pytest.mark.parametrize(
    ("told", "place"), [({"team": "NO-SUCH"}, "team"), ({"survey": "none"}, "survey")]
)
async def test_a_code_names_a_team_and_a_survey_that_are_there(client, writer, team, told, place):
    body = {"team": "CMHT-CITY"} | told
    answer = await client.post(CODES, headers=writer, json=body)
    assert answer.json()["errors"][0]["pointer"] == f"#/{place}"


async def test_a_repeated_creation_makes_one_code(client, writer, team):
    headers = writer | {"Idempotency-Key": "1"}
    answers = [
        await client.post(CODES, headers=headers, json={"team": "CMHT-CITY"}) for _ in range(2)
    ]
    assert answers[0].json()["code"] == answers[1].json()["code"]


async def test_who_is_limited_sees_only_their_teams_codes(client, as_, given, code):
    directorate = await given.directorate()
    await given.team(await given.service(directorate), code="T-MINE")
    limited = await as_("feedback:surveys", "feedback:submit", directorates=[directorate.id])
    mine = await opened(client, limited, "T-MINE")
    listed = (await client.get(CODES, headers=limited)).json()["items"]
    assert [each["code"] for each in listed] == [mine]
    for path in ("", "/qr", "/poster"):
        assert (await client.get(f"{CODES}/{code}{path}", headers=limited)).status_code == 404
    body = {"team": "CMHT-CITY"}
    assert (await client.post(CODES, headers=limited, json=body)).status_code == 422
    keyed = body | {"channel": "paper", "items": [{}]}
    answer = await client.post("/v1/feedback/submissions/keyed", headers=limited, json=keyed)
    assert answer.json()["errors"][0]["pointer"] == "#/team"


async def test_the_qr_code_comes_as_a_drawing_and_as_an_image(client, writer, code):
    svg = await client.get(f"{CODES}/{code}/qr", headers=writer)
    assert svg.headers["content-type"] == "image/svg+xml"
    assert svg.content.startswith(b"<?xml") or svg.content.startswith(b"<svg")
    png = await client.get(f"{CODES}/{code}/qr", params={"format": "png"}, headers=writer)
    assert png.content.startswith(b"\x89PNG")


@pytest.mark.parametrize("size", ["a4", "a5", "card"])
@pytest.mark.parametrize("easy_read", [True, False])
async def test_a_poster_is_a_pdf_for_everybody(client, writer, code, size, easy_read):
    query = {"size": size, "easy_read": easy_read, "format": "pdf"}
    answer = await client.get(f"{CODES}/{code}/poster", params=query, headers=writer)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.7")
    for told in (b"pdfuaid:part", b"/MarkInfo", b"/Lang"):
        assert told in answer.content


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("code = 'OILU0000'", "code"),
        ("token_required = true", "token"),
        ("active_to = active_from - 1", "active_to"),
    ],
)
async def test_the_database_keeps_codes_well_formed(session, code, change, constraint):
    with pytest.raises(IntegrityError, match=f"ck_public_code_{constraint}"):
        await session.execute(text(f"UPDATE public_code SET {change}"))
