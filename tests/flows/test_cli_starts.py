"""What a call loads before it does its work, and a lab from the command line, start to end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.command_line import call

ROOT = Path(__file__).parents[2]
HEAVY = {"sqlalchemy", "nornir", "netmiko", "paramiko", "docxtpl", "lxml", "httpx", "asyncssh"}
LOADED = """
import contextlib, io, json, sys
from xunjian.cli import main
with contextlib.redirect_stdout(io.StringIO()):
    code = main(sys.argv[1:])
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        (("--version",), {*HEAVY, "typer", "pydantic", "yaml", "rich"}),
        (("--help",), HEAVY),
        (("due", "--help"), HEAVY),
        (("list", "hosts"), HEAVY),
        (("list", "playbooks"), HEAVY),
        (("config",), HEAVY),
        (("run", "--help"), {"nornir", "netmiko", "paramiko", "docxtpl", "sqlalchemy"}),
        (("lab", "faults"), {*HEAVY, "pysnmp"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_light_call_loads_nothing_heavy(words: tuple[str, ...], unwanted: set[str]) -> None:
    heard = subprocess.run(
        [sys.executable, "-c", LOADED, *words], cwd=ROOT, check=True, capture_output=True, text=True
    )
    code, loaded = json.loads(heard.stdout)
    assert code == 0
    assert set(loaded) & unwanted == set()


@pytest.mark.parametrize(
    ("shell", "code", "said"),
    [
        ("{run} list checks | true", 0, ""),
        ("{run} list hoss | true", 2, "hosts"),
        ("{run} list checks > /dev/full", 2, "输出写不出去"),
        ("{run} list checks --format json | head -c 20 > /dev/null", 0, ""),
    ],
)
def test_where_the_output_goes_changes_no_meaning(shell: str, code: int, said: str) -> None:
    line = shell.replace("{run}", f"{sys.executable} runner.py")
    script = f"set -o pipefail; {line}"
    heard = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert heard.returncode == code, heard.stderr
    assert said in heard.stderr
    assert "Exception ignored" not in heard.stderr
    assert "Broken" not in heard.stderr


def test_a_lab_from_the_command_line(tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    brought_up = call("lab", "up", "--detach", folder, "--fault", "codec-loss")
    try:
        assert brought_up.code == 0, brought_up
        assert brought_up.out == ""
        assert call("lab", "up", "--detach", folder).code == 2
        assert len(call("list", "runs", "-w", folder, "--format", "json").json["runs"]) == 1
        run = ("run", "pre_holiday", "-w", folder, "-l", "hz-codec3,hz-codec1")
        heard = call(*run, "--format", "json")
        assert heard.code == 1, heard.err
        bad = {f["device"] for f in heard.json["findings"] if f["verdict"] == "abnormal"}
        assert bad == {"hz-codec3"}
        assert (folder / "reports" / heard.json["run_id"] / "report.json").is_file()
    finally:
        assert call("lab", "down", folder).code == 0
    assert "没有在运行" in call("lab", "down", folder).err
