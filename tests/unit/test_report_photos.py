"""A picture taken on site stands in the Word report behind all else that it says."""

import io
import zipfile
from dataclasses import replace

from PIL import Image

from tests.report_samples import a_model
from xunjian.language import Language
from xunjian.report.as_word import TEMPLATE, as_word
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
