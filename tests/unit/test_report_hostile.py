"""Hostile device texts in what programs read: Markdown, JSON and JUnit stay whole and harmless.

Word, PDF, the workbook and the page have the same texts in tests of their own.
"""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.report_samples import a_model
from tests.unit.test_report_pdf import HOSTILE, hostile
from xunjian.language import Language
from xunjian.report import render

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def made(form: str, language: Language = Language.ZH) -> bytes:
    return render(hostile(a_model()), form, language, lambda name: (TEMPLATES / name).read_bytes())


@pytest.mark.parametrize("language", list(Language))
def test_json_gives_back_what_was_said(language: Language) -> None:
    document = made("json", language)
    assert not UNSEEN.search(document.decode("utf-8").replace("\ufffe", ""))  # JSON may hold it
    said = json.loads(document)
    messages = {finding["message"] for finding in said["findings"]}
    assert HOSTILE["html"] in messages
    assert HOSTILE["long"] in messages
    assert len(said["findings"]) == len(HOSTILE)


@pytest.mark.parametrize("language", list(Language))
def test_junit_is_xml_that_holds_no_markup_of_a_device(language: Language) -> None:
    document = made("junit", language)
    assert not UNSEEN.search(document.decode("utf-8"))
    root = ET.fromstring(document)
    assert {element.tag for element in root.iter()} <= {
        *("testsuites", "testsuite", "testcase", "properties", "property"),
        *("failure", "error", "skipped", "system-out"),
    }
    messages = {str(failure.get("message")) for failure in root.iter("failure")}
    assert HOSTILE["html"] in messages
    assert any("abc" in re.sub(r"\W|31m", "", message) for message in messages)


@pytest.mark.parametrize("language", list(Language))
def test_markdown_keeps_its_tables_and_runs_nothing(language: Language) -> None:
    text = made("md", language).decode("utf-8")
    assert not UNSEEN.search(text)
    assert not re.search(r"(?<!\\)<script", text)
    assert not re.search(r"(?<!\\)\]\(", text)
    widths: dict[str, int] = {}
    head = ""
    for line in text.splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line))
        if not line.startswith("|"):
            head = ""
        elif not head:
            head, widths[line] = line, cells
        else:
            assert cells == widths[head], line[:200]
    assert len(widths) > 5
