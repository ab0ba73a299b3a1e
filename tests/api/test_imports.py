import csv
from contextlib import AsyncExitStack
from io import StringIO
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core import jobs
from app.core.ids import uuid7
from app.imports import running
from app.worker import loop
from tests.imports.test_daily import CODE, HEADER, daily, line

PATH = "/v1/feedback/imports"
SMALL = daily(line("a"), line("b"))


def form(content: str | bytes, layout: str = "iwgc_daily", **fields: str) -> dict:
    data = content.encode() if isinstance(content, str) else content
    return {"data": {"layout": layout} | fields, "files": {"file": ("a.csv", data, "text/csv")}}


@pytest.fixture
async def importer(as_):
    return await as_("feedback:import")


@pytest.fixture
async def imported(client, importer, sessions):
    """Send a file, do its job and give the import's path."""

    async def send(content: str | bytes, **fields: str) -> str:
        answer = await client.post(PATH, headers=importer, **form(content, **fields))
        assert answer.status_code == 202, answer.text
        job_id = answer.json()["id"]
        await running.run(sessions, UUID(job_id), lambda: loop.drain(sessions))
        return f"{PATH}/{job_id}"

    return send


async def count(session, table: str) -> int:
    return await session.scalar(text(f"SELECT count(*) FROM {table}"))


async def test_a_file_is_promised_done_and_told_of(client, importer, imported, session):
    answer = await client.post(PATH, headers=importer, **form(SMALL))
    assert answer.status_code == 202
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["status"] == "queued"
    queued = await client.get(answer.headers["location"], headers=importer)
    assert (queued.json(), queued.headers["retry-after"]) == (answer.json(), "1")
    payload = "SELECT payload FROM jobs.pgqueuer WHERE entrypoint = 'import_feedback'"
    assert await session.scalar(text(payload)) == answer.json()["id"].encode()
    content = SMALL + line("c", answer="none") + "\n"
    path = await imported(content)
    one = await client.get(path, headers=importer)
    done = await client.get(f"/v1/jobs/{one.json()['id']}", headers=importer)
    assert "retry-after" not in done.headers
    assert one.headers["etag"] == done.headers["etag"]
    assert one.json()["result"] == done.json()["result"]
    assert one.json() | {"result": None, "id": "", "created_at": "", "sha256": ""} == {
        "id": "",
        "layout": "iwgc_daily",
        "size": len(content),
        "sha256": "",
        "dry_run": False,
        "status": "done",
        "progress": 1,
        "result": None,
        "problem": None,
        "created_at": "",
    }
    listed = await client.get(f"{PATH}?limit=1", headers=importer)
    assert listed.json()["items"] == [one.json()]
    following = await client.get(f"{PATH}?after={listed.json()['next']}", headers=importer)
    assert [item["id"] for item in following.json()["items"]] == [answer.json()["id"]]


async def test_the_fields_of_a_form_may_come_in_any_order(client, importer):
    parts = [("file", ("a.csv", SMALL.encode())), ("layout", (None, "iwgc_daily"))]
    answer = await client.post(PATH, headers=importer, files=parts)
    assert answer.status_code == 202
    answer = await client.post(PATH, headers=importer, files=[*parts, ("dry_run", (None, "true"))])
    one = await client.get(f"{PATH}/{answer.json()['id']}", headers=importer)
    assert one.json()["dry_run"] is True
    big = daily(*(line(f"r{n}") for n in range(30_000)))
    parts = [("file", ("a.csv", big.encode())), ("layout", (None, "fft_export"))]
    answer = await client.post(PATH, headers=importer, files=parts)
    assert answer.status_code == 422
    parts[1] = ("layout", (None, "iwgc_daily"))
    assert (await client.post(PATH, headers=importer, files=parts)).status_code == 202


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (HEADER, "no-rows"),
        (SMALL.replace(",", ";"), "wrong-delimiter"),
        ("source_review_id,version\na,1\n", "missing-column"),
        (b"\x1f\x8b\x08\x00", "not-utf8"),
        (SMALL.replace(",", ";") + "x" * 3_000_000, "wrong-delimiter"),
    ],
)
async def test_an_unusable_file_is_refused_at_once_and_leaves_nothing(
    client, importer, session, content, code
):
    answer = await client.post(PATH, headers=importer, **form(content))
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/unusable-file"
    assert answer.json()["errors"][0]["code"] == code
    for table in ("job", "feedback_import", "feedback_import_chunk", "jobs.pgqueuer"):
        assert await count(session, table) == 0


@pytest.mark.parametrize(
    ("parts", "pointer", "code"),
    [
        ({"layout": "iwgc_daily"}, "#/file", "missing"),
        ({"layout": "nonsense"}, "#/layout", "enum"),
        ({}, "#/layout", "missing"),
        ({"layout": "iwgc_daily", "dry_run": "perhaps"}, "#/dry_run", "bool_parsing"),
        ({"layout": "iwgc_daily", "colour": "red"}, "#/colour", "extra_forbidden"),
        ({"layout": ["iwgc_daily", "iwgc_daily"]}, "#/layout", "repeated"),
        ({"layout": b"\xff"}, "#/layout", "enum"),
    ],
)
async def test_a_form_that_does_not_fit_is_refused_by_its_field(
    client, importer, parts, pointer, code
):
    several = [
        (name, (None, value))
        for name, values in parts.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    if pointer != "#/file":
        several.append(("file", ("a.csv", SMALL.encode())))
    answer = await client.post(PATH, headers=importer, files=several)
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert (error["pointer"], error["code"]) == (pointer, code)


async def test_two_files_are_one_too_many(client, importer):
    file = ("file", ("a.csv", SMALL.encode()))
    parts = [("layout", (None, "iwgc_daily")), file, file]
    answer = await client.post(PATH, headers=importer, files=parts)
    assert answer.json()["errors"][0]["pointer"] == "#/file"


def multipart(*parts: str, end: str = "--x--\r\n") -> bytes:
    return ("".join(f"--x\r\n{part}\r\n" for part in parts) + end).encode()


FILE = f'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\n{SMALL}'
LAYOUT = 'Content-Disposition: form-data; name="layout"\r\n\r\niwgc_daily'


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        (None, b"x", 415),
        ("multipart/form-data", multipart(LAYOUT, FILE), 400),
        ("multipart/form-data; boundary=x", b"nothing of a form", 400),
        ("multipart/form-data; boundary=x", multipart(LAYOUT, FILE, end=""), 400),
        ("multipart/form-data; boundary=x", multipart(LAYOUT, FILE)[:-200], 400),
        (
            "multipart/form-data; boundary=x",
            multipart(*(LAYOUT.replace("layout", f"a{n}") for n in range(11))),
            400,
        ),
        ("multipart/form-data; boundary=x", multipart(LAYOUT.replace("daily", "x" * 2_000)), 400),
        ("multipart/form-data; boundary=x", multipart(f"X-Other: 1\r\n{LAYOUT}", FILE), 202),
        ("multipart/form-data; boundary=" + "x" * 300, b"x", 400),
    ],
)
async def test_a_body_that_is_no_whole_form_is_refused(
    client, importer, session, kind, body, status
):
    headers = importer | ({"content-type": kind} if kind else {})
    answer = await client.post(PATH, headers=headers, content=body)
    assert answer.status_code == status
    assert await count(session, "feedback_import") == (status == 202)


async def test_files_that_come_in_leave_connections_for_everybody_else(app, client, importer):
    half = app.state.settings.database.pool // 2
    async with AsyncExitStack() as coming_in:
        for _ in range(half):
            await coming_in.enter_async_context(app.state.uploads)
        answer = await client.post(PATH, headers=importer, **form(SMALL))
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
        assert answer.headers["retry-after"] == "10"
    assert (await client.post(PATH, headers=importer, **form(SMALL))).status_code == 202


async def test_a_file_over_the_limit_is_refused_and_leaves_nothing(
    app: FastAPI, client, importer, session, monkeypatch
):
    limits = app.state.settings.limits.model_copy(update={"import_bytes": 1_500_000})
    settings = app.state.settings.model_copy(update={"limits": limits})
    monkeypatch.setitem(app.state._state, "settings", settings)
    answer = await client.post(PATH, headers=importer, **form(SMALL + "x" * 1_600_000))
    assert answer.status_code == 413
    assert answer.json()["type"] == "/problems/too-large"
    assert await count(session, "feedback_import_chunk") == 0


async def test_a_client_that_goes_away_leaves_nothing_behind(app: FastAPI, importer, session):
    content = daily(*(line(f"r{n}") for n in range(60_000)))
    body = multipart(LAYOUT, FILE.replace(SMALL, content))[:2_500_000]
    messages = [{"type": "http.request", "body": body, "more_body": True}]
    messages.append({"type": "http.disconnect"})
    sent = []

    async def receive():
        return messages.pop(0)

    async def send(message) -> None:
        sent.append(message)

    headers = importer | {"content-type": "multipart/form-data; boundary=x"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
    }
    await app(scope, receive, send)
    assert sent[0]["status"] == 400
    for table in ("job", "feedback_import", "feedback_import_chunk", "jobs.pgqueuer"):
        assert await count(session, table) == 0


async def test_a_repeat_with_the_same_key_gives_the_first_job(client, importer, session):
    headers = importer | {"Idempotency-Key": '"once"'}
    first = await client.post(PATH, headers=headers, **form(SMALL))
    again = await client.post(PATH, headers=headers, **form(SMALL))
    assert again.status_code == 202
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    for table in ("job", "feedback_import", "feedback_import_chunk", "jobs.pgqueuer"):
        assert await count(session, table) == 1
    for other in (form(SMALL + line("c")), form(SMALL, dry_run="true")):
        answer = await client.post(PATH, headers=headers, **other)
        assert answer.json()["type"] == "/problems/idempotency-key-reused"


async def test_rejected_rows_are_listed_and_downloaded_as_they_stood(
    client, importer, imported, as_
):
    bad = ['x"y,1,z', "=cmd(),1,2026-03-01,A,good,ok", line("late").replace("2026", "2099")]
    path = await imported(daily(line("a"), *bad))
    found = await client.get(f"{path}/rejected?limit=2", headers=importer)
    assert [(item["line"], item["reason"]) for item in found.json()["items"]] == [
        (3, "too-few-columns"),
        (5, "date-in-future"),
    ]
    assert found.json()["next"] is None
    first = await client.get(f"{path}/rejected?limit=1", headers=importer)
    after = await client.get(f"{path}/rejected?after={first.json()['next']}", headers=importer)
    assert [item["line"] for item in after.json()["items"]] == [5]
    download = await client.get(f"{path}/rejected.csv", headers=importer)
    assert download.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in download.headers["content-disposition"]
    rows = list(csv.DictReader(StringIO(download.text, newline="")))
    assert [(row["line"], row["row"]) for row in rows] == [("3", bad[0]), ("5", bad[2])]
    # Somebody else's patients' words need the scope to read them.
    other = await as_("feedback:import")
    assert (await client.get(f"{path}/rejected", headers=other)).status_code == 200
    refused = await client.get(f"{path}/rejected.csv", headers=other)
    assert (refused.status_code, refused.json()["missing"]) == (403, ["feedback:read:comments"])
    reader = await as_("feedback:import", "feedback:read:comments")
    allowed = await client.get(f"{path}/rejected.csv", headers=reader)
    assert allowed.text == download.text


async def test_a_download_is_whole_and_harmless_to_a_spreadsheet(client, importer, imported):
    path = await imported(daily(*(f'=HYPERLINK("{n}")' for n in range(2_001))))
    download = await client.get(f"{path}/rejected.csv", headers=importer)
    rows = list(csv.DictReader(StringIO(download.text, newline="")))
    assert [row["row"] for row in rows] == [f'\'=HYPERLINK("{n}")' for n in range(2_001)]


async def test_differences_are_listed_by_kind_and_page(client, importer, imported, given):
    await given.team(iwgc=[CODE])
    await imported(daily(line("a"), line("b")))
    path = await imported(daily(line("a", answer="poor"), line("c"), line("d")))
    everything = await client.get(f"{path}/differences", headers=importer)
    assert sorted(
        (item["kind"], item["source_review_id"]) for item in everything.json()["items"]
    ) == [("different", "a"), ("extra", "b"), ("missing", "c"), ("missing", "d")]
    first = await client.get(f"{path}/differences?kind=missing&limit=1", headers=importer)
    second = await client.get(
        f"{path}/differences?kind=missing&after={first.json()['next']}", headers=importer
    )
    names = [page.json()["items"][0]["source_review_id"] for page in (first, second)]
    assert (names, second.json()["next"]) == (["c", "d"], None)


async def test_an_unusable_file_that_shows_late_is_told_by_its_job(client, importer, imported):
    path = await imported(daily(*(line(f"r{n}") for n in range(30_000))) + 'x,"\n')
    one = await client.get(path, headers=importer)
    assert (one.json()["status"], one.json()["result"]) == ("failed", None)
    assert one.json()["problem"]["errors"][0]["code"] == "unclosed-quote"
    job = await client.get(f"/v1/jobs/{one.json()['id']}", headers=importer)
    assert job.json()["problem"] == one.json()["problem"] | {"detail": None}


async def test_files_are_for_callers_with_the_scope_and_without_limits(
    client, imported, as_, given
):
    path = await imported(SMALL)
    team = await given.team()
    limited = await as_("feedback:import", teams=[team.id])
    nobody = await as_("feedback:read")
    paths = [
        PATH,
        path,
        *(f"{path}/{what}" for what in ("rejected", "rejected.csv", "differences")),
    ]
    for headers, status in ((limited, 403), (nobody, 403), ({}, 401)):
        answers = [await client.get(each, headers=headers) for each in paths]
        answers.append(await client.post(PATH, headers=headers, **form(SMALL)))
        assert {answer.status_code for answer in answers} == {status}


async def test_an_import_that_is_not_there_is_not_found(client, importer):
    path = f"{PATH}/{uuid4()}"
    for each in (path, f"{path}/rejected", f"{path}/rejected.csv", f"{path}/differences"):
        answer = await client.get(each, headers=importer)
        assert answer.json()["type"] == "/problems/import-not-found"
    assert (await client.get(f"{PATH}?colour=red", headers=importer)).status_code == 422


async def test_a_job_is_seen_by_its_owner_and_by_who_manages_keys(client, as_, given, session):
    owner = await given.user("feedback:import")
    job = jobs.Job(kind="import_feedback", owner_id=owner.id)
    await jobs.enqueue(session, job)
    await session.commit()
    path = f"/v1/jobs/{job.id}"
    for scopes, status in ((["keys:manage"], 200), (["feedback:import"], 404), ([], 404)):
        answer = await client.get(path, headers=await as_(*scopes))
        assert answer.status_code == status
    assert (await client.get(path)).status_code == 401
    mine = await as_(user=owner)
    assert (await client.get(path, headers=mine)).json()["id"] == str(job.id)
    missing = await client.get(f"/v1/jobs/{uuid7()}", headers=mine)
    assert missing.json()["type"] == "/problems/job-not-found"
