"""Files as they come: good receipts, damaged ones and hostile ones."""

import io
import struct
import zlib
from tempfile import TemporaryFile

from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter
from pypdf.actions import JavaScript
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from app.imports.receipts.sandbox import Incoming

SECRET = "Plantedsecret"
ORIENTATION, MAKER = 0x0112, 0x010F


def picture(number: int = 0, size: tuple[int, int] = (240, 320), mode: str = "RGB") -> Image.Image:
    """A till receipt, each number's with other lines."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    width, height = size
    for line in range(10):
        seed = (number + 1) * 7919 + line * 104729
        top = height * line // 10 + 4
        end = width // 8 + seed % (width * 3 // 4)
        draw.rectangle((width // 16, top, end, top + height // 25), fill=(seed % 97,) * 3)
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, **told: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **told)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def jpeg(number: int = 0, **told: object) -> bytes:
    return encoded(picture(number), "JPEG", **told)


def png(number: int = 0, **told: object) -> bytes:
    return encoded(picture(number), "PNG", **told)


def gif() -> bytes:
    return encoded(picture(), "GIF")


def with_metadata(kind: str) -> bytes:
    """An image on its side, with all that a camera and an editor put beside its pixels."""
    image = picture()
    exif = image.getexif()
    exif[ORIENTATION], exif[MAKER] = 6, SECRET
    exif.get_ifd(0x8825)[1] = SECRET
    more: dict[str, object] = {"comment": SECRET.encode()}
    if kind == "PNG":
        text = PngInfo()
        text.add_text("Comment", SECRET)
        text.add_itxt("XML:com.adobe.xmp", SECRET)
        more = {"pnginfo": text}
    return encoded(image, kind, exif=exif, icc_profile=SECRET.encode(), xmp=SECRET.encode(), **more)


def polyglot() -> bytes:
    """A good JPEG that is a page with a script as well."""
    page = f"<html><script>{SECRET}</script></html>".encode()
    return jpeg(comment=b"--><html>" + page) + page


def two_pictures() -> bytes:
    """A JPEG of two pictures, as telephones make them."""
    return encoded(picture(), "MPO", save_all=True, append_images=[picture(1)])


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large, in as few bytes as say it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


def pdf(pages: int = 1, number: int = 0) -> bytes:
    first, *others = [picture(number + each) for each in range(pages)]
    return encoded(first, "PDF", save_all=True, append_images=others)


def encrypted_pdf() -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.encrypt(user_password="", owner_password="x", algorithm="AES-256")
    return written(writer)


def hostile_pdf() -> bytes:
    """A page with a picture, and all that may act or tell, in its place and out of it."""
    writer = PdfWriter()
    page = writer.add_page(PdfReader(io.BytesIO(pdf())).pages[0])
    told, name = TextStringObject(SECRET), NameObject
    launch = DictionaryObject({name("/S"): name("/Launch"), name("/F"): told})
    script = DictionaryObject({name("/Type"): name("/Action"), name("/JS"): told})
    writer.add_open_action(JavaScript(SECRET))
    writer.add_attachment(SECRET, SECRET.encode())
    writer.add_metadata({"/Author": SECRET})
    writer.add_uri(0, f"http://{SECRET}/", (0, 0, 10, 10))
    form = DictionaryObject({name("/XFA"): told})
    writer.root_object[name("/AcroForm")] = writer._add_object(form)
    page[name("/AA")] = DictionaryObject({name("/O"): writer._add_object(launch)})
    looks = page["/Resources"]
    deep = ArrayObject([launch, ArrayObject([writer._add_object(script)])])
    looks[name("/Hidden")] = writer._add_object(deep)
    looks[name("/Again")] = looks["/Hidden"].indirect_reference
    image = looks["/XObject"]["/image"]
    image[name("/Metadata")] = image[name("/OPI")] = writer._add_object(script)
    image[name("/F")] = told
    exif = f"Exif\0\0{SECRET}".encode()
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2) + exif
    image._data = image._data[:2] + segment + image._data[2:]
    return written(writer) + f"<html>{SECRET}</html>".encode()


def pdf_of(width: int, height: int) -> bytes:
    """A PDF whose page holds an image that says it is so large."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf()))
    image = writer.pages[0]["/Resources"]["/XObject"]["/image"]

    image[NameObject("/Width")], image[NameObject("/Height")] = map(NumberObject, (width, height))
    return written(writer)


def pdf_saying(string: bytes, name: bytes = b"Plain") -> bytes:
    """A PDF whose page holds a string and a name of these bytes, in whatever characters."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf()))
    told, here = ByteStringObject(string), NameObject("/" + "N" * 3 * len(name))
    writer.pages[0]["/Resources"][NameObject("/Pattern")] = ArrayObject([told, here])
    said = "".join(f"#{byte:02X}" for byte in name)
    return written(writer).replace(here.encode(), f"/{said}".encode())


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


class Arriving:
    """A file as it stands on the disk when it has come."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __enter__(self) -> Incoming:
        self.files = TemporaryFile(), TemporaryFile()
        self.files[0].write(self.data)
        return Incoming(self.files[0], "#/file/0", self.files[1])

    def __exit__(self, *_: object) -> None:
        for each in self.files:
            each.close()
