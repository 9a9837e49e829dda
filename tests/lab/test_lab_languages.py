"""The documents of a real round are in one language each: all faults, forms, changes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.content.test_chinese_of_cards import NAMES, WORD
from tests.fixtures.command_line import call
from tests.fixtures.document_texts import cells_of, texts_of
from tests.fixtures.site_forms import COLUMNS, ID, ITEM, export, fill, row_of
from xunjian.checks.model import Verdict
from xunjian.facts.words import COMMON, REASONS
from xunjian.lab import FAULTS, up
from xunjian.report import FILES, words

pytestmark = pytest.mark.slow

CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
# what people wrote; a person writes in the language of the readers
ANSWERS: dict[str, dict[str, object]] = {
    "机房温度": {"value": 26.5, "cause": "read at the rack"},
    "油机启动": {"verdict": "正常"},
    "灭火器材": {"verdict": "正常"},
    "孔洞与堆放": {"verdict": "异常", "cause": "open cable duct"},
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
# sheets and tables also tell what a thing is called where it was set: roles, severities of a log
CALLED_SO = {"root"}


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
            folder = root / language
            formats = ("--format", ",".join(FILES))
            said = call(
                "report", "run", "latest", "-w", root, "-o", folder, "--lang", language, *formats
            )
            assert said.code == 0, said.err
        taken = call("forms", "import", "latest", english, "-w", root, "-o", root / "abroad-zh")
        assert taken.code == 0, taken.err
        yield root
    finally:
        handle.down()


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


@pytest.mark.parametrize("form", list(FILES))
def test_an_english_document_holds_no_chinese(out: Path, form: str) -> None:
    texts = list(texts_of(out / "en" / FILES[form]))
    assert len(texts) > 300
    assert [text.strip() for text in texts if CJK.search(text)] == []


@pytest.mark.parametrize("form", ["html", "md", "xlsx", "docx"])
def test_no_cell_of_a_chinese_document_is_a_code(out: Path, form: str) -> None:
    cells = set(cells_of(out / "zh" / FILES[form]))
    assert {"正常", "异常"} <= cells
    assert cells & (CODES - CALLED_SO) == set()


def test_chinese_sentences_hold_no_english_words(out: Path) -> None:
    said = json.loads((out / "zh" / "report.json").read_text("utf-8"))
    odd = set()
    for finding in said["findings"]:
        if finding["source"] != "automatic":
            continue
        for part in ("title", "message", "standard", "advice"):
            if part == "message" and finding["check"] in QUOTING:
                continue
            quoted = {finding["subject"], str(finding["value"])}
            found = set(WORD.findall(finding[part])) - NAMES - COMMANDS
            odd |= {(finding["check"], word) for word in found if word not in " ".join(quoted)}
    assert odd == set()
