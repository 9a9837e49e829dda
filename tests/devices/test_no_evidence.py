"""No evidence, no "normal": every good case again with its answers emptied, cut, or garbled."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.devices.test_cases import CASES, HERE
from tests.fixtures.shipped import content
from xunjian.testing.cases import run_case
from xunjian.testing.replay import CannedAnswer

GOOD = [path for path in CASES if path.parent.name.startswith("good")]
LOGIN_PAGE = b"<html><body>Please log in</body></html>"

SPOILED: dict[str, Callable[[CannedAnswer], CannedAnswer]] = {
    "empty": lambda answer: replace(answer, raw=b""),
    "cut": lambda answer: replace(answer, raw=answer.raw[: len(answer.raw) // 2], complete=False),
    "late": lambda answer: replace(answer, raw=b"", complete=False, error="hang"),
    "foreign": lambda answer: replace(answer, raw=LOGIN_PAGE, status=answer.status),
}


@pytest.mark.parametrize("way", SPOILED)
@pytest.mark.parametrize("platform", sorted({path.relative_to(HERE).parts[0] for path in GOOD}))
def test_nothing_is_normal_without_evidence(platform: str, way: str) -> None:
    catalog, platforms, templates = content()
    wrong = []
    for path in GOOD:
        if path.relative_to(HERE).parts[0] == platform:
            result = run_case(
                path,
                catalog=catalog,
                platforms=platforms,
                templates=templates,
                spoil=SPOILED[way],
            )
            wrong += [f"{name(path)}: {f.check}" for f in result.findings if f.verdict == "normal"]
    assert wrong == []


def name(path: Path) -> str:
    return path.parent.relative_to(HERE).as_posix()
