"""The process in which receipts are written anew: what it gives up, tells and is believed."""

import asyncio
import io
import json
import resource
import signal
import sys
import time
from types import SimpleNamespace

import pytest

from app.core.errors import DomainError
from app.domain.reimbursements.receipts.kinds import MAGIC, MediaType, kind_of
from app.imports.receipts import child, sandbox, verdict
from app.imports.receipts.sandbox import Sandbox
from app.imports.receipts.verdict import Refusal, RefusedError
from tests import receipts
from tests.receipts import Arriving

JPEG, PNG, PDF = verdict.JPEG, verdict.PNG, verdict.PDF


def test_the_sandboxs_inside_gives_up_everything_before_it_reads(monkeypatch):
    """In this process, with its limits only noted."""
    given_up: list[int] = []

    class Input:
        def read(self) -> bytes:
            assert resource.RLIMIT_NOFILE in given_up
            return receipts.png()

    out = io.BytesIO()
    monkeypatch.setattr(resource, "setrlimit", lambda limit, _: given_up.append(limit))
    monkeypatch.setattr(sys, "argv", ["-c", PNG])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=Input()))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=out))
    child.main()
    line, _, content = out.getvalue().partition(b"\n")
    told = json.loads(line)["clean"]
    assert told["content"] == len(content)
    assert (told["width"], told["height"]) == (240, 320)


def raising(error: BaseException):
    def clean(_data: bytes, _kind: str) -> verdict.Clean:
        raise error

    return clean


@pytest.mark.parametrize(
    ("clean", "told"),
    [
        (raising(RefusedError(Refusal.PAGES)), {"refused": "too_many_pages"}),
        (raising(MemoryError()), {"trouble": "too_demanding"}),
        (raising(RecursionError()), {"trouble": "too_demanding"}),
        (raising(OSError()), {"trouble": "unreadable"}),
        (lambda *_: verdict.Clean(b"x" * child.LARGEST), {"trouble": "too_demanding"}),
    ],
)
def test_the_sandboxs_inside_tells_what_a_file_is(clean, told):
    assert child.judge(clean, b"", JPEG) == (told, b"")


@pytest.mark.parametrize(
    ("data", "kind"),
    [(receipts.jpeg(), JPEG), (receipts.png(), PNG), (receipts.pdf(), PDF)],
    ids=str,
)
async def test_a_receipt_is_written_anew_in_a_process_of_its_own(data, kind):
    with Arriving(data) as incoming:
        made = await Sandbox(1).check(incoming)
        assert (made.media_type, made.reason, made.pages) == (kind, None, 1)
        content = made.read()
        assert made.size == len(content)
        assert kind_of(content) is made.media_type
        assert (made.phash is None) == (kind == PDF)
        assert -(2**63) <= (made.phash or 0) < 2**63


@pytest.mark.parametrize(
    ("data", "slug", "code"),
    [
        (b"", "receipt-type", "empty"),
        (receipts.gif(), "receipt-type", "receipt_type"),
        (b"<html><body>12.50</body></html>", "receipt-type", "receipt_type"),
        (b'<?xml version="1.0"?><svg/>', "receipt-type", "receipt_type"),
        (b"PK\x03\x04" + bytes(40), "receipt-type", "receipt_type"),
        (b"junk %PDF-1.4", "receipt-type", "receipt_type"),
        (receipts.png_of(50_000, 50_000), "receipt-pixels", "too_many_pixels"),
        (receipts.pdf(60), "receipt-pages", "too_many_pages"),
        (receipts.encrypted_pdf(), "receipt-encrypted", "encrypted"),
    ],
    ids=["empty", "gif", "html", "svg", "zip", "junk", "pixels", "pages", "encrypted"],
)
async def test_what_the_sender_can_mend_is_refused(data, slug, code):
    with Arriving(data) as incoming, pytest.raises(DomainError) as told:
        await Sandbox(1).check(incoming)
    assert (told.value.status, told.value.slug) == (422, slug)
    (fault,) = told.value.extra["errors"]
    assert (fault["pointer"], fault["code"]) == ("#/file/0", code)


@pytest.mark.parametrize(
    ("string", "name"),
    [
        ("\ufeffTaxi".encode("utf-16-be"), b"Plain"),
        ("\ufeffTaxi".encode("utf-16-le"), b"Plain"),
        ("Taxi".encode("utf-16-be"), b"Plain"),
        ("Taxi".encode("utf-16-le"), b"Plain"),
        ("Zo\u00eb".encode("utf-8-sig"), b"Plain"),
        (b"Taxi\x81\xad", b"Plain"),
        (b"Taxi", "\u5317\u4eac".encode("gbk")),
        (b"Taxi", b"M\xff"),
    ],
    ids=["utf-16 be", "utf-16 le", "bare be", "bare le", "utf-8", "no text", "gbk", "latin-1"],
)
async def test_a_pdf_in_any_characters_is_taken(string, name):
    with Arriving(receipts.pdf_saying(string, name)) as incoming:
        made = await Sandbox(1).check(incoming)
    assert (made.media_type, made.reason, made.pages) == (MediaType.PDF, None, 1)


@pytest.mark.parametrize(
    "data",
    [
        receipts.jpeg()[:-400],
        receipts.png_of(10, 10),
        receipts.png()[:-40],
        receipts.pdf()[:200],
        b"%PDF-1.4\n",
        MAGIC[MediaType.JPEG] + bytes(100),
    ],
    ids=["half a jpeg", "no data", "half a png", "half a pdf", "no pdf", "no jpeg"],
)
async def test_what_breaks_its_reader_is_put_into_quarantine_as_it_came(data):
    with Arriving(data) as incoming:
        made = await Sandbox(1).check(incoming)
        assert (made.reason, made.pages, made.sha256) == ("unreadable", None, None)
        assert (made.read(), made.size) == (data, len(data))


async def test_a_process_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(sandbox, "_START", "import time; time.sleep(60)")
    began = time.perf_counter()
    with Arriving(receipts.png()) as incoming:
        made = await Sandbox(1, seconds=0.2).check(incoming)
    assert made.reason == "too_demanding"
    assert time.perf_counter() - began < 10


async def test_a_process_that_ends_just_when_it_is_ended_is_no_fault(monkeypatch):
    monkeypatch.setattr(sandbox, "_START", "import time; time.sleep(0.5)")

    def gone(*_: int) -> None:
        raise ProcessLookupError

    monkeypatch.setattr(sandbox.os, "killpg", gone)
    with Arriving(receipts.png()) as incoming:
        assert (await Sandbox(1, seconds=0.1).check(incoming)).reason == "too_demanding"


GOOD = {"content": 8, "pages": 1, "width": 1, "height": 1, "phash": None}
PNG_MAGIC = MAGIC[MediaType.PNG]


def saying(told: object, content: bytes = PNG_MAGIC) -> str:
    line = told if isinstance(told, bytes) else json.dumps(told).encode()
    whole = line + b"\n" + content
    return f"import sys; sys.stdout.buffer.write({whole!r})"


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (saying({"clean": GOOD}), None),
        (saying({"clean": {**GOOD, "phash": 2**64 - 1}}), None),
        (saying({"clean": {**GOOD, "phash": 2**64}}), "unreadable"),
        (saying({"clean": {**GOOD, "content": 7}}), "unreadable"),
        (saying({"clean": {**GOOD, "pages": 21}}), "unreadable"),
        (saying({"clean": {**GOOD, "width": -1, "height": -1}}), "unreadable"),
        (saying({"clean": {**GOOD, "width": 40_001, "height": 1_000}}), "unreadable"),
        (saying({"clean": {**GOOD, "width": "1"}}), "unreadable"),
        (saying({"clean": GOOD}, b"<html>!!"), "unreadable"),
        (saying({"clean": 1}), "unreadable"),
        (saying([]), "unreadable"),
        (saying(b"{" * 2_000), "unreadable"),
        (saying({"trouble": "too_demanding"}), "too_demanding"),
        ("raise SystemExit(1)", "unreadable"),
        (f"import os; os.kill(os.getpid(), {signal.SIGXCPU})", "too_demanding"),
    ],
)
async def test_an_answer_is_believed_only_where_it_can_be_true(monkeypatch, start, reason):
    monkeypatch.setattr(sandbox, "_START", start)
    with Arriving(receipts.png()) as incoming:
        made = await Sandbox(1).check(incoming)
    assert made.reason == reason


WORLD = """
import sys
sys.path.insert(0, {root!r})
import os, socket
from app.imports.receipts import child, images
def clean(data, kind):
    told = [sorted(os.environ)]
    for opening in (socket.socket, lambda: open("/etc/hostname")):
        try:
            opening()
        except OSError as error:
            told.append(error.errno)
    try:
        told.append(len(bytearray(2 * 1024**3)))
    except MemoryError:
        told.append("memory")
    raise child.RefusedError(str(told))
images.clean = clean
child.main()
"""


async def test_inside_there_is_no_secret_no_file_no_socket_and_no_more_memory(monkeypatch):
    monkeypatch.setattr(sandbox, "_START", WORLD.format(root=str(sandbox._ROOT)))
    with Arriving(receipts.png()) as incoming:
        await Sandbox(1).check(incoming)
        incoming.out.seek(0)
        told = json.loads(incoming.out.read())["refused"]
    assert told == "[['LC_CTYPE'], 24, 24, 'memory']"


async def test_so_many_are_written_anew_at_a_time(monkeypatch):
    monkeypatch.setattr(sandbox, "_START", "import time; time.sleep(0.3)")
    box = Sandbox(1)
    began = time.perf_counter()
    with Arriving(receipts.png()) as one, Arriving(receipts.png(1)) as two:
        await asyncio.gather(box.check(one), box.check(two))
    assert time.perf_counter() - began > 0.6
