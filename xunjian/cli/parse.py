"""`parse FILE`: one saved answer, without a device."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from xunjian.cli.language import both
from xunjian.cli.options import Form, FormatOption, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.errors import NotFitting, UsageError
from xunjian.language import Text
from xunjian.run.content import Content
from xunjian.schema import nearest_hint, printable

LARGEST_BYTES = 64 * 1024 * 1024
_PLATFORMS = Text("有哪些平台：xunjian list platforms", "`xunjian list platforms` lists platforms")


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command(
        "parse",
        help=both(
            "解析一个保存下来的输出：有卡用卡（得到事实），否则用 ntc-templates（得到行），"
            "都不合适退出码 3。"
            "\n\n例：xunjian parse --platform huawei_vrp --command 'display fan' 保存的输出.txt",
            "Parse one saved answer: the card's parser gives facts, else ntc-templates gives rows; "
            "exit code 3 when nothing fits."
            "\n\nExample: xunjian parse --platform huawei_vrp --command 'display fan' saved.txt",
        ),
    )
    def parse_command(
        file: Annotated[
            Path, typer.Argument(metavar="FILE", help=both("文件，- 为标准输入", "a file, or - "))
        ],
        platform: Annotated[
            str, typer.Option("--platform", metavar="P", help=both("平台名", "platform"))
        ],
        command: Annotated[
            str,
            typer.Option(
                "--command", metavar="C", help=both("产生它的命令", "the command it answers")
            ),
        ],
        workspace: WorkspaceOption = None,
        form: FormatOption = Form.JSON,
    ) -> int:
        from xunjian.collect.parse_file import parse_file
        from xunjian.transport.decode import decode

        content = Content(workspace)
        known = content.platforms.get(platform)
        text = decode(_read(file)).text
        try:
            parsed = parse_file(
                content.catalog, known or platform, command, text, templates=content.templates
            )
        except NotFitting as error:
            if known is not None:
                raise
            near = nearest_hint(printable(platform), content.platforms.names)
            raise NotFitting(error.message, near if near.zh else _PLATFORMS) from error
        shape = parsed.to_json()
        if form == "json":
            output.json(shape)
        else:
            _show(output, shape)
        for problem in parsed.problems:
            output.say(problem)
        return 0


def _read(file: Path) -> bytes:
    try:
        content = sys.stdin.buffer.read(LARGEST_BYTES) if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise UsageError(
            Text(
                f"读不了文件：{file}（{error.strerror}）", f"cannot read: {file} ({error.strerror})"
            )
        ) from error
    return content


def _show(output: Output, shape: dict[str, object]) -> None:
    output.say(
        f"{shape['platform']} · {shape['command']} · {shape['parser']} · {shape['completeness']}"
    )
    facts = shape.get("facts")
    tables: Mapping[str, Any] = facts if isinstance(facts, dict) else {"rows": shape["rows"]}
    for name, rows in tables.items():
        output.data(f"{name}:")
        output.rows("table", name, rows)
