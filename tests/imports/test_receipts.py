"""What the sandbox makes of files: the cleaners by themselves, then in the process they run in."""

import asyncio
import io
import json
import resource
import signal
import sys
import time
from types import SimpleNamespace

import imagehash
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from app.core.errors import DomainError
from app.domain.reimbursements.receipts.kinds import MAGIC, MediaType, kind_of
from app.imports.receipts import child, images, pdfs, sandbox, verdict
from app.imports.receipts.fingerprint import phash
from app.imports.receipts.sandbox import Sandbox
from app.imports.receipts.verdict import MOST_PAGES, Refusal, RefusedError
from tests import receipts
from tests.receipts import SECRET, Arriving

JPEG, PNG, PDF = verdict.JPEG, verdict.PNG, verdict.PDF


def opened(clean: verdict.Clean) -> Image.Image:
    return receipts.opened(clean.content)


@pytest.mark.parametrize(("kind", "name"), [(JPEG, "JPEG"), (PNG, "PNG")])
def test_an_image_keeps_its_pixels_the_right_way_up_and_nothing_else(kind, name):
    data = receipts.with_metadata(name)
    assert SECRET.encode() in data
    made = images.clean(data, kind)
    assert SECRET.encode() not in made.content
    with opened(made) as image:
        assert (image.format, image.size) == (name, (320, 240))
        assert (made.pages, made.width, made.height) == (1, 320, 240)
        assert not image.getexif()
        assert not image.info.keys() & {
            "exif",
            "icc_profile",
            "xmp",
            "comment",
            "XML:com.adobe.xmp",
        }
        upright = receipts.picture().rotate(-90, expand=True)
        assert kind == JPEG or image.tobytes() == upright.tobytes()


def test_a_polyglots_other_side_is_gone():
    data = receipts.polyglot()
    assert data.count(SECRET.encode()) == 2
    made = images.clean(data, JPEG)
    assert b"<html" not in made.content
    assert SECRET.encode() not in made.content


def test_of_a_jpeg_of_two_pictures_the_first_is_kept():
    made = images.clean(receipts.two_pictures(), JPEG)
    with opened(made) as image:
        assert (image.format, image.size) == ("JPEG", (240, 320))


@pytest.mark.parametrize(
    ("kind", "image", "mode"),
    [
        (JPEG, receipts.picture(mode="CMYK"), "RGB"),
        (JPEG, receipts.picture(mode="L"), "L"),
        (PNG, receipts.picture(mode="P"), "P"),
        (PNG, receipts.picture(mode="RGBA"), "RGBA"),
        (PNG, receipts.picture(mode="1"), "1"),
    ],
)
def test_an_image_of_any_mode_is_taken(kind, image, mode):
    made = images.clean(receipts.encoded(image, "JPEG" if kind == JPEG else "PNG"), kind)
    with opened(made) as found:
        assert found.mode == mode


def test_a_palettes_transparency_stays_to_be_seen():
    made = images.clean(receipts.encoded(receipts.picture(mode="P"), "PNG", transparency=0), PNG)
    with opened(made) as found:
        assert found.mode == "RGBA"


@pytest.mark.parametrize("size", [(40_001, 1_000), (1, 40_000_001), (65_535, 65_535)])
def test_a_flood_of_pixels_is_refused_before_it_is_decoded(size):
    began = time.perf_counter()
    with pytest.raises(RefusedError) as told:
        images.clean(receipts.png_of(*size), PNG)
    assert told.value.refusal is Refusal.PIXELS
    assert time.perf_counter() - began < 1


def test_a_pdf_keeps_its_pages_and_nothing_that_acts_or_tells():
    data = receipts.hostile_pdf()
    assert data.count(SECRET.encode()) > 5
    made = pdfs.clean(data, PDF)
    for word in (SECRET, "JavaScript", "Launch", "/AA", "/Annots", "XFA", "EmbeddedFile", "/OPI"):
        assert word.encode() not in made.content, word
    reader = PdfReader(io.BytesIO(made.content))
    assert (len(reader.pages), made.pages) == (1, 1)
    assert (made.width, made.height, made.phash) == (None, None, None)
    assert reader.root_object.keys() == {"/Type", "/Pages"}
    assert reader.metadata is None
    assert reader.pages[0].images[0].image.size == (240, 320)


def test_a_pdf_has_twenty_pages_at_most():
    assert pdfs.clean(receipts.pdf(MOST_PAGES), PDF).pages == MOST_PAGES
    with pytest.raises(RefusedError) as told:
        pdfs.clean(receipts.pdf(60), PDF)
    assert told.value.refusal is Refusal.PAGES


def test_an_encrypted_pdf_is_refused():
    with pytest.raises(RefusedError) as told:
        pdfs.clean(receipts.encrypted_pdf(), PDF)
    assert told.value.refusal is Refusal.ENCRYPTED


def test_a_flood_of_pixels_inside_a_pdf_is_refused():
    with pytest.raises(RefusedError) as told:
        pdfs.clean(receipts.pdf_of(40_001, 1_000), PDF)
    assert told.value.refusal is Refusal.PIXELS


def test_a_pdf_without_a_page_is_no_receipt():
    empty = receipts.written(receipts.PdfWriter())
    with pytest.raises(ValueError, match=r"^$"):
        pdfs.clean(empty, PDF)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.tuples(st.integers(20, 300), st.integers(20, 300)))
def test_the_hash_has_the_bits_of_the_library_that_everybody_has(number, size):
    image = receipts.picture(number, size)
    found = phash(image)
    assert found is None or found == int(str(imagehash.phash(image)), 16)


def test_an_image_of_one_shade_has_no_hash():
    assert phash(Image.new("RGB", (100, 100), "white")) is None


@given(st.binary(max_size=32))
def test_a_kind_is_told_by_the_first_bytes(beginning):
    kind = kind_of(beginning)
    assert (kind is None) == (not beginning.startswith(tuple(MAGIC.values())))
    for each, magic in MAGIC.items():
        assert kind_of(magic + beginning) is each


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
