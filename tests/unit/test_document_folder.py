"""A folder that documents cannot go to is refused with a hint that fits the moment."""

from pathlib import Path

import pytest

from xunjian.cli.documents import prepare_folder
from xunjian.errors import UsageError


def test_before_a_round_the_hint_names_the_option(tmp_path: Path) -> None:
    occupied = tmp_path / "reports"
    occupied.write_text("a file", "utf-8")
    with pytest.raises(UsageError) as caught:
        prepare_folder(occupied / "monday")
    hint = caught.value.hint
    assert hint is not None
    assert "-o" in hint.zh
    assert "-o" in hint.en
    assert "存储" not in hint.zh  # nothing was measured yet
