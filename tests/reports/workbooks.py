"""Reads a workbook again, from the XML inside it."""

import io
import re
import zipfile
from xml.etree import ElementTree as ET

_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def rows(workbook: bytes, sheet: int = 1) -> list[list[str | int | None]]:
    """Give the cells of a sheet, row by row, empty ones as None; fails where one is a formula."""
    archive = zipfile.ZipFile(io.BytesIO(workbook))
    assert archive.testzip() is None
    texts = [
        "".join(part.text or "" for part in each.iter(f"{{{_NS['m']}}}t")).replace("_x000D_", "\r")
        for each in _read(archive, "xl/sharedStrings.xml").findall("m:si", _NS)
    ]
    page = _read(archive, f"xl/worksheets/sheet{sheet}.xml")
    assert page.findall(".//m:f", _NS) == []
    found: list[list[str | int | None]] = []
    for row in page.findall(".//m:row", _NS):
        while len(found) < int(row.attrib["r"]):
            found.append([])
        for cell in row.findall("m:c", _NS):
            column = _column(cell.attrib["r"])
            cells = found[-1]
            cells.extend([None] * (column + 1 - len(cells)))
            value = cell.findtext("m:v", None, _NS)
            if value is not None:
                text = cell.attrib.get("t") == "s"
                cells[column] = texts[int(value)] if text else int(value)
    return found


def _read(archive: zipfile.ZipFile, name: str) -> ET.Element:
    return ET.fromstring(archive.read(name))  # noqa: S314  our own file


def _column(reference: str) -> int:
    number = 0
    for letter in re.match("[A-Z]+", reference)[0]:
        number = number * 26 + ord(letter) - 64
    return number - 1
