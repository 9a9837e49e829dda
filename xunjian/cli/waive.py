"""`waive FINDING`: somebody with the right to do so lets a finding stand for a time."""

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from xunjian.cli.language import both
from xunjian.cli.options import InventoryOption, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.run.content import Content

HELP = both(
    "豁免一项判定：以后各轮记为豁免，到期自动恢复。批准人、原因、期限缺一不可，"
    "记入只增不改的日志。\n\n例：xunjian waive F0123456789 --approver 李处 "
    "--reason 备件已订 --until 2026-12-31",
    "Let a finding stand: rounds show it as waived until the day it runs out. Approver, "
    "reason and day are all needed and go into the journal, which is only added to."
    "\n\nExample: xunjian waive F0123456789 --approver 'Li' --reason 'spare ordered' "
    "--until 2026-12-31",
)


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command("waive", help=HELP)
    def waive(
        finding: Annotated[
            str,
            typer.Argument(metavar="FINDING", help=both("判定编号 F…", "id of the finding, F…")),
        ],
        approver: Annotated[
            str, typer.Option("--approver", help=both("批准人", "who approves it"))
        ],
        reason: Annotated[str, typer.Option("--reason", help=both("原因", "why"))],
        until: Annotated[
            datetime,
            typer.Option("--until", formats=["%Y-%m-%d"], help=both("到哪一天", "until which day")),
        ],
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
    ) -> int:
        content = Content(workspace, inventory)
        title = _write_down(content, finding, approver.strip(), reason.strip(), until.date())
        output.say(
            Text(
                f"{title.zh} 豁免至 {until:%Y-%m-%d}；下一轮起生效",
                f"{title.en} is waived until {until:%Y-%m-%d}, from the next round on",
            )
        )
        return 0


def _write_down(content: Content, finding: str, approver: str, reason: str, until: date) -> Text:
    """Put the waiver into the journal; gives what it is about.

    Raises:
        UsageError: there is no such finding, or who, why and until when are not all said.
    """
    from xunjian.calendar.clock import day_of, now
    from xunjian.calendar.model import Waiver

    known = {one.finding.id: one.finding for one in content.store.findings()}
    if finding not in known:
        raise UsageError(
            Text(f"没有这项判定：{finding}", f"no such finding: {finding}"),
            Text("看有哪些：xunjian list findings", "see them: xunjian list findings"),
        )
    if not approver or not reason:
        raise UsageError(Text("批准人与原因不能空着", "approver and reason must not be blank"))
    if until < day_of(now()):
        raise UsageError(Text("期限已过", "that day is over"))
    waiver = Waiver(
        id=finding,
        approved_by=approver,
        reason=reason,
        until=until,
        recorded_at=datetime.now(tz=UTC),
    )
    with content.store.locked("waive"):
        content.store.journal.add(waiver)
    found = known[finding]
    title = found.title
    return Text(f"{found.device} {title.zh}", f"{found.device} {title.en or title.zh}")
