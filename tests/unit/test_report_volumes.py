"""Beyond a hundred devices the record sheets of each site fill a volume, in Word and as PDF."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document

from tests.fixtures.office_reading import read_back
from tests.report_samples import a_model
from tests.unit.test_report_formats import record
from xunjian.language import Language
from xunjian.report import build_report
from xunjian.report.building.beside import Beside, Order
from xunjian.report.model import ReportModel
from xunjian.report.printed import printed
from xunjian.report.volumes import FORMS, volumes
from xunjian.report.word_template import build_records_template

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"


def made(model: ReportModel, form: str, language: Language = Language.ZH) -> dict[str, bytes]:
    return dict(volumes(model, form, language, lambda name: (TEMPLATES / name).read_bytes()))


def many(devices: int, wanted: str = "") -> ReportModel:
    """A round over devices of two sites, the second one's name unfit for a file."""
    one = record().devices[0]
    found = tuple(
        replace(one, name=f"sw{n}", label=f"交换机{n}", site=("hz", "nb/../x")[n % 2],
                site_title=("杭州市", "宁波市")[n % 2])
        for n in range(devices)
    )  # fmt: skip
    beside = Beside(order=Order(record_sheets=wanted))
    return build_report(replace(record(), devices=found, outcomes=(), left_out=()), beside=beside)


def test_the_shipped_volume_is_the_one_that_is_built() -> None:
    def parts(document: bytes) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(document)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    assert parts(build_records_template()) == parts((TEMPLATES / "records.docx").read_bytes())


@pytest.mark.parametrize(
    ("devices", "wanted", "sheets", "sites"),
    [
        (100, "", "all", ()),
        (101, "", "abnormal", ("hz", "nb/../x")),
        (101, "all", "abnormal", ("hz", "nb/../x")),
        (101, "abnormal", "abnormal", ()),
        (101, "none", "none", ()),
    ],
)
def test_the_same_rule_holds_in_word_and_as_pdf(
    devices: int, wanted: str, sheets: str, sites: tuple[str, ...]
) -> None:
    model = many(devices, wanted)
    assert (model.record_sheets, model.volumes) == (sheets, sites)
    if not sites:
        assert [made(model, form) for form in FORMS] == [{}, {}]


def test_a_volume_holds_every_device_of_its_site_and_of_no_other(tmp_path: Path) -> None:
    model = many(101)
    word, pdf = (made(model, form) for form in FORMS)
    names = ["records-01-hz", "records-02-nb____x"]
    assert [list(word), list(pdf)] == [[f"{n}.docx" for n in names], [f"{n}.pdf" for n in names]]
    for place, (name, count) in enumerate(zip(names, (51, 50), strict=True)):
        wanted = {f"交换机{n}" for n in range(101) if n % 2 == place}
        assert len(wanted) == count
        heads = [
            found[1]
            for p in Document(io.BytesIO(word[f"{name}.docx"])).paragraphs
            if p.style is not None and p.style.name == "Heading 2"
            if (found := re.match(r"\d+\. (\S+) ·", p.text))
        ]
        assert (len(heads), set(heads)) == (count, wanted)
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(pdf[path.name])
        text = read_back("pdftotext", path, "-")
        contents = text.split("\f")[1]
        assert {f"交换机{n}" for n in re.findall(r"交换机 ?(\d+)", text)} == wanted
        assert len(re.findall(r"交换机 ?\d+.*·", contents)) > 30, "contents with every device"
        assert "五、巡检记录表" in text
        assert "设备巡检记录表分册" in text.split("\f")[0]
        assert ("杭州市", "宁波市")[place] in text.split("\f")[0]
        assert "七、问题汇总" not in text


@pytest.mark.parametrize("language", list(Language))
def test_the_report_says_where_the_other_sheets_are(language: Language) -> None:
    said = printed(many(101), language)["sheets_said"]
    assert "records-01" in said
    assert ("分册" if language is Language.ZH else "volume per site") in said
    assert "records-01" not in printed(a_model(), language)["sheets_said"]


def test_a_volume_in_english_has_no_chinese_of_ours(tmp_path: Path) -> None:
    model = many(101)
    devices = [
        replace(s, device=replace(s.device, label=s.device.name, site_title="", room_title=""))
        for s in model.sheets
    ]
    sites = tuple(replace(one, title=one.site) for one in model.sites)
    plain = replace(model, sheets=tuple(devices), sites=sites)
    path = tmp_path / "volume.pdf"
    path.write_bytes(next(iter(made(plain, "pdf", Language.EN).values())))
    text = read_back("pdftotext", path, "-")
    assert "Volume of record sheets" in text
    assert re.findall("[\u4e00-\u9fff]+", text) == []
