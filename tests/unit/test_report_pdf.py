"""The PDF: read back with poppler, held against hostile texts and templates."""

import html
import io
import re
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from tests.fixtures.office_reading import read_back, words_beside_expected
from tests.report_samples import a_device, a_model
from xunjian.checks.model import Verdict
from xunjian.errors import UsageError
from xunjian.language import Language, Text
from xunjian.report import ReportModel, fonts
from xunjian.report.as_pdf import as_pdf
from xunjian.report.fonts import choose_fonts
from xunjian.report.model import DeviceSheet, FindingRow
from xunjian.report.plain import breakable, one_line, shortened
from xunjian.report.printed import printed, sheets_shown

TEMPLATE = (Path(__file__).parents[2] / "templates/report/inspection.typ").read_bytes()
CHAPTER = {
    Language.ZH: "([一二三四五六七八九十]+、|附录 [A-E])",
    Language.EN: r"(\d+\. |Appendix [A-E])",
}
HOSTILE = {
    "typst": '#read("/etc/passwd") #import "@preview/cetz:0.3.0" $x$ *b* _i_ ]] }} //c',
    "formula": "=cmd|'/c calc'!A0",
    "html": "<script>alert(1)</script>&amp;",
    "control": "a\x00b\x1b[31mc\x07\x85\u2028d\ud800e\ufffe",
    "turned": "\u202egnp.exe\u202c \u2066x\u2069 \u200fy",
    "long": "A" * 10_000,
    "long_chinese": "长" * 10_000,
    "hash": "0123456789abcdef" * 4,
}


def pdf(model: ReportModel, language: Language = Language.ZH, template: bytes = TEMPLATE) -> bytes:
    return as_pdf(model, language, template, use_system_fonts=False)


def text_of(document: bytes, folder: Path, *words: str) -> str:
    path = folder / "report.pdf"
    path.write_bytes(document)
    return read_back("pdftotext", *words, path, "-")


def hostile(model: ReportModel) -> ReportModel:
    """Every text of a device and of a finding is hostile."""
    texts = list(HOSTILE.values())
    made: list[DeviceSheet] = []
    for number, text in enumerate(texts):
        device = a_device(number + 1, label=text)
        device = replace(
            device, name=text, address=text, party=text, asset={"serial": text, "model": text},
            site_title=text, room_title=text, notes=(Text(text, text),),
        )  # fmt: skip
        row = model.problems[0].finding
        found = replace(
            row, id=f"F{number:010d}", device=text, subject=text, value=text, title=Text(text, text),
            standard=Text(text, text), message=Text(text, text), advice=Text(text, text), remark=Text(text),
            by=text,
        )  # fmt: skip
        rows = (FindingRow(number=number + 1, finding=found, device=device),)
        counts = {Verdict.ABNORMAL: 1}
        made.append(DeviceSheet(device=device, rows=rows, unanswered=(), verdicts=counts))
    evidence = tuple(
        replace(ref, text=text, device=text)
        for ref, text in zip(model.evidence, texts, strict=False)
    )
    index = tuple(
        replace(row, text=text, label=text)
        for row, text in zip(model.evidence_index, texts, strict=False)
    )
    return replace(
        model, sheets=tuple(made), problems=tuple(r for s in made for r in s.rows),
        evidence=evidence, evidence_index=index, run_id=HOSTILE["typst"],
        head=replace(model.head, customer=HOSTILE["typst"], project=HOSTILE["html"]),
    )  # fmt: skip


@pytest.mark.parametrize("language", list(Language))
def test_the_text_is_as_expected(language: Language, tmp_path: Path) -> None:
    found, expected = words_beside_expected(
        f"report.{language.value}.pdf.txt", text_of(pdf(a_model(), language), tmp_path)
    )
    assert found == expected


def test_english_has_no_chinese_of_ours(tmp_path: Path) -> None:
    ours = replace(a_model(), sheets=(), problems=(), changes=(), manual=(), sites=(), series=(),
                   leftovers=(), unanswered=(), left_out=(), evidence_index=(), spares=(),
                   head=replace(a_model().head, project="", customer="C", contractor="D", secrecy="E",
                                people=(), recipients=(), revisions=()))  # fmt: skip
    assert re.findall("[\u4e00-\u9fff]+", text_of(pdf(ours, Language.EN), tmp_path)) == []


def test_fonts_are_embedded_with_chinese(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf(a_model()))
    rows = read_back("pdffonts", path).splitlines()[2:]
    assert {"NotoSansSC-Regular", "NotoSerifSC-Regular"} <= {
        re.sub(r"^[A-Z]{6}\+|-Identity-H$", "", row.split()[0]) for row in rows
    }
    for row in rows:
        assert row.split()[-5:-2] == ["yes", "yes", "yes"], row  # embedded, subset, to Unicode


def test_pages_are_a4_and_the_device_list_lies_on_its_side(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf(a_model()))
    sizes = re.findall(r"size: +([\d.]+) x ([\d.]+)", read_back("pdfinfo", "-l", "99", path))
    assert {(round(float(w)), round(float(h))) for w, h in sizes} == {(595, 842), (842, 595)}
    pages = text_of(path.read_bytes(), tmp_path).split("\f")
    lying = [n for n, (w, h) in enumerate(sizes) if float(w) > float(h)]
    assert all("软件版本" in pages[n] for n in lying)


def test_page_x_of_y_and_the_number_stand_on_every_page_but_the_cover(tmp_path: Path) -> None:
    pages = text_of(pdf(a_model()), tmp_path).rstrip("\f").split("\f")
    for number, page in enumerate(pages[1:], 2):
        assert f"第 {number} 页 共 {len(pages)} 页" in page
        assert "XJ-202609-JQ-001" in page


def bookmarks(document: bytes, folder: Path) -> list[tuple[str, int]]:
    """The outline as a reader of PDF shows it: text and page."""
    path = folder / "outline.pdf"
    path.write_bytes(document)
    said = read_back("pdftohtml", "-xml", "-i", "-stdout", path)
    found = re.findall(r'<item page="(\d+)">(.*?)</item>', said)
    return [(html.unescape(text), int(page)) for page, text in found]


@pytest.mark.parametrize("language", list(Language))
def test_bookmarks_lead_to_chapters_and_devices(language: Language, tmp_path: Path) -> None:
    model = a_model()
    document = pdf(model, language)
    pages = text_of(document, tmp_path).split("\f")
    found = bookmarks(document, tmp_path)
    chapters = [text for text, _ in found if re.match(CHAPTER[language], text)]
    assert len(chapters) == 11 + len("ABCDE")
    for sheet in model.sheets:
        assert any(text.startswith(sheet.device.label) for text, _ in found), sheet.device.label
    for text, page in found:
        assert "".join(text.split()) in "".join(pages[page - 1].split()), (text, page)


def feet(document: bytes, folder: Path) -> list[str]:
    """The last line of every page above its foot, from the chapters on."""
    pages = text_of(document, folder, "-layout").split("\f")
    shown = [[line.strip() for line in page.splitlines() if line.strip()] for page in pages[2:-1]]
    return [lines[-2] for lines in shown]


def is_orphan(line: str, model: ReportModel) -> bool:
    """Whether it is a heading, what stands below one, or the head of a table."""
    titles = [sheet.device.label for sheet in model.sheets]
    begins = (*(f"{title} " for title in titles), *(sheet.device.name for sheet in model.sheets))
    heads = re.match(rf"{CHAPTER[Language.ZH]}|[IV]+ 级（|未定级（", line)
    is_said = "每台一表" in line or "H 两者。" in line
    return bool(heads) or line in titles or line.startswith(begins) or "序号" in line or is_said


def test_no_heading_stands_alone_at_the_end_of_a_page(tmp_path: Path) -> None:
    model = a_model(40, 9, 3)
    last = feet(pdf(model), tmp_path)
    assert len(last) > 25
    assert [line for line in last if is_orphan(line, model)] == []


@pytest.mark.parametrize("lower_cm", range(0, 24, 2))
def test_wherever_a_chapter_falls_its_heading_stays_with_it(lower_cm: int, tmp_path: Path) -> None:
    model = a_model(3)
    source = TEMPLATE.decode()
    moved, count = re.subn(r"(?m)^= ", f"#v({lower_cm + 0.5}cm)\n= ", source)
    assert count == 15
    last = feet(pdf(model, template=moved.encode()), tmp_path)
    assert [line for line in last if is_orphan(line, model)] == []


def test_table_heads_are_repeated(tmp_path: Path) -> None:
    pages = text_of(pdf(a_model(60, 4, 50)), tmp_path).split("\f")
    assert sum("品牌型号" in page for page in pages) >= 3


def test_hostile_texts_are_shown_and_do_nothing(tmp_path: Path) -> None:
    text = text_of(pdf(hostile(a_model())), tmp_path, "-raw")
    flat = "".join(text.split())
    assert "root:x:0" not in text
    assert '#read("/etc/passwd")' in flat
    assert "=cmd|'/ccalc'!A0" in flat
    assert "<script>alert(1)</script>&amp;" in flat
    assert "ab[31mc" in flat
    assert not re.search("[\x00-\x08\x0e-\x1f\u202a-\u202e\u2066-\u2069\u200b]", text)
    assert "（共10,000字）" in flat
    assert flat.count("A" * 100) < 40


def test_long_words_stay_inside_the_page(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf(hostile(a_model())))
    boxes = read_back("pdftotext", "-bbox", path, "-")
    width = 0.0
    for line in boxes.splitlines():
        if found := re.search(r'<page width="([\d.]+)"', line):
            width = float(found[1])
        if found := re.search(r'xMax="([\d.]+)"', line):
            assert float(found[1]) < width - 30, line
    assert width


def test_an_empty_round_has_all_chapters(tmp_path: Path) -> None:
    model = a_model(0)
    bare = replace(
        model, changes=(), leftovers=(), manual=(), thresholds=(), sites=(), rounds=(), series=(),
        advice=(), content=(), levels={}, previous_run_id=None, head=replace(model.head, title=Text("")),
    )  # fmt: skip
    for language, wanted in ((Language.ZH, "无。"), (Language.EN, "None.")):
        text = text_of(pdf(bare, language), tmp_path)
        assert text.count(wanted) >= 7


@pytest.mark.parametrize(("wanted", "shown"), [("all", 20), ("abnormal", 11), ("none", 0)], ids=str)
def test_record_sheets_follow_the_setting(wanted: str, shown: int) -> None:
    model = replace(a_model(20, 8, 2), record_sheets=wanted)
    assert len(sheets_shown(model)) == shown
    assert len(printed(model, Language.ZH)["sheets"]) == shown


def test_the_same_round_gives_the_same_bytes() -> None:
    assert pdf(a_model()) == pdf(a_model())


def test_the_logo_is_shown_and_what_is_no_picture_is_not(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (60, 20), "navy").save(stream, "PNG")
    for logo, count in ((stream.getvalue(), 1), (b"#read()", 0)):
        model = a_model(1)
        path = tmp_path / "report.pdf"
        path.write_bytes(pdf(replace(model, head=replace(model.head, logo=logo))))
        assert len(read_back("pdfimages", "-list", path).splitlines()) == 2 + count


@pytest.mark.parametrize(
    "source",
    ['#read("/etc/passwd")', '#read("../../../../etc/passwd")', "#undefined_name", "#image(1"],
)
def test_a_replaced_template_that_cannot_be_set_says_why(source: str) -> None:
    with pytest.raises(UsageError) as caught:
        pdf(a_model(1), template=source.encode())
    assert "PDF 模板不能排版" in str(caught.value)
    assert "inspection.typ:1" in str(caught.value)


def test_a_replaced_template_is_used(tmp_path: Path) -> None:
    own = b'#set text(font: json("data.json").fonts.sans)\nOWN #json("data.json").number'
    assert "OWN XJ-202609-JQ-001" in text_of(pdf(a_model(1), template=own), tmp_path)


def test_a_template_reaches_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        for name in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, address)
        with pytest.raises(UsageError):
            pdf(a_model(1), template=b'#import "@preview/cetz:0.3.0": *')
        with pytest.raises(TimeoutError):
            server.accept()


def test_no_font_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_wheel_folder", lambda: None)
    with pytest.raises(UsageError) as caught:
        choose_fonts(None, use_system=False)
    assert "中文字体" in str(caught.value)
    assert "fonts" in str(caught.value.hint)


def test_the_workspaces_fonts_come_first(tmp_path: Path) -> None:
    from pylopdf_fonts_zh_cn import sans_path

    (tmp_path / "own.otf").write_bytes(sans_path().read_bytes())
    chosen = choose_fonts(tmp_path)
    assert chosen.sans[0] == "Noto Sans SC"
    assert chosen.folders[0] == tmp_path
    assert choose_fonts(tmp_path / "absent", use_system=False).serif == ("Noto Serif SC",)


def test_one_line_drops_what_turns_or_hides() -> None:
    assert one_line("a\r\n b\t\u202ec\u200b\x07") == "a b c"


def test_a_cut_says_how_much_there_was() -> None:
    assert shortened("x" * 1234, 5, Language.ZH) == "xxxxx…（共 1,234 字）"
    assert shortened("x" * 1234, 5, Language.EN) == "xxxxx… (1,234 characters in all)"
    assert shortened("x" * 5, 5, Language.EN) == "xxxxx"


def test_long_words_break_between_their_parts() -> None:
    assert breakable("configuration") == "configuration"
    assert breakable("CE6881-48S6CQ").replace("\u200b", "|") == "CE|6881-|48|S|6|CQ"
    assert (
        breakable("GigabitEthernet0/0/1.4094").replace("\u200b", "|")
        == "Gigabit|Ethernet|0/|0/|1.|4094"
    )
    assert breakable("0" * 64).replace("\u200b", "") == "0" * 64


@pytest.mark.parametrize("page", ["docs/pdf-and-workbook.md", "docs/zh/pdf-and-workbook.md"])
def test_the_page_names_everything_that_a_layout_may_say(page: str) -> None:
    text = (Path(__file__).parents[2] / page).read_text("utf-8")
    rows = re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE)
    said = {*printed(a_model(), Language.ZH), "fonts", "logo"}  # those two come with the files
    assert {key for row in rows for key in row.split()} == said


def test_parts_that_are_normal_alike_share_a_row_and_the_others_never() -> None:
    model = a_model(1)
    row = model.sheets[0].rows[0]
    values = (41.5, 38.0, 44.25, 71.0, 40.0, 40.0)
    verdicts = (*(Verdict.NORMAL,) * 3, Verdict.ABNORMAL, *(Verdict.NORMAL,) * 2)
    rows = tuple(
        replace(row, finding=replace(row.finding, subject=f"0/{n}", value=value, verdict=verdict, unit="°C"))
        for n, (value, verdict) in enumerate(zip(values, verdicts, strict=True))
    )  # fmt: skip
    sheet = replace(model.sheets[0], rows=rows)
    printed_rows = printed(replace(model, sheets=(sheet,)), Language.ZH)["sheets"][0]["rows"]
    assert [(r["subject"], r["measured"], r["verdict"]) for r in printed_rows] == [
        ("0/0 … 0/2，共 3 个", "38 °C – 44.25 °C", "正常"),
        ("0/3", "71 °C", "异常"),
        ("0/4", "40 °C", "正常"),
        ("0/5", "40 °C", "正常"),
    ]


@pytest.mark.parametrize("lower_mm", range(70, 130, 7))
def test_no_row_goes_to_a_new_page_alone(lower_mm: int, tmp_path: Path) -> None:
    before = "#if d.sites.len() > 0 {"
    moved = TEMPLATE.decode().replace(before, f"#v({lower_mm}mm)\n{before}")
    assert moved.count(f"#v({lower_mm}mm)") == 1
    model = a_model(1)
    for count in (4, 12):
        sites = tuple(replace(model.sites[0], site=f"s{n}", title=f"SITE{n}") for n in range(count))
        text = text_of(pdf(replace(model, sites=sites), template=moved.encode()), tmp_path)
        rows = [found for page in text.split("\f") if (found := re.findall(r"SITE\d+", page))]
        assert sum(map(len, rows)) == count
        assert len(rows[-1]) > 1, rows
        if count == 4:
            assert len(rows) == 1, "a short table is not divided"
