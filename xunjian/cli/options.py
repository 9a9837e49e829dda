"""The options that many commands share, written once."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from xunjian.cli.language import both
from xunjian.errors import UsageError
from xunjian.language import Text


class Form(StrEnum):
    """How a listing is shown."""

    TABLE = "table"
    JSON = "json"


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


def _form(given: str) -> str:
    if given not in tuple(Form):
        raise UsageError(
            Text(f"--format 的值不对：{given}", f"--format has a wrong value: {given}"),
            Text("可用：table、json", "known: table, json"),
        )
    return given


FormatOption = Annotated[
    str,
    typer.Option(
        "--format", metavar="FORM", callback=_form, help=both("table 或 json", "table or json")
    ),
]

PlaybookArgument = Annotated[
    str, typer.Argument(metavar="PLAYBOOK", help=both("剧本名", "name of a playbook"))
]
TagsOption = Annotated[
    str,
    typer.Option(
        "-t",
        "--tags",
        metavar="TAGS",
        help=both("只做带这些标签的项目，逗号分开", "only items with one of these tags"),
    ),
]
CheckOption = Annotated[
    bool, typer.Option("-C", "--check", help=both("只计划，不联系设备", "plan only, ask nobody"))
]
ListHostsOption = Annotated[
    bool, typer.Option("--list-hosts", help=both("只列出会去的设备", "list who is visited"))
]
FORKS = 20  # devices at once outside a round, unless told
ForksOption = Annotated[
    int | None,
    typer.Option("-f", "--forks", metavar="N", min=1, help=both("同时几台", "devices at once")),
]
AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="DATE", help=both("当作这一天来判定", "judge as of this day")),
]
DocumentsOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="LIST",
        help=both(
            "文档：html,docx,pdf,xlsx,md,json,junit；只写 json 时也打印到标准输出",
            "documents: html,docx,pdf,xlsx,md,json,junit; json alone goes to stdout too",
        ),
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="DIR",
        help=both("文档目录（缺省 reports/轮次）", "folder of documents (default reports/RUN)"),
    ),
]
ResumeOption = Annotated[
    str, typer.Option("--resume", metavar="RUN", help=both("接着做那一轮", "go on with a run"))
]
FailedOption = Annotated[
    str,
    typer.Option(
        "--failed",
        metavar="RUN",
        help=both("再做那一轮里未到达或有问题的设备", "visit again what was not in order"),
    ),
]
RoundOption = Annotated[
    str,
    typer.Option(
        "--round",
        metavar="ID",
        help=both(
            "为日历上的这一轮做（同一天有几场会时）",
            "for this round of the calendar, where several are due",
        ),
    ),
]
FailOnOption = Annotated[
    str | None,
    typer.Option(
        "--fail-on",
        metavar="V",
        help=both(
            "从哪一级起算失败：warning abnormal I II III IV（缺省 abnormal）",
            "what counts as failure: warning abnormal I II III IV (default abnormal)",
        ),
    ),
]
MinCoverageOption = Annotated[
    str | None,
    typer.Option(
        "--min-coverage",
        metavar="PCT",
        help=both("到达率低于它就算不完整", "below this share the run is incomplete"),
    ),
]
UserOption = Annotated[
    str | None,
    typer.Option("-u", "--user", metavar="NAME", help=both("用这个用户名登录", "log in as")),
]
AskPasswordOption = Annotated[
    bool, typer.Option("-k", "--ask-pass", help=both("询问口令", "ask for the password"))
]
RunArgument = Annotated[
    str,
    typer.Argument(
        metavar="RUN", help=both("轮次，latest 为最近一轮", "the run; `latest` is the newest")
    ),
]
