"""One clean lab for all command line tests of this folder, ended with the process."""

from collections.abc import Iterator

import pytest

from xunjian.lab import LabHandle, up


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabHandle]:
    """A lab with nothing planted, whose store holds yesterday's round."""
    handle = up(tmp_path_factory.mktemp("lab") / "ws", detach=False)
    try:
        yield handle
    finally:
        handle.down()


@pytest.fixture
def clean_lab(lab: LabHandle) -> LabHandle:
    """The lab with nothing planted and empty transcripts."""
    return lab.plant()
