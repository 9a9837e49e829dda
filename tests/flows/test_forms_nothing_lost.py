"""Forms as hands and office programs leave them: taken in, noted, or an error by sheet and cell."""

import csv
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.chart import BarChart
from openpyxl.comments import Comment

from tests.fixtures.command_line import call
from tests.fixtures.site_forms import (
    ALL_WELL,
    HOSTS,
    ITEM,
    export,
    fill,
    last_run,
    report,
    row_of,
    take,
)

Edit = Callable[[Any], None]
SHEET = "杭州核心机房"
GIVEN = 13


def write(mark: str, column: int, value: object) -> Edit:
    """Write into a cell of the row of a mark or an item."""
    return lambda sheet: sheet.cell(row_of(sheet, mark), column, value)


def found(root: Path, check: str) -> Any:
    return next(f for f in report(root)["findings"] if f["check"] == check)


# --- taken in: the meaning is clear ---


def test_a_percentage_typed_into_a_cell_is_what_it_shows(site: Path) -> None:
    """55 % typed in Excel is 0.55 with a format."""

    def per_cent(sheet: Any) -> None:
        cell = sheet.cell(row_of(sheet, "机房相对湿度"), 6, 0.55)
        cell.number_format = "0%"

    assert take(site, fill(export(site), ALL_WELL, more=per_cent)).code == 0
    humidity = found(site, "room_climate.humidity")
    assert (humidity["value"], humidity["verdict"]) == (55, "normal")


def test_a_comment_pinned_to_a_line_is_its_remark(site: Path) -> None:
    told = (
        "[线程批注]\n你的 Excel…: https://go.microsoft.com/fwlink/?linkid=870924\n\n注释:\n    漏油"
    )

    def pin(sheet: Any) -> None:
        sheet.cell(row_of(sheet, "灭火器材"), 7).comment = Comment("瓶身有锈", "张三")
        sheet.cell(row_of(sheet, "接地电阻"), 6).comment = Comment(told, "张三")
        sheet.cell(1, 1).comment = Comment("表头上的话", "张三")

    done = take(site, fill(export(site), ALL_WELL, more=pin))
    assert done.code == 0, done.err
    assert found(site, "room_fire.extinguishers")["remark"] == "瓶身有锈"
    assert found(site, "earthing_resistance.resistance")["remark"] == "漏油"
    assert "A1：批注“表头上的话”，未读" in done.err


BOX = """<xdr:wsDr xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"><xdr:twoCellAnchor>
<xdr:from><xdr:col>7</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>8</xdr:row><xdr:rowOff>0</xdr:rowOff>
</xdr:from><xdr:to><xdr:col>9</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>12</xdr:row>
<xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:sp><xdr:txBody><a:p><a:r><a:t>瓶身</a:t></a:r>
<a:r><a:t>有锈</a:t></a:r></a:p></xdr:txBody></xdr:sp><xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>"""


def test_a_text_box_over_a_line_is_its_remark(site: Path) -> None:
    """Where a program draws boxes it writes a drawing: here in the place of a chart's."""

    def chart(sheet: Any) -> None:
        sheet.add_chart(BarChart(), "H9")

    form = fill(export(site), ALL_WELL, more=chart)
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(form.read_bytes())) as old,
        zipfile.ZipFile(stream, "w") as new,
    ):
        for name in old.namelist():
            new.writestr(name, BOX if name == "xl/drawings/drawing1.xml" else old.read(name))
    form.write_bytes(stream.getvalue())
    done = take(site, form)
    assert done.code == 0, done.err
    assert found(site, "room_fire.extinguishers")["remark"] == "瓶身有锈"


def test_what_is_pinned_to_a_signature_is_part_of_it(site: Path) -> None:
    def pin(sheet: Any) -> None:
        sheet.cell(row_of(sheet, "xj:sign 1"), ITEM, "王代表")
        sheet.cell(row_of(sheet, "xj:sign 1"), ITEM).comment = Comment("代签", "王")

    assert take(site, fill(export(site), ALL_WELL, more=pin)).code == 0
    words = ("report", "run", last_run(site), "-w", site, "--format", "html", "-o", site / "out")
    assert call(*words).code == 0
    assert "王代表 代签" in (site / "out" / "report.html").read_text("utf-8")


def test_a_copied_sheet_says_the_same_once(site: Path) -> None:
    form = fill(export(site), ALL_WELL)
    book: Any = load_workbook(form)
    copy = book.copy_worksheet(book.worksheets[0])
    copy.title = "副本"
    book.move_sheet(copy, -2)
    book.save(form)
    assert take(site, form).code == 0
    assert {f["verdict"] for f in report(site)["findings"]} == {"normal"}


def test_a_split_cell_of_a_problem_is_read_whole(site: Path) -> None:
    def split(sheet: Any) -> None:
        row = row_of(sheet, "xj:FREE 1")
        sheet.unmerge_cells(start_row=row, end_row=row, start_column=ITEM, end_column=6)
        sheet.cell(row, ITEM, "门禁失灵")
        sheet.cell(row, 6, "两处")

    assert take(site, fill(export(site), ALL_WELL, more=split)).code == 0
    assert found(site, "form.problem")["message"] == "门禁失灵 两处"


def protected(sheet: Any) -> None:
    sheet.protection.sheet = True
    sheet.protection.password = "secret"


def filtered(sheet: Any) -> None:
    sheet.auto_filter.ref = "A6:K12"
    sheet.auto_filter.add_filter_column(6, ["正常"])
    sheet.row_dimensions[11].hidden = True


def without_lists(sheet: Any) -> None:
    sheet.data_validations.dataValidation = []
    sheet.conditional_formatting = type(sheet.conditional_formatting)()


def renamed_and_moved(sheet: Any) -> None:
    sheet.title = "填好了 (1)"
    sheet.parent.create_sheet("Sheet1", 0)


def shown(sheet: Any) -> None:
    """Hidden columns and the hidden sheet were unhidden."""
    sheet.column_dimensions["L"].hidden = False
    sheet.parent["xunjian"].sheet_state = "visible"


@pytest.mark.parametrize("edit", [protected, filtered, without_lists, renamed_and_moved, shown])
def test_settings_of_the_sheet_change_nothing(site: Path, edit: Edit) -> None:
    done = take(site, fill(export(site), ALL_WELL, more=edit))
    assert done.code == 0, done.err
    assert {f["verdict"] for f in report(site)["findings"]} == {"normal"}


def test_a_workbook_with_macros_is_read_like_any_other(site: Path) -> None:
    plain_kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    with_macros = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    path = site / "表.xlsm"
    whole = fill(export(site), ALL_WELL).read_bytes()
    path.write_bytes(replaced(whole, plain_kind, with_macros))
    done = take(site, path)
    assert done.code == 0, done.err
    assert {f["verdict"] for f in report(site)["findings"]} == {"normal"}


def as_csv(form: Path, mark: str, encoding: str) -> bytes:
    stream = io.StringIO(newline="")
    sheet = load_workbook(form).worksheets[0]
    csv.writer(stream, delimiter=mark).writerows(sheet.iter_rows(values_only=True))
    return stream.getvalue().encode(encoding)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(",", "utf-8-sig"), (";", "gb18030"), (";", "utf-8"), ("\t", "utf-16"), ("\t", "gb18030")],
)
def test_tables_of_text_however_they_are_written(site: Path, mark: str, encoding: str) -> None:
    path = site / "表.txt"
    path.write_bytes(as_csv(fill(export(site), ALL_WELL), mark, encoding))
    done = take(site, path)
    assert done.code == 0, done.err
    assert {f["verdict"] for f in report(site)["findings"]} == {"normal"}


# --- noted: left alone, and said ---


def column_more(sheet: Any) -> None:
    sheet.insert_cols(9)
    sheet.cell(6, 9, "处理情况")
    sheet.cell(8, 9, "已报修")


NOTED: Mapping[str, tuple[Edit, str]] = {
    "a column more": (column_more, "I8：多出的列“处理情况”，1 格有字，未读"),
    "above": (write("xj:at", 13, "天气：雨"), "M4：“天气:雨”，未读"),
    "standard": (write("灭火器材", 4, "差不多就行"), "D9：标准改为“差不多就行”，未读"),
    "device": (write("灭火器材", 2, "一号机房"), "B9：设备改为“一号机房”，未读"),
}


@pytest.mark.parametrize("name", NOTED)
def test_what_is_left_alone_is_said(site: Path, name: str) -> None:
    edit, said = NOTED[name]
    done = take(site, fill(export(site), ALL_WELL, more=edit))
    assert done.code == 0, done.err
    assert said in done.err


def test_a_form_as_it_was_handed_out_needs_no_words(site: Path) -> None:
    done = take(site, fill(export(site), ALL_WELL))
    assert "未读" not in done.err


# --- an error by sheet and cell ---


def row_below(sheet: Any) -> None:
    """A sixth problem under the five rows there are."""
    row = row_of(sheet, "xj:FREE 5") + 1
    sheet.cell(row, 1, 6)
    sheet.cell(row, ITEM, "空调漏水")


def uncached(mark: str, column: int) -> Edit:
    return write(mark, column, '=CONCATENATE("a","b")')


def sort_two_devices(sheet: Any) -> None:
    """Sorted without the hidden columns: the other device's line came here."""
    sheet.cell(row_of(sheet, "灭火器材"), 2, "1号接地极")


def answer_without_name(sheet: Any) -> None:
    sheet.cell(row_of(sheet, "xj:by"), ITEM).value = None


BROKEN: Mapping[str, tuple[Edit, str]] = {
    "a row below the free ones": (row_below, "!C20: 这一行没有标识"),
    "remark of nobody": (lambda s: s.cell(s.max_row + 2, 9, "另见附页"), "这一行没有标识"),
    "remark from a formula": (uncached("灭火器材", 9), "!I9: 公式没有结果"),
    "cause that failed": (write("灭火器材", 8, "#NAME?"), "!H9: 公式出错"),
    "time that failed": (write("xj:at", ITEM, "=NOW()"), "!C4: 公式没有结果"),
    "decides": (write("灭火器材", 11, "听我的"), "!K9: 只能填“是”或留空"),
    "another unit": (write("机房温度", 5, "℉"), "!E7: 单位栏写的是 ℉，本项是 °C"),
    "sorted in part": (sort_two_devices, "L9：标识被改动"),
    "half of the day is unclear": (write("xj:at", ITEM, "2026-11-22 9:30-11:00"), "!C4: 不是日期"),
    "hidden column edited": (write("灭火器材", GIVEN, "x"), "L9：标识被改动"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_placed_is_named_and_nothing_is_taken(site: Path, name: str) -> None:
    edit, said = BROKEN[name]
    done = take(site, fill(export(site), ALL_WELL, more=edit))
    assert done.code == 2, done.err
    assert said in done.err
    assert {f["verdict"] for f in report(site)["findings"]} == {"not_checked"}


@pytest.mark.parametrize(
    ("column", "name"), [(GIVEN, "预填"), (8, "原因（异常必填）"), (7, "结论")]
)
def test_a_column_taken_out_is_said(site: Path, column: int, name: str) -> None:
    """Without what the form came with, every line would be somebody's answer."""
    filled = fill(export(site), ALL_WELL, more=lambda sheet: sheet.delete_cols(column))
    done = take(site, filled)
    assert (done.code, f"找不到“{name}”列" in done.err) == (2, True), done.err
    assert "重新导出" in done.err


@pytest.mark.parametrize("column", [4, 5, 9, 10, 11])
def test_a_column_nobody_needs_may_be_taken_out(site: Path, column: int) -> None:
    def take_out(sheet: Any) -> None:
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
        sheet.delete_cols(column)

    filled = fill(export(site), ALL_WELL, more=take_out)
    done = take(site, filled)
    assert done.code == 0, done.err
    assert {f["verdict"] for f in report(site)["findings"]} == {"normal"}


def pinned(sheet: Any) -> None:
    sheet.cell(row_of(sheet, "接地电阻"), 6).comment = Comment("引下线锈断", "张三")


@pytest.mark.parametrize("edit", [write("接地电阻", 9, "引下线锈断"), pinned])
def test_a_remark_on_an_item_that_is_gone_is_no_blank_row(site: Path, edit: Edit) -> None:
    filled = fill(export(site), {}, more=edit)
    hosts = site / "inventory" / "hosts.yml"
    hosts.write_text(HOSTS.partition("hz-earth")[0], "utf-8")
    done = take(site, filled)
    assert (done.code, "!C11: 导出以后" in done.err) == (2, True), done.err


def test_who_signs_says_who_inspected(site: Path) -> None:
    sign = write("xj:sign 1", ITEM, "王代表")
    done = take(site, fill(export(site), {}, by=None, more=sign))
    assert (done.code, "!C3: 要填巡检人" in done.err) == (2, True), done.err


def test_a_chart_beside_the_form_does_no_harm(site: Path) -> None:
    form = fill(export(site), ALL_WELL)
    book: Any = load_workbook(form)
    book.create_chartsheet("图").add_chart(BarChart())
    book.save(form)
    done = take(site, form)
    assert done.code == 0, done.err


# --- files ---


def packed_with(site: Path, entries: Mapping[str, bytes]) -> Path:
    path = site / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(fill(export(site), ALL_WELL), "表.xlsx")
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_every_form_of_an_archive_is_read_or_named(site: Path) -> None:
    done = take(site, packed_with(site, {"二号机房.xls": b"\xd0\xcf\x11\xe0", "三号.et": b"x"}))
    assert done.code == 2
    assert "二号机房.xls" in done.err
    assert "三号.et" in done.err
    assert "另存为 .xlsx" in done.err


def test_what_programs_leave_beside_a_form_is_no_form(site: Path) -> None:
    leavings = ("~$表.xlsx", ".~表.xlsx", "__MACOSX/._表.xlsx", "Thumbs.db", "照片/.DS_Store")
    done = take(site, packed_with(site, dict.fromkeys(leavings, b"\0\1")))
    assert done.code == 0, done.err
    assert "没有表提到" not in done.err


def encrypted() -> bytes:
    """The directory of a compound file names the stream of a workbook with a password."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le")
    )


FILES: Mapping[str, tuple[Callable[[bytes], bytes], str]] = {
    "password": (lambda _: encrypted(), "去掉打开密码"),
    "old": (lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "另存为 .xlsx"),
    "cut off by a stick": (lambda whole: whole[: len(whole) // 2], "重新拷贝"),
    "zeros": (lambda whole: b"\0" * len(whole), "文件是空的"),
    "empty": (lambda _: b"", "文件是空的"),
    "a picture": (lambda _: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "既不是工作簿也不是 CSV"),
    "strict": (
        lambda whole: replaced(whole, b"schemas.openxmlformats.org", b"purl.oclc.org/ooxml/xxxxx"),
        "另存为 .xlsx",
    ),
}


def replaced(whole: bytes, old: bytes, new: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(old, new))
    return stream.getvalue()


@pytest.mark.parametrize("name", FILES)
def test_files_that_hold_no_form_are_told_apart(site: Path, name: str) -> None:
    damage, said = FILES[name]
    path = site / "表.xlsx"
    path.write_bytes(damage(fill(export(site), ALL_WELL).read_bytes()))
    done = take(site, path)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_what_lies_beyond_the_form_is_not_cut_off_in_silence(site: Path) -> None:
    done = take(
        site, fill(export(site), ALL_WELL, more=lambda sheet: sheet.cell(6000, 3, "附：漏水"))
    )
    assert (done.code, "超出" in done.err) == (2, True), done.err
