"""Every shipped platform, template and card is without mistakes."""

from xunjian.language import Language
from xunjian.tasks.lint import lint
from xunjian.workspace import builtin_root, open_workspace


def test_shipped_content_has_no_mistakes() -> None:
    problems = lint(open_workspace(builtin_root()))
    assert [problem.to(Language.EN) for problem in problems] == []
