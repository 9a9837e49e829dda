"""The page of configuration differences in a real browser: its script, its policy, its widths."""

import json
import re
import subprocess
from html import escape
from pathlib import Path

import pytest

from tests.diff_sample import SAMPLE
from tests.real.conftest import need
from xunjian.language import Language
from xunjian.report.diff import render_diff

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


@pytest.fixture
def page() -> str:
    read = lambda name: (TEMPLATES / name).read_bytes()  # noqa: E731
    return render_diff(SAMPLE, "html", Language.EN, read).decode()


def browse(folder: Path, page: str, *options: str) -> str:
    """Load the page in chromium and give what its document has become."""
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    command = [need("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    command += [f"--user-data-dir={folder / 'profile'}", *options, path.as_uri()]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    return done.stdout.decode()


def asked(folder: Path, page: str, script: str) -> object:
    """Run `script` after the page's own (without its policy); give what it returns, from JSON."""
    tail = f"<script>document.title = JSON.stringify((() => {{ {script} }})());</script>"
    dom = browse(folder, POLICY.sub("", page).replace("</body>", f"{tail}</body>"))
    title = re.search(r"<title>(.*?)</title>", dom, re.DOTALL)
    assert title
    return json.loads(title[1].replace("&quot;", '"').replace("&amp;", "&"))


def test_the_policy_lets_the_page_s_own_script_run_and_no_other(tmp_path: Path, page: str) -> None:
    evil = '<script>document.title = "bad"</script><img src=x onerror="document.title=1">'
    dom = browse(tmp_path, page.replace("</main>", f"{evil}</main>"))
    assert "<title>Configuration difference</title>" in dom
    assert re.search(r'id="fold"[^>]*>Fold all<', dom)  # only the script says so


FILTERED = """
const set = (name, value) => {
  const control = document.querySelector(`.filters [name=${name}]`);
  control.value = value;
  control.dispatchEvent(new Event("input"));
};
const seen = (selector) => document.querySelectorAll(`${selector}:not([hidden])`).length;
const look = () => [Number(document.getElementById("shown").textContent),
  seen("[data-filter=change]"), seen("[data-filter=device]"), seen("[data-filter=section]")];
const found = {all: look()};
for (const [name, value] of [["risk", "3"], ["kind", "moved"], ["approval", "approved"],
                             ["site", "nb"]]) {
  set(name, value); found[name] = look(); set(name, "");
}
const search = document.querySelector(".filters input");
search.value = "vlanif10"; search.dispatchEvent(new Event("input")); found.search = look();
return found;
"""


def test_filters_show_what_they_name(tmp_path: Path, page: str) -> None:
    assert asked(tmp_path, page, FILTERED) == {
        "all": [8, 8, 4, 7],
        "risk": [5, 5, 2, 5],
        "kind": [1, 1, 1, 1],
        "approval": [1, 1, 1, 1],
        "site": [2, 2, 2, 2],
        "search": [1, 1, 1, 1],
    }


@pytest.mark.parametrize("width_px", [1440, 390])
def test_nothing_runs_over_the_side(tmp_path: Path, page: str, width_px: int) -> None:
    inner = escape(POLICY.sub("", page), quote=True)
    frame = f'<iframe width="{width_px}" height="900" srcdoc="{inner}"></iframe>'
    script = """<script>addEventListener("load", () => {
      const page = document.querySelector("iframe").contentDocument;
      document.title = page.documentElement.scrollWidth + " " + page.querySelectorAll("article").length;
    });</script>"""
    outer = f"<!doctype html><title></title><body>{frame}{script}</body>"
    dom = browse(tmp_path, outer, "--window-size=1600,1000")
    title = re.search(r"<title>(\d+) (\d+)</title>", dom)
    assert title
    assert int(title[1]) <= width_px
    assert int(title[2]) == 8


def test_print_shows_every_change(tmp_path: Path, page: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(page.replace(" open>", ">"), encoding="utf-8")
    pdf = tmp_path / "page.pdf"
    command = [need("chromium"), "--headless", "--no-sandbox", "--disable-gpu"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={pdf}", path.as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    text = subprocess.run(
        [need("pdftotext"), "-layout", str(pdf), "-"], capture_output=True, timeout=60, check=True
    ).stdout.decode()
    for line in ("telnet server enable", "rule 10 deny ip", 'set name "video-sip"', "edit 99"):
        assert line in text
