"""`lint`: read all content and say everything that is wrong with it."""

import typer

from xunjian.cli.language import both
from xunjian.cli.options import InventoryOption, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.errors import ContentError, Problem, UsageError
from xunjian.language import Text
from xunjian.run.content import Content


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command(
        "lint",
        help=both(
            "检查内容文件：清单、剧本、项目卡、平台、模板、自带样例。"
            "一次列出全部错误，有错则退出码 2。",
            "Check content: inventory, playbooks, cards, platforms, templates and their examples. "
            "Every mistake at once; exit code 2 if there is one.",
        ),
    )
    def lint(workspace: WorkspaceOption = None, inventory: InventoryOption = None) -> int:
        from xunjian.tasks.lint import lint as lint_content

        content = Content(workspace, inventory)
        problems = set(lint_content(content.workspace))
        for load in (
            lambda: content.inventory,
            lambda: content.settings,
            lambda: content.thresholds,
        ):
            try:
                load()
            except ContentError as error:
                problems |= set(error.problems)
            except UsageError as error:  # no inventory at all is one mistake among others
                problems.add(Problem("inventory/hosts.yml", 0, "", error.message, error.hint))
        if problems:
            raise ContentError(tuple(problems))
        output.say(Text("内容无误", "content is in order"))
        return 0
