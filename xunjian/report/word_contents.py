"""Fills the tables of contents of a Word document that has just been written.

A template, ours or the customer's, holds an ordinary TOC field; what Word remembers of it is from
before the document had its text, and only Word can renew it, on demand or after a question. So the
field gives way to a line per heading that leads there, whose page is a PAGEREF field: LibreOffice
works that out when it opens the document, Word when it prints or exports it, and nobody is asked.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

_P, _R, _TEXT = qn("w:p"), qn("w:r"), qn("w:t")
_FIELD, _CODE, _KIND = qn("w:fldChar"), qn("w:instrText"), qn("w:fldCharType")
_TOC = re.compile(r"^\s*TOC\b")
_LEVELS = re.compile(r'\\o\s+"?(\d)\s*-\s*(\d)')  # ECMA-376 part 1, 17.16.5.68: \o "1-3"
_FIRST_MARK = 900_000  # ids above those a person's template has

Heading = tuple[int, str, str]  # level, text, name of the bookmark


def fill_contents(document: Any) -> None:
    """Put the headings of the document in the place of its TOC fields."""
    body = document.element.body
    fields = [code for code in body.iter(_CODE) if _TOC.match(code.text or "")]
    if not fields:
        return
    headings = tuple(_headings(document, body))
    lines = _styles(document, "toc")
    for code in fields:
        found = _LEVELS.search(code.text or "")
        first, last = (int(found[1]), int(found[2])) if found else (1, 3)
        _fill(code, [one for one in headings if first <= one[0] <= last], lines)


def _styles(document: Any, name: str) -> dict[int, str]:
    """Style ids by level; `heading 1` and `toc 1` are the names in every language of Word."""
    pattern = re.compile(rf"^{name} (\d)$", re.IGNORECASE)
    return {
        int(found[1]): style.style_id
        for style in document.styles
        if (found := pattern.match(style.name or ""))
    }


def _headings(document: Any, body: Any) -> Iterator[Heading]:
    levels = {style_id: level for level, style_id in _styles(document, "heading").items()}
    for number, paragraph in enumerate(body.iterchildren(_P), start=_FIRST_MARK):
        level = levels.get(paragraph.style)
        text = "".join(run.text or "" for run in paragraph.iter(_TEXT)).strip() if level else ""
        if level and text:
            name = f"_Toc{number}"
            _mark(paragraph, number, name)
            yield level, text, name


def _mark(paragraph: Any, number: int, name: str) -> None:
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    first = next(paragraph.iterchildren(_R), None)
    if first is None:
        paragraph.append(start)
    else:
        first.addprevious(start)
    paragraph.append(end)


def _fill(code: Any, headings: Sequence[Heading], styles: dict[int, str]) -> None:
    paragraphs = _span(code)
    if not paragraphs or not headings:
        return
    for heading in headings:
        line: Any = OxmlElement("w:p")
        if style := styles.get(heading[0]):
            line.style = style
        line.append(_entry(heading))
        paragraphs[0].addprevious(line)
    for gone in paragraphs:
        gone.getparent().remove(gone)


def _span(code: Any) -> list[Any]:
    """Give the paragraphs a field fills from edge to edge; none where they hold more than it."""
    first = code.getparent().getparent()
    if first.tag != _P or _text_around(first, code, before=True):
        return []
    depth, found = 0, []
    for element in (first, *first.itersiblings()):
        found.append(element)
        for mark in element.iter(_FIELD):
            depth += {"begin": 1, "end": -1}.get(mark.get(_KIND), 0)
            if depth == 0:
                return [] if _text_around(element, mark, before=False) else found
    return []


def _text_around(paragraph: Any, mark: Any, *, before: bool) -> bool:
    """Whether a paragraph says anything before a mark of a field in it, or after it."""
    marks = list(paragraph.iter(_TEXT, mark.tag))
    place = marks.index(mark)
    rest = marks[:place] if before else marks[place + 1 :]
    return any(one.tag == _TEXT and one.text for one in rest)


def _entry(heading: Heading) -> Any:
    """Give one line: text, leader, page; all of it leads to the heading."""
    _, text, name = heading
    entry = parse_xml(
        f'<w:hyperlink {nsdecls("w")} w:anchor="{name}" w:history="1"><w:r><w:t/></w:r>'
        '<w:r><w:tab/></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> PAGEREF {name} \\h </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        '<w:r><w:t xml:space="preserve"> </w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:hyperlink>'
    )
    next(entry.iter(_TEXT)).text = text
    return entry
