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
from xunjian.report.words import CHANGES

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"
MODEL = a_model()
Figures = dict[str, str]
LEVELS = re.compile(r"(?<![A-Z])(I|II|III|IV)\s?级?\s?(\d+)")
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


def compared(text: str, language: Language) -> Figures:
    """How the findings stand to the round before, read from a line of words and counts."""
    found: Figures = {}
    bare = "".join(text.split())
    for name, word in CHANGES.items():
        shown = re.search(rf"{re.escape(''.join(word.to(language).split()))}(\d+)", bare)
        if shown:
            found[f"trend_{name}"] = shown.group(1)
    return found


def graded(text: str) -> Figures:
    """The counts by level of a line of levels."""
    return {f"level_{level}": count for level, count in LEVELS.findall(text)}


def between(text: str, start: str, end: str = "\n") -> str:
    assert start in text, start
    return text.partition(start)[2].partition(end)[0]


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
    zh = language is Language.ZH
    found |= graded(between(text, "问题级别：" if zh else "Problems by level: "))
    return found | compared(
        between(text, "与上一轮 " if zh else "Against the round before "), language
    )


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
    zh = language is Language.ZH
    found |= graded(between(text, "问题级别：" if zh else "Problems by level: "))
    return found | compared(between(text, "）比较：" if zh else "): "), language)


def read_pdf(document: bytes, language: Language, folder: Path) -> Figures:
    path = folder / "report.pdf"
    path.write_bytes(document)
    text = read_back("pdftotext", "-layout", path, "-")
    conclusion = MODEL.conclusion.to(language)
    assert "".join(conclusion.split()) in "".join(text.split())
    bare = "".join(text.split())
    found = tiles_of(text, language)
    for name, value in expected(MODEL).items():
        verdict = next((v for v in Verdict if v.value == name), None)
        if verdict and f"{''.join(verdict.word.to(language).split())}{value}" in bare:
            found[name] = value
    zh = language is Language.ZH
    found |= graded(
        between(text, "问题按级别：" if zh else "Problems by level: ", "。" if zh else ". ")
    )
    start, end = ("比较：", "。") if zh else ("Compared with", "By site")
    return found | compared(between(text, start, end), language)


def tiles_of(text: str, language: Language) -> Figures:
    """The big figures: a line of values stands above the line of their words."""
    words = (
        ("计划（设备×项目）", "有结果") if language is Language.ZH else ("Items planned", "outcome")
    )
    lines = [line for line in text.splitlines() if line.strip()]
    place = next(i for i, line in enumerate(lines) if all(word in line for word in words))
    reach = re.compile(r"(\S+)\s+(\S+)\s+(\S+)\s+(\d+) ?/ ?(\d+)\s+([\d.]+) ?%")
    shown = next(found for line in lines[place - 3 : place] if (found := reach.search(line)))
    names = ("planned", "outcomes", "left_out", "reached", "devices", "intact_pct")
    return dict(zip(names, shown.groups(), strict=True))


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
    names = {
        f"{level} 级问题" if zh else f"Level {level} problems": level for level in MODEL.levels
    }
    found |= {f"level_{level}": str(rows[word]) for word, level in names.items()}
    found |= {f"trend_{name}": str(rows[word.to(language)]) for name, word in CHANGES.items()}
    rate = rows["完好率" if zh else "Intact rate"]
    assert isinstance(rate, int | float)
    return found | {"intact_pct": f"{100 * rate:.1f}"}


def read_page(document: bytes, language: Language, _folder: Path) -> Figures:
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
    by_level, before = (str(p.text_content()) for p in page.xpath('//p[@class="compared"]'))
    return found | graded(by_level) | compared(before, language)


def first_number(text: str) -> str:
    found = _NUMBER.search(text)
    assert found, text
    return found.group()


Reader = Callable[[bytes, Language, Path], Figures]
READERS: Mapping[str, Reader] = {
    "json": read_json,
    "junit": read_junit,
    "md": read_markdown,
    "docx": read_word,
    "pdf": read_pdf,
    "xlsx": read_workbook,
    "html": read_page,
}
# the table of faults: level, open now, then how they stand to the round before
FAULTS = ("open", "new", "persisting", "back", "resolved", "unverified")
LEVEL_WORDS = {
    Language.ZH: ["I 级", "II 级", "III 级", "IV 级", "未定级"],
    Language.EN: ["level I", "level II", "level III", "level IV", "no level"],
}


def fault_figures(model: ReportModel, language: Language) -> dict[str, list[str]]:
    words = LEVEL_WORDS[language]
    return {
        "".join(words[n].split()): [str(one.open), *(str(one.trends[name]) for name in FAULTS[1:])]
        for n, one in enumerate(model.faults)
    }


def _lines_of(document: bytes, form: str, folder: Path) -> list[list[str]]:
    """The cells of every line of a document's tables."""
    if form == "docx":
        tables = Document(io.BytesIO(document)).tables
        return [[cell.text for cell in row.cells] for table in tables for row in table.rows]
    if form == "xlsx":
        sheets = openpyxl.load_workbook(io.BytesIO(document)).worksheets
        rows = (row for sheet in sheets for row in sheet.iter_rows(values_only=True))
        return [[str(cell) for cell in row if cell is not None] for row in rows]
    if form == "html":
        page: Any = html.fromstring(document)
        return [[str(c.text_content()) for c in row.xpath("./th|./td")] for row in page.iter("tr")]
    if form == "md":
        lines = document.decode().splitlines()
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    path = folder / "report.pdf"
    path.write_bytes(document)
    text = read_back("pdftotext", "-layout", path, "-")
    return [re.split(r"\s{2,}", line.strip()) for line in text.splitlines()]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("form", ["docx", "html", "md", "pdf", "xlsx", "json"])
def test_faults_risk_and_next_rounds_are_equal_in_every_format(
    form: str, language: Language, tmp_path: Path
) -> None:
    document = render(MODEL, form, language, lambda name: (TEMPLATES / name).read_bytes())
    right = fault_figures(MODEL, language)
    if form == "json":
        data = json.loads(document)
        rows = [[str(one[name]) for name in FAULTS] for one in data["faults"]]
        assert rows == list(right.values())
        assert data["risk"]["said"] == MODEL.risk.said.to(language)
        assert [one["due"] for one in data["next_rounds"]] == ["2026-12-31", "2026-10-31"]
        return
    lines = _lines_of(document, form, tmp_path)
    named = [("".join(line[0].split()), line[1:]) for line in lines if line]
    shown = {name: cells for name, cells in named if name in right}
    assert shown == right
    assert all(sum(map(int, column)) for column in list(zip(*right.values(), strict=True))[:3])
    text = "".join(text_in(document, form, tmp_path).split())
    assert "".join(MODEL.risk.said.to(language).split()) in text
    for one in MODEL.next_rounds:
        assert "".join(one.title.to(language).split()) in text


def text_in(document: bytes, form: str, folder: Path) -> str:
    if form in {"docx", "xlsx"}:
        lines = _lines_of(document, form, folder)
        said = "".join(cell for line in lines for cell in line)
        if form == "docx":
            said += "".join(p.text for p in Document(io.BytesIO(document)).paragraphs)
        return said
    if form == "pdf":
        return read_back("pdftotext", "-raw", folder / "report.pdf", "-")
    if form == "html":
        page: Any = html.fromstring(document)
        return str(page.text_content())
    return document.decode()


# tiles of the page stand for what there is: a verdict that nothing got has none
NIL_UNSAID = frozenset({"not_applicable", "not_checked", "waived"})


def test_every_format_has_a_reader() -> None:
    assert set(READERS) == set(FILES)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("form", sorted(READERS))
def test_figures_are_equal_in_every_format(form: str, language: Language, tmp_path: Path) -> None:
    reader = READERS[form]
    document = render(MODEL, form, language, lambda name: (TEMPLATES / name).read_bytes())
    shown, right = reader(document, language, tmp_path), expected(MODEL)
    unsaid = {name for name in NIL_UNSAID if right[name] == "0"} if form == "html" else set()
    assert {name: shown.get(name) for name in right if name not in unsaid - shown.keys()} == {
        name: value for name, value in right.items() if name not in unsaid - shown.keys()
    }


def test_planned_is_outcomes_and_left_out_and_findings_are_the_verdicts() -> None:
    totals = MODEL.totals
    assert totals.planned == totals.outcomes + totals.left_out
    assert sum(totals.verdicts.values()) == len(MODEL.findings)
    graded = totals.verdicts[Verdict.WARNING] + totals.verdicts[Verdict.ABNORMAL]
    assert sum(MODEL.levels.values()) == graded
