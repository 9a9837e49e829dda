"""`notices`: what was told to whom, and a test of an address."""

from datetime import datetime
from typing import Annotated

import typer

from xunjian.cli.language import both
from xunjian.cli.naming import Row, worded
from xunjian.cli.options import Form, FormatOption, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.cli.telling import deliver_test
from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.run.content import Content
from xunjian.schema import nearest_hint, printable

NOT_DELIVERED = 3

NameArgument = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help=both("xunjian.yml 的 notify 里的收件人", "a recipient under `notify` in xunjian.yml"),
    ),
]


def register(app: typer.Typer, output: Output) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        help=both(
            "通知：发过什么、没送到什么；试发一条。收件人写在 xunjian.yml 的 notify，"
            "何时通知写在剧本的 notify。\n\n例：xunjian notices list    xunjian notices test duty",
            "Notices: what was sent, what was not delivered; a test message. Recipients stand "
            "under `notify` in xunjian.yml, occasions under `notify` of a playbook.\n\n"
            "Examples: xunjian notices list    xunjian notices test duty",
        ),
        rich_markup_mode=None,
        no_args_is_help=True,
    )
    app.add_typer(group, name="notices")
    _add_list(group, output)
    _add_test(group, output)


def _add_list(group: typer.Typer, output: Output) -> None:
    @group.command(
        "list",
        help=both(
            "最近发出和没送到的通知，新的在前。\n\n例：xunjian notices list",
            "The newest notices, sent and not delivered.\n\nExample: xunjian notices list",
        ),
    )
    def list_command(workspace: WorkspaceOption = None, form: FormatOption = Form.TABLE) -> int:
        content = Content(workspace)
        listed = content.store.notices.listed()
        rows: list[Row] = [
            {
                "at": f"{told.at:%Y-%m-%dT%H:%M:%S%z}" if told.at else "",
                "event": told.event,
                "recipient": told.recipient,
                "state": told.state,
                "reason": told.reason,
                "subject": told.subject,
                "device": told.device,
                "check": told.check_id,
                "run_id": told.run_id,
            }
            for told in listed
        ]
        if form != "json":
            rows = [_said(row, one.at, output) for row, one in zip(rows, listed, strict=True)]
        output.rows(form, "notices", rows)
        return 0


def _said(row: Row, at: datetime | None, output: Output) -> Row:
    """A notice in words; JSON keeps the codes."""
    from xunjian.calendar.clock import told_time
    from xunjian.notify.texts import EVENTS, reason

    why = output.text(reason(str(row["reason"]))) if row["reason"] else ""
    (said,) = worded([row], {"event": EVENTS, "state": _STATES}, output.language)
    return {**said, "at": told_time(at) if at else "", "reason": why}


_STATES = {"sent": Text("已发出", "sent"), "failed": Text("未送到", "not delivered")}


def _add_test(group: typer.Typer, output: Output) -> None:
    @group.command(
        "test",
        help=both(
            "给一个收件人试发一条。退出码：0 每个地址都收了，3 有地址没送到。"
            "\n\n例：xunjian notices test duty",
            "Send a test message to a recipient. Exit codes: 0 every address took it, "
            "3 one did not."
            "\n\nExample: xunjian notices test duty",
        ),
    )
    def test_command(name: NameArgument, workspace: WorkspaceOption = None) -> int:
        content = Content(workspace)
        known = content.settings.notify
        if name not in known:
            shown = printable(name)
            raise UsageError(
                Text(f"没有这个收件人：{shown}", f"no such recipient: {shown}"),
                nearest_hint(name, known)
                if known
                else Text("写在 xunjian.yml 的 notify", "write it under `notify` in xunjian.yml"),
            )
        return NOT_DELIVERED if deliver_test(content, output, name).failed else 0
