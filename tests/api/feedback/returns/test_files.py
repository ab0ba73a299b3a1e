"""A return as a workbook and as CSV, chosen by `format` or `Accept`."""

import pytest

from tests.api.feedback.returns.asking import MARCH, URL, drafted, sign
from tests.reports.workbooks import rows

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON = "application/json"
MODES = [
    "Mode: SMS/text",
    "Mode: Smartphone app/tablet/kiosk before or at point of discharge",
    "Mode: Smartphone app/tablet after discharge",
    "Mode: Paper/postcard before or at point of discharge",
    "Mode: Paper/postcard after discharge",
    "Mode: Telephone survey after discharge",
    "Mode: Online survey after discharge",
    "Mode: Other",
]
HEADER = [
    "Category",
    "Total Responses",
    "Very Good",
    "Good",
    "Neither Good nor Poor",
    "Poor",
    "Very Poor",
    "Don't Know",
    *MODES,
]
NONE = [0] * 15
LINES = [
    ["Primary care", *NONE],
    ["Secondary care community services", *NONE],
    ["Acute services", 6, 4, 0, 0, 2, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0],
    ["Specialist services (MH)", *NONE],
    ["Secure and forensic services", 3, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 3],
    ["Child and adolescent mental health services", *NONE],
    ["Mental health other", *NONE],
]


async def asked(client, headers, accept: str | None = None, **params):
    told = headers if accept is None else headers | {"Accept": accept}
    answer = await client.get(f"{URL}/fft", params=MARCH | params, headers=told)
    assert answer.status_code == 200, answer.text
    return answer


async def test_the_workbook_has_the_national_rows_and_their_sum(client, drafter, wards):
    answer = await asked(client, drafter, format="xlsx")
    name = 'attachment; filename="fft-mental_health-2026-03.xlsx"'
    assert answer.headers["content-disposition"] == name
    assert rows(answer.content) == [
        ["Friends and Family Test: Mental health"],
        ["Demonstration Trust (RNU), March 2026"],
        ["Return: not drafted"],
        [],
        HEADER,
        *LINES,
        ["Total", 9, 4, 0, 0, 2, 0, 3, 4, 0, 0, 0, 2, 0, 0, 3],
    ]


async def test_the_file_of_a_signed_return_says_that_it_is(client, drafter, signer, wards):
    made = await drafted(client, drafter)
    assert (await sign(client, signer, made)).status_code == 200
    answer = await asked(client, drafter, format="xlsx", version=1)
    assert rows(answer.content)[2] == ["Return: signed 1"]


async def test_the_csv_has_a_row_a_category_with_month_and_trust(client, drafter, wards):
    answer = await asked(client, drafter, format="csv")
    lines = [["Period", "Org code", *HEADER], *(["2026-03", "RNU", *line] for line in LINES)]
    written = "".join(",".join(map(str, line)) + "\r\n" for line in lines)
    assert answer.content == b"\xef\xbb\xbf" + written.encode()


@pytest.mark.parametrize(
    ("accept", "params", "media"),
    [
        (None, {}, JSON),
        ("*/*", {}, JSON),
        ("text/csv", {}, CSV),
        (f"text/html, {XLSX};q=0.9, application/json", {}, XLSX),
        ("application/json, text/csv", {}, JSON),
        ("text/csv", {"format": "json"}, JSON),
        (None, {"format": "csv"}, CSV),
    ],
)
async def test_the_form_is_as_asked_for(client, drafter, accept, params, media):
    answer = await asked(client, drafter, accept, **params)
    assert answer.headers["content-type"] == media
    assert answer.headers["vary"] == "Accept"
