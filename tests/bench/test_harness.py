"""The pure parts of the benchmarks: what they send, and what they make of what they measured."""

import asyncio
import base64
import csv
import hashlib
import hmac
import json
import os
import sys
from datetime import date

import pytest
from standardwebhooks import Webhook

from app.imports.layouts import LAYOUTS
from app.imports.reader import Reader, Taken
from bench import __main__ as bench
from bench import cpu, files, load, stand, webhook
from bench.results import Goal, Report, Spread, not_measured, percentile, ratio, table

TOLD = """
  Latency Distribution
     50%  834.00us
     99%    {p99}
  12000 requests in 3.00s, 2.00MB read
{trouble}Requests/sec:   4000.25
"""


def test_a_ratio_is_the_median_of_the_rounds_own_ratios():
    assert ratio([1.0, 4.0, 9.0], [2.0, 4.0, 3.0]) == Spread(1.0, 0.5, 3.0)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2), (0.75, 3), (0.99, 4), (0.01, 1)])
def test_a_percentile_is_a_value_that_was_measured(share, expected):
    assert percentile([4, 1, 3, 2], share) == expected


def test_a_report_shows_each_goal_beside_what_was_measured_and_why_it_was_missed():
    goals = [Goal("a", ">= 1", "2", met=True), Goal("b", ">= 3", "2", met=False, why="x\ny")]
    shown = Report("T", "a peer", ("H",), [("r",)], goals, ["A note."]).shown()
    assert shown.startswith("## T\n\nPeer: a peer.\n\n| H |\n|---|\n| r |")
    assert "| a    | >= 1   | 2        | yes     |" in shown
    assert "no: x y" in shown
    assert shown.endswith("A note.")


def test_what_was_not_measured_misses_its_goal_and_says_why():
    report = not_measured("Lists", "a peer", "npm is missing")
    assert not report.rows
    assert "no: npm is missing" in report.shown()


def test_a_page_of_results_keeps_the_sections_that_were_not_measured_again():
    facts = [("Python", "3.11")]
    page = bench.written("", [not_measured("A", "p", "old a"), not_measured("B", "p", "b")], facts)
    page = bench.written(
        page, [not_measured("A", "p", "new a"), not_measured("C", "p", "c")], facts
    )
    assert "| Python  | 3.11 |" in page
    assert [line for line in page.splitlines() if line.startswith("## ")] == [
        "## A",
        "## B",
        "## C",
    ]
    assert "new a" in page
    assert "old a" not in page
    assert bench.written(page, [], facts) == page


def test_columns_of_a_table_stand_under_each_other():
    assert len({len(line) for line in table(("a", "b"), [("long cell", "x")]).splitlines()}) == 1


@pytest.mark.parametrize(("p99", "ms"), [("900.00us", 0.9), ("12.50ms", 12.5), ("1.20s", 1200.0)])
def test_wrk_is_understood(p99, ms):
    told = load.understood(TOLD.format(p99=p99, trouble=""))
    assert (told.rate, told.p99_ms) == (4000.25, pytest.approx(ms))


@pytest.mark.parametrize(
    "trouble",
    ["  Non-2xx or 3xx responses: 7\n", "  Socket errors: connect 0, read 3, write 0, timeout 0\n"],
)
def test_a_round_with_refusals_or_broken_connections_counts_for_nothing(trouble):
    with pytest.raises(load.LoadError):
        load.understood(TOLD.format(p99="1.00ms", trouble=trouble))


def test_what_wrk_says_otherwise_is_an_error():
    with pytest.raises(load.LoadError, match="not understood"):
        load.understood("Usage: wrk <options> <url>")


def test_requests_are_kept_behind_their_lengths(tmp_path):
    file = load.write(tmp_path / "requests", [b"GET / HTTP/1.1\r\n\r\n", b"x"])
    assert file.read_bytes() == b"18\nGET / HTTP/1.1\r\n\r\n1\nx"


def test_an_event_is_signed_as_standard_webhooks_asks():
    head, _, body = webhook.signed().partition(b"\r\n\r\n")
    lines = [line.partition(": ") for line in head.decode().split("\r\n")[1:]]
    headers = {name: value for name, _, value in lines}
    assert Webhook(stand.SECRET).verify(body, headers) == json.loads(body)
    assert int(headers["Content-Length"]) == len(body)


def test_every_row_of_a_measured_file_is_good(tmp_path):
    file = files.write(tmp_path / "daily.csv", 500, first=7)
    reader = Reader(LAYOUTS["iwgc_daily"], date(2026, 11, 24))
    rows = reader.rows(file.read_bytes(), last=True)
    assert len(rows) == 500
    assert all(isinstance(row, Taken) for row in rows)
    with file.open(newline="") as written:
        assert next(csv.reader(written)) == [name for name, _ in LAYOUTS["iwgc_daily"].columns]


def test_the_token_for_postgrest_is_a_signed_jwt():
    head, claims, mac = (
        base64.urlsafe_b64decode(part + "==") for part in stand.token("reader").split(".")
    )
    signed = stand.token("reader").rpartition(".")[0].encode()
    assert (json.loads(head), json.loads(claims)) == ({"alg": "HS256"}, {"role": "reader"})
    assert mac == hmac.digest(stand._JWT_SECRET.encode(), signed, hashlib.sha256)


async def test_an_open_loop_counts_the_wait_of_a_request_from_when_it_was_due():
    answering = []

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.append(asyncio.current_task())
        while await reader.read(4096):
            await asyncio.sleep(0.05)
            writer.write(b"HTTP/1.1 503 no\r\ncontent-length: 2\r\n\r\nno")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(slow, "127.0.0.1", 0) as server:
        server_port = server.sockets[0].getsockname()[1]
        sending = iter([load.request("GET", "/")] * 10)
        found = await load.paced(server_port, 200, sending, 0.05)
        server.close()
        await asyncio.gather(*answering)
    assert len(found.ms) == found.refused == 10
    assert min(found.ms) >= 45


@pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")
def test_processor_time_of_a_process_and_those_below_it_is_seen():
    before = cpu.spent(os.getpid())
    assert before[os.getpid()] > 0
    assert cpu.since(before, os.getpid()) >= 0
