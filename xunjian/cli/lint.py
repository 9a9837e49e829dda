"""`lint`: read all content and say everything that is wrong with it."""

import typer

from xunjian.cli.language import both
from xunjian.cli.options import InventoryOption, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.errors import ContentError
from xunjian.language import Text
from xunjian.run.content import Content


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command(
        "lint",
        help=both(
            "检查内容文件：清单、剧本、项目卡、平台、模板、自带样例。"
            "一次列出全部错误，有错则退出码 2。"
            "\n\n例：xunjian lint    xunjian lint -w 巡检",
            "Check content: inventory, playbooks, cards, platforms, templates and their examples. "
            "Every mistake at once; exit code 2 if there is one."
            "\n\nExamples: xunjian lint    xunjian lint -w rounds",
        ),
    )
    def lint(workspace: WorkspaceOption = None, inventory: InventoryOption = None) -> int:
        from xunjian.forms.lint import examine_forms
        from xunjian.run.content_lint import lint_all

        content = Content(workspace, inventory)
        problems = lint_all(content)
        if not problems:
            problems = examine_forms(content)
        if problems:
            raise ContentError(problems)
        output.say(Text("内容无误", "content is in order"))
        return 0
