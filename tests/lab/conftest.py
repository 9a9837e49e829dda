"""One lab for all tests of this folder, ended with the process whatever happens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from xunjian.lab import LabHandle, up

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def lab_data() -> Path:
    """The tests' own answers, a few per personality."""
    return DATA


@pytest.fixture(scope="session")
def faulty_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabHandle]:
    """A lab with every fault planted."""
    handle = up(
        tmp_path_factory.mktemp("lab") / "ws",
        ("all",),
        detach=False,
        history=False,
        personalities=DATA,
    )
    yield handle
    handle.down()
