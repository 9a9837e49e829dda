"""Two people's forms taken in by two programs at the same moment."""

import json
import subprocess
import sys
from pathlib import Path

from tests.fixtures.command_line import call
from tests.fixtures.site_forms import ALL_WELL, export, fill
from xunjian.workspace import builtin_root

LOCKED = 6


def test_of_two_imports_at_once_nothing_is_lost(site: Path, tmp_path: Path) -> None:
    form, items = export(site), list(ALL_WELL)
    halves = ((items[:3], "张三"), (items[3:], "李四"))
    filled = [
        fill(form, {item: ALL_WELL[item] for item in half}, by=by).rename(tmp_path / f"{by}.xlsx")
        for half, by in halves
    ]
    words = ("-w", str(site), "-o", str(site / "out"))
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "xunjian", "forms", "import", "latest", str(one), *words],
            cwd=builtin_root(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for one in filled
    ]
    said = [(process.communicate(timeout=120)[1], process.returncode) for process in started]
    assert {code for _, code in said} <= {0, LOCKED}, said
    for one, (_, code) in zip(filled, said, strict=True):
        again = call("forms", "import", "latest", one, *words)
        assert (again.code, "没有新内容" in again.err) == (0, code == 0), again.err
    shown = call("report", "run", "latest", "-w", site, "--format", "json", "-o", tmp_path / "last")
    assert shown.code == 0, shown.err
    last = json.loads((tmp_path / "last" / "report.json").read_text("utf-8"))
    assert last["state"] == "finished"
    assert {(f["verdict"], f["by"]) for f in last["findings"]} == {
        ("normal", "张三"),
        ("normal", "李四"),
    }
    assert call("verify", "-w", site).code == 0
