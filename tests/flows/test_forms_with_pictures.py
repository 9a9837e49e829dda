"""Pictures of a round: inside the workbook, beside it, in one archive with it; each is kept or told of."""

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl.drawing.image import Image as Drawn
from PIL import Image

from tests.fixtures.command_line import call
from tests.fixtures.site_forms import ALL_WELL, ITEM, export, fill, last_run, report, row_of, take

SHEET = "杭州核心机房"
BAD: Mapping[str, Any] = {"value": 8.2, "verdict": "异常", "cause": "引下线锈断"}


def jpeg(colour: tuple[int, int, int] = (10, 120, 30), **save: Any) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (300, 200), colour).save(stream, "JPEG", **save)
    return stream.getvalue()


def pictures(root: Path) -> dict[str, list[str]]:
    """What findings have pictures."""
    return {f["check"]: f["photos"] for f in report(root)["findings"] if f["photos"]}


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# --- inside the workbook ---


def test_a_picture_laid_over_a_line_belongs_to_it(site: Path) -> None:
    over, problem, signed, astray = (jpeg((n, 90, 90)) for n in (1, 60, 120, 180))

    def lay(sheet: Any) -> None:
        sheet.cell(row_of(sheet, "xj:FREE 1"), ITEM, "门禁失灵")
        for content, mark in (
            *((over, "接地电阻"), (problem, "xj:FREE 1"), (signed, "xj:sign 0")),
            (astray, ""),
        ):
            at = f"J{row_of(sheet, mark)}" if mark else "B40"
            sheet.add_image(Drawn(io.BytesIO(content)), at)

    done = take(site, fill(export(site), {**ALL_WELL, "接地电阻": BAD}, more=lay))
    assert done.code == 0, done.err
    assert pictures(site) == {
        "earthing_resistance.resistance": [sha(over)],
        "form.problem": [sha(problem)],
    }
    assert f"{SHEET}!B40：图片不在任何一项的行里，未读" in done.err
    kept = {path.stem for path in (site / ".xunjian").rglob("*") if path.is_file()}
    assert any(name.startswith(sha(signed)[:16]) for name in kept), "the signature drawn by hand"
    assert call("verify", "-w", site).code == 0


_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATED = f"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="{_RELATIONS}/image" Target="{{}}"/></Relationships>"""
PLACEHOLDER = re.compile(r'<c r="(\w+)" s="(\d+)" t="inlineStr"><is><t>@@</t></is></c>')
WPS_CELL = (
    r'<c r="\1" s="\2" t="str"><f>_xlfn.DISPIMG("ID_5E1",1)</f><v>=DISPIMG("ID_5E1",1)</v></c>'
)
WPS_PARTS = {
    "xl/cellimages.xml": f"""<etc:cellImages
 xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"
 xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="{_RELATIONS}">
<etc:cellImage><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="ID_5E1"/></xdr:nvPicPr>
<xdr:blipFill><a:blip r:embed="rId1"/></xdr:blipFill></xdr:pic></etc:cellImage>
</etc:cellImages>""",
    "xl/_rels/cellimages.xml.rels": RELATED.format("media/image9.jpeg"),
}
EXCEL_CELL = r'<c r="\1" s="\2" t="e" vm="1"><v>#VALUE!</v></c>'
_RICH = "http://schemas.microsoft.com/office/spreadsheetml/2017/richdata"
EXCEL_PARTS = {
    "xl/metadata.xml": f"""<metadata
 xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:xlrd="{_RICH}">
<metadataTypes count="1"><metadataType name="XLRICHVALUE"/></metadataTypes>
<futureMetadata name="XLRICHVALUE" count="1"><bk><extLst><ext><xlrd:rvb i="0"/></ext></extLst></bk>
</futureMetadata><valueMetadata count="1"><bk><rc t="1" v="0"/></bk></valueMetadata></metadata>""",
    "xl/richData/rdrichvalue.xml": f"""<rvData xmlns="{_RICH}" count="1">
<rv s="0"><v>0</v><v>5</v></rv></rvData>""",
    "xl/richData/rdrichvaluestructure.xml": f"""<rvStructures xmlns="{_RICH}2" count="1">
<s t="_localImage"><k n="_rvRel:LocalImageIdentifier" t="i"/><k n="CalcOrigin" t="i"/></s>
</rvStructures>""",
    "xl/richData/richValueRel.xml": f"""<richValueRels
 xmlns="http://schemas.microsoft.com/office/spreadsheetml/2022/richvaluerel"
 xmlns:r="{_RELATIONS}"><rel r:id="rId1"/></richValueRels>""",
    "xl/richData/_rels/richValueRel.xml.rels": RELATED.format("../media/image9.jpeg"),
}


@pytest.mark.parametrize("program", ["wps", "excel"])
def test_a_picture_put_into_a_cell_belongs_to_its_line(site: Path, program: str) -> None:
    form = fill(export(site), {**ALL_WELL, "接地电阻": {**BAD, "photo": "@@"}})
    into_cell(form, jpeg(), program)
    done = take(site, form)
    assert done.code == 0, done.err
    assert pictures(site) == {"earthing_resistance.resistance": [sha(jpeg())]}


def into_cell(form: Path, content: bytes, program: str) -> None:
    """Replace @@ of a cell by what the program writes for a picture there."""
    parts, cell = (WPS_PARTS, WPS_CELL) if program == "wps" else (EXCEL_PARTS, EXCEL_CELL)
    more: dict[str, str | bytes] = {**parts, "xl/media/image9.jpeg": content}
    whole = form.read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(form, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text, count = PLACEHOLDER.subn(cell, part.decode())
                assert count == 1
                part = text.encode()
            new.writestr(name, part)
        for name, added in more.items():
            new.writestr(name, added)


def test_a_picture_that_cannot_be_read_is_named_by_its_cell(site: Path) -> None:
    form = fill(export(site), {**ALL_WELL, "接地电阻": {**BAD, "photo": "@@"}})
    into_cell(form, b"an enhanced metafile", "wps")
    done = take(site, form)
    assert (done.code, f"{SHEET}!J11: 不是能读的图片" in done.err) == (2, True), done.err


# --- beside it ---


def test_a_name_is_found_however_it_is_written(site: Path) -> None:
    (site / "现场照片").mkdir()
    (site / "现场照片" / "IMG_0012.JPG").write_bytes(jpeg())
    Image.new("RGB", (20, 20)).save(site / "B1.PNG")
    bad = {**BAD, "photo": "img_0012；ｂ1.png"}
    fine = {"verdict": "正常", "photo": "无"}
    form = fill(export(site), {**ALL_WELL, "接地电阻": bad, "灭火器材": fine})
    done = take(site, form)
    assert done.code == 0, done.err
    ((check, photos),) = pictures(site).items()
    assert (check, len(photos)) == ("earthing_resistance.resistance", 2)


def test_two_folders_with_one_name_are_asked_about(site: Path) -> None:
    for folder, colour in (("一", (1, 1, 1)), ("二", (200, 1, 1))):
        (site / folder).mkdir()
        (site / folder / "a.jpg").write_bytes(jpeg(colour))
    form = fill(export(site), {**ALL_WELL, "接地电阻": {**BAD, "photo": "a.jpg"}})
    done = take(site, form)
    assert (done.code, f"{SHEET}!J11: 有几个同名文件：a.jpg" in done.err) == (2, True), done.err
    (site / "二" / "a.jpg").write_bytes(jpeg((1, 1, 1)))
    assert take(site, form).code == 0


@pytest.mark.parametrize("name", ["IMG_1.HEIC", "img_1"])
def test_what_a_telephone_saves_in_its_own_format_is_said(site: Path, name: str) -> None:
    (site / "IMG_1.HEIC").write_bytes(b"\0\0\0\x18ftypheic")
    form = fill(export(site), {**ALL_WELL, "接地电阻": {**BAD, "photo": name}})
    done = take(site, form)
    assert done.code == 2
    assert f"{SHEET}!J11: HEIC 照片请转成 JPEG" in done.err


def test_a_picture_of_an_archive_that_no_form_names_is_told(site: Path) -> None:
    form = fill(export(site), {**ALL_WELL, "接地电阻": {**BAD, "photo": "a.jpg"}})
    archive = site / "all.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(form, "表.xlsx")
        for name, colour in (("a.jpg", (1, 1, 1)), ("忘了.jpg", (9, 200, 9)), ("说明.txt", None)):
            packed.writestr(name, jpeg(colour) if colour else b"hello")
    done = take(site, archive)
    assert done.code == 0, done.err
    left = [line for line in done.err.splitlines() if "没有表提到" in line]
    assert ["忘了.jpg" in left[0], "说明.txt" in left[1], len(left)] == [True, True, 2]


# --- in the documents ---


def test_a_turned_and_large_picture_stands_in_every_document_scaled(site: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the telephone was held upright
    stream = io.BytesIO()
    Image.new("RGB", (9000, 6000), (90, 110, 130)).save(stream, "JPEG", exif=exif)
    (site / "大.jpg").write_bytes(stream.getvalue())
    assert (
        take(site, fill(export(site), {**ALL_WELL, "接地电阻": {**BAD, "photo": "大.jpg"}})).code
        == 0
    )
    formats = "html,docx,pdf,xlsx"
    made = call(
        "report", "run", last_run(site), "-w", site, "--format", formats, "-o", site / "out"
    )
    assert made.code == 0, made.err
    page = (site / "out" / "report.html").read_text("utf-8")
    assert page.count("data:image/jpeg") == 1
    for name, folder in (("report.docx", "word/media/"), ("report.xlsx", "xl/media/")):
        with zipfile.ZipFile(site / "out" / name) as archive:
            shown = [one for one in archive.namelist() if one.startswith(folder)]
            sizes = [Image.open(io.BytesIO(archive.read(one))).size for one in shown]
        assert (667, 1000) in sizes, name
    assert b"/Width 667" in (site / "out" / "report.pdf").read_bytes()
