"""The page of a round: harmless whatever a device says, in one language, findable."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typing_extensions import override

from tests.page_sample import model
from xunjian.checks.model import Verdict
from xunjian.language import Language, Text
from xunjian.report import ReportModel, render
from xunjian.report.shown import long_text, shown, shown_lines

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"
CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
# names of things, not of a language
SAME_IN_CHINESE = {"sha", "xunjian", "cpu", "ups", "iii", "report", "json", "dbm"}
PORTS = {"xge"}  # in plots a port has no mark of its own
EVIL = (
    "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>",
    "\x1b[31mred\x00\x07",
    "\u202egnp.exe\u202c \u2066x\u2069 \u200b\ufeff",
    "x" * 10_000,
    "{{ 7 * 7 }} {% raw %}",
    "\ud800 lone",
)


def page(one: ReportModel, language: Language = Language.ZH) -> str:
    return render(one, "html", language, lambda name: (TEMPLATES / name).read_bytes()).decode()


class Reader(HTMLParser):
    """Collects a page's own words: nothing of a device, no code, no style."""

    silent = frozenset({"style", "script", "bdi", "code", "pre", "option"})

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.words: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag in self.silent
        given = dict(attrs)
        self.ids += [str(given["id"])] if given.get("id") else []
        self.links += [str(given["href"])] if given.get("href") else []
        for name in ("aria-label", "placeholder", "data-l", "alt", "title"):
            if not self.depth and given.get(name):
                self.words.append(str(given[name]))

    @override
    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag in self.silent

    @override
    def handle_data(self, data: str) -> None:
        if not self.depth:
            self.words.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def hostile() -> ReportModel:
    """A round in which every text of a device is out to do harm."""
    one = model(8, 6)
    everything = " ".join(EVIL)
    said = Text(everything, everything)
    sheets = []
    for sheet in one.sheets:
        device = replace(
            sheet.device,
            name=f'{sheet.device.name}"><b>',
            label=everything,
            site=EVIL[0],
            site_title=everything,
            asset={"model": everything},
            notes=(said,),
        )
        rows = tuple(
            replace(
                row,
                device=device,
                finding=replace(
                    row.finding,
                    device=device.name,
                    subject=everything,
                    message=said,
                    value=everything,
                    remark=Text(everything),
                    evidence_ids=(f"{device.name}#001",),
                ),
            )
            for row in sheet.rows
        )
        sheets.append(replace(sheet, device=device, rows=rows))
    rows = tuple(row for sheet in sheets for row in sheet.rows if row.is_bad)
    evidence = tuple(
        replace(e, device=f'{e.device}"><b>', text=everything, id=f'{e.device}"><b>{e.id[-4:]}')
        for e in one.evidence
    )
    return replace(
        one,
        sheets=tuple(sheets),
        problems=rows,
        evidence=evidence,
        head=replace(one.head, project=everything, secrecy=everything),
        excerpts={e.id: "\n".join(EVIL) for e in evidence},
        series=tuple(replace(s, label=everything, subject=everything) for s in one.series),
    )


@pytest.mark.parametrize("language", list(Language))
def test_nothing_a_device_says_becomes_markup_or_hides(language: Language) -> None:
    html = page(hostile(), language)
    assert "<img" not in html
    assert html.count("<script>") == 1
    assert "onerror=alert(1)>" not in html
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", html
    )
    assert "⟨U+202E⟩gnp.exe" in html
    assert "\\x1b[31mred\\x00\\x07" in html
    assert "{{ 7 * 7 }}" in html
    assert "49" not in re.findall(r"<h1>(.*?)</h1>", html)


def test_a_line_of_ten_thousand_characters_is_folded() -> None:
    folded = long_text(Language.ZH)("x" * 10_000)
    assert folded.startswith("x" * 300 + "<details")
    assert "其余 9700 个字符" in folded
    assert long_text(Language.EN)("short") == "short"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plain", "plain"),
        ("a\r\nb\tc", "a ⏎ b c"),
        ("\u202eevil", "⟨U+202E⟩evil"),
        ("\x00", "\\x00"),
        ("", ""),
    ],
)
def test_what_cannot_be_seen_is_named(text: str, wanted: str) -> None:
    assert shown(text) == wanted


def test_lines_of_evidence_stay_lines() -> None:
    assert shown_lines("a <b>\r\n\x07c") == "a &lt;b&gt;\n\\x07c"


def test_the_english_page_is_english() -> None:
    reader = read(page(model(is_latin=True), Language.EN))
    assert [word for word in reader.words if CJK.search(word)] == []


def test_the_chinese_page_is_chinese() -> None:
    found = set()
    for words in read(page(model())).words:
        found |= {word.lower() for word in re.findall("[A-Za-z]{3,}", words)}
    assert found - SAME_IN_CHINESE - PORTS == set()


def test_every_link_inside_leads_somewhere_and_ids_are_unique() -> None:
    reader = read(page(model()))
    assert len(set(reader.ids)) == len(reader.ids)
    assert {link[1:] for link in reader.links if link.startswith("#")} <= set(reader.ids)
    assert [link for link in reader.links if not link.startswith("#")] == []


def test_nothing_is_inline_and_nothing_is_loaded() -> None:
    html = page(model())
    assert not re.search(r"\son[a-z]+=", html)
    assert not re.search(r"\sstyle=", html)
    assert "img-src" not in html
    assert "default-src 'none'" in html


def test_a_logo_is_shown_when_it_is_a_picture() -> None:
    one = model()
    png = replace(one, head=replace(one.head, logo=b"\x89PNG\r\n\x1a\nrest"))
    assert "img-src data:" in page(png)
    assert 'src="data:image/png;base64,' in page(png)
    svg = replace(one, head=replace(one.head, logo=b"<svg onload=alert(1)>"))
    assert "<img" not in page(svg)


def test_history_and_evidence_stand_with_their_device() -> None:
    one = model()
    html = page(one)
    section = html[html.index('id="d-sw1"') : html.index('id="d-sw2"')]
    assert "历轮判定" in section
    assert "display temperature all" in section
    assert "&lt;72&gt;" in section  # the excerpt
    calm = next(s.device.name for s in one.sheets if s.worst is Verdict.NORMAL)
    quiet = html[html.index(f'id="d-{calm}"') :].split("</details></details>")[0].split('id="d-')[1]
    assert "<pre>" not in quiet


def test_a_device_is_found_by_what_it_is_and_has() -> None:
    html = page(model())
    tag = re.search(r'<details class="sheet"[^>]*id="d-sw1"[^>]*>', html)
    assert tag
    for facet in ('data-site="hangzhou"', 'data-system="water finance"', 'data-kind="switch"'):
        assert facet in tag[0]
    assert re.search(r'data-verdict="[^"]*abnormal', tag[0])
    assert 'data-level="II"' in tag[0]


def test_without_problems_the_page_says_so() -> None:
    one = model(1, 0)
    bare = replace(one, problems=(), series=(), rounds=(), sites=(), leftovers=(), trails={})
    html = page(bare)
    assert "没有预警、异常或待核项。" in html
    assert 'id="plots"' not in html


def rowed(one: ReportModel, verdicts: list[Verdict]) -> ReportModel:
    """The model with one device, whose rows are ports of these verdicts alike but for that."""
    sheet = next(sheet for sheet in one.sheets if sheet.rows)
    first = replace(sheet.rows[0].finding, remark=Text(""), by="", source="automatic")
    rows = tuple(
        replace(
            sheet.rows[0],
            finding=replace(first, id=f"F{n}", subject=f"XGE1/0/{n}", verdict=verdict),
        )
        for n, verdict in enumerate(verdicts, 1)
    )
    sheets = tuple(replace(s, rows=rows) if s is sheet else s for s in one.sheets)
    return replace(one, sheets=sheets, record_sheets="all")


@pytest.mark.parametrize("language", list(Language))
def test_ports_normal_alike_share_a_row_in_print_and_stay_single_on_screen(
    language: Language,
) -> None:
    normal, bad = Verdict.NORMAL, Verdict.ABNORMAL
    said = page(rowed(model(), [normal] * 4 + [bad] + [normal] * 2), language)
    shared = re.findall(r'<tr class="shared">(.*?)(?=\n<tr)', said, re.DOTALL)
    assert len(shared) == 1
    count = {Language.ZH: "共 4 个", Language.EN: "4 in all"}[language]
    assert "XGE1/0/1 … XGE1/0/4" in shared[0]
    assert count in shared[0]
    assert said.count('<tr class="each">') == 4, "two alike do not share a row"
    assert said.count('<tr class="abnormal"><td>') >= 1
    style = re.sub(r"\s+", " ", (TEMPLATES / "inspection.css").read_text("utf-8"))
    assert "@media screen { .rec tr.shared { display: none; } }" in style
    assert "@media print { .rec tr.each { display: none; }" in style
