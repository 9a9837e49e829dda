"""Periodic documents, the portal, papers and listings are in one language each, over three months."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.diff_sample import firewall, switch
from tests.fixtures.command_line import call
from tests.fixtures.document_texts import cells_of, texts_of
from tests.flows.test_periodic_documents import AT, DOCUMENTS
from xunjian.calendar.model import RoundState
from xunjian.checks.model import Verdict
from xunjian.facts.words import COMMON, REASONS
from xunjian.language import Language
from xunjian.report import words
from xunjian.report.diff import render_diff
from xunjian.report.english import in_english
from xunjian.run.model import RunState

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"
CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
FORMS = "html,docx,pdf,xlsx,md,json"
# what the sample's register says of things in one language only; holidays in the ids of rounds
REGISTERED = re.compile("激光投影机|会议终端|@[0-9]{4}-(?:元旦|春节|清明|五一|端午|中秋|国庆)")
ENGLISH = {
    "视频会商运维 2026": "Video conferencing 2026",
    "某省水利厅": "Water department",
    "某运维公司": "Contractor Ltd",
    "内部": "internal",
    "王工": "Wang",
    "巡检工程师": "engineer",
}
STATES = {one.value for kind in (Verdict, RunState, RoundState) for one in kind}
CODES = STATES | {  # that stand for a word of ours; those of a register are what commands are given
    code
    for table in (words.CHANGES, words.LEFTOVERS, words.OCCASIONS, REASONS, COMMON)
    for code, word in table.items()
    if CJK.search(word.zh)
}
LISTINGS: tuple[tuple[str, ...], ...] = (
    ("list", "hosts"),
    ("list", "runs"),
    ("list", "playbooks"),
    ("list", "tasks"),
    ("list", "checks"),
    ("list", "platforms"),
    ("list", "findings"),
    ("list", "content"),
    ("run", "daily", "--list-hosts"),
    ("run", "daily", "--check"),
    ("coverage", "--period", "2026-10"),
    ("coverage", "--period", "2026-10", "--by", "site"),
    ("due", *AT),
    ("freeze", "list", *AT),
    ("calendar", "check", "2026-10-01"),
    ("calendar", "plan", "2026"),
    ("rounds", "list", *AT),
    ("notices", "list"),
    ("baseline", "history"),
    ("config",),
    ("report", "versions", "latest"),
    ("verify",),
)


def with_english_names(part: Any, made: list[str]) -> Any:
    """Give every label and title of a register that has only a Chinese one an English one."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key in {"label", "title"} and isinstance(value, str):
                made.append(value)
                part[key] = {"zh": value, "en": f"Thing {len(made)}"}
            else:
                with_english_names(value, made)
    return part


@pytest.fixture(scope="module")
def bilingual(three_months: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three months, of things that have names in both languages."""
    folder = Path(shutil.copytree(three_months, tmp_path_factory.mktemp("languages") / "ws"))
    made: list[str] = []
    for path in (folder / "inventory").glob("*.yml"):
        data = with_english_names(yaml.safe_load(path.read_text("utf-8")), made)
        path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    assert "杭州核心交换机一" in made
    settings = folder / "xunjian.yml"
    text = settings.read_text("utf-8")
    for zh, en in ENGLISH.items():
        text = re.sub(rf": {zh}(?=[,}}])", f": {{zh: {zh}, en: {en}}}", text)
    settings.write_text(text, "utf-8")
    return folder


def foreign(texts: list[str]) -> list[str]:
    return [text.strip() for text in texts if CJK.search(REGISTERED.sub("", text))]


def listed(words: tuple[str, ...], workspace: Path, language: str) -> str:
    said = call(*words, "-w", workspace, "--lang", language)
    assert said.code in {0, 1, 3}, said.err
    return f"{said.out}\n{said.err}"


@pytest.mark.parametrize("kind", list(DOCUMENTS))
def test_an_english_periodic_document_holds_no_chinese(
    bilingual: Path, tmp_path: Path, kind: str
) -> None:
    asked = (kind, DOCUMENTS[kind], "-w", bilingual, "-o", tmp_path, *AT)
    said = call("report", *asked, "--lang", "en", "--format", FORMS)
    assert said.code == 0, said.err
    found = sorted(tmp_path.glob(f"{kind}-*"))
    assert len(found) == len(FORMS.split(","))
    for path in found:
        texts = list(texts_of(path))
        assert len(texts) > 20
        assert foreign(texts) == [], path.name


@pytest.mark.parametrize("kind", list(DOCUMENTS))
def test_no_cell_of_a_chinese_periodic_document_is_a_code(
    bilingual: Path, tmp_path: Path, kind: str
) -> None:
    asked = (kind, DOCUMENTS[kind], "-w", bilingual, "-o", tmp_path, *AT)
    assert call("report", *asked, "--format", "html,md,docx,xlsx").code == 0
    for form in ("html", "md", "docx", "xlsx"):
        cells = set(cells_of(tmp_path / f"{kind}-{DOCUMENTS[kind]}.{form}"))
        assert cells, form
        assert cells & (CODES | set(words.KINDS) - {"UPS", "MCU"}) == set(), form


def test_the_number_of_versions_does_not_depend_on_the_language(
    bilingual: Path, tmp_path: Path
) -> None:
    for language in ("zh", "en", "zh"):
        out = ("-o", tmp_path / language, "--format", "md", "--lang", language, *AT)
        assert call("report", "weekly", "2026-W42", "-w", bilingual, *out).code == 0
        assert "| V2 |" not in (tmp_path / language / "weekly-2026-W42.md").read_text("utf-8")


def test_the_portal_is_in_one_language(bilingual: Path) -> None:
    asked = ("score", "2026-10", "-w", bilingual, "--format", "html", *AT)
    assert call("report", *asked).code == 0
    page = bilingual / "reports" / "index.html"
    for language in ("en", "zh"):
        assert call("report", "index", "-w", bilingual, "--lang", language).code == 0
        texts = list(texts_of(page))
        assert len(texts) > 100
        if language == "en":
            assert foreign(texts) == []
    cells = set(cells_of(page))
    assert "日常巡检" in "\n".join(cells)
    assert cells & (CODES | {"daily", "flood_season", "pre_holiday"}) == set()


def test_papers_are_in_one_language_with_its_dates(bilingual: Path, tmp_path: Path) -> None:
    asked = ("plan", "pre_holiday@2026-国庆", "--people", "王工", "--date", "2026-09-28")
    for language, day in (("en", "28 September 2026"), ("zh", "2026年9月28日")):
        out = ("-o", tmp_path / language, "--lang", language, "--format", "md,docx")
        said = call("rounds", *asked, "-w", bilingual, *out)
        assert said.code == 0, said.err
        for name in ("plan.md", "plan.docx"):
            texts = list(texts_of(tmp_path / language / name))
            assert day in "\n".join(texts), name
            if language == "en":
                assert foreign([text.replace("\\", "") for text in texts]) == [], name
    cells = set(cells_of(tmp_path / "zh" / "plan.md"))
    assert "交换机" in cells
    assert cells & (CODES | {"switch", "server"}) == set()


@pytest.mark.parametrize("words", LISTINGS, ids=lambda words: "-".join(words[:2]))
def test_a_listing_is_in_one_language(bilingual: Path, words: tuple[str, ...]) -> None:
    assert foreign(listed(words, bilingual, "en").splitlines()) == []
    said = listed(words, bilingual, "zh")
    cells = {cell.strip() for line in said.splitlines()[1:] for cell in re.split(r"\s{2,}", line)}
    codes = STATES - {"abnormal"} if words == ("config",) else STATES  # what a setting is set to
    assert cells & (codes | {"builtin", "command line", "sent"}) == set()
    assert not re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", said), "a time as programs write it"


def test_the_change_report_is_in_one_language(tmp_path: Path) -> None:
    diffs = tuple(in_english((switch(), firewall()), {"杭州核心交换机一": "Core switch 1"}))

    def read(name: str) -> bytes:
        return (TEMPLATES / name).read_bytes()

    for form in ("md", "html"):
        page = tmp_path / f"changes.{form}"
        page.write_bytes(render_diff(diffs, form, Language.EN, read))
        assert foreign(list(texts_of(page))) == [], form
