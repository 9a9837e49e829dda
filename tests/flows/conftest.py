"""One clean lab for all command line tests of this folder, ended with the process."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.site_forms import make_site
from tests.period_sample import make_workspace
from xunjian.lab import LabHandle, up
from xunjian.tasks import load
from xunjian.workspace import Workspace


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LabHandle, Path]]:
    """The lab, and its workspace kept as it was when the lab came up."""
    folder = tmp_path_factory.mktemp("lab")
    handle = up(folder / "ws", detach=False)
    try:
        ignored = shutil.ignore_patterns(".lab", "transcript")
        shutil.copytree(handle.directory, folder / "begun", ignore=ignored)
        yield handle, folder / "begun"
    finally:
        handle.down()


@pytest.fixture(scope="session")
def lab(staged: tuple[LabHandle, Path]) -> LabHandle:
    """A lab with nothing planted; its store has yesterday's round and what other tests made."""
    return staged[0]


@pytest.fixture(scope="session")
def begun(staged: tuple[LabHandle, Path]) -> Path:
    """The lab's workspace with yesterday's round alone: to be copied, not to be written to."""
    return staged[1]


@pytest.fixture
def own(clean_lab: LabHandle, begun: Path, tmp_path: Path) -> Path:
    """The devices of the clean lab seen from a workspace whose store no other test writes to."""
    return Path(shutil.copytree(begun, tmp_path / "ws"))


@pytest.fixture
def clean_lab(lab: LabHandle) -> LabHandle:
    """The lab with nothing planted and empty transcripts."""
    return lab.plant()


@pytest.fixture(scope="session")
def site_begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A room and an electrode whose round awaits its form: to be copied, not to be written to."""
    root = tmp_path_factory.mktemp("site")
    make_site(root)
    return root


@pytest.fixture
def site(site_begun: Path, tmp_path: Path) -> Path:
    """A room and an electrode whose round awaits its form, in a workspace of the test's own."""
    return Path(shutil.copytree(site_begun, tmp_path / "ws"))


@pytest.fixture(scope="session")
def three_months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three months of simulated rounds: to be copied, not to be written to."""
    return make_workspace(tmp_path_factory.mktemp("periods") / "ws")


@pytest.fixture(scope="session", autouse=True)
def one_catalog() -> Iterator[None]:
    """Compile the shipped cards once: a hundred calls in one process need not do it each.

    A workspace with cards, templates or kinds of its own is loaded as always.
    """
    kept: dict[str, Any] = {}
    real = load.load_catalog

    def load_catalog(workspace: Workspace, *rest: Any, **named: Any) -> Any:
        if has_own_content(workspace):
            return real(workspace, *rest, **named)
        if "catalog" not in kept:
            kept["catalog"] = real(workspace, *rest, **named)
        return kept["catalog"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "load_catalog", load_catalog)
        yield


def has_own_content(workspace: Workspace) -> bool:
    """Whether anything but the shipped content has a say in the cards."""
    root = workspace.root
    if root == workspace.builtin:
        return False
    own = any(
        path.is_file() for name in ("tasks", "templates") for path in (root / name).rglob("*")
    )
    sites = root / "inventory" / "sites.yml"
    return own or (sites.is_file() and "\nkinds:" in sites.read_text("utf-8", "replace"))
