"""The data moves one way: a module imports only what stands before it."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "xunjian"

# in the order in which the data moves; `model` modules are the types between two stages
ORDER = (
    "language",
    "errors",
    "secrets",
    "expressions",
    "workspace",
    "yaml12",
    "mistakes",
    "schema",
    "content_fields",
    "settings",
    "inventory",
    "platforms",
    "playbook",
    "calendar.clock",
    "facts",
    "checks.model",
    "transport.model",
    "tasks.model",
    "safety",
    "parse",
    "collect",
    "checks",
    "tasks",
    "transport",
    "config",
    "run.model",
    "calendar.model",
    "store",
    "calendar",
    "run",
    "forms",
    "report",
    "notify",
    "starter",
    "testing",
    "lab",
    "cli",
)


def rank(module: str) -> int:
    """Give the place of a dotted module name (without `xunjian.`); the longest match counts."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if name in ORDER:
            return ORDER.index(name)
    raise AssertionError(f"xunjian.{module} has no place in the order of the layers")


def modules() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts)


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("xunjian."):
            found.add((node.module or "").removeprefix("xunjian."))
        elif isinstance(node, ast.Import):
            found |= {
                alias.name.removeprefix("xunjian.")
                for alias in node.names
                if alias.name.startswith("xunjian.")
            }
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
    if name in {"__init__", "__main__"}:
        return
    own = rank(name)
    wrong = {other for other in imported(path) if rank(other) > own}
    assert not wrong, f"{name} stands before {sorted(wrong)}"


def test_only_the_command_line_prints() -> None:
    talkers = [
        str(path.relative_to(ROOT))
        for path in modules()
        if path.parts[len(PACKAGE.parts)] not in {"cli", "lab"}
        and re.search(
            r"(?<![\w.])print\(|sys\.std(out|err)\.write", path.read_text(encoding="utf-8")
        )
    ]
    assert talkers == []


def test_content_folders_hold_data_only() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "inventory", "playbooks", "tasks", "templates"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    assert len(tracked) > 100
    assert [name for name in tracked if name.endswith(".py")] == []


def test_files_and_functions_stay_small() -> None:
    long_files, long_functions = [], []
    for path in modules():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 400:
            long_files.append(str(path.relative_to(ROOT)))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > 60:
                    long_functions.append(f"{path.relative_to(ROOT)}:{node.name}: {lines}")
    assert long_files == []
    assert long_functions == []
