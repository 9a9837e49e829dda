"""Forms through LibreOffice, as a person's office program saves them."""

import hashlib
import io
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as Drawn
from PIL import Image

from tests.fixtures.site_forms import (
    ALL_WELL,
    PLAYBOOK,
    export,
    fill,
    make_site,
    report,
    row_of,
    take,
)

OFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(
    OFFICE is None and not os.environ.get("XUNJIAN_REQUIRE_REAL"), reason="no LibreOffice"
)


def converted(path: Path, kind: str, folder: Path) -> Path:
    """Open a file in LibreOffice and save it in another format."""
    assert OFFICE
    subprocess.run(
        [
            *(OFFICE, "--headless", f"-env:UserInstallation=file://{folder / 'profile'}"),
            *("--convert-to", kind, "--outdir", str(folder), str(path)),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return folder / f"{path.stem}.{kind.partition(':')[0]}"


@pytest.mark.parametrize("kind", ["xlsx", "csv:Text - txt - csv (StarCalc):44,34,GBK,1"])
def test_a_form_saved_by_libreoffice_is_taken_in_whole(tmp_path: Path, kind: str) -> None:
    root = tmp_path / "ws"
    make_site(root, PLAYBOOK.replace("[json]", "[json, html, pdf]"))
    saved = converted(fill(export(root), ALL_WELL), kind, tmp_path)
    done = take(root, saved)
    assert done.code == 0, done.err
    said = report(root)
    assert (said["state"], said["version"]) == ("finished", 2)
    assert {f["verdict"] for f in said["findings"]} == {"normal"}
    assert (root / "out" / "report.pdf").read_bytes().startswith(b"%PDF")


def test_a_formula_counts_with_the_result_that_the_office_program_kept(tmp_path: Path) -> None:
    root = tmp_path / "ws"
    make_site(root)
    answers = {**ALL_WELL, "接地电阻": {"value": "=(1.1+1.3)/2"}}
    saved = converted(fill(export(root), answers), "xlsx", tmp_path)
    done = take(root, saved)
    assert done.code == 0, done.err
    said = report(root)
    found = next(f for f in said["findings"] if f["check"] == "earthing_resistance.resistance")
    assert (found["verdict"], found["value"]) == ("normal", 1.2)


def test_the_printed_form_fits_a4(tmp_path: Path) -> None:
    root = tmp_path / "ws"
    make_site(root)
    printed = converted(export(root), "pdf", tmp_path)
    info = subprocess.run(["pdfinfo", printed], check=True, capture_output=True, text=True).stdout
    assert "A4" in info
    assert "Pages:           1" in info


def test_pictures_comments_and_shares_survive_libreoffice(tmp_path: Path) -> None:
    """A picture laid over its line, a comment, 55 % as a share, a form that came back as .ods once."""
    root = tmp_path / "ws"
    make_site(root)
    stream = io.BytesIO()
    Image.new("RGB", (300, 200), (10, 120, 30)).save(stream, "JPEG")

    def more(sheet: Any) -> None:
        row = row_of(sheet, "接地电阻")
        sheet.add_image(Drawn(io.BytesIO(stream.getvalue())), f"J{row}")
        sheet.cell(row, 6).comment = Comment("雨后第五天", "张三")
        humidity = sheet.cell(row_of(sheet, "机房相对湿度"), 6, 0.55)
        humidity.number_format = "0%"

    saved = fill(export(root), ALL_WELL, more=more)
    refused = take(root, converted(saved, "ods", tmp_path))
    assert (refused.code, "另存为 .xlsx" in refused.err) == (2, True)
    refused = take(root, converted(saved, "xls", tmp_path))
    assert (refused.code, "另存为 .xlsx" in refused.err) == (2, True)
    again = converted(converted(saved, "ods", tmp_path), "xlsx", tmp_path)
    done = take(root, again)
    assert done.code == 0, done.err
    found = {f["check"]: f for f in report(root)["findings"]}
    resistance = found["earthing_resistance.resistance"]
    assert resistance["photos"] == [hashlib.sha256(stream.getvalue()).hexdigest()]
    assert "雨后第五天" in resistance["remark"]
    assert found["room_climate.humidity"]["value"] == 55
    assert "未读" not in done.err
