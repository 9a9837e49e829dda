"""Every figure is the same in every format: each is read back by a reader that is not ours."""

import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document
from lxml import html

from tests.fixtures.office_reading import read_back
from tests.report_samples import a_model
from xunjian.checks.model import Verdict
from xunjian.language import Language
from xunjian.report import FILES, ReportModel, render

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"
MODEL = a_model()
Figures = dict[str, str]
# what no page for people leaves out; the others say the rest too
CORE = frozenset(
    {"planned", "outcomes", "left_out", "reached", "normal", "warning", "abnormal", "unknown"}
    | {"intact_pct"}
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def expected(model: ReportModel) -> Figures:
    totals = model.totals
    found = {
        "planned": totals.planned,
        "outcomes": totals.outcomes,
        "left_out": totals.left_out,
        "devices": totals.devices,
        "reached": totals.reached,
        **{verdict.value: count for verdict, count in totals.verdicts.items()},
        **{f"level_{level}": count for level, count in model.levels.items()},
        **{f"trend_{name}": count for name, count in model.trends.items()},
    }
    return {name: str(count) for name, count in found.items()} | {
        "intact_pct": f"{model.intact.pct:.1f}"
    }


def words_of(language: Language) -> Mapping[str, str]:
    """Figure by the word a document of that language shows beside it."""
    zh = language is Language.ZH
    named = {
        "计划（设备×项目）" if zh else "Items planned": "planned",
        "有结果" if zh else "With an outcome": "outcomes",
        "未做" if zh else "Left out": "left_out",
        "完好率" if zh else "Intact rate": "intact_pct",
    }
    return named | {verdict.word.to(language): verdict.value for verdict in Verdict}


def read_json(document: bytes, _language: Language, _folder: Path) -> Figures:
    data = json.loads(document)
    found = {name: str(value) for name, value in data["totals"].items()}
    found |= {f"level_{level}": str(count) for level, count in data["levels"].items()}
    found |= {f"trend_{name}": str(count) for name, count in data["trends"].items()}
    return found | {"intact_pct": f"{data['intact']['pct']:.1f}"}


def read_junit(document: bytes, _language: Language, _folder: Path) -> Figures:
    properties = ET.fromstring(document).find("properties")
    assert properties is not None
    found = {str(p.get("name")): str(p.get("value")) for p in properties}
    pct = 100 * int(found["intact"]) / int(found["judged"])
    names = expected(MODEL).keys() - {"intact_pct"}
    return {name: found[name] for name in names} | {"intact_pct": f"{pct:.1f}"}


def read_markdown(document: bytes, language: Language, _folder: Path) -> Figures:
    text = document.decode()
    table = [line for line in text.splitlines() if line.startswith("| ")]
    values = [cell.strip() for cell in table[2].strip("|").split("|")]
    names = [
        *("planned", "outcomes", "left_out", "devices", "reached"),
        *(v.value for v in Verdict),
    ]
    found = dict(zip(names, values, strict=True))
    word = "完好率：" if language is Language.ZH else "Intact rate: "
    found["intact_pct"] = f"{float(first_number(text.partition(word)[2])):.1f}"
    return found


def read_word(document: bytes, language: Language, _folder: Path) -> Figures:
    opened = Document(io.BytesIO(document))
    words = words_of(language)
    found: Figures = {}
    across = next(t for t in opened.tables if t.rows[0].cells[0].text in words)
    for head, value in zip(across.rows[0].cells, across.rows[1].cells, strict=True):
        if head.text in words:
            found[words[head.text]] = first_number(value.text)
        elif "/" in head.text:
            found["reached"], found["devices"] = _NUMBER.findall(value.text)
    text = "\n".join(paragraph.text for paragraph in opened.paragraphs)
    start = "判定：" if language is Language.ZH else "Verdicts: "
    line = text.partition(start)[2].splitlines()[0]
    for name, word in ((v.value, v.word.to(language)) for v in Verdict):
        shown = re.search(rf"(?:^|[，,]\s*){re.escape(word)} (\d+)", line)
        assert shown, word
        found[name] = shown.group(1)
    return found


def read_pdf(document: bytes, language: Language, folder: Path) -> Figures:
    path = folder / "report.pdf"
    path.write_bytes(document)
    text = read_back("pdftotext", "-layout", path, "-")
    conclusion = MODEL.conclusion.to(language)
    assert "".join(conclusion.split()) in "".join(text.split())
    bare = "".join(text.split())
    found: Figures = {}
    for name, value in expected(MODEL).items():
        verdict = next((v for v in Verdict if v.value == name), None)
        if verdict and f"{''.join(verdict.word.to(language).split())}{value}" in bare:
            found[name] = value
    return found


def read_workbook(document: bytes, language: Language, _folder: Path) -> Figures:
    sheet = openpyxl.load_workbook(io.BytesIO(document)).worksheets[0]
    rows: dict[Any, Any] = {row[0]: row[1] for row in sheet.iter_rows(max_col=2, values_only=True)}
    zh = language is Language.ZH
    names = {v.word.to(language): v.value for v in Verdict}
    names |= {
        "计划（设备×项目）" if zh else "Items planned": "planned",
        "有结果" if zh else "With an outcome": "outcomes",
        "未做" if zh else "Left out": "left_out",
        "设备" if zh else "Devices": "devices",
        "到达设备" if zh else "Devices reached": "reached",
    }
    found = {figure: str(rows[word]) for word, figure in names.items() if word in rows}
    rate = rows["完好率" if zh else "Intact rate"]
    assert isinstance(rate, int | float)
    return found | {"intact_pct": f"{100 * rate:.1f}"}


def read_page(document: bytes, _language: Language, _folder: Path) -> Figures:
    page: Any = html.fromstring(document)
    tiles = page.xpath('//ul[contains(@class,"tiles")]/li')
    shown = [str(tile.xpath("string(./b | ./strong)")) for tile in tiles]
    reached, _, devices = shown[3].partition("/")
    found: Figures = dict(zip(("planned", "outcomes", "left_out"), shown[:3], strict=True))
    found |= {"reached": reached, "devices": devices}
    for tile, value in zip(tiles, shown, strict=True):
        kind = str(tile.get("class") or "")
        if kind == "rate":
            found["intact_pct"] = f"{float(first_number(value)):.1f}"
        elif kind:
            found[kind] = value
    return found


def first_number(text: str) -> str:
    found = _NUMBER.search(text)
    assert found, text
    return found.group()


READERS: Mapping[str, tuple[Callable[[bytes, Language, Path], Figures], frozenset[str]]] = {
    "json": (read_json, frozenset(expected(MODEL))),
    "junit": (read_junit, frozenset(expected(MODEL))),
    "md": (read_markdown, CORE | {"devices", *(v.value for v in Verdict)}),
    "docx": (read_word, CORE | {"devices", *(v.value for v in Verdict)}),
    "pdf": (read_pdf, frozenset({"normal", "warning", "abnormal", "unknown"})),
    "xlsx": (read_workbook, CORE | {"devices"}),
    "html": (read_page, CORE | {"devices"}),
}


def test_every_format_has_a_reader() -> None:
    assert set(READERS) == set(FILES)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("form", sorted(READERS))
def test_figures_are_equal_in_every_format(form: str, language: Language, tmp_path: Path) -> None:
    reader, needed = READERS[form]
    document = render(MODEL, form, language, lambda name: (TEMPLATES / name).read_bytes())
    shown, right = reader(document, language, tmp_path), expected(MODEL)
    assert needed <= shown.keys()
    assert {name: right[name] for name in shown} == shown


def test_planned_is_outcomes_and_left_out_and_findings_are_the_verdicts() -> None:
    totals = MODEL.totals
    assert totals.planned == totals.outcomes + totals.left_out
    assert sum(totals.verdicts.values()) == len(MODEL.findings)
    graded = totals.verdicts[Verdict.WARNING] + totals.verdicts[Verdict.ABNORMAL]
    assert sum(MODEL.levels.values()) == graded
