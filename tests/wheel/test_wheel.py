"""The wheel carries exactly the tracked content, and makes a round in a clean environment."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTENT = ("inventory", "playbooks", "tasks", "templates")


def run(*words: str | Path, cwd: Path, timeout_s: float = 280) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "XUNJIAN_"))}
    return subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build through the sdist: a wheel built straight from the tree would take ignored files."""
    folder = tmp_path_factory.mktemp("dist")
    done = run(
        sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


def tracked_content() -> dict[str, bytes]:
    names = run("git", "ls-files", *CONTENT, cwd=ROOT).stdout.splitlines()
    assert names
    return {name: (ROOT / name).read_bytes() for name in names}


def test_wheel_content_is_the_tracked_content(wheel: Path) -> None:
    prefix = "xunjian/builtin/"
    with zipfile.ZipFile(wheel) as archive:
        carried = {
            name.removeprefix(prefix): archive.read(name)
            for name in archive.namelist()
            if name.startswith(prefix) and not name.endswith("/")
        }
        names = archive.namelist()
    assert carried == tracked_content()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"xunjian"}


@pytest.mark.slow
def test_installed_wheel_makes_a_round(wheel: Path, tmp_path: Path) -> None:
    """Install without the checkout in sight: only what the wheel brings can be found."""
    home = tmp_path / "clean"
    # the libraries come from the running environment, xunjian itself from the wheel alone
    venv.create(home, with_pip=True, system_site_packages=False)
    python = home / "bin" / "python"
    site = next(Path(p) for p in sys.path if p.endswith("site-packages"))
    own = next((home / "lib").glob("python*/site-packages"))
    installed = run(
        python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=tmp_path
    )
    assert installed.returncode == 0, installed.stderr
    (own / "zz_libraries.pth").write_text(f"{site}\n", encoding="utf-8")
    where = run(python, "-c", "import xunjian; print(xunjian.__file__)", cwd=tmp_path)
    assert str(own) in where.stdout, where.stdout + where.stderr
    lab = tmp_path / "lab"
    command = home / "bin" / "xunjian"
    up = run(command, "lab", "up", "--detach", lab, cwd=tmp_path)
    try:
        assert up.returncode == 0, up.stderr
        done = run(command, "run", "pre_holiday", "-w", lab, "-o", tmp_path / "out", cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        for name in ("report.json", "report.pdf", "report.xlsx", "report.docx", "report.html"):
            assert (tmp_path / "out" / name).exists(), name
    finally:
        assert run(command, "lab", "down", lab, cwd=tmp_path).returncode == 0
