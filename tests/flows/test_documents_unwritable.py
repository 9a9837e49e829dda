"""Whatever document is asked for: where it cannot be written, that is said, and nothing is lost."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.fixtures.command_line import call
from tests.period_sample import make_workspace

ALL = "html,docx,pdf,xlsx,md,json,junit"
# command line; {out} is the folder that cannot be written
DOCUMENTS = {
    "report": f"report run latest -o {{out}} --format {ALL}",
    "report-one-form": "report run latest -o {out} --format pdf",
    "replay": "replay latest -o {out} --format html,docx",
    "an-older-version": "report versions latest --version 1 -o {out}",
    "bundle": "report bundle latest -o {out}/bundle.zip",
    "daily-log": "report daily-log 2026-10-02 -o {out}",
    "fault-summary": "report fault-summary 2026-10 -o {out}",
    "equipment": "report equipment 2026Q4 -o {out}",
    "assets": "report assets 2026Q4 -o {out}",
    "sheets": "report sheets 2026-10 -o {out}",
    "papers": "rounds plan pre_holiday@2026-国庆 -o {out}",
    "calendar-sheet": "calendar plan 2026 --format xlsx -o {out}/year.xlsx",
    "calendar-file": "calendar plan 2026 --format ics -o {out}/year.ics",
    "coverage": "coverage --period 2026Q3 --format xlsx -o {out}/seen.xlsx",
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unwritable")
    made = make_workspace(folder / "ws", days=(date(2026, 9, 28), date(2026, 10, 2)))
    assert call("report", "run", "latest", "-w", made, "--format", "json,md").code == 0
    return made


def mounted(folder: Path, *options: str) -> None:
    folder.mkdir(exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", ",".join(options), "none", str(folder)]
    if os.geteuid() or subprocess.run(words, check=False, capture_output=True).returncode:
        pytest.skip("mounting a disk of its own needs root")


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "full"
    mounted(disk, "size=64k")
    try:
        (disk / "ballast").write_bytes(b"x" * shutil.disk_usage(disk).free)
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.fixture
def read_only_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "read-only"
    mounted(disk, "size=64k", "ro")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.fixture
def below_a_file(tmp_path: Path) -> Path:
    occupied = tmp_path / "occupied"
    occupied.write_text("mine", "utf-8")
    return occupied


def command(name: str, out: Path) -> tuple[str, ...]:
    """The command line of a document, spaces in paths kept."""
    return tuple(word.replace("{out}", str(out)) for word in DOCUMENTS[name].split())


def told_and_kept(name: str, out: Path, workspace: Path) -> None:
    said = call(*command(name, out), "-w", workspace)
    assert said.code == 2, said
    assert "写不了" in said.err
    assert str(out) in said.err
    assert "Traceback" not in said.err
    assert call("verify", "-w", workspace).code == 0


@pytest.mark.parametrize("name", list(DOCUMENTS))
def test_a_place_that_is_no_folder(
    name: str, below_a_file: Path, workspace: Path, tmp_path: Path
) -> None:
    told_and_kept(name, below_a_file, workspace)
    assert below_a_file.read_text("utf-8") == "mine"
    good = tmp_path / "good"
    good.mkdir()
    later = call(*command(name, good), "-w", workspace)
    assert later.code in {0, 1, 3}, later.err
    assert any(good.iterdir()), "the same command elsewhere writes it"
    assert not list(good.rglob(".*"))


@pytest.mark.parametrize("name", list(DOCUMENTS))
def test_a_disk_that_is_full(name: str, full_disk: Path, workspace: Path) -> None:
    told_and_kept(name, full_disk, workspace)
    assert [path.name for path in full_disk.rglob("*")] == ["ballast"], "nothing half-written"


@pytest.mark.parametrize("name", list(DOCUMENTS))
def test_a_disk_that_is_read_only(name: str, read_only_disk: Path, workspace: Path) -> None:
    told_and_kept(name, read_only_disk, workspace)
    assert not list(read_only_disk.rglob("*"))


def blocked(workspace: Path, folder: Path) -> Path:
    """A copy of the workspace in which `reports` cannot be a folder."""
    made = Path(shutil.copytree(workspace, folder))
    shutil.rmtree(made / "reports")
    (made / "reports").write_text("mine", "utf-8")
    return made


@pytest.mark.parametrize(
    "words",
    ["report run latest", "report index", "report weekly 2026-W40"],
)
def test_reports_that_is_no_folder(words: str, workspace: Path, tmp_path: Path) -> None:
    made = blocked(workspace, tmp_path / "ws")
    said = call(*words.split(), "-w", made)
    assert (said.code, "写不了" in said.err, "Traceback" in said.err) == (2, True, False), said
    (made / "reports").unlink()
    assert call(*words.split(), "-w", made).code == 0
    assert (made / "reports" / "index.html").is_file()


@pytest.mark.parametrize("name", ["report-one-form", "equipment"])
def test_no_room_for_what_is_made_on_the_way(
    name: str, full_disk: Path, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The PDF and the pictures of plots are set in the folder for temporary files."""
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(full_disk))
        said = call(*command(name, out), "-w", workspace)
    assert said.code == 2, said
    assert "No space left" in said.err
    assert "Traceback" not in said.err
    assert {path.name for path in full_disk.iterdir()} == {"ballast"}
    assert not [path for path in out.rglob("*") if path.suffix != ".json"]
    assert call(*command(name, out), "-w", workspace).code == 0
    assert call("verify", "-w", workspace).code == 0


GONE = b"{{ gone.and_lost }}\n#gone"  # a name that is nothing; line 1
TEMPLATES = {
    "report run latest --format docx": "inspection.docx",
    "report run latest --format html": "inspection.html.j2",
    "report run latest --format md": "inspection.md.j2",
    "report run latest --format pdf": "inspection.typ",
    "report weekly 2026-W40 --format html": "periodic.html.j2",
    "report weekly 2026-W40 --format md": "periodic.md.j2",
    "report weekly 2026-W40 --format pdf": "periodic.typ",
}


@pytest.mark.parametrize("content", [b"PK\x03\x04\xff half", b"{% for x in %}\n#let = (", GONE])
@pytest.mark.parametrize("words", list(TEMPLATES))
def test_a_template_of_the_customer_that_is_broken(
    words: str, content: bytes, workspace: Path, tmp_path: Path
) -> None:
    name = TEMPLATES[words]
    made = Path(shutil.copytree(workspace, tmp_path / "ws"))
    template = made / "templates" / "report" / name
    template.parent.mkdir(parents=True, exist_ok=True)
    template.write_bytes(content)
    out = tmp_path / "out"
    said = call(*words.split(), "-w", made, "-o", out)
    assert said.code == 2, said
    assert name in said.err
    assert "Traceback" not in said.err
    assert not list(out.rglob(".*"))
    assert call("verify", "-w", made).code == 0
    template.unlink()
    assert call(*words.split(), "-w", made, "-o", out).code == 0
    assert len(list(out.iterdir())) >= 2


@pytest.mark.parametrize(
    ("words", "broken"),
    [
        ("report run latest", {"inspection.docx", "inspection.html.j2", "inspection.typ"}),
        ("report weekly 2026-W40", {"periodic.html.j2", "periodic.typ"}),
    ],
)
def test_what_is_wrong_with_one_format_keeps_no_other_from_being_made(
    words: str, broken: set[str], workspace: Path, tmp_path: Path
) -> None:
    """And all that is wrong is told at once, each mistake one time."""
    made = Path(shutil.copytree(workspace, tmp_path / "ws"))
    folder = made / "templates" / "report"
    folder.mkdir(parents=True, exist_ok=True)
    for name in broken:
        (folder / name).write_bytes(GONE)
    out = tmp_path / "out"
    said = call(*words.split(), "-w", made, "-o", out, "--format", "docx,html,pdf,xlsx,md")
    assert said.code == 2, said
    assert {name: said.err.count(f"templates/report/{name}") for name in broken} == dict.fromkeys(
        broken, 1
    )
    wanted = {".json", ".docx", ".html", ".pdf", ".xlsx", ".md"}
    lost = {{".j2": ".html", ".typ": ".pdf"}.get(Path(name).suffix, ".docx") for name in broken}
    assert {path.suffix for path in out.iterdir()} == wanted - lost
    assert call("verify", "-w", made).code == 0


@pytest.mark.parametrize("words", ["report run latest", "report weekly 2026-W40"])
def test_a_template_that_is_nowhere(
    words: str, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xunjian.workspace import Workspace

    real = Workspace.find

    def gone(self: Workspace, relative: str) -> object:
        if relative.endswith(".typ"):
            return real(self, relative.replace(".typ", ".gone"))
        return real(self, relative)

    with monkeypatch.context() as patch:
        patch.setattr(Workspace, "find", gone)
        said = call(*words.split(), "-w", workspace, "-o", tmp_path, "--format", "pdf")
    assert said.code == 2
    assert "找不到内容文件：templates/report/" in said.err
    assert {path.suffix for path in tmp_path.iterdir()} <= {".json"}


@pytest.mark.parametrize("words", ["report run latest", "report weekly 2026-W40"])
def test_no_font_with_chinese_anywhere(
    words: str, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xunjian.report import fonts

    with monkeypatch.context() as patch:
        patch.setattr(fonts, "_wheel_folder", lambda: None)
        patch.setattr(fonts, "_families", lambda *_, **__: frozenset())
        said = call(*words.split(), "-w", workspace, "-o", tmp_path, "--format", "pdf")
    assert said.code == 2
    assert "pylopdf-fonts-zh-cn" in said.err
    assert {path.suffix for path in tmp_path.iterdir()} <= {".json"}
    later = call(*words.split(), "-w", workspace, "-o", tmp_path, "--format", "pdf")
    assert later.code == 0, later.err
