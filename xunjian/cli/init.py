"""`init DIR`: a fresh workspace to start from."""

from pathlib import Path
from typing import Annotated

import typer

from xunjian.cli.language import both
from xunjian.cli.output import Output
from xunjian.language import Text


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command(
        "init",
        help=both(
            "新建工作区：xunjian.yml、示例清单、密钥（0600，不进 git）、空的 known_hosts。"
            "\n\n例：xunjian init 巡检",
            "Make a workspace: xunjian.yml, an example inventory, keys (0600, outside git) and an "
            "empty known_hosts."
            "\n\nExample: xunjian init rounds",
        ),
    )
    def init(
        directory: Annotated[
            Path, typer.Argument(metavar="DIR", help=both("新目录", "the new folder"))
        ],
    ) -> int:
        from xunjian.starter import make_workspace

        made = make_workspace(directory)
        for name in made:
            output.say(f"  {name}")
        output.say(
            Text(
                f"已建好。下一步：改 inventory/hosts.yml，再 xunjian lint -w {directory}",
                f"Done. Next: edit inventory/hosts.yml, then xunjian lint -w {directory}",
            )
        )
        return 0
