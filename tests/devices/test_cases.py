"""Every case under tests/devices: answers in files, facts and verdicts as written.

Run one with `-k <platform>-<task>-<case>`. With `XUNJIAN_WRITE_CASES=1` a case without facts and
findings gets what its answers lead to; its author then reads every line of it.
"""

import os
import re
from pathlib import Path

import pytest
import yaml

from tests.fixtures.shipped import content
from xunjian.errors import ContentError
from xunjian.language import Language
from xunjian.testing.cases import CaseResult, run_case

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*/*/*/case.yml"))
SLOT = re.compile(r"\{[a-z_]\w*(?:\.\w+)*\}")  # as cards write them into texts


@pytest.mark.parametrize(
    "path", CASES, ids=["-".join(path.relative_to(HERE).parts[:3]) for path in CASES]
)
def test_case(path: Path) -> None:
    try:
        catalog, platforms, templates = content()
        result = run_case(path, catalog=catalog, platforms=platforms, templates=templates)
    except ContentError as error:
        listed = "\n".join(problem.to(Language.EN) for problem in error.problems)
        pytest.fail(listed, pytrace=False)
    if result.case.facts is None and result.case.findings is None:
        fill_in(path, result)
    assert not unfilled(result)
    differences = result.differences()
    if differences:
        pytest.fail("\n".join((*differences, "", *explained(result))), pytrace=False)


def unfilled(result: CaseResult) -> list[str]:
    """The texts of findings in which a slot of the card still stands as written."""
    return [
        f"{finding.check}: {shown}"
        for finding in result.findings
        for text in (finding.message, finding.standard, finding.advice)
        for shown in (text.zh, text.en)
        if SLOT.search(shown)
    ]


def fill_in(path: Path, result: CaseResult) -> None:
    text = yaml.safe_dump(
        result.as_yaml_data(), allow_unicode=True, sort_keys=False, default_flow_style=None
    )
    if os.environ.get("XUNJIAN_WRITE_CASES") == "1":
        path.write_text(path.read_text("utf-8").rstrip() + "\n" + text, "utf-8")
    listed = "\n".join(explained(result))
    pytest.fail(
        f"the case expects nothing yet; its answers lead to\n{text}\n{listed}", pytrace=False
    )


def explained(result: CaseResult) -> list[str]:
    steps = [f"step {s.task}/{s.fact}: {s.state.value} {s.reason}" for s in result.table.steps]
    return [*steps, *(f"problem {problem}" for problem in result.table.problems)]
