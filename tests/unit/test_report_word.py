"""The Word report read back: its text, its contents, where its tables may be divided."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from PIL import Image

from tests.fixtures.office_reading import words_beside_expected
from tests.report_samples import a_model
from tests.unit.test_report_formats import record
from xunjian.errors import ContentError
from xunjian.language import Language, Text
from xunjian.report import ReportModel, build_report
from xunjian.report.as_word import as_word
from xunjian.report.building.beside import Beside, Order
from xunjian.report.document import Person
from xunjian.report.printed import printed
from xunjian.report.volumes import volumes
from xunjian.report.word_contents import fill_contents
from xunjian.report.word_rows import SMALL_ROWS

TEMPLATE = (Path(__file__).parents[2] / "templates/report/inspection.docx").read_bytes()
EMU_PER_CM = 360_000
CHAPTERS = 11 + len("ABCDEF") + 1  # and the approval sheet


def word(model: ReportModel, language: Language = Language.ZH, template: bytes = TEMPLATE) -> Any:
    return Document(io.BytesIO(as_word(model, language, template)))


def lines(document: Any) -> Iterator[str]:
    """What a reader sees, paragraph by paragraph and row by row."""
    for part in (document.sections[0].header, document.sections[0].footer):
        yield from (p.text for p in part.paragraphs)
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            yield block.text
        else:
            assert isinstance(block, Table)
            for row in block.rows:
                yield " | ".join(cell.text.replace("\n", " / ") for cell in row.cells)


def headings(document: Any, level: int = 1) -> list[str]:
    return [p.text for p in document.paragraphs if p.style.name == f"Heading {level}"]


@pytest.mark.parametrize("language", list(Language))
def test_the_text_is_as_expected(language: Language) -> None:
    text = "\n".join(lines(word(a_model(), language)))
    found, expected = words_beside_expected(f"report.{language.value}.docx.txt", text)
    assert found == expected


@pytest.mark.parametrize("language", list(Language))
def test_the_contents_name_every_chapter_and_lead_to_it(language: Language) -> None:
    document = word(a_model(), language)
    chapters = headings(document)
    assert len(chapters) == CHAPTERS
    entries = [p for p in document.paragraphs if p.style.name == "toc 1"]
    assert [entry.text.rstrip("\t ") for entry in entries] == chapters
    marks = {
        mark.get(qn("w:name")): "".join(t.text for t in mark.getparent().iter(qn("w:t")))
        for mark in document.element.body.iter(qn("w:bookmarkStart"))
    }
    for entry, chapter in zip(entries, chapters, strict=True):
        (link,) = entry._p.iter(qn("w:hyperlink"))
        anchor = link.get(qn("w:anchor"))
        assert marks[anchor] == chapter
        (code,) = (c.text.split() for c in link.iter(qn("w:instrText")))
        assert code == ["PAGEREF", anchor, "\\h"]


def test_nobody_is_asked_when_the_report_is_opened() -> None:
    with zipfile.ZipFile(io.BytesIO(as_word(a_model(), Language.ZH, TEMPLATE))) as packed:
        assert b"updateFields" not in packed.read("word/settings.xml")
        text = packed.read("word/document.xml").decode()
        assert not [name for name in packed.namelist() if "vba" in name.lower()]
    assert "w:dirty" not in text
    assert not re.search(r"<w:instrText[^>]*>\s*TOC", text)


def own(*paragraphs: str) -> Any:
    """A document of three headings as a customer's template may be: with these paragraphs first."""
    document: Any = Document()
    for level, text in ((1, "甲"), (2, "乙"), (1, "丙 & <b>")):
        document.add_heading(text, level)
    document.add_heading("", 1)
    for inner in reversed(paragraphs):
        document.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>"))
    return document


BEGIN, APART, END = (
    f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")
)


def code(text: str) -> str:
    return f"<w:r><w:instrText>{text}</w:instrText></w:r>"


def said(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


NESTED = BEGIN + code("PAGEREF _Toc1 \\h") + APART + said("7") + END


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ('\\o "1-1"', ["甲", "丙 & <b>"]),
        ('\\o "1-3" \\h', ["甲", "乙", "丙 & <b>"]),
        ('\\o "2-2"', ["乙"]),
        ("\\h", ["甲", "乙", "丙 & <b>"]),
    ],
)
def test_the_contents_of_a_customers_template_are_renewed(levels: str, expected: list[str]) -> None:
    document = own(
        BEGIN + code(f" TOC {levels} ") + APART + said("旧一") + NESTED,
        said("旧二") + NESTED,
        END,
    )
    fill_contents(document)
    before = document.element.body.index(document.paragraphs[len(expected)]._p)
    assert before == len(expected)
    shown = [p.text.rstrip("\t ") for p in document.paragraphs[: len(expected)]]
    assert shown == expected
    assert "旧" not in document.element.xml
    assert document.element.xml.count("PAGEREF") == len(expected)


@pytest.mark.parametrize(
    "paragraph",
    [
        said("请看") + BEGIN + code("TOC") + APART + said("旧") + END,
        BEGIN + code("TOC") + APART + said("旧") + END + said("完"),
        BEGIN + code("TOC") + APART + said("旧"),  # never ends
        BEGIN + code("TOCX") + APART + said("旧") + END,
    ],
)
def test_a_field_that_is_not_all_of_its_paragraphs_is_left_alone(paragraph: str) -> None:
    document = own(paragraph)
    fill_contents(document)
    assert "旧" in document.paragraphs[0].text
    assert headings(document)[:2] == ["甲", "丙 & <b>"]


def is_kept(row: Any) -> bool:
    kept = [p.paragraph_format.keep_with_next for cell in row.cells for p in cell.paragraphs]
    return all(kept)


def test_no_row_is_alone_on_a_page_and_none_is_divided() -> None:
    document = word(a_model(12, 30, 4))
    seen = set()
    for table in document.tables:
        rows = list(table.rows)
        seen.add(len(rows) > SMALL_ROWS)
        if len(rows) > SMALL_ROWS:
            assert [is_kept(row) for row in (rows[0], rows[-2], rows[-1])] == [True, True, False]
            assert not any(is_kept(row) for row in rows[1:-2])
        else:
            assert all(is_kept(row) for row in rows[:-1])
            assert len(rows) < 2 or not is_kept(rows[-1])
    assert seen == {True, False}
    listings = [t for t in document.tables if t._tbl.find(".//" + qn("w:tblHeader")) is not None]
    assert len(listings) > 12
    for table in listings:
        for row in table.rows:
            assert row._tr.trPr.find(qn("w:cantSplit")) is not None


def test_every_heading_stays_with_what_it_is_of() -> None:
    document = word(a_model())
    blocks = list(document.iter_inner_content())
    for place, block in enumerate(blocks):
        style: Any = block.style
        if isinstance(block, Paragraph) and re.match("Heading|toc 1", style.name):
            assert style.paragraph_format.keep_with_next
            assert block.paragraph_format.keep_with_next is not False
            assert place + 1 < len(blocks)


def test_an_empty_round_has_every_chapter_and_no_empty_table() -> None:
    model = a_model(0)
    bare = replace(
        model, changes=(), leftovers=(), manual=(), thresholds=(), sites=(), rounds=(), series=(),
        advice=(), content=(), levels={}, previous_run_id=None, faults=(), spares=(), next_rounds=(),
        head=replace(model.head, title=Text(""), people=(), revisions=()),
    )  # fmt: skip
    for language, none_said in ((Language.ZH, "无。"), (Language.EN, "None.")):
        document = word(bare, language)
        assert len(headings(document)) == CHAPTERS
        assert sum(p.text == none_said for p in document.paragraphs) >= 10
        for table in document.tables:
            assert len(table.rows) > 1, [cell.text for cell in table.rows[0].cells]


def test_tables_are_as_wide_as_the_page_between_its_margins() -> None:
    document = word(a_model())
    room = {
        round((one.page_width - one.left_margin - one.right_margin) / EMU_PER_CM, 1)
        for one in document.sections
    }
    widths = {
        round(sum(column.width for column in table.columns) / EMU_PER_CM, 1)
        for table in document.tables
        if table._tbl.find(".//" + qn("w:tblHeader")) is not None
    }
    assert len(room) == 2, "upright and on its side"
    assert widths == room


def test_who_signed_a_form_has_a_role_in_both_languages() -> None:
    own = Order(signers=(Text("总监", "director"), Text("巡检人")))
    signed = tuple(Person(name="张三", role=Text(role)) for role in ("巡检人", "总监", "司机"))
    head = build_report(record(), beside=Beside(order=own, signed=(*signed, signed[0]))).head
    assert [person.role.en for person in head.people] == ["Inspected by", "director", ""]


def test_what_the_customer_wrote_is_told_and_is_nobodys_name() -> None:
    said = Person(name="同意，请尽快", role=Text("客户意见", "consent"), is_opinion=True)
    model = build_report(record(), beside=Beside(signed=(said, Person(name="张三"))))
    shown = printed(model, Language.ZH)
    assert [row["name"] for row in shown["people"]] == ["张三"]
    assert ["客户意见", "“同意，请尽快”"] in shown["overview"]


def test_a_leftover_says_nothing_twice() -> None:
    model = a_model()
    one = replace(model.leftovers[0], note=model.leftovers[0].finding.message)
    rows = printed(replace(model, leftovers=(one, *model.leftovers[1:])), Language.ZH)["leftovers"]
    assert (rows[0]["note"], rows[0]["message"]) == ("", one.finding.message.zh)
    assert printed(model, Language.ZH)["leftovers"][0]["note"] == "备件已采购"


def test_a_value_of_the_whole_device_names_no_part_of_it() -> None:
    model = a_model()
    whole = replace(model.series[0], subject="-")
    rows = printed(replace(model, series=(whole, *model.series)), Language.ZH)["series"]
    assert [row["subject"].replace("\u200b", "") for row in rows[:2]] == ["", "XGE0/0/1"]


def test_a_picture_stands_on_the_page_of_its_words() -> None:
    model = a_model()
    stream = io.BytesIO()
    Image.new("RGB", (40, 20), "navy").save(stream, "JPEG")
    manual = (replace(model.manual[0], photos=("ab" * 32,)), *model.manual[1:])
    with_photo = replace(model, manual=manual, pictures={"ab" * 32: stream.getvalue()})
    heading, picture, caption = word(with_photo).paragraphs[-3:]
    assert "现场照片" in heading.text
    assert picture._p.find(".//" + qn("w:drawing")) is not None
    assert "机房清洁" in caption.text
    assert heading.paragraph_format.keep_with_next
    assert picture.paragraph_format.keep_with_next


def said_in(place: str, wrong: str) -> bytes:
    """The shipped template with a placeholder where Word may hold one, torn as Word tears it."""
    document: Any = Document(io.BytesIO(TEMPLATE))
    if place == "header":
        paragraph = document.sections[0].header.paragraphs[0]
    elif place == "table":
        cells = (c for t in document.tables for c in t._cells if "row.advice" in c.text)
        paragraph = next(cells).paragraphs[0]
    else:
        paragraph = next(p for p in document.paragraphs if "d.conclusion" in p.text)
    paragraph.text = ""
    for piece, is_bold in ((wrong[:4], True), (wrong[4:9], False), (wrong[9:], True)):
        paragraph.add_run(piece).bold = is_bold
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("place", "wrong", "name", "near"),
    [
        ("body", "{{ d.conclusoin }}", "conclusoin", "conclusion"),
        ("header", "{{ d.nubmer }}", "nubmer", "number"),
        ("table", "{{ row.advise }}", "advise", "advice"),
        ("body", "{{ m.head.customr }}", "customr", "customer"),
        ("body", "{{ says(m.title) }}", "says", "say"),
    ],
)
def test_a_wrong_placeholder_is_named_wherever_it_stands(
    place: str, wrong: str, name: str, near: str
) -> None:
    for language in Language:
        with pytest.raises(ContentError) as caught:
            word(a_model(), language, said_in(place, wrong))
        (problem,) = caught.value.problems
        assert problem.file == "templates/report/inspection.docx"
        assert name in problem.message.to(language)
        assert near in re.findall(r"\w+", problem.hint.to(language))


def test_a_mistake_in_the_template_of_volumes_names_that_file() -> None:
    model = replace(a_model(), volumes=("hangzhou",))
    with pytest.raises(ContentError) as caught:
        list(volumes(model, "docx", Language.ZH, lambda _: said_in("body", "{{ d.titel }}")))
    assert caught.value.problems[0].file == "templates/report/records.docx"


def test_a_right_placeholder_torn_by_word_is_filled() -> None:
    document = word(a_model(), template=said_in("body", "{{ d.project }}"))
    assert any(p.text == "省防汛视频会商系统运维服务" for p in document.paragraphs[10:])


def test_a_program_without_the_fonts_is_told_that_the_text_is_simplified_chinese() -> None:
    (language,) = word(a_model()).styles.element.iter(qn("w:lang"))
    assert language.get(qn("w:eastAsia")) == "zh-CN"
