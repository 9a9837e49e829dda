"""Where a form is written to: never over one that somebody filled in, never onto a terminal."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.command_line import Said, call
from tests.fixtures.site_forms import ALL_WELL, export, fill, last_run, take
from xunjian.workspace import builtin_root


def handed_out(site: Path, path: Path) -> Said:
    return call("forms", "export", "latest", "-w", site, "-o", path)


@pytest.mark.parametrize(
    "answers",
    [ALL_WELL, {"接地电阻": {"value": 1.2}}, {"机房温度": {"verdict": "大概"}}, {"接地电阻": {"remark": "锈"}}],
    ids=["all", "one", "unclear", "a-word"],
)  # fmt: skip
def test_a_form_that_somebody_filled_in_is_not_written_over(
    site: Path, answers: dict[str, dict[str, object]]
) -> None:
    filled = fill(export(site), answers)
    kept = filled.read_bytes()
    said = handed_out(site, filled)
    assert (said.code, "不是空白表，不覆盖" in said.err) == (2, True), said
    assert filled.read_bytes() == kept


def test_a_blank_form_is_written_anew_that_of_an_earlier_round_too(site: Path) -> None:
    form, first = export(site), last_run(site)
    assert handed_out(site, form).code == 0
    assert call("run", "site", "-w", site, "-o", site / "next").code == 0
    assert handed_out(site, form).code == 0
    assert last_run(site) != first
    said = take(site, fill(form, ALL_WELL))
    assert (said.code, "还有 0 项待填" in said.err) == (0, True), said.err


@pytest.mark.parametrize("content", [b"", b"mine", b"PK\x03\x04 broken", "巡检,表\n".encode("gbk")])
def test_what_is_no_form_is_not_written_over(content: bytes, site: Path) -> None:
    path = site / "mine.xlsx"
    path.write_bytes(content)
    assert handed_out(site, path).code == 2
    assert path.read_bytes() == content


def test_of_a_form_of_another_run_is_said_where_it_belongs(site: Path) -> None:
    form, run_id = fill(export(site), ALL_WELL), last_run(site)
    assert call("run", "site", "-w", site, "-o", site / "next").code == 0
    said = take(site, form)
    assert said.code == 2
    assert f"xunjian forms import {run_id} " in said.err
    words = ("forms", "import", run_id, form, "-w", site, "-o", site / "out")
    assert call(*words).code == 0


def test_a_workbook_is_not_written_onto_a_terminal(site: Path) -> None:
    """Its bytes would garble it; to a file or a pipe they go as they are."""
    words = [sys.executable, "-m", "xunjian", "forms", "export", "latest", "-w", str(site)]
    ours, theirs = pty.openpty()
    shown = subprocess.run(
        words, cwd=builtin_root(), stdout=theirs, stderr=subprocess.PIPE, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    os.close(theirs)
    os.close(ours)
    assert (shown.returncode, "用 -o" in shown.stderr) == (2, True), shown.stderr
    piped = subprocess.run(
        words, cwd=builtin_root(), capture_output=True, check=False, timeout=120
    )  # fmt: skip
    assert (piped.returncode, piped.stdout[:2]) == (0, b"PK")
