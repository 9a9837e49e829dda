"""The job of docs/review-configuration-changes.md, run as it stands there, with real git."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "review-configuration-changes.md"

BEFORE = """#
sysname CORE1
#
vlan batch 10 20
#
stp mode rstp
stp enable
#
interface Vlanif10
 ip address 192.0.2.1 255.255.255.0
#
interface GigabitEthernet0/0/1
 description to core
#
return
"""
RENAMED = BEFORE.replace("to core", "to the core")
TELNET = BEFORE.replace("sysname CORE1\n#\n", "sysname CORE1\n#\ntelnet server enable\n#\n")
CUT = BEFORE.replace("return\n", "")


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=ops", "-c", "user.email=ops@example.invalid")
    command = ["git", *identity, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def merge_request(tmp_path: Path) -> Path:
    """A repository with one configuration; `xunjian` is this checkout's, `curl` keeps what it got."""
    programs = tmp_path / "bin"
    programs.mkdir()
    write(programs / "xunjian", f'#!/bin/sh\nexec {sys.executable} {ROOT / "runner.py"} "$@"\n')
    write(programs / "curl", '#!/bin/sh\ncp review/comment.md posted.md\necho "$@" > asked.txt\n')
    repository = tmp_path / "repository"
    (repository / "configs" / "huawei_vrp").mkdir(parents=True)
    (repository / "configs" / "huawei_vrp" / "core1.cfg").write_text(BEFORE)
    script = re.search(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert script
    (repository / "review.sh").write_text(script[1])
    git(repository, "init", "-q")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "before")
    return repository


def write(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def run_job(repository: Path) -> int:
    environment = {
        **os.environ,
        "PATH": f"{repository.parent / 'bin'}:{os.environ['PATH']}",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": git(repository, "rev-parse", "HEAD"),
        "CI_API_V4_URL": "http://127.0.0.1/api/v4",
        "CI_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_IID": "7",
        "REVIEW_TOKEN": "token-canary",
    }
    done = subprocess.run(
        ["sh", "review.sh"], cwd=repository, env=environment, capture_output=True, check=False
    )
    return done.returncode


@pytest.mark.parametrize(
    ("after", "code", "said"),
    [
        (RENAMED, 0, "description to the core"),
        (TELNET, 1, "telnet server enable"),
        (CUT, 3, "core1.cfg"),
    ],
    ids=["harmless", "high", "cut"],
)
def test_the_job_posts_what_changed_and_fails_from_high_risk_up(
    merge_request: Path, after: str, code: int, said: str
) -> None:
    (merge_request / "configs" / "huawei_vrp" / "core1.cfg").write_text(after)
    assert run_job(merge_request) == code
    assert said in (merge_request / "posted.md").read_text(encoding="utf-8")
    assert "merge_requests/7/notes" in (merge_request / "asked.txt").read_text()
    page = (merge_request / "review" / "core1.cfg.html").read_text(encoding="utf-8")
    assert "Content-Security-Policy" in page


def test_a_device_with_a_chinese_name_is_reviewed_as_well(merge_request: Path) -> None:
    device = merge_request / "configs" / "huawei_vrp" / "杭州-核心 1.cfg"
    device.write_text(BEFORE)
    git(merge_request, "add", ".")
    git(merge_request, "commit", "-qm", "another")
    device.write_text(TELNET)
    assert run_job(merge_request) == 1
    assert (merge_request / "review" / "杭州-核心 1.cfg.html").is_file()


def test_without_changed_configurations_nothing_is_posted(merge_request: Path) -> None:
    assert run_job(merge_request) == 0
    assert not (merge_request / "posted.md").exists()


@pytest.mark.parametrize(("text", "code"), [(TELNET, 0), (CUT, 3)], ids=["whole", "cut"])
def test_a_new_device_is_said_to_be_new_and_must_be_whole(
    merge_request: Path, text: str, code: int
) -> None:
    (merge_request / "configs" / "huawei_vrp" / "core2.cfg").write_text(text)
    git(merge_request, "add", ".")
    assert run_job(merge_request) == code
    posted = (merge_request / "posted.md").read_text(encoding="utf-8")
    assert "**core2.cfg** is new: all of it is added" in posted
    assert (merge_request / "review" / "core2.cfg.html").is_file()


def test_a_renamed_device_is_compared_with_what_it_was(merge_request: Path) -> None:
    folder = merge_request / "configs" / "huawei_vrp"
    git(merge_request, "mv", str(folder / "core1.cfg"), str(folder / "core 9.cfg"))
    (folder / "core 9.cfg").write_text(TELNET)
    git(merge_request, "add", ".")
    assert run_job(merge_request) == 1
    posted = (merge_request / "posted.md").read_text(encoding="utf-8")
    assert "telnet server enable" in posted
    assert "is new" not in posted
    assert "stp mode rstp" not in posted  # what stayed is not shown as added
