"""Files from the field are anybody's: bombs, links, look-alikes and damaged ones are refused."""

import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from openpyxl import Workbook
from PIL import Image

from xunjian.errors import UsageError
from xunjian.forms.bounds import MOST_CELLS
from xunjian.forms.cells import UnreadableCell
from xunjian.forms.grid import read_grids
from xunjian.forms.pictures import LARGEST_PICTURE, Beside, unpack
from xunjian.report.photos import scaled

SHEET = "xl/worksheets/sheet1.xml"
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n%%EOF\n"


def workbook() -> bytes:
    book = Workbook()
    book.active.append(["a", "b"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_sheet(text: str, *, more: dict[str, bytes] | None = None) -> bytes:
    """A workbook whose sheet says something else."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, text if name == SHEET else old.read(name))
        for name, content in (more or {}).items():
            new.writestr(name, content)
    return stream.getvalue()


def sheet(rows: str = "", after: str = "", before: str = "") -> str:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'{before}<worksheet xmlns="{space}"><sheetData>{rows}</sheetData>{after}</worksheet>'


MERGED = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
TYPES = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "text",
    [
        sheet(after=MERGED),
        sheet(rows="<row>" + "<c/>" * (MOST_CELLS + 1) + "</row>"),
        sheet(before=TYPES, rows='<row r="1"><c r="A1" t="str"><v>&a;</v></c></row>'),
        sheet(rows="<row>"),
    ],
    ids=["merged", "cells", "entity", "broken"],
)
def test_a_workbook_that_would_hang_us_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_grids("form.xlsx", with_sheet(text))


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    filler = b"\0" * (50 << 20)
    more = {f"xl/media/{n}.png": filler for n in range(7)}
    with pytest.raises(UsageError):
        read_grids("form.xlsx", with_sheet(sheet(), more=more))
    with pytest.raises(UsageError):
        read_grids("form.xlsx", with_sheet(sheet(), more={"xl/a.xml": b"<a>" + b" " * (101 << 20)}))


def test_an_ordinary_workbook_is_read() -> None:
    (grid,) = read_grids("form.xlsx", workbook())
    assert grid.text(0, 1) == "b"


def test_a_damaged_workbook_is_said() -> None:
    whole, chance = workbook(), random.Random(5)
    refused = 0
    for _ in range(60):
        bad = bytearray(whole)
        for _ in range(20):
            bad[chance.randrange(4, len(bad))] = chance.randrange(256)
        try:
            read_grids("form.xlsx", bytes(bad))
        except UsageError:  # nothing else may come out
            refused += 1
    assert refused > 30, "most of what is that damaged is no workbook any more"


# --- pictures ---


def jpeg(**save: object) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 10, 10)).save(stream, "JPEG", **save)
    return stream.getvalue()


def bomb() -> bytes:
    """A PNG of 30,000 by 30,000 pixels in some bytes."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 9000)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("content", [bomb(), EPS, b"MZ\x90\0 a program", b"", jpeg()[:40]])
def test_what_is_no_picture_is_refused_by_whatever_name(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(UnreadableCell):
        Beside(folder=tmp_path).find("a.jpg")
    assert scaled(content) == b""


@pytest.mark.parametrize("form", ["JPEG", "MPO", "PNG", "WEBP", "BMP", "GIF"])
def test_pictures_of_telephones_and_screens_are_taken(form: str, tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), (1, 200, 3)).save(stream, form)
    (tmp_path / "a.jpg").write_bytes(stream.getvalue())
    assert Beside(folder=tmp_path).find("a.jpg")
    assert scaled(stream.getvalue()).startswith(b"\xff\xd8")


def test_no_program_is_started_for_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr("subprocess.Popen", lambda *a, **_: started.append(a))
    assert scaled(EPS) == b""
    assert started == []


def test_a_damaged_picture_never_breaks_a_document() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "camera"
    whole, chance = jpeg(exif=exif), random.Random(7)
    for _ in range(150):
        bad = bytearray(whole)
        for _ in range(4):
            bad[chance.randrange(2, len(bad))] = chance.randrange(256)
        assert scaled(bytes(bad))[:2] in {b"", b"\xff\xd8"}, "nothing, or a picture made anew"


def test_a_shown_picture_keeps_nothing_of_the_camera() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Canary-Maker"
    exif.get_ifd(0x8825)[1] = "N"
    shown = scaled(jpeg(exif=exif, comment=b"Canary-Comment"))
    with Image.open(io.BytesIO(shown)) as picture:
        assert picture.size == (30, 40)  # turned as it was held
        assert not picture.getexif()
    assert b"Canary" not in shown
    assert b"Exif" not in shown


def test_a_picture_that_is_too_large_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    with path.open("wb") as stream:
        stream.truncate(LARGEST_PICTURE * 500)
    with pytest.raises(UnreadableCell, match="MB"):
        Beside(folder=tmp_path).find("a.jpg")


@pytest.mark.parametrize("name", ["../secret.jpg", "/secret.jpg", "..\\secret.jpg", "link.jpg"])
def test_pictures_lie_beside_the_form_and_nowhere_else(name: str, tmp_path: Path) -> None:
    place = tmp_path / "site"
    place.mkdir()
    (tmp_path / "secret.jpg").write_bytes(jpeg())
    (place / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    with pytest.raises(UnreadableCell):
        Beside(folder=place).find(name)


def test_a_folder_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    place, other = tmp_path / "site", tmp_path / "other"
    place.mkdir()
    other.mkdir()
    (other / "a.jpg").write_bytes(jpeg())
    (place / "photos").symlink_to(other)
    with pytest.raises(UnreadableCell):
        Beside(folder=place).find("a.jpg")


@pytest.mark.parametrize("name", ["长" * 400 + ".jpg", "a\0b.jpg", "..", ".", "/", "\\"])
def test_a_name_that_no_file_can_have(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableCell):
        Beside(folder=tmp_path).find(name)


# --- archives ---


def packed(path: Path, entries: list[tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def test_forms_of_the_same_name_are_both_taken(tmp_path: Path) -> None:
    entries = [("一号/表.csv", b"1"), ("二号/表.csv", b"2"), ("../../表.csv", b"3")]
    forms, _ = unpack(packed(tmp_path / "a.zip", entries))
    assert sorted(forms.values()) == [b"1", b"2", b"3"]
    assert all(".." not in name for name in forms)


def test_pictures_of_the_same_name_are_asked_about(tmp_path: Path) -> None:
    other = jpeg(quality=10)
    entries = [
        ("form.csv", b"1"), ("a/x.jpg", jpeg()), ("b/x.jpg", other), ("a/y.jpg", other),
        ("b/y.jpg", other), ("__MACOSX/._form.csv", b"\0"),
    ]  # fmt: skip
    forms, beside = unpack(packed(tmp_path / "a.zip", entries))
    assert list(forms) == ["form.csv"]
    with pytest.raises(UnreadableCell, match=r"several files|同名"):
        beside.find("x.jpg")
    assert beside.find("y.jpg")


def test_an_archive_bomb_is_refused(tmp_path: Path) -> None:
    filler = b"\0" * (50 << 20)
    entries = [("form.csv", b"1"), *((f"{n}.jpg", filler) for n in range(9))]
    with pytest.raises(UsageError):
        unpack(packed(tmp_path / "a.zip", entries))


def test_a_damaged_archive_is_said(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", [("form.csv", b"1,2\n" * 900), ("x.jpg", jpeg())])
    whole, chance = path.read_bytes(), random.Random(3)
    refused = 0
    for _ in range(200):
        bad = bytearray(whole)
        for _ in range(3):
            bad[chance.randrange(4, len(bad))] = chance.randrange(256)
        path.write_bytes(bytes(bad))
        try:
            unpack(path)
        except UsageError:  # nothing else may come out
            refused += 1
    assert refused > 100, "most of what is that damaged is no archive any more"
