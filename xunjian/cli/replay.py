"""`replay RUN` or `replay DIR`: judge an old run again from its evidence; nobody is contacted."""

from pathlib import Path
from typing import Annotated

import typer

from xunjian.cli.documents import write_documents
from xunjian.cli.language import both
from xunjian.cli.on_record import apart
from xunjian.cli.options import DocumentsOption, InventoryOption, OutOption, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.cli.recap import show_recap
from xunjian.cli.rejudging import accept_again
from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.playbook.model import RunSettings
from xunjian.run.content import Content
from xunjian.store import Comparison

HELP = both(
    "用现在的卡和阈值，按存下的证据重新判定一轮；不联系设备，不改存储。"
    "给出目录则是别处拿来的工作区，判它最新的一轮；同时给 -w，就用 -w 的卡和阈值判。"
    "--accept 采纳重判：改动、谁、何时记入日志，文档出下一版，旧版留存。"
    "\n\n例：xunjian replay latest    xunjian replay 客户工作区 -w 巡检 -o 重判"
    "    xunjian replay latest --accept --by 张三 --reason 阈值已改",
    "Judge a run again from its evidence with the cards and limits of today; no device is "
    "contacted, the store is not changed. A folder is a workspace brought from elsewhere: "
    "its newest run is judged, with the cards and limits of -w if given. --accept makes "
    "it the run's own: what changed, who and when go into the journal, its documents get "
    "their next version, the one before is kept."
    "\n\nExamples: xunjian replay latest    "
    "xunjian replay brought-folder -w rounds -o again    "
    "xunjian replay latest --accept --by NAME --reason 'new limits'",
)

AcceptOption = Annotated[
    bool,
    typer.Option(
        "--accept",
        help=both(
            "重判的结果成为这一轮的结果，文档出下一版；旧版留存",
            "let the new verdicts take the run's; its documents get their next version",
        ),
    ),
]
ByOption = Annotated[
    str, typer.Option("--by", metavar="NAME", help=both("谁采纳的", "who accepts it"))
]
ReasonOption = Annotated[str, typer.Option("--reason", help=both("原因", "why"))]


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command(
        "replay",
        help=HELP,
    )
    def replay_command(
        run: Annotated[
            str,
            typer.Argument(
                metavar="RUN|DIR", help=both("轮次，或工作区目录", "a run, or a folder")
            ),
        ],
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
        out: OutOption = None,
        form: DocumentsOption = None,
        accept: AcceptOption = False,
        by: ByOption = "",
        reason: ReasonOption = "",
    ) -> int:
        from xunjian.run.replay import replay
        from xunjian.run.round import tools_for

        brought = Path(run) if Path(run).is_dir() else None
        if accept or by or reason:
            if brought or not accept or not by.strip():
                raise _how_to_accept()
            content = Content(workspace, inventory, {"format": form})
            return accept_again(content, output, content.find_run(run).run_id, (by, reason), out)
        source = Content(brought or workspace, inventory)
        run_id = _newest(source) if brought else source.find_run(run).run_id
        content = Content(workspace or brought, source.inventory_dir, {"format": form})
        record = replay(
            source.store.record(run_id),
            source.store,
            tools_for(content, RunSettings()),
            devices=content.inventory.devices,
            identity=source.identity(),
            fail_on=content.settings.fail_on,
            min_coverage=content.settings.min_coverage,
        )
        forms = content.settings.format or ("json", "html")
        folder = out or content.workspace.reports_dir / f"{run_id}-replay"
        folder = apart(output, [content.store, source.store], folder)
        compared = Comparison(run_id=run_id)
        write_documents(content, output, record, forms, folder, compared, is_draft=True)
        output.say(Text(f"按存下的证据重新判定 {run_id}：", f"{run_id} judged again:"))
        show_recap(output, record, folder, to_stdout=forms != ("json",))
        return record.exit_code or 0


def _how_to_accept() -> UsageError:
    return UsageError(
        Text(
            "采纳重判要一起给出 --accept 和 --by，且只能是本工作区的一轮",
            "accepting needs both --accept and --by, and a run of this workspace",
        ),
        Text(
            "如：xunjian replay latest --accept --by 张三 --reason 阈值已改",
            "e.g. xunjian replay latest --accept --by NAME --reason 'new limits'",
        ),
    )


def _newest(source: Content) -> str:
    """The newest run of a workspace; nothing is made in a folder that has none."""
    folder = source.workspace.state_dir
    runs = source.store.runs() if folder.is_dir() else ()
    if not runs:
        raise UsageError(
            Text(f"那里没有任何一轮：{folder}", f"no run is stored there: {folder}"),
            Text("应为含 .xunjian 的工作区目录", "expected a workspace folder with .xunjian"),
        )
    return runs[0].run_id
