"""Every shipped platform, template and card is without mistakes, and cites no standard unread."""

import re

import pytest

from xunjian.language import Language
from xunjian.platforms import load_platforms
from xunjian.tasks.lint import lint
from xunjian.tasks.load import load_catalog
from xunjian.workspace import builtin_root, open_workspace

# national and industry standards whose clause was looked up; whatever else a plan asks for is
# cited as the plan's, and a limit of our own is called a house rule
LOOKED_UP = {"GB 50174-2017", "GB/T 12325", "GB 50635"}
_STANDARD = re.compile(r"\b(?:GB|YD|GA|DL|SL|JGJ)(?:/T)? ?\d[\d.]*(?:-\d{4})?")


def test_shipped_content_has_no_mistakes() -> None:
    problems = lint(open_workspace(builtin_root()))
    assert [problem.to(Language.EN) for problem in problems] == []


@pytest.fixture(scope="module")
def cited() -> dict[str, set[str]]:
    """Standards by the check that names one."""
    workspace = open_workspace(builtin_root())
    catalog = load_catalog(workspace, load_platforms(workspace))
    found = {}
    for check in catalog.checks.values():
        words = f"{check.source} {check.standard} {check.advice} {getattr(check.source, 'en', '')}"
        if named := set(_STANDARD.findall(words)):
            found[check.id] = named
    return found


def test_no_standard_is_cited_that_nobody_looked_up(cited: dict[str, set[str]]) -> None:
    assert cited
    assert {one: named for one, named in cited.items() if named - LOOKED_UP} == {}
