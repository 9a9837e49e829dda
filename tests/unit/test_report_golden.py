"""Golden texts of what is read and processed: page, Markdown, JSON, JUnit. A changed word fails.

Word and PDF stand beside their own tests, the workbook beside its own.
"""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typing_extensions import override

from tests.fixtures.office_reading import words_beside_expected
from tests.report_samples import a_model
from xunjian.language import Language
from xunjian.report import render

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"
# what a reader of the page gets to know beside its text: what a plot, a picture, a field is
SAID = ("aria-label", "placeholder", "alt", "data-l", "title")
BLOCKS = frozenset(
    {"p", "li", "tr", "h1", "h2", "h3", "dt", "section", "summary", "svg", "option", "label"}
)


class Visible(HTMLParser):
    """The words of a page in its order: no style, no script; each block on a line of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = 0
        self.parts: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in {"style", "script"}
        if tag in BLOCKS:
            self.parts.append("\n")
        self.parts += [f"[{name}: {value}] " for name, value in attrs if name in SAID and value]

    @override
    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"style", "script"}
        self.parts.append(" ")

    @override
    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def of_page(document: bytes) -> str:
    reader = Visible()
    reader.feed(document.decode())
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def of_markdown(document: bytes) -> str:
    return document.decode()


def of_json(document: bytes) -> str:
    return json.dumps(json.loads(document), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def of_junit(document: bytes) -> str:
    return ET.canonicalize(document.decode().replace("><", ">\n<"), strip_text=True).replace(
        "><", ">\n<"
    )


READERS: Mapping[str, tuple[str, Callable[[bytes], str]]] = {
    "html": ("report.{}.html.txt", of_page),
    "md": ("report.{}.md.txt", of_markdown),
    "json": ("report.{}.json.txt", of_json),
    "junit": ("junit.{}.xml.txt", of_junit),
}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("form", list(READERS))
def test_the_text_is_as_expected(form: str, language: Language) -> None:
    name, read = READERS[form]
    document = render(a_model(), form, language, lambda file: (TEMPLATES / file).read_bytes())
    found, expected = words_beside_expected(name.format(language.value), read(document))
    assert found == expected


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ("html", "机箱温度"),
        ("md", "机箱温度"),
        ("json", "机箱温度"),
        ("junit", "占用 93 %"),
    ],
)
def test_a_changed_word_changes_the_text(form: str, word: str) -> None:
    """The readers drop nothing that a person or a program reads."""
    read = READERS[form][1]
    document = render(a_model(), form, Language.ZH, lambda file: (TEMPLATES / file).read_bytes())
    text = read(document)
    assert word in text
    assert text != read(document.replace(word.encode(), b"x"))
