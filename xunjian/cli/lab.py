"""`lab up`, `lab down`, `lab faults`: devices that are none, to try everything on."""

import time
from pathlib import Path
from typing import Annotated

import typer

from xunjian.cli.language import both
from xunjian.cli.options import Form, FormatOption
from xunjian.cli.output import Output
from xunjian.language import Text


def register(app: typer.Typer, output: Output) -> None:
    """Add the group."""
    lab = typer.Typer(
        help=both(
            "实验室：本机回环地址上的仿真设备，可按名植入故障。"
            "\n\n例：xunjian lab up --detach lab --fault fan-failed    xunjian run daily -w lab",
            "The lab: personalities of devices on loopback, with faults on demand."
            "\n\nExamples: xunjian lab up --detach lab --fault fan-failed    "
            "xunjian run daily -w lab",
        ),
        rich_markup_mode=None,
        no_args_is_help=True,
    )
    app.add_typer(lab, name="lab")
    _add_up(lab, output)

    @lab.command(
        "down",
        help=both(
            "结束实验室。\n\n例：xunjian lab down lab",
            "End a lab.\n\nExample: xunjian lab down lab",
        ),
    )
    def down_command(
        directory: Annotated[
            Path, typer.Argument(metavar="DIR", help=both("实验室目录", "the lab's folder"))
        ],
    ) -> int:
        from xunjian.lab import down

        ended = down(directory)
        output.say(Text("已结束", "ended") if ended else Text("没有在运行", "it was not running"))
        return 0

    @lab.command(
        "faults",
        help=both(
            "列出可植入的故障。\n\n例：xunjian lab faults",
            "List the faults that can be planted.\n\nExample: xunjian lab faults",
        ),
    )
    def faults_command(form: FormatOption = Form.TABLE) -> int:
        from xunjian.lab import faults_listing

        faults = faults_listing()
        if form == "json":
            output.json(faults)
        else:
            output.rows(
                "table",
                "faults",
                [
                    {**fault, "expect": " ".join(map(str, dict(fault["expect"]).values()))}  # type: ignore[call-overload]
                    for fault in faults
                ],
            )
        return 0


def _add_up(lab: typer.Typer, output: Output) -> None:
    @lab.command(
        "up",
        help=both(
            "启动实验室；目录是一个完整工作区。没有 --detach 时在前台，Ctrl-C 结束。"
            "\n\n例：xunjian lab up --detach lab --fault fan-failed --fault disk-full",
            "Bring a lab up; its folder is a complete workspace. Without --detach it stays in the "
            "foreground until Ctrl-C."
            "\n\nExample: xunjian lab up --detach lab --fault fan-failed --fault disk-full",
        ),
    )
    def up_command(
        detach: Annotated[
            Path | None,
            typer.Option(
                "--detach", metavar="DIR", help=both("放到后台", "leave it in the background")
            ),
        ] = None,
        fault: Annotated[
            list[str] | None,
            typer.Option(
                "--fault",
                metavar="NAME",
                help=both("故障名，可多次；all 全部", "a fault, repeatable; all"),
            ),
        ] = None,
        devices: Annotated[
            int,
            typer.Option(
                "--devices", metavar="N", min=0, help=both("再加 N 台交换机", "N more switches")
            ),
        ] = 0,
    ) -> int:
        from xunjian.lab import down, up

        directory = detach or Path("lab")
        handle = up(directory, tuple(fault or ()), devices, detach=detach is not None)
        output.say(
            Text(
                f"{len(handle.devices)} 台仿真设备已应答：{directory}",
                f"{len(handle.devices)} personalities answer: {directory}",
            )
        )
        if detach is None:
            try:
                while True:
                    time.sleep(3600)
            except KeyboardInterrupt:
                down(directory)
        return 0
