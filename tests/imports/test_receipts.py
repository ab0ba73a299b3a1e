"""What is made of receipts: images and PDFs written anew, outside the process they run in."""

import io
import time

import imagehash
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from app.domain.reimbursements.receipts.kinds import MAGIC, kind_of
from app.imports.receipts import images, pdfs, verdict
from app.imports.receipts.fingerprint import phash
from app.imports.receipts.verdict import MOST_PAGES, Refusal, RefusedError
from tests import receipts
from tests.receipts import SECRET

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
