"""`baseline`: what a device's configuration is agreed to be, and who agreed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import typer

from xunjian.cli.language import both
from xunjian.cli.list import selected
from xunjian.cli.options import (
    Form,
    FormatOption,
    InventoryOption,
    LimitOption,
    WorkspaceOption,
)
from xunjian.cli.output import Output, harmless
from xunjian.errors import NotFitting, UsageError
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.run.content import Content

ChangesArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="CHANGE", help=both("变更号，如 c-5b1f0c9a21", "ids of changes")),
]
TicketOption = Annotated[
    str, typer.Option("--ticket", metavar="T", help=both("工单号", "the ticket"))
]
ReasonOption = Annotated[
    str, typer.Option("--reason", metavar="WHY", help=both("理由", "the reason"))
]

ScopeOption = Annotated[
    str,
    typer.Option(
        "--scope",
        metavar="KIND",
        help=both("once accept-until planned", "once accept-until planned"),
    ),
]
FromOption = Annotated[
    str, typer.Option("--from", metavar="TIME", help=both("窗口开始", "start of the window"))
]
UntilOption = Annotated[str, typer.Option("--until", metavar="TIME", help=both("到期", "expiry"))]
InitialOption = Annotated[
    bool, typer.Option("--initial", help=both("定第一份基线", "make the first baseline"))
]
ApprovedOption = Annotated[
    bool, typer.Option("--approved", help=both("只接受已批准的变更", "only approved changes"))
]


def register(app: typer.Typer, output: Output) -> None:
    """Add the group."""
    group = typer.Typer(
        help=both(
            "配置基线：商定的配置，谁批准的。\n\n例：xunjian baseline show -l hz-core-sw1",
            "Baselines: the agreed configurations."
            "\n\nExample: xunjian baseline show -l hz-core-sw1",
        ),
        rich_markup_mode=None,
        no_args_is_help=True,
    )
    app.add_typer(group, name="baseline")
    _show(group, output)
    _history(group, output)
    _accept(group, output)
    _approve(group, output)


def _show(group: typer.Typer, output: Output) -> None:
    @group.command(
        "show",
        help=both(
            "显示基线（已去口令）。\n\n例：xunjian baseline show -l hz-core-sw1",
            "Show baselines, redacted.\n\nExample: xunjian baseline show -l hz-core-sw1",
        ),
    )
    def show(
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
        limit: LimitOption = None,
    ) -> int:
        from xunjian.config.baselines import BASELINE
        from xunjian.run.shelf import open_shelf

        content = Content(workspace, inventory)
        shelf = open_shelf(content)
        found = [(d, shelf.read(BASELINE, d)) for d in selected(content, limit, None)]
        for device, text in found:
            if text is not None:
                output.data(f"== {device.name} ==")
                output.data("\n".join(harmless(line) for line in text.lines))
        missing = [device.name for device, text in found if text is None]
        return _without_baseline(missing)


def _history(group: typer.Typer, output: Output) -> None:
    @group.command(
        "history",
        help=both(
            "基线何时被谁改过。\n\n例：xunjian baseline history -l switch",
            "Who moved the baseline, when.\n\nExample: xunjian baseline history -l switch",
        ),
    )
    def history(
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
        limit: LimitOption = None,
        form: FormatOption = Form.TABLE,
    ) -> int:
        from xunjian.calendar.clock import told_time
        from xunjian.run.shelf import named, open_shelf

        content = Content(workspace, inventory)
        shelf = open_shelf(content)
        rows: list[Mapping[str, object]] = []
        missing = []
        for device in selected(content, limit, None):
            revisions = shelf.baselines.history(named(device))
            if not revisions:
                missing.append(device.name)
            rows += [
                {
                    "device": device.name,
                    "commit": revision.commit[:12],
                    "at": revision.at.isoformat() if form == "json" else told_time(revision.at),
                    "by": revision.by,
                    "subject": revision.subject,
                }
                for revision in revisions
            ]
        output.rows(form, "history", rows)
        return _without_baseline(missing)


def _accept(group: typer.Typer, output: Output) -> None:
    @group.command(
        "accept",
        help=both(
            "把上次读到的配置（diff -l 或 backup 显示的那份）定为基线；写变更号则只接受这些。"
            "\n\n批准人是 XUNJIAN_ACTOR，否则是 git 的作者；不能是变更人自己。"
            "\n\n例：xunjian baseline accept --initial -l switch    "
            "xunjian baseline accept c-5b1f0c9a21 --ticket T-17",
            "Make what was last read (what diff -l or backup saw) the baseline; with ids of "
            "changes only these.\n\nWho accepts is XUNJIAN_ACTOR, else git's author, and may not "
            "be who made the change."
            "\n\nExamples: xunjian baseline accept --initial -l switch    "
            "xunjian baseline accept c-5b1f0c9a21 --ticket T-17",
        ),
    )
    def accept(
        changes: ChangesArgument = None,
        initial: InitialOption = False,
        only_approved: ApprovedOption = False,
        ticket: TicketOption = "",
        reason: ReasonOption = "",
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
        limit: LimitOption = None,
    ) -> int:
        from xunjian.cli.accepting import Wanted, accept_changes, accept_first
        from xunjian.run.shelf import open_shelf
        from xunjian.store.lock import held

        content = Content(workspace, inventory)
        devices = _some(selected(content, limit, None), limit)
        if changes and (len(devices) > 1 or initial):
            raise UsageError(
                Text("变更号只能用于一台设备", "ids of changes go with one device only")
            )
        shelf = open_shelf(content)
        with held(content.workspace.state_dir, "baseline accept"):
            if initial:
                return accept_first(shelf, output, devices)
            wanted = Wanted(
                changes=tuple(changes or ()), approved=only_approved, ticket=ticket, reason=reason
            )
            return max(accept_changes(shelf, output, device, wanted) for device in devices)


def _approve(group: typer.Typer, output: Output) -> None:
    @group.command(
        "approve",
        help=both(
            "批准变更而不动基线：一次性（once）、到期（accept-until）、计划内（planned，到期未见即报）。"
            "\n\n例：xunjian baseline approve c-5b1f0c9a21 --scope accept-until --until "
            "2026-12-31 --reason 割接期间",
            "Approve changes without moving the baseline: once, accept-until, or planned (absent "
            "changes are reported)."
            "\n\nExample: xunjian baseline approve c-5b1f0c9a21 --scope accept-until --until "
            "2026-12-31 --reason cut-over",
        ),
    )
    def approve(
        changes: ChangesArgument = None,
        scope: ScopeOption = "once",
        start: FromOption = "",
        until: UntilOption = "",
        ticket: TicketOption = "",
        reason: ReasonOption = "",
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
        limit: LimitOption = None,
    ) -> int:
        from xunjian.cli.accepting import approve_changes, check_scope
        from xunjian.config.approvals import ApprovalFile
        from xunjian.run.shelf import open_shelf
        from xunjian.store.lock import held

        content = Content(workspace, inventory)
        devices = _some(selected(content, limit, None), limit)
        if not changes:
            raise UsageError(Text("缺少变更号 CHANGE", "missing: CHANGE, the ids of changes"))
        file = ApprovalFile(
            device="",
            changes=list(changes),
            scope=check_scope(scope, start, until),
            by="",
            at=datetime.now().astimezone().isoformat(timespec="seconds"),
            ticket=ticket,
            reason=reason,
            start=start,
            until=until,
        )
        shelf = open_shelf(content)
        with held(content.workspace.state_dir, "baseline approve"):
            for device in devices:
                approve_changes(
                    shelf, output, device, file.model_copy(update={"device": device.name})
                )
        return 0


def _some(devices: Sequence[Device], limit: str | None) -> tuple[Device, ...]:
    if limit is None:
        raise UsageError(
            Text("选设备：-l", "select devices with -l"),
            Text("全部就写 -l all", "all of them: -l all"),
        )
    return tuple(devices)


def _without_baseline(missing: list[str]) -> int:
    if not missing:
        return 0
    names = ", ".join(missing)
    raise NotFitting(
        Text(f"尚无基线：{names}", f"no baseline yet: {names}"),
        Text(
            "定第一份：xunjian baseline accept --initial -l …",
            "make the first: xunjian baseline accept --initial -l …",
        ),
    )
