"""The documents of a real round are in one language each: all faults, forms, changes."""

import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.content.test_chinese_of_cards import NAMES, WORD
from tests.fixtures.command_line import call
from tests.fixtures.document_texts import cells_of, printed_over, texts_of
from tests.fixtures.site_forms import COLUMNS, ID, ITEM, export, fill, row_of
from xunjian.checks.model import Verdict
from xunjian.facts.words import COMMON, REASONS
from xunjian.lab import FAULTS, up
from xunjian.platforms import load_platforms
from xunjian.report import FILES, words
from xunjian.run.found import FREE_CHECK
from xunjian.tasks.load import load_catalog
from xunjian.workspace import open_workspace

pytestmark = pytest.mark.slow

# four words in a row: a sentence, not the name of a thing
SENTENCE = re.compile(r"[A-Za-z]+(?:[ ,:;]+[a-z][a-z-]+){3,}")
CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
# what people wrote; a person writes in the language of the readers
ANSWERS: dict[str, dict[str, object]] = {
    "机房温度": {"value": 26.5, "cause": "read at the rack"},
    "油机启动": {"verdict": "正常"},
    "灭火器材": {"verdict": "正常"},
    "孔洞与堆放": {"verdict": "异常", "cause": "open cable duct"},
}
ROUNDS = (".", "flood-before", "flood")
FLOOD: dict[str, dict[str, object]] = {
    "漏水": {"verdict": "异常", "cause": "water at the door"},
    "油机": {"verdict": "不涉及"},
    "线路衰减": {"value": 0.4},
}
ABROAD = "机房相对湿度"  # answered on the English form
# codes of ours with a Chinese word of their own; what stands in a cell alone is read by people
CODES = {verdict.value for verdict in Verdict} | {
    code
    for table in (words.CHANGES, words.LEFTOVERS, words.STATES, words.KINDS, REASONS, COMMON)
    for code, word in table.items()
    if CJK.search(word.zh)
}
# messages that quote what a device said; commands of ours
QUOTING = {"config.drift", "registration.state"}
COMMANDS = {"xunjian diff", "xunjian baseline accept"}
# how what is sent to devices begins: several of one item are joined
SENT = ("display ", "compare ", "getent ", "PING; ", "conf; nft ")
# sheets and tables also tell what a thing is called where it was set: roles, severities of a log
CALLED_SO = {"root"}


def is_quoted(sentence: str, folder: Path) -> bool:
    """Whether it was sent, or stands in what a device or a person wrote, or in a source."""
    said = json.loads((folder / "report.json").read_text("utf-8"))
    written = [one["remark"] for one in said["findings"] if one["source"] != "automatic"]
    problems = [one["subject"] for one in said["findings"] if one["check"] == FREE_CHECK]
    devices = [one["message"] for one in said["findings"] if one["check"] in QUOTING]
    joined = "; ".join((*written, *problems, *devices, *sources()))
    told = sentence.removeprefix("A ").removeprefix("FREE ")
    return told in joined or told.startswith(SENT)


@cache
def sources() -> tuple[str, ...]:
    """Where the cards have their standards from: titles of works and pages stay as they are."""
    workspace = open_workspace(None)
    tasks = load_catalog(workspace, load_platforms(workspace)).tasks
    return tuple(check.source.zh for task in tasks for check in task.checks)


def in_english(root: Path) -> Path:
    """Fill a line of the same form, handed out in English: its id says which it is."""
    mark, form = "", root / "form-en.xlsx"
    for sheet in load_workbook(root / "form.xlsx").worksheets[:-1]:
        for row in range(1, sheet.max_row + 1):
            if str(sheet.cell(row, ITEM).value or "").endswith(ABROAD):
                mark = str(sheet.cell(row, ID).value)
    assert mark
    said = call("forms", "export", "latest", "-w", root, "-o", form, "--lang", "en")
    assert said.code == 0, said.err

    def confirm(sheet: Any) -> None:
        if mark in {str(row[ID - 1].value) for row in sheet.iter_rows(max_col=ID)}:
            row = row_of(sheet, mark)
            assert str(sheet.cell(row, COLUMNS["remark"]).value).startswith("automatic: ")
            sheet.cell(row, COLUMNS["value"], 61)
            sheet.cell(row, COLUMNS["cause"], "read beside the door")
            sheet.cell(row, COLUMNS["decides"], "yes")

    given = [text for text in texts_of(form) if not text.startswith("[")]  # read back by us alone
    assert [text for text in given if CJK.search(text)] == []
    return fill(form, {}, by="B. Inspector", more=confirm)


def report(root: Path, folder: Path, language: str) -> None:
    formats = ("--format", ",".join(FILES))
    said = call("report", "run", "latest", "-w", root, "-o", folder, "--lang", language, *formats)
    assert said.code == 0, said.err


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Documents of a faulty pre-holiday round whose forms came in, in both languages."""
    root = tmp_path_factory.mktemp("languages") / "ws"
    faults = [name for name in FAULTS if name != "device-hangs"]
    handle = up(root, tuple(faults), detach=False)
    try:
        made = call("run", "pre_holiday", "-w", root, "-o", root / "first", "--format", "json")
        assert made.code == 1, made.err

        def problem(sheet: Any) -> None:
            if "xj:FREE 1" in {str(row[ID - 1].value) for row in sheet.iter_rows(max_col=ID)}:
                sheet.cell(row_of(sheet, "xj:FREE 1"), ITEM, "door lock broken")

        handed_out = export(root)
        english = in_english(root)
        form = fill(handed_out, ANSWERS, by="A. Inspector", more=problem)
        taken = call("forms", "import", "latest", form, "-w", root, "-o", root / "first")
        assert taken.code == 0, taken.err
        for language in ("zh", "en"):
            report(root, root / language, language)
        taken = call("forms", "import", "latest", english, "-w", root, "-o", root / "abroad-zh")
        assert taken.code == 0, taken.err
        yield root
    finally:
        handle.down()


def flooded(root: Path) -> list[Path]:
    """The form of the flood-season round as two people filled it in; they differ on the drains."""

    def rest(sheet: Any) -> None:
        marks = [str(row[ID - 1].value or "") for row in sheet.iter_rows(max_col=ID)]
        for row, mark in enumerate(marks, 1):
            verdict = sheet.cell(row, COLUMNS["verdict"])
            no_value = str(sheet.cell(row, COLUMNS["value"]).fill.fgColor.rgb).endswith("EDEDED")
            if mark.startswith("Q") and no_value and verdict.value is None and row % 7:
                verdict.value = "不涉及" if row % 5 == 0 else "正常"
            elif mark == "xj:FREE 1":
                sheet.cell(row, ITEM, "cable duct under water")
            elif mark.startswith("xj:sign"):
                sheet.cell(row, ITEM, "A. Inspector")

    other = root / "flood-other.xlsx"
    shutil.copy(root / "flood-zh.xlsx", other)
    drains = {"排水": FLOOD["漏水"]}
    return [
        fill(root / "flood-zh.xlsx", {**FLOOD, "排水": {"verdict": "正常"}}, by="A. B.", more=rest),
        fill(other, drains, by="C. D."),
    ]


@pytest.fixture(scope="module")
def flood(out: Path) -> Path:
    """A flood-season round behind the other, reported before its forms came in and after."""
    made = call("run", "flood_season", "-w", out, "-o", out / "flood-first", "--format", "json")
    assert made.code == 1, made.err
    for language in ("zh", "en"):
        form = out / f"flood-{language}.xlsx"
        said = call("forms", "export", "latest", "-w", out, "-o", form, "--lang", language)
        assert said.code == 0, said.err
        report(out, out / "flood-before" / language, language)
    taken = call("forms", "import", "latest", *flooded(out), "-w", out, "-o", out / "flood" / "zh")
    assert taken.code == 0, taken.err
    report(out, out / "flood" / "en", "en")
    return out


def test_the_round_has_something_of_everything(out: Path) -> None:
    said = json.loads((out / "en" / "report.json").read_text("utf-8"))
    checks = {finding["check"] for finding in said["findings"]}
    assert {"form.problem", "config.drift", "room.leak", "registration.state"} <= checks
    assert said["changes"]
    assert {"abnormal", "warning", "unknown", "not_applicable"} <= {
        finding["verdict"] for finding in said["findings"]
    }
    assert "open cable duct" in json.dumps(said)


def test_what_a_form_says_by_itself_is_in_the_language_of_the_document(out: Path) -> None:
    """A line of a Chinese form in English documents, one of an English form in Chinese ones."""
    for folder, ours, other, reason in (
        ("en", "automatic: ", "自动", "read at the rack; "),
        ("zh", "自动：", "automatic", "read at the rack；"),
        ("abroad-zh", "自动：", "automatic", "read beside the door；"),
    ):
        said = json.loads((out / folder / "report.json").read_text("utf-8"))
        remarks = [finding["remark"] for finding in said["findings"]]
        assert [one for one in remarks if one.startswith(reason + ours)], folder
        assert [one for one in remarks if other in one] == [], folder


@pytest.fixture(params=ROUNDS)
def folder(request: pytest.FixtureRequest) -> Path:
    """The documents of each round, in a folder per language."""
    name = str(request.param)
    root: Path = request.getfixturevalue("out" if name == "." else "flood")
    return root / name


@pytest.mark.parametrize("form", list(FILES))
def test_an_english_document_holds_no_chinese(folder: Path, form: str) -> None:
    texts = list(texts_of(folder / "en" / FILES[form]))
    assert len(texts) > 300
    assert [text.strip() for text in texts if CJK.search(text)] == []


@pytest.mark.parametrize("form", ["html", "md", "xlsx", "docx"])
def test_no_cell_of_a_chinese_document_is_a_code(folder: Path, form: str) -> None:
    cells = set(cells_of(folder / "zh" / FILES[form]))
    assert {"正常", "异常"} <= cells
    assert cells & (CODES - CALLED_SO) == set()


def test_chinese_sentences_hold_no_english_words(folder: Path) -> None:
    said = json.loads((folder / "zh" / "report.json").read_text("utf-8"))
    odd = set()
    for finding in said["findings"]:
        for part in ("title", "message", "standard", "advice"):
            if part == "message" and finding["check"] in QUOTING:
                continue
            if part == "message" and finding["source"] != "automatic":
                continue  # what a person wrote
            quoted = {finding["subject"], str(finding["value"])}
            found = set(WORD.findall(finding[part])) - NAMES - COMMANDS
            odd |= {(finding["check"], word) for word in found if word not in " ".join(quoted)}
    assert odd == set()


@pytest.mark.parametrize("form", ["md", "junit", "html", "docx", "xlsx"])
def test_a_chinese_document_holds_no_english_sentence(folder: Path, form: str) -> None:
    texts = list(texts_of(folder / "zh" / FILES[form]))
    found = {one.strip() for text in texts for one in SENTENCE.findall(text)}
    assert {one for one in found if not is_quoted(one, folder / "zh")} == set()


def test_the_workbooks_of_the_forms_are_in_one_language_each(flood: Path) -> None:
    english = [text for text in texts_of(flood / "flood-en.xlsx") if not text.startswith("[")]
    assert len(english) > 300
    assert [text for text in english if CJK.search(text)] == []
    chinese = [text for text in texts_of(flood / "flood-zh.xlsx") if not text.startswith("[")]
    assert len(chinese) > 300
    found = {one for text in chinese for one in SENTENCE.findall(text)}
    assert {one for one in found if not is_quoted(one, flood / "flood-before" / "zh")} == set()
    assert set(chinese) & CODES == set()


def test_the_flood_season_has_something_of_everything(flood: Path) -> None:
    said = json.loads((flood / "flood" / "en" / "report.json").read_text("utf-8"))
    found = {one["message"] for one in said["findings"]}
    assert "cable duct under water" in found
    assert [one for one in found if "contradict" in one and "water at the door" in one]
    assert {"manual", "automatic"} <= {one["source"] for one in said["findings"]}
    assert said["leftovers"]
    assert said["version"] == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_word_of_the_pdf_stands_on_another(folder: Path, language: str) -> None:
    assert printed_over(folder / language / "report.pdf") == []
