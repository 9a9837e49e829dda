"""A flood-season round as it is done: measured, handed out, filled in in LibreOffice, taken in."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from PIL import Image

from tests.fixtures.command_line import call
from tests.fixtures.office_reading import read_back, tool
from tests.fixtures.office_typing import Typed, typed_into
from tests.fixtures.site_forms import report, take
from xunjian.lab import up

pytestmark = pytest.mark.slow

ROUND = "flood_monthly@2026-07"
VALUE, VERDICT, CAUSE, PHOTO = 5, 6, 7, 9  # columns of a form, from 0
TYPED: tuple[Typed, ...] = (
    ("xj:by", 2, "张三"),
    ("xj:at", 2, "2026-07-10 09:30"),
    ("市电电压", VALUE, "221"),  # where no UPS of the room has told it
    ("最近一次放电试验", VALUE, "2026-05-10"),
    ("放电试验时长", VALUE, "75"),
    ("线路衰减", VALUE, "0.21"),
    ("排水", VERDICT, "异常"),
    ("排水", CAUSE, "地漏堵塞"),
    ("排水", PHOTO, "地漏.jpg"),
    ("", VERDICT, "正常"),
    ("xj:FREE 1", 2, "门禁失灵"),
    ("xj:consent", 2, "同意"),
    ("xj:sign 0", 2, "张三"),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The lab as a workspace under contract, one optical module weak."""
    tool("soffice")
    root = tmp_path_factory.mktemp("flood") / "ws"
    handle = up(root, ("optic-low",), detach=False, history=False)
    settings = root / "xunjian.yml"
    said = settings.read_text("utf-8").replace("contract:", "contract:\n  starts: 2026-01-01")
    settings.write_text(said, "utf-8")
    yield root
    handle.down()


def covered(root: Path) -> Any:
    words = ("--period", "2026-07", "--at", "2026-07-20", "--rule", "flood_monthly")
    said = call("coverage", "-w", root, *words, "--format", "json").json
    return {row["name"]: row["reasons"] for row in said["rows"]}, sum(
        row["seen"] for row in said["rows"]
    )


def test_a_flood_round_from_the_first_question_to_version_two(site: Path, tmp_path: Path) -> None:
    made = call("run", "flood_season", "-w", site, "--at", "2026-07-10", "-o", site / "out")
    assert made.code == 1, made.err
    before, first = report(site), covered(site)
    assert (before["state"], before["version"]) == ("awaiting_manual", 1)
    asked = {row["id"] for row in before["manual"]}
    blank = [f for f in before["findings"] if f["id"] in asked]
    assert {f["verdict"] for f in blank} == {"not_checked"}
    assert any("awaiting_form" in reasons for reasons in first[0].values())

    form = site / "form.xlsx"
    assert call("forms", "export", "latest", "-w", site, "-o", form).code == 0
    refused = typed_into(form, TYPED, tmp_path, over={"市电电压": (VALUE, "229")})
    said = take(site, refused)
    assert (said.code, "改动自动采集的结果须写原因" in said.err) == (2, True), said.err
    filled = typed_into(form, TYPED, tmp_path)
    Image.new("RGB", (1600, 1200), (90, 110, 130)).save(tmp_path / "地漏.jpg")
    taken = take(site, filled)
    assert taken.code == 0, taken.err

    after, second = report(site), covered(site)
    assert (after["state"], after["version"]) == ("finished", 2)
    found = {f["id"]: f for f in after["findings"]}
    assert all(found[f["id"]]["verdict"] != "not_checked" for f in blank)
    assert all(found[f["id"]]["by"] == "张三" for f in blank)
    bad = {f["message"] for f in found.values() if f["by"] and f["verdict"] == "abnormal"}
    assert any("地漏堵塞" in words for words in bad)
    mains = {f["device"]: f for f in found.values() if f["check"] == "room_power.mains"}
    assert "自动：" in mains["hz-core-room"]["remark"]
    assert mains["hz-hall-room"]["value"] == 221
    assert "门禁失灵" in bad
    assert all("awaiting_form" not in reasons for reasons in second[0].values())
    assert second[1] > first[1]
    measured = [f for f in before["findings"] if f["id"] not in asked]
    for one in measured:
        assert found[one["id"]]["verdict"] == one["verdict"]
    assert call("verify", "-w", site).code == 0
    says_it_in_every_document(site / "out")


def says_it_in_every_document(out: Path) -> None:
    """Version 2, the answer and its cause, who gave it, the picture."""
    pdf = read_back("pdftotext", "-layout", out / "report.pdf", "-")
    page = (out / "report.html").read_text("utf-8")
    text = (out / "report.md").read_text("utf-8")
    book = load_workbook(out / "report.xlsx", read_only=True)
    cells = "\n".join(
        str(value)
        for sheet in book.worksheets
        for row in sheet.iter_rows(values_only=True)
        for value in row
        if value is not None
    )
    with zipfile.ZipFile(out / "report.docx") as archive:
        word, parts = archive.read("word/document.xml").decode(), archive.namelist()
    for said in (pdf, page, text, cells, word):
        for words in ("张三", "2026-07-10 09:30", "地漏堵塞", "门禁失灵"):
            assert words in said
    assert re.search(r"版本 +2\n", pdf)
    assert "<td>v2</td>" in page
    assert "第 2 版" in text
    assert "版本\n2\n" in cells
    assert [part for part in parts if part.startswith("word/media/")]
    assert "data:image/jpeg" in page
    assert len(read_back("pdfimages", "-list", out / "report.pdf").splitlines()) > 2
    assert 'name="' in (out / "junit.xml").read_text("utf-8")
