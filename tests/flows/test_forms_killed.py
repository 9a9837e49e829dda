"""Taking forms in, killed anywhere: what was stored is whole, and taking in again ends it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.command_line import call
from tests.fixtures.site_forms import ALL_WELL, PLAYBOOK, export, fill, last_run, make_site, take
from xunjian.report import render

ROOT = Path(__file__).parents[2]
# where the process ends itself as SIGKILL would: name of the thing, and the module that holds it
PLACES = (
    ("xunjian.store.amend", "close_again"),
    ("xunjian.store.store.Store", "set_exit_code"),
    ("xunjian.cli.forms", "_file_again"),
    ("xunjian.cli.forms", "write_documents"),
    ("xunjian.cli.documents", "write_document"),
)
CHILD = """
import importlib, os, signal, sys
where, name, *words = sys.argv[1:]
owner, _, kind = where.rpartition(".")
holder = getattr(importlib.import_module(owner), kind) if kind[0].isupper() else None
holder = holder or importlib.import_module(where)
setattr(holder, name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
from xunjian.cli.app import run
raise SystemExit(run(words))
"""


def killed_at(where: str, name: str, *words: object) -> None:
    said = subprocess.run(
        [sys.executable, "-c", CHILD, where, name, *map(str, words)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert said.returncode == -signal.SIGKILL, said.stderr


def code_of(root: Path, run_id: str) -> object:
    runs = call("list", "runs", "-w", root, "--format", "json").json["runs"]
    return next(run for run in runs if run["run_id"] == run_id)["exit_code"]


@pytest.mark.parametrize(("where", "name"), PLACES)
def test_kill_9_while_forms_are_taken_in(where: str, name: str, tmp_path: Path) -> None:
    root = tmp_path / "ws"
    run_id = make_site(root, PLAYBOOK.replace("[json]", "[json, html, docx, pdf, xlsx, md]"))
    form = fill(export(root), ALL_WELL)
    words = ("forms", "import", "latest", str(form), "-w", str(root), "-o", str(root / "out"))
    killed_at(where, name, *words)
    assert call("verify", "-w", root).code == 0
    again = take(root, form)
    assert again.code == 0, again.err
    assert call("verify", "-w", root).code == 0
    assert last_run(root) == run_id
    assert code_of(root, run_id) == 0
    record = call("report", "run", run_id, "-w", root, "-o", root / "new", "--format", "json").json
    assert "not_checked" not in {one["verdict"] for one in record["findings"]}
    assert not [one for one in (root / "out").iterdir() if one.name.startswith(".")]
    assert "没有新内容" in take(root, form).err


@pytest.mark.parametrize("form", ["json", "html", "xlsx"])
def test_documents_that_were_not_all_written_are_written_by_taking_in_again(
    form: str, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C between the answers and the last document."""
    playbook = site / "playbooks" / "site.yml"
    playbook.write_text(playbook.read_text("utf-8").replace("[json]", "[json, html, xlsx]"))
    filled = fill(export(site), ALL_WELL)

    def stopped(model: Any, wanted: str, *more: Any) -> bytes:
        if wanted == form:
            raise KeyboardInterrupt
        return render(model, wanted, *more)

    with monkeypatch.context() as patch:
        patch.setattr("xunjian.cli.documents.render", stopped)
        assert take(site, filled).code == 130
    again = take(site, filled)
    assert (again.code, "补出没出全的文档" in again.err) == (0, True), again.err
    said = json.loads((site / "out" / "report.json").read_text("utf-8"))
    assert (said["version"], said["state"]) == (2, "finished")
    assert {path.suffix for path in (site / "out").iterdir()} >= {".json", ".html", ".xlsx"}
    assert "没有新内容，什么都没有变" in take(site, filled).err
    assert call("verify", "-w", site).code == 0


def test_a_round_that_was_killed_is_ended_before_its_forms_go_out_or_come_in(site: Path) -> None:
    """What is taken in before would be sealed without what resuming adds."""
    words = ("run", "site", "-w", site, "-o", site / "out")
    killed_at("xunjian.store.store.Store", "finish_run", *words)
    run_id = last_run(site)
    form = site / "form.xlsx"
    for asked in (("export", "latest", "-o", form), ("import", "latest", form)):
        said = call("forms", *asked, "-w", site)
        assert (said.code, f"xunjian run --resume {run_id}" in said.err) == (2, True), said
    assert call("run", "--resume", run_id, "-w", site, "-o", site / "out").code == 0
    assert take(site, fill(export(site), ALL_WELL)).code == 0
    assert last_run(site) == run_id
    assert call("verify", "-w", site).code == 0


def test_a_disk_that_is_full_takes_in_nothing_and_later_all(site: Path, tmp_path: Path) -> None:
    filled, disk = fill(export(site), ALL_WELL), tmp_path / "disk"
    disk.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(disk)]
    if os.geteuid() or subprocess.run(words, check=False, capture_output=True).returncode:
        pytest.skip("mounting a disk of its own needs root")
    try:
        root, ballast = Path(shutil.copytree(site, disk / "ws")), disk / "ballast"
        asked = ("forms", "import", "latest", filled, "-w", root, "-o", tmp_path / "out")
        for left in (0, 20_000, 60_000):
            ballast.unlink(missing_ok=True)
            ballast.write_bytes(b"x" * max(0, shutil.disk_usage(disk).free - left))
            said = call(*asked)
            assert (said.code, "磁盘已满" in said.err) == (2, True), said
            assert call("verify", "-w", root).code == 0
        ballast.unlink()
        said = call(*asked)
        assert (said.code, "收下 6 条" in said.err) == (0, True), said.err
        assert call("verify", "-w", root).code == 0
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
