"""`config`: the effective settings, each with where it comes from."""

import typer

from xunjian.cli.language import both
from xunjian.cli.naming import Row, told, worded
from xunjian.cli.options import Form, FormatOption, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.language import Text
from xunjian.run.content import Content

_SOURCES = {
    "default": Text("缺省", "default"),
    "command line": Text("命令行", "command line"),
    "workspace": Text("工作区", "workspace"),
    "builtin": Text("自带", "built-in"),
}
_WORDS = {"source": _SOURCES}


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command(
        "config",
        help=both(
            "显示生效的设置及其来处（命令行 > XUNJIAN_* > xunjian.yml > 缺省）。"
            "\n\n例：xunjian config    xunjian config --format json",
            "Show the effective settings, each with where it comes from "
            "(command line > XUNJIAN_* > xunjian.yml > default)."
            "\n\nExamples: xunjian config    xunjian config --format json",
        ),
    )
    def config(workspace: WorkspaceOption = None, form: FormatOption = Form.TABLE) -> int:
        asked = {"language": output.language.value} if output.is_language_asked else None
        content = Content(workspace, options=asked)
        rows = [
            {"name": name, "value": setting.value, "source": setting.source}
            for name, setting in content.settings.listed()
        ]
        root = {"value": str(content.workspace.root), "source": content.workspace.layers[0][0]}
        found: list[Row] = [{"name": "workspace", **root}, *rows]
        said = found
        if form != "json":
            said = worded(told(tuple(found), content, output.language), _WORDS, output.language)
        output.rows(form, "settings", said)
        return 0
