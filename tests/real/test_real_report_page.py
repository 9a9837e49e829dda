"""The page of a round and the portal in a real browser: filters, links, widths, print."""

import json
import re
import subprocess
from html import escape
from pathlib import Path

import pytest

from tests.page_sample import NOW, model
from tests.real.conftest import need
from tests.real.test_real_diff_page import POLICY, asked, browse
from tests.unit.test_report_page import hostile
from tests.unit.test_report_page import page as in_words
from xunjian.language import Language
from xunjian.report import render
from xunjian.report.portal import Entry, as_portal

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"


@pytest.fixture(scope="module")
def page() -> str:
    read = lambda name: (TEMPLATES / name).read_bytes()  # noqa: E731
    return render(model(), "html", Language.ZH, read).decode()


def test_the_policy_lets_the_page_s_own_script_run_and_no_other(tmp_path: Path, page: str) -> None:
    evil = '<script>document.title = "bad"</script><img src=x onerror="document.title=1">'
    dom = browse(tmp_path, page.replace("</main>", f"{evil}</main>"))
    assert "<title>节前专项巡检" in dom
    assert '<body class="report js">' in dom


FILTERED = """
const form = document.getElementById("filters");
const seen = (kind) => document.querySelectorAll(`[data-filter=${kind}]:not([hidden])`).length;
const found = {};
const wait = () => new Promise((done) => setTimeout(done, 90));
const look = async (name, value) => {
  const control = form.querySelector(`[name=${name}]`);
  control.value = value;
  control.dispatchEvent(new Event("input", {bubbles: true}));
  await wait();
  found[name] = [seen("problem"), seen("device"), form.querySelector("output").textContent,
    location.hash, document.querySelector("#problems .none").hidden];
  control.value = "";
};
"""


def waited(folder: Path, page: str, script: str, *options: str) -> object:
    """Run an asynchronous script after the page's own; give what it returns, from JSON."""
    head = "<script>(async () => { let said; try { said = await (async () => {"
    tail = "})(); } catch (e) { said = String(e); } document.title = JSON.stringify(said); })();"
    whole = POLICY.sub("", page).replace("</body>", f"{head}{script}{tail}</script></body>")
    dom = browse(folder, whole, "--virtual-time-budget=5000", *options)
    title = re.search(r"<title>(.*?)</title>", dom, re.DOTALL)
    assert title
    return json.loads(title[1].replace("&quot;", '"').replace("&amp;", "&"))


def test_filters_show_what_they_name_count_it_and_keep_it_in_the_address(
    tmp_path: Path, page: str
) -> None:
    steps = (
        'await look("verdict", "abnormal"); await look("site", "ningbo"); await look("level", "II");'
        'await look("system", "finance"); await look("kind", "ups"); await look("q", "sw11 nothing");'
    )
    found = waited(tmp_path, page, f"{FILTERED} {steps} return found;")
    assert isinstance(found, dict)
    one = model()
    abnormal = [p for p in one.problems if p.finding.verdict.value == "abnormal"]
    assert found["verdict"][0] == len(abnormal)
    assert found["verdict"][1] == len({p.device.name for p in abnormal})
    assert found["verdict"][3] == "#?verdict=abnormal"
    assert found["verdict"][2].startswith(f"问题 {len(abnormal)}/{len(one.problems)}")
    assert found["site"][1] == sum(s.device.site == "ningbo" for s in one.sheets)
    assert found["system"][1] == sum("finance" in s.device.systems for s in one.sheets)
    assert found["kind"][1] == sum(s.device.kind == "ups" for s in one.sheets)
    assert found["q"][:2] == [0, 0]
    assert found["q"][4] is False  # says that nothing fits


def test_an_address_brings_its_filters_and_a_link_opens_what_is_hidden(
    tmp_path: Path, page: str
) -> None:
    script = """
    const count = () => document.querySelectorAll("[data-filter=device]:not([hidden])").length;
    const wait = () => new Promise((done) => setTimeout(done, 90));
    location.hash = "#?site=ningbo&verdict=abnormal"; await wait();
    const filtered = count();
    const chosen = document.querySelector("[name=site]").value;
    location.hash = "#d-sw1"; await wait();
    const target = document.getElementById("d-sw1");
    location.hash = "#e-sw1~23004"; await wait();
    const piece = document.getElementById("e-sw1~23004");
    return [chosen, filtered < 24, count(), target.open, piece.closest("details").open];
    """
    assert waited(tmp_path, page, script) == ["ningbo", True, 24, True, True]


def test_without_script_nothing_is_hidden(tmp_path: Path, page: str) -> None:
    bare = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    said = asked(
        tmp_path,
        bare,
        "return [...document.querySelectorAll('main [hidden]')].map((e) => e.className);",
    )
    assert set(said) <= {"filters", "none"}  # type: ignore[call-overload]  # a list of words


@pytest.mark.parametrize("width_px", [1440, 390])
@pytest.mark.parametrize("is_hostile", [False, True])
def test_nothing_runs_over_the_side(
    tmp_path: Path, page: str, width_px: int, *, is_hostile: bool
) -> None:
    shown = in_words(hostile(), Language.EN) if is_hostile else page
    unfolded = re.sub("<details (?=class)", "<details open ", POLICY.sub("", shown))
    inner = escape(unfolded, quote=True)
    frame = f'<iframe width="{width_px}" height="900" srcdoc="{inner}"></iframe>'
    script = """<script>addEventListener("load", () => {
      const page = document.querySelector("iframe").contentDocument;
      document.title = page.documentElement.scrollWidth + " " + page.querySelectorAll("figure").length;
    });</script>"""
    dom = browse(
        tmp_path, f"<!doctype html><title></title><body>{frame}{script}", "--window-size=1600,1000"
    )
    title = re.search(r"<title>(\d+) (\d+)</title>", dom)
    assert title
    assert int(title[1]) <= width_px
    assert int(title[2]) >= 5


def test_controls_have_names_and_headings_do_not_skip(tmp_path: Path, page: str) -> None:
    script = """
    const nameless = [...document.querySelectorAll("input, select, button, a, summary")]
      .filter((e) => !(e.textContent.trim() || e.ariaLabel || (e.labels && e.labels.length)));
    const levels = [...document.querySelectorAll("h1, h2, h3")].map((e) => Number(e.tagName[1]));
    const skips = levels.filter((level, at) => at && level > levels[at - 1] + 1);
    const marks = ["header", "nav", "main", "[role=search]", "[aria-live]", ".skip"];
    return [nameless.length, skips.length, marks.filter((m) => !document.querySelector(m))];
    """
    assert asked(tmp_path, page, script) == [0, 0, []]


def test_print_shows_records_and_leaves_evidence_folded(tmp_path: Path, page: str) -> None:
    path, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    path.write_text(page.replace(" open>", ">"), encoding="utf-8")
    command = [need("chromium"), "--headless", "--no-sandbox", "--disable-gpu"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={pdf}", path.as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    text = subprocess.run(
        [need("pdftotext"), "-layout", str(pdf), "-"], capture_output=True, timeout=60, check=True
    ).stdout.decode()
    assert "2102SAMPLE0023" in text  # of the last device's sheet
    assert "历轮判定" in text
    assert "display temperature all" not in text
    assert "跳到结论" not in text


def test_the_portal_filters_and_remembers(tmp_path: Path) -> None:
    read = lambda name: (TEMPLATES / name).read_text("utf-8")  # noqa: E731
    entries = tuple(
        Entry(id=f"r{n}", playbook=("daily", "monthly")[n % 2], occasion="routine", at=NOW)
        for n in range(5)
    )
    html = as_portal(entries, Language.EN, read, NOW).decode()
    script = """
    const control = document.querySelector("[name=playbook]");
    control.value = "monthly"; control.dispatchEvent(new Event("input", {bubbles: true}));
    return [document.querySelector("output").textContent, location.hash,
      document.querySelectorAll("tr[data-filter]:not([hidden])").length];
    """
    assert asked(tmp_path, html, script) == ["showing 2/5", "#?playbook=monthly", 2]
