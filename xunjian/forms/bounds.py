"""A workbook looked over before a library opens it: what would take all memory or time is refused.

openpyxl holds every cell of a sheet and touches every cell of a merged range, also of one that a
few bytes declare over the whole sheet. Office programs write no document types, so that there are
no entities to expand.
"""

import re
import zipfile
from dataclasses import dataclass
from xml.parsers import expat

MOST_UNPACKED_BYTES = 300 * 1024 * 1024  # with the pictures in it
MOST_XML_BYTES = 100 * 1024 * 1024
MOST_CELLS = 500_000  # of all sheets; the largest round's forms have a tenth of it
_MOST_MERGED = 200_000
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
_CHUNK = 1 << 16


class OutOfBounds(ValueError):
    """A workbook that nobody filled in by hand."""


@dataclass(slots=True)
class _Counter:
    cells: int = 0
    merged: int = 0

    def element(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "c":
            self.cells += 1
        elif kind == "mergeCell":
            self.merged += _area(attributes.get("ref", ""))
        if self.cells > MOST_CELLS or self.merged > _MOST_MERGED:
            raise OutOfBounds("too many cells")


def check_workbook(packed: zipfile.ZipFile) -> None:
    """Look over every part without unpacking it whole.

    Raises:
        OutOfBounds: it is too large, or not as office programs write it.
    """
    entries = packed.infolist()
    parts = [one for one in entries if one.filename.lower().endswith((".xml", ".rels"))]
    if sum(one.file_size for one in entries) > MOST_UNPACKED_BYTES:
        raise OutOfBounds("too large")
    if sum(one.file_size for one in parts) > MOST_XML_BYTES:
        raise OutOfBounds("too large")
    counter = _Counter()
    for part in parts:
        _check_part(packed, part, counter)


def _check_part(packed: zipfile.ZipFile, part: zipfile.ZipInfo, counter: _Counter) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = counter.element
    parser.StartDoctypeDeclHandler = _refuse_types
    with packed.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _refuse_types(*_: object) -> None:
    raise OutOfBounds("a document type")


def _area(reference: str) -> int:
    found = _RANGE.fullmatch(reference.replace("$", "").upper())
    if found is None:
        return 1
    left, top, right, bottom = found.groups()
    return (abs(column_of(right) - column_of(left)) + 1) * (abs(int(bottom) - int(top)) + 1)


def column_of(letters: str) -> int:
    """Give the number of a column, from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
