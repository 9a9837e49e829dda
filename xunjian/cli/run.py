"""`run PLAYBOOK`: a round."""

import sys
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from xunjian.cli.documents import prepare_folder, write_documents
from xunjian.cli.language import both
from xunjian.cli.list import host_row
from xunjian.cli.moments import moment
from xunjian.cli.naming import told_rows
from xunjian.cli.options import (
    AskPasswordOption,
    AtOption,
    CheckOption,
    DocumentsOption,
    FailedOption,
    FailOnOption,
    ForksOption,
    InventoryOption,
    LimitOption,
    ListHostsOption,
    MinCoverageOption,
    OutOption,
    PlaybookArgument,
    ResumeOption,
    RoundOption,
    TagsOption,
    UserOption,
    WhereOption,
    WorkspaceOption,
)
from xunjian.cli.output import Output, is_terminal
from xunjian.cli.recap import show_recap
from xunjian.cli.telling import attended
from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.report import words
from xunjian.run.content import Content
from xunjian.secrets import Secret

if TYPE_CHECKING:
    from xunjian.run.execute import RunOrder
    from xunjian.run.model import RunRecord

HELP = both(
    "做一轮巡检。退出码：0 无问题，1 有达到 --fail-on 的结果，2 用法或内容有错，3 不完整，"
    "4 没有选中，6 被拒绝，130 中断。\n\n例：xunjian run daily    "
    "xunjian run pre_holiday -l hangzhou --format html,docx    xunjian run --resume 轮次",
    "Make a round. Exit codes: 0 clean, 1 findings at --fail-on, 2 usage or content error, "
    "3 incomplete, 4 nothing selected, 6 refused, 130 interrupted.\n\nExamples: "
    "xunjian run daily    xunjian run pre_holiday -l hangzhou --format html,docx    "
    "xunjian run --resume RUN",
)


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command("run", help=HELP)
    def run_command(
        playbook: PlaybookArgument = "",
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
        limit: LimitOption = None,
        where: WhereOption = None,
        tags: TagsOption = "",
        check: CheckOption = False,
        list_hosts: ListHostsOption = False,
        forks: ForksOption = None,
        at: AtOption = None,
        form: DocumentsOption = None,
        out: OutOption = None,
        resume: ResumeOption = "",
        failed: FailedOption = "",
        round_id: RoundOption = "",
        fail_on: FailOnOption = None,
        min_coverage: MinCoverageOption = None,
        user: UserOption = None,
        ask_password: AskPasswordOption = False,
    ) -> int:
        from xunjian.run.round import Wanted, order_round

        options = {"forks": forks, "format": form, "fail_on": fail_on, "min_coverage": min_coverage}
        content = Content(workspace, inventory, options)
        if user or ask_password:
            content.log_in_as(user, _asked(output) if ask_password else None)
        if round_id:
            playbook = _playbook_of(content, round_id, playbook, at)
        wanted = Wanted(
            playbook=playbook,
            limit=limit,
            where=where,
            tags=tuple(part.strip() for part in tags.split(",") if part.strip()),
            resume=resume,
            failed=failed,
            now=moment(at),
            round_id=round_id,
            attach=True,
        )
        order = order_round(content, wanted)
        if list_hosts or check:
            return _plan_only(content, output, order, only_hosts=list_hosts)
        return make_round(content, output, order, out).exit_code or 0


def _playbook_of(content: Content, round_id: str, playbook: str, at: str | None) -> str:
    """Give the playbook of a round; whoever names another is told."""
    from xunjian.run.agenda import Agenda

    name = Agenda(content, moment(at)).find(round_id).playbook
    if playbook and playbook != name:
        raise UsageError(
            Text(f"{round_id} 用的是剧本 {name}", f"{round_id} belongs to playbook {name}"),
            Text("不写剧本即可", "leave the playbook out"),
        )
    return name


def make_round(
    content: Content, output: Output, order: "RunOrder", out: Path | None
) -> "RunRecord":
    """Carry out an order, show it while it goes on, write its documents, print the recap."""
    from xunjian.cli.progress import LiveLine, PlainLines
    from xunjian.run.execute import execute
    from xunjian.run.freeze import notices

    if out is not None:
        prepare_folder(out)
    for key in order.playbook.inactive:
        output.say(Text(f"尚未启用：{key}", f"not yet active: {key}"))
    for notice in notices(order.restraint):
        output.say(notice)
    if order.ticket is not None and order.ticket.round.behind.zh:
        output.say(order.ticket.round.behind)
    events = LiveLine(output) if is_terminal(sys.stderr) else PlainLines(output)
    try:
        with attended(content, output, order, events) as listener:
            record = execute(order, content.store, events=listener)
    finally:
        events.stop()
    folder = out or content.workspace.reports_dir / record.run_id
    forms = order.playbook.report.formats
    write_documents(content, output, record, forms, folder)
    show_recap(output, record, folder, to_stdout=forms != ("json",))
    if record.round_id:
        output.say(Text(f"归入：{record.round_id}", f"belongs to round {record.round_id}"))
    return record


def _plan_only(content: Content, output: Output, order: "RunOrder", *, only_hosts: bool) -> int:
    pairs = order.plan.pairs
    if only_hosts:
        rows = [host_row(device) for device in order.plan.devices]
        output.rows("table", "hosts", told_rows(rows, content, output.language))
        return 0
    output.table(
        [Text("设备", "device"), Text("项目", "items")],
        [(pair.device.name, " ".join(pair.tasks)) for pair in pairs],
    )
    for left in order.plan.left_out:
        reason = output.text(words.word(words.REASONS, left.reason.value))
        output.say(f"{left.device} {left.task}: {reason}")
    asked = sum(len(pair.tasks) for pair in pairs)
    left_out = len(order.plan.left_out)
    output.say(
        Text(
            f"计划 {order.plan.planned} 项 = 要做 {asked} + 未做 {left_out}；没有联系任何设备",
            f"{order.plan.planned} planned = {asked} to ask + {left_out} left out; "
            "nobody was asked",
        )
    )
    return 0


def _asked(output: Output) -> Secret:
    if not is_terminal(sys.stdin):
        raise UsageError(
            Text("没有终端，不能询问口令", "there is no terminal to ask for a password"),
            Text("在清单里写口令引用", "write a reference in the inventory"),
        )
    return Secret(getpass(output.text(Text("口令：", "password: "))))
