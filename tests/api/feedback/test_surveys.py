"""Surveys: drafted, checked, published for good, and shown in the form that fits."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.api.feedback.forms import FFT, content, worded

URL = "/v1/feedback/surveys"


@pytest.fixture
async def writer(as_):
    return await as_("feedback:surveys")


@pytest.fixture
async def survey(client, writer):
    """The path of a survey's versions."""
    answer = await client.post(URL, headers=writer, json={"code": "ward", "name": "Ward"})
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def drafted(client, writer, survey, **told):
    body = told or {"content": content()}
    answer = await client.post(survey, headers=writer, json=body)
    assert answer.status_code == 201, answer.text
    return answer


async def changed(client, writer, at, path="", match="*"):
    return await client.post(f"{at}/{path}", headers=writer | {"If-Match": match})


async def test_the_standard_survey_is_there_for_everybody(client):
    answer = await client.get(f"{URL}/fft")
    told = answer.json()
    assert (told["survey_version"], told["language"], told["audience"]) == (FFT, "en", "standard")
    national = told["questions"][0]
    assert national["text"] == "Overall, how was your experience of our service?"
    assert [o["code"] for o in national["options"]] == [
        "very_good",
        "good",
        "neither_good_nor_poor",
        "poor",
        "very_poor",
        "dont_know",
    ]
    assert national["options"][0]["picture"] == "face-very-happy"
    assert (national["required"], national["answer"]) == (True, "code")
    texts = [q for q in told["questions"] if q["kind"] == "text"]
    assert [q["max_length"] for q in texts] == [4000, 4000]
    assert answer.headers["content-language"] == "en"
    assert answer.headers["vary"] == "Accept-Language"
    assert answer.headers["cache-control"] == "public, max-age=60"
    again = await client.get(f"{URL}/fft", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-language"] == "en"


# what is asked, by the query and by Accept-Language: language, audience and easy read that come
FORMS = {
    "nothing": ({}, None, ("en", "standard", False)),
    "easy read": ({"easy_read": True}, None, ("en", "standard", True)),
    "a carer's": ({"audience": "carer"}, "en-GB", ("en", "carer", False)),
    "a child's": ({"audience": "child", "easy_read": True}, None, ("en", "child", True)),
    "a young person's": ({"audience": "young_person"}, None, ("en", "standard", False)),
    "the browser's": ({}, "cy, pl-PL;q=0.9, en;q=0.8", ("pl", "standard", False)),
    "weighed": ({}, "pl;q=0.1, en;q=0.8", ("en", "standard", False)),
    "not wanted": ({}, "pl;q=0", ("en", "standard", False)),
    "no weight": ({}, "pl;q=x, en", ("en", "standard", False)),
    "named before the browser's": ({"language": "PL"}, "en", ("pl", "standard", False)),
    "no easy read": ({"language": "pl", "easy_read": True}, None, ("pl", "standard", False)),
    "no such audience in it": (
        {"language": "pl", "audience": "child"},
        None,
        ("pl", "standard", False),
    ),
    "a private tag": ({"language": "pl-x-a"}, None, ("pl", "standard", False)),
    "unknown": ({"language": "xx"}, "*", ("en", "standard", False)),
}


@pytest.mark.parametrize(("query", "accepted", "shown"), FORMS.values(), ids=FORMS)
async def test_the_form_that_fits_is_shown_and_told(client, query, accepted, shown):
    headers = {} if accepted is None else {"Accept-Language": accepted}
    answer = await client.get(f"{URL}/fft", params=query, headers=headers)
    told = answer.json()
    assert (told["language"], told["audience"], told["easy_read"]) == shown
    assert answer.headers["content-language"] == shown[0]
    assert len(told["variants"]) == 4


async def test_another_language_words_question_and_options(client):
    told = (await client.get(f"{URL}/fft", params={"language": "pl"})).json()
    national = told["questions"][0]
    assert national["text"].startswith("Ogólnie")
    assert national["options"][0]["label"] == "Bardzo dobrze"


async def test_a_survey_is_shown_once_it_is_published_and_never_changes(client, writer, survey):
    draft = await drafted(client, writer, survey)
    at = draft.headers["location"]
    assert (await client.get(f"{URL}/ward")).status_code == 404
    put = await client.put(
        at, headers=writer | {"If-Match": draft.headers["etag"]}, json={"content": content()}
    )
    assert put.status_code == 200, put.text
    stale = await changed(client, writer, at, "publication", '"99"')
    assert stale.status_code == 412
    done = await changed(client, writer, at, "publication")
    assert (done.status_code, done.json()["status"]) == (200, "published")
    assert (await client.get(f"{URL}/ward")).json()["number"] == 1
    refused = [
        await client.put(at, headers=writer | {"If-Match": "*"}, json={"content": content()}),
        await changed(client, writer, at, "publication"),
        await client.delete(at, headers=writer | {"If-Match": "*"}),
    ]
    assert {(each.status_code, each.json()["type"]) for each in refused} == {
        (409, "/problems/survey-version-fixed")
    }


async def test_the_next_version_takes_the_place_of_the_one_before(client, writer, survey):
    first = (await drafted(client, writer, survey)).headers["location"]
    await changed(client, writer, first, "publication")
    second = await drafted(client, writer, survey, copied_from=1)
    assert second.json()["content"] == (await client.get(first, headers=writer)).json()["content"]
    another = await client.post(survey, headers=writer, json={"copied_from": 1})
    assert (another.status_code, another.json()["type"]) == (409, "/problems/survey-draft-exists")
    await changed(client, writer, second.headers["location"], "publication")
    listed = (await client.get(survey, headers=writer)).json()["items"]
    assert [(v["number"], v["status"]) for v in listed] == [(2, "published"), (1, "retired")]
    gone = await changed(client, writer, second.headers["location"], "retirement")
    assert gone.json()["status"] == "retired"
    again = await changed(client, writer, first, "retirement")
    assert again.json()["type"] == "/problems/survey-not-published"
    assert (await client.get(f"{URL}/ward")).status_code == 404


async def test_a_draft_may_be_thrown_away(client, writer, survey):
    at = (await drafted(client, writer, survey)).headers["location"]
    assert (await client.delete(at, headers=writer | {"If-Match": "*"})).status_code == 204
    gone = await client.get(at, headers=writer)
    assert gone.json()["type"] == "/problems/survey-version-not-found"
    for body in ({}, {"content": content(), "copied_from": 1}):
        answer = await client.post(survey, headers=writer, json=body)
        assert answer.json()["errors"][0]["code"] == "one_of"


async def test_a_draft_that_is_not_whole_is_not_published(client, writer, survey):
    asked = content(variants=[{"language": "en", "easy_read": True}, {"language": "pl"}])
    at = (await drafted(client, writer, survey, content=asked)).headers["location"]
    answer = await changed(client, writer, at, "publication")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/survey-not-ready")
    places = {each["pointer"] for each in answer.json()["errors"]}
    assert "#/content/questions/1/wording" in places
    assert (await client.get(at, headers=writer)).json()["status"] == "draft"


async def test_creations_are_done_once_per_key(client, writer):
    headers = writer | {"Idempotency-Key": "1"}
    new = {"code": "w", "name": "Ward"}
    first, again = [await client.post(URL, headers=headers, json=new) for _ in range(2)]
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    at = first.headers["location"]
    answers = [
        await client.post(at, headers=headers, json={"content": content()}) for _ in range(2)
    ]
    assert [each.json()["number"] for each in answers] == [1, 1]
    taken = await client.post(URL, headers=writer, json=new)
    assert (taken.status_code, taken.json()["type"]) == (409, "/problems/code-taken")


async def test_surveys_are_listed_with_their_versions(client, writer, survey):
    await drafted(client, writer, survey)
    listed = (await client.get(URL, headers=writer)).json()["items"]
    assert [(s["code"], s["published"], s["draft"]) for s in listed] == [
        ("ward", None, 1),
        ("fft", 1, None),
    ]


async def test_a_survey_has_one_owner_that_is_there(client, writer, given):
    team = await given.team(code="T-OWN")
    whose = {"team": "T-OWN", "directorate": "D-NONE"}
    both = await client.post(URL, headers=writer, json={"code": "x", "name": "X"} | whose)
    assert (both.status_code, both.json()["type"]) == (422, "/problems/one-owner")
    for place in ("team", "directorate"):
        body = {"code": "x", "name": "X", place: "NO-SUCH"}
        none = await client.post(URL, headers=writer, json=body)
        assert none.json()["errors"][0]["pointer"] == f"#/{place}"
    body = {"code": "x", "name": "X", "team": str(team.id)}
    assert (await client.post(URL, headers=writer, json=body)).json()["team"] == "T-OWN"


@pytest.fixture
async def limited(as_, given):
    """A writer limited to one directorate's teams, with that directorate's code."""
    directorate = await given.directorate("D-MINE")
    service = await given.service(directorate)
    await given.team(service, code="T-MINE")
    await given.team(code="T-OTHER")
    return await as_("feedback:surveys", directorates=[directorate.id])


async def test_who_is_limited_writes_only_their_own_surveys(client, writer, survey, limited):
    listed = (await client.get(URL, headers=limited)).json()["items"]
    assert {each["code"] for each in listed} == {"ward", "fft"}
    for body in ({}, {"team": "T-OTHER"}):
        answer = await client.post(URL, headers=limited, json={"code": "y", "name": "Y"} | body)
        assert answer.json()["errors"][0]["pointer"] == "#/team"
    assert (await client.get(survey, headers=limited)).status_code == 404
    for code, place in (("a", {"team": "T-MINE"}), ("b", {"directorate": "D-MINE"})):
        answer = await client.post(URL, headers=limited, json={"code": code, "name": "A"} | place)
        assert answer.status_code == 201, answer.text
        assert (await client.get(answer.headers["location"], headers=limited)).status_code == 200


REFUSED = {
    "change": "UPDATE survey_version SET content = '{}'",
    "go back": "UPDATE survey_version SET status = 'draft', published_on = NULL",
    "delete": "DELETE FROM survey_version",
    "renumber": "UPDATE survey_version SET number = 9",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
async def test_the_database_too_keeps_what_was_published(session, statement):
    with pytest.raises(IntegrityError, match="never changes"):
        await session.execute(text(statement))


COPY = "INSERT INTO survey_version SELECT gen_random_uuid(), survey_id, "
STAMPS = ", now(), now(), 1 FROM survey_version"
BROKEN = {
    "retired_on": "UPDATE survey_version SET retired_on = now()",
    "one_published": COPY + "2, 'published', '{}', now(), NULL" + STAMPS,
    "one_draft": COPY + "n, 'draft', '{}', NULL, NULL" + STAMPS + ", generate_series(2, 3) n",
    "ck_survey_version_published_on": COPY + "2, 'draft', '{}', now(), NULL" + STAMPS,
    "survey_id_number": COPY + "1, 'draft', '{}', NULL, NULL" + STAMPS,
}


@pytest.mark.parametrize(("constraint", "statement"), BROKEN.items(), ids=BROKEN)
async def test_the_database_keeps_a_version_s_state_whole(session, statement, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        await session.execute(text(statement))


async def test_the_database_too_keeps_one_owner(session, given):
    team, directorate = await given.team(), await given.directorate()
    with pytest.raises(IntegrityError, match="ck_survey_one_owner"):
        await session.execute(
            text("UPDATE survey SET team_id = :t, directorate_id = :d"),
            {"t": team.id, "d": directorate.id},
        )


def test_the_shipped_version_has_an_id_of_its_own():
    assert UUID(FFT).version == 7
    assert worded() == {"en": {"standard": {"text": "Text"}}}
