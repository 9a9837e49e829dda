"""A picture taken on site stands in the Word report behind all else that it says."""

import io
import re
import zipfile
from dataclasses import replace

import pytest
from openpyxl import load_workbook
from PIL import Image

from tests.report_samples import a_model
from xunjian.language import Language
from xunjian.report import ReportModel, render
from xunjian.report.as_word import TEMPLATE, as_word
from xunjian.report.as_workbook import as_workbook
from xunjian.report.photos import scaled
from xunjian.workspace import builtin_root


def test_a_picture_is_added_to_the_filled_word_report() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (3000, 2000), (10, 120, 30)).save(stream, "PNG")
    small = scaled(stream.getvalue())
    with Image.open(io.BytesIO(small)) as picture:
        assert picture.size == (1000, 667)
    model = a_model()
    shown = replace(model.manual[0], photos=("ab" * 32,))
    model = replace(model, manual=(shown, *model.manual[1:]), pictures={"ab" * 32: small})
    made = as_word(model, Language.ZH, (builtin_root() / TEMPLATE).read_bytes())
    with zipfile.ZipFile(io.BytesIO(made)) as packed:
        text = packed.read("word/document.xml").decode()
        assert any(name.startswith("word/media/") for name in packed.namelist())
    assert "{{" not in text
    assert model.number in text
    assert "现场照片" in text


def test_what_is_no_picture_is_left_out() -> None:
    assert scaled(b"%PDF-1.7") == b""


def with_picture(size: tuple[int, int]) -> ReportModel:
    stream = io.BytesIO()
    Image.new("RGB", size, (10, 120, 30)).save(stream, "PNG")
    model = a_model()
    shown = replace(model.manual[0], photos=("ab" * 32, "cd" * 32))
    pictures = {"ab" * 32: scaled(stream.getvalue())}  # of the other nothing can be shown
    return replace(model, manual=(shown, *model.manual[1:]), pictures=pictures)


@pytest.mark.parametrize("size", [(3000, 2000), (1000, 3000)])
def test_a_picture_stands_scaled_on_a_sheet_of_its_own(size: tuple[int, int]) -> None:
    model = with_picture(size)
    page = load_workbook(io.BytesIO(as_workbook(model, Language.ZH)))["照片"]
    assert "机房清洁" in str(page.cell(1, 1).value)
    with zipfile.ZipFile(io.BytesIO(as_workbook(model, Language.EN))) as packed:
        (name,) = [name for name in packed.namelist() if name.startswith("xl/media/")]
        assert packed.getinfo(name).file_size < 100_000
        drawing = packed.read("xl/drawings/drawing2.xml").decode()
    wide, high = (int(n) // 9525 for n in re.findall(r'<a:ext cx="(\d+)" cy="(\d+)"', drawing)[0])
    assert wide <= 420
    assert high <= 534
    assert abs(wide / high - size[0] / size[1]) < 0.02
    assert "<xdr:row>1</xdr:row>" in drawing  # below its words
    height = page.row_dimensions[2].height
    assert height
    assert height >= high * 0.75


def test_without_a_picture_there_is_no_sheet_of_them() -> None:
    assert "照片" not in load_workbook(io.BytesIO(as_workbook(a_model(), Language.ZH))).sheetnames


def test_the_page_shows_it_and_its_policy_lets_it() -> None:
    read = lambda name: (builtin_root() / "templates/report" / name).read_bytes()  # noqa: E731
    page = render(with_picture((300, 200)), "html", Language.ZH, read).decode()
    assert page.count('<img loading="lazy" src="data:image/jpeg;base64,') == 1
    assert "img-src data:;" in page
    assert "img-src" not in render(a_model(), "html", Language.ZH, read).decode()
