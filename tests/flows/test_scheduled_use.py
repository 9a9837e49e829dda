"""Every example of scheduled use in the documentation: its form is right, and its command works
without a terminal, with a lock, a log and a line that sums it up.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.command_line import call
from tests.fixtures.office_reading import tool
from xunjian import yaml12
from xunjian.store.lock import held

ROOT = Path(__file__).parents[2]
PAGES = ("docs/run-from-cron-and-ci.md", "docs/zh/run-from-cron-and-ci.md")
PLACE = "/srv/rounds"
PROGRAM = "/usr/local/bin/xunjian"
DUE = "xunjian due --run"
AT = "2026-04-28"
SMALL = "rules:\n  daily: {playbook: daily, anchor: day, where: kind == 'ups'}\n"
_FIELD = re.compile(r"(?:\*|\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)(?:/\d+)?")
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def cron_lines(page: str) -> list[list[str]]:
    (block,) = blocks(page, "crontab")
    lines = [line for line in block.splitlines() if line.strip() and not line.startswith("#")]
    return [line.split(None, 5) for line in lines]


def unit(page: str, kind: str) -> str:
    (found,) = [block for block in blocks(page, "ini") if f".{kind}\n" in block.splitlines(True)[0]]
    return found


def job(page: str, name: str) -> dict[str, Any]:
    (found,) = [block for block in blocks(page, "yaml") if name in block.splitlines()[0]]
    data, _ = yaml12.load(found)
    assert isinstance(data, dict)
    return data


def commands(page: str) -> dict[str, str]:
    """The command of each example, by what calls it."""
    start = next(x for x in unit(page, "service").splitlines() if x.startswith("ExecStart="))
    gitlab = job(page, ".gitlab-ci.yml")["rounds"]
    github = job(page, "rounds.yml")["jobs"]
    return {
        "cron": cron_lines(page)[0][5],
        "systemd": f"cd {PLACE} && exec {start.removeprefix('ExecStart=')}",
        "gitlab": gitlab["script"][0],
        "github": github["due"]["steps"][0]["run"],
    }


# --- form ---


@pytest.mark.parametrize("page", PAGES)
def test_crontab(page: str) -> None:
    for *fields, command in cron_lines(page):
        assert len(fields) == 5
        for text, (least, most) in zip(fields, _RANGES, strict=True):
            assert _FIELD.fullmatch(text), text
            assert all(least <= int(number) <= most for number in re.findall(r"\d+", text))
        assert "%" not in command  # cron would read a line's end
        assert "2>&1" in command  # else cron mails it


@pytest.mark.parametrize("page", PAGES)
def test_systemd_units(page: str, tmp_path: Path) -> None:
    service = unit(page, "service").replace(PROGRAM, sys.executable)
    (tmp_path / "xunjian-due.service").write_text(service, "utf-8")
    (tmp_path / "xunjian-due.timer").write_text(unit(page, "timer"), "utf-8")
    assert "Type=oneshot" in service
    assert "Asia/Shanghai" in unit(page, "timer")
    analyze = tool("systemd-analyze")
    done = subprocess.run(
        [analyze, "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    mine = [line for line in done.stderr.splitlines() if "xunjian-due" in line]
    assert mine == []
    spec = re.search(r"^OnCalendar=(.*)$", unit(page, "timer"), re.MULTILINE)
    assert spec is not None
    checked = subprocess.run(
        [analyze, "calendar", spec[1]], capture_output=True, text=True, check=False, timeout=60
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("page", PAGES)
def test_ci_files(page: str) -> None:
    gitlab = job(page, ".gitlab-ci.yml")["rounds"]
    assert set(gitlab) == {"tags", "resource_group", "rules", "script", "artifacts"}
    github = job(page, "rounds.yml")
    assert set(github) == {"name", "on", "concurrency", "jobs"}
    assert github["on"] == {"schedule": [{"cron": "5 22,0,12 * * *"}]}


def test_both_pages_give_the_same_examples() -> None:
    chinese, english = (commands(page) for page in PAGES)
    assert chinese == english
    assert all(DUE in command for command in chinese.values())


# --- what the commands do ---


@pytest.fixture
def place(own: Path) -> Path:
    """The clean lab with one round a day over its UPS."""
    (own / "playbooks").mkdir()
    (own / "playbooks" / "calendar.yml").write_text(SMALL, "utf-8")
    return own


def shell(command: str, place: Path, here: Path) -> subprocess.CompletedProcess[str]:
    """Run an example as cron would: no terminal, no variables, the installed program on the path."""
    programs = here / "bin"
    programs.mkdir(exist_ok=True)
    program = programs / "xunjian"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {ROOT}/runner.py "$@"\n', "utf-8")
    program.chmod(0o755)
    text = command.replace(PROGRAM, "xunjian").replace(PLACE, str(place))
    return subprocess.run(
        ["/bin/sh", "-c", text.replace(DUE, f"{DUE} --at {AT}")],
        env={"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(here), "LC_ALL": "C"}
        | {name: value for name, value in os.environ.items() if name.startswith("LAB_")},
        cwd=here, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        timeout=240, start_new_session=True,
    )  # fmt: skip


def log_of(caller: str, said: subprocess.CompletedProcess[str], place: Path, here: Path) -> str:
    """Where an example leaves its log."""
    if caller == "cron":
        return (place / "due.log").read_text("utf-8")
    if caller == "systemd":
        return said.stdout + said.stderr  # the journal takes both
    return (here / "due.log").read_text("utf-8")


def dailies(place: Path) -> int:
    """How many daily rounds a workspace holds; others may have made some."""
    runs = call("list", "runs", "-w", place, "--format", "json").json["runs"]
    return sum(run["playbook"] == "daily" for run in runs)


@pytest.mark.parametrize("caller", ["cron", "systemd", "gitlab", "github"])
def test_the_command_works_without_a_terminal(caller: str, place: Path, tmp_path: Path) -> None:
    command = commands(PAGES[0])[caller]
    before = dailies(place)
    said = shell(command, place, tmp_path)
    log = log_of(caller, said, place, tmp_path)
    try:
        assert said.returncode == 0, log
        assert f"daily@{AT}" in log
        assert "hz-ups1" in log  # a line per device
        assert re.search(r"完成 1\b", log.splitlines()[-1])  # the line that sums it up
        assert "\x1b" not in log
        again = shell(command, place, tmp_path)
        assert again.returncode == 0
        assert dailies(place) == before + 1
        with held(place / ".xunjian" / "calendar", "due --run"):
            assert shell(command, place, tmp_path).returncode == 6
    finally:
        (place / "due.log").unlink(missing_ok=True)
