import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app import cli, migrate
from app.cli import organisation as command
from app.core.clock import today
from app.domain.feedback.errors import UnusableFileError
from app.imports import organisation as importing
from app.settings import Settings

COLUMNS = "directorate_code,directorate_name,service_code,service_name,team_code,team_name"
COLUMNS += ",segment,setting,pathway,fft_category,iwgc_codes,effective_from"
CITY = "N,North,S,Adults,CITY,City Team,physical_health,community,,ch_nursing,X;Y,"
WARD = "N,North,S,Adults,WARD,Ward One,physical_health,inpatient,,ch_inpatient,,2024-04-01"
THIS_MONTH = str(today().replace(day=1))


def table(*rows: str, columns: str = COLUMNS) -> bytes:
    return "\n".join([columns, *rows, ""]).encode()


@pytest.fixture
def send(organisation):
    async def send(raw: bytes, **form: str):
        return await organisation.client.post(
            "/v1/organisation/imports",
            files={"file": ("teams.csv", raw)},
            data=form,
            headers=organisation.headers,
        )

    return send


async def told(send, *rows: str, **form: str) -> dict:
    answer = await send(table(*rows), **form)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def faults(send, *rows: str) -> set[tuple[int, str | None, str]]:
    report = await told(send, *rows)
    assert not report["applied"]
    return {(e["line"], e["column"], e["reason"]) for e in report["errors"]}


async def stands(organisation, code: str, **params: str) -> dict:
    items = (await organisation.get("teams", **params)).json()["items"]
    return next(item for item in items if item["code"] == code)


async def test_a_file_makes_the_organisation(send, organisation):
    report = await told(send, CITY, WARD)
    assert report == {
        "applied": True,
        "rows": 2,
        "created": 2,
        "changed": 0,
        "unchanged": 0,
        "errors": [],
    }
    city = await stands(organisation, "CITY")
    assert city["location_codes"] == {"iwgc": ["X", "Y"]}
    assert (city["fft_category"], city["valid_from"]) == ("ch_nursing", "2000-01-01")
    assert (await stands(organisation, "WARD"))["valid_from"] == "2024-04-01"
    tree = (await organisation.get("tree")).json()["directorates"]
    assert [(d["code"], [s["code"] for s in d["services"]]) for d in tree] == [("N", ["S"])]


async def test_the_same_file_twice_changes_nothing(send, organisation, session):
    history = WARD.replace("N,North", "O,Old").replace("2024-04-01", "2023-04-01")
    await told(send, CITY, WARD, history)
    everything = text(
        "SELECT id, version FROM team UNION ALL SELECT id, version FROM team_placement"
        " UNION ALL SELECT id, version FROM team_location UNION ALL SELECT id, version FROM service"
        " ORDER BY 1"
    )
    before = (await session.execute(everything)).all()
    report = await told(send, CITY, WARD, history)
    assert (report["created"], report["changed"], report["unchanged"]) == (0, 0, 3)
    assert (await session.execute(everything)).all() == before


async def test_a_dry_run_tells_and_does_nothing(send, organisation):
    report = await told(send, CITY, dry_run="true")
    assert (report["applied"], report["created"]) == (False, 1)
    assert (await organisation.get("directorates")).json()["items"] == []


async def test_nothing_is_applied_unless_every_row_is_good(send, organisation):
    report = await told(send, CITY, WARD.replace("inpatient", "outpatient", 1))
    assert (report["applied"], report["rows"], report["created"]) == (False, 2, 1)
    assert report["errors"] == [{"line": 3, "column": "setting", "reason": "bad-value"}]
    assert (await organisation.get("directorates")).json()["items"] == []


async def test_rows_of_one_team_tell_its_history(send, organisation):
    later = CITY.replace("N,North", "O,Other") + "2025-10-01"
    await told(send, later, CITY)
    before = await stands(organisation, "CITY", on="2025-09-30")
    after = await stands(organisation, "CITY", on="2025-10-01")
    assert before["directorate_id"] != after["directorate_id"]
    assert before["service_id"] == after["service_id"]
    (service,) = (await organisation.get("services")).json()["items"]
    assert service["directorate_id"] == after["directorate_id"]


async def test_a_changed_row_changes_its_team_from_this_month_on(send, organisation):
    await told(send, CITY, WARD)
    changed = CITY.replace("City Team", "Town Team").replace("community,,", "inpatient,short stay,")
    changed = changed.replace("N,North,S,Adults", "O,Other,T,Short Stay").replace("X;Y", "Y; Z")
    report = await told(send, changed, WARD)
    assert (report["created"], report["changed"], report["unchanged"]) == (0, 1, 1)
    city = await stands(organisation, "CITY")
    assert (city["name"], city["setting"], city["pathway"]) == (
        "Town Team",
        "inpatient",
        "short stay",
    )
    assert (city["valid_from"], city["version"] > 1) == (THIS_MONTH, True)
    assert city["location_codes"] == {"iwgc": ["Y", "Z"]}


async def test_a_new_name_of_a_directorate_or_service_is_taken(send, organisation):
    await told(send, CITY)
    report = await told(send, CITY.replace("North", "Far North").replace("Adults", "Grown-ups"))
    assert report["changed"] == 1
    (directorate,) = (await organisation.get("directorates")).json()["items"]
    (service,) = (await organisation.get("services")).json()["items"]
    assert (directorate["name"], service["name"]) == ("Far North", "Grown-ups")


async def test_a_row_of_a_month_to_come_moves_its_team_and_not_yet_its_service(send, organisation):
    await told(send, CITY)
    await told(send, CITY.replace("N,North", "O,Other") + "2100-01-01")
    (service,) = (await organisation.get("services")).json()["items"]
    city = await stands(organisation, "CITY")
    assert service["directorate_id"] == city["directorate_id"]
    then = await stands(organisation, "CITY", on="2100-01-01")
    assert then["directorate_id"] != city["directorate_id"]


async def test_a_code_moves_from_one_team_to_another_in_one_file(send, organisation):
    await told(send, CITY, WARD)
    await told(send, CITY.replace("X;Y", "X"), WARD.replace("ch_inpatient,", "ch_inpatient,Y"))
    assert (await stands(organisation, "CITY"))["location_codes"] == {"iwgc": ["X"]}
    assert (await stands(organisation, "WARD"))["location_codes"] == {"iwgc": ["Y"]}


async def test_where_no_codes_are_told_they_stay(send, organisation):
    await told(send, CITY)
    report = await told(send, CITY.replace("X;Y", ""))
    assert report["unchanged"] == 1
    assert (await stands(organisation, "CITY"))["location_codes"] == {"iwgc": ["X", "Y"]}


async def test_optional_columns_may_be_missing_and_be_in_any_order(send, organisation):
    columns = "setting,segment,team_name,team_code,service_name,service_code,directorate_name"
    row = "community,physical_health,City,CITY,Adults,S,North,N"
    answer = await send(table(row, columns=columns + ",directorate_code"))
    assert answer.json()["created"] == 1


async def test_a_bom_and_mixed_line_ends_are_taken(send):
    raw = b"\xef\xbb\xbf" + table(CITY).replace(b"\n", b"\r\n") + WARD.encode() + b"\r\n\n"
    assert (await send(raw)).json()["created"] == 2


@pytest.mark.parametrize(
    ("before", "after", "column", "reason"),
    [
        ("CITY", "", "team_code", "missing-value"),
        ("CITY", "C TY", "team_code", "bad-value"),
        ("CITY", "C" * 51, "team_code", "too-long"),
        ("City Team", "City\x07Team", "team_name", "bad-value"),
        ("City Team", "C" * 201, "team_name", "too-long"),
        ("physical_health", "", "segment", "missing-value"),
        ("physical_health", "health", "segment", "bad-value"),
        ("ch_nursing", "nursing", "fft_category", "bad-value"),
        ("community,,", f"community,{'p' * 101},", "pathway", "too-long"),
        ("X;Y", "X" * 101, "iwgc_codes", "too-long"),
        ("X;Y,", "X;Y,2025-04", "effective_from", "bad-date"),
        ("X;Y,", "X;Y,20250401", "effective_from", "bad-date"),
        ("X;Y,", "X;Y,1999-01-01", "effective_from", "date-before-2000"),
        ("X;Y,", "X;Y,2025-04-02", "effective_from", "not-first-of-month"),
        ("X;Y,", "X;Y,,", None, "too-many-columns"),
        (",X;Y,", "", None, "too-few-columns"),
        ("City Team", "City \x00Team", None, "nul-character"),
    ],
)
async def test_a_bad_row_is_told_by_line_and_column(send, before, after, column, reason):
    assert await faults(send, WARD, CITY.replace(before, after)) == {(3, column, reason)}


async def test_bad_utf8_and_bad_quotes_are_faults_of_their_rows(send):
    raw = table(WARD, CITY.replace("City Team", "City ?"), CITY.replace("City Team", '"City" T'))
    report = (await send(raw.replace(b"City ?", b"City \xff"))).json()
    assert [(e["line"], e["reason"]) for e in report["errors"]] == [
        (3, "not-utf8"),
        (4, "bad-quotes"),
    ]


async def test_rows_that_do_not_agree_are_at_fault(send):
    other = WARD.replace("North", "Nord").replace("Adults", "Adult")
    assert await faults(send, CITY, other) == {
        (3, "directorate_name", "differs-from-earlier-row"),
        (3, "service_name", "differs-from-earlier-row"),
    }
    assert await faults(send, CITY, CITY) == {(2, "effective_from", "repeated-team")}
    taken = WARD.replace("ch_inpatient,", "ch_inpatient,X")
    assert await faults(send, CITY, taken) == {(3, "iwgc_codes", "location-code-taken")}


async def test_a_row_that_a_later_placement_contradicts_is_at_fault(send):
    await told(send, CITY, CITY.replace("community", "inpatient") + "2025-10-01")
    early = CITY.replace("ch_nursing", "ch_other") + "2025-01-01"
    assert await faults(send, early) == {(2, "effective_from", "placement-contradicted")}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty-file"),
        (b"\n \n", "empty-file"),
        (table(CITY).replace(b",", b";"), "wrong-delimiter"),
        (table(CITY, columns=COLUMNS.replace(",team_name", "")), "missing-column"),
        (table(CITY, columns=COLUMNS + ",beds"), "unknown-column"),
        (table(CITY, columns=COLUMNS + ",team_code"), "repeated-column"),
        (b"\xff" + table(CITY), "not-utf8"),
        (table('"' + CITY), "unclosed-quote"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_whole(send, raw, code):
    answer = await send(raw)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/unusable-file")
    assert answer.json()["errors"][0]["code"] == code


async def test_a_file_that_is_too_large_is_refused(send, session):
    raw = table(CITY) + b"\n" * importing.LARGEST
    assert (await send(raw)).status_code == 413
    with pytest.raises(UnusableFileError):
        await importing.take(session, raw, dry_run=True)


@pytest.mark.parametrize("form", [{"dry_run": "maybe"}, {}])
async def test_a_form_that_is_not_right_is_refused(organisation, form):
    answer = await organisation.client.post(
        "/v1/organisation/imports", data=form, headers=organisation.headers
    )
    assert answer.status_code == 422


async def test_a_database_that_names_no_trust_takes_nothing(client, as_):
    answer = await client.post(
        "/v1/organisation/imports",
        files={"file": ("teams.csv", table(CITY))},
        headers=await as_("organisation:manage"),
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/trust-unnamed")


async def test_only_managers_import(client, as_):
    answer = await client.post("/v1/organisation/imports", headers=await as_("organisation:read"))
    assert answer.status_code == 403


@pytest.fixture
def invoke(scratch_url, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("EVERYVOICE_DATABASE__URL", scratch_url)

    async def invoke(raw: bytes, *options: str):
        file = tmp_path / "teams.csv"
        file.write_bytes(raw)
        arguments = ["import-organisation", str(file), *options]
        return await asyncio.to_thread(CliRunner().invoke, cli.commands, arguments)

    return invoke


async def test_the_command_is_a_dry_run_unless_told(invoke, scratch_url):
    assert command.commands is cli.commands
    trust = Settings().trust
    await asyncio.to_thread(migrate.name_trust, scratch_url, trust.ods_code, trust.name)
    dry = await invoke(table(CITY))
    assert (dry.exit_code, dry.stdout) == (
        0,
        "1 rows: 1 created, 0 changed, 0 unchanged, 0 at fault.\nA dry run: --apply does it.\n",
    )
    done = await invoke(table(CITY), "--apply")
    assert done.stdout.endswith("Applied.\n")
    again = await invoke(table(CITY), "--apply")
    assert "1 unchanged" in again.stdout


async def test_the_command_tells_what_is_wrong(invoke, scratch_url):
    unnamed = await invoke(table(CITY))
    assert (unnamed.exit_code, "everyvoice migrate" in unnamed.stderr) == (1, True)
    bad = await invoke(b"")
    assert (bad.exit_code, "The file is empty" in bad.stderr) == (1, True)
    await asyncio.to_thread(migrate.name_trust, scratch_url, "RNU", "Trust")
    at_fault = await invoke(table(CITY.replace("community", "outside"), "x"), "--apply")
    assert at_fault.exit_code == 1
    assert at_fault.stderr.splitlines() == [
        "line 2, setting: bad-value",
        "line 3, the row: too-few-columns",
        "Nothing was applied.",
    ]
