"""The options that many commands share, written once."""

from pathlib import Path
from typing import Annotated

import typer

from xunjian.cli.language import both

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "-w",
        "--workspace",
        metavar="DIR",
        help=both(
            "工作区目录（缺省：当前目录若是工作区就用它，否则用自带内容）",
            "workspace folder (default: the current folder if it is one, else built-in content)",
        ),
    ),
]
InventoryOption = Annotated[
    Path | None,
    typer.Option(
        "-i",
        "--inventory",
        metavar="DIR",
        help=both(
            "清单目录，代替工作区的 inventory/", "inventory folder instead of the workspace's"
        ),
    ),
]
LimitOption = Annotated[
    str | None,
    typer.Option(
        "-l",
        "--limit",
        metavar="PATTERN",
        help=both(
            "选设备，同 ansible：a:b  a:&b  a:!b  通配  ~正则  @文件；"
            "可用设备名、组、类别、地点、系统",
            "select devices as ansible does: a:b a:&b a:!b, globs, ~regex, @file; "
            "over names, groups, kinds, sites, systems",
        ),
    ),
]
WhereOption = Annotated[
    str | None,
    typer.Option(
        "-W",
        "--where",
        metavar="EXPR",
        help=both(
            "再用表达式筛选，如 \"room.class == 'core' and not kind == 'ups'\"",
            "filter by an expression, e.g. \"room.class == 'core' and not kind == 'ups'\"",
        ),
    ),
]
FormatOption = Annotated[
    str,
    typer.Option(
        "--format", metavar="FORM", help=both("table 或 json", "table or json"), show_default=True
    ),
]
