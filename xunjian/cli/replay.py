"""`replay RUN`: judge an old run again from its evidence; nobody is contacted."""

import typer

from xunjian.cli.documents import write_documents
from xunjian.cli.language import both
from xunjian.cli.options import (
    DocumentsOption,
    InventoryOption,
    OutOption,
    RunArgument,
    WorkspaceOption,
)
from xunjian.cli.output import Output
from xunjian.cli.recap import show_recap
from xunjian.language import Text
from xunjian.playbook.model import RunSettings
from xunjian.run.content import Content
from xunjian.store.model import Comparison


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command(
        "replay",
        help=both(
            "用现在的卡和阈值，按存下的证据重新判定一轮；不联系设备，不改存储。",
            "Judge a run again from its evidence with the cards and limits of today; no device is "
            "contacted, the store is not changed.",
        ),
    )
    def replay_command(
        run: RunArgument,
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
        out: OutOption = None,
        form: DocumentsOption = None,
    ) -> int:
        from xunjian.run.replay import replay
        from xunjian.run.round import tools_for

        content = Content(workspace, inventory, {"format": form})
        record = replay(
            content.store.record(run),
            content.store,
            tools_for(content, RunSettings()),
            devices=content.inventory.devices,
            identity=content.identity(),
        )
        forms = content.settings.format or ("json", "html")
        folder = out or content.workspace.reports_dir / f"{record.run_id}-replay"
        write_documents(content, output, record, forms, folder, Comparison(run_id=record.run_id))
        output.say(Text("按存下的证据重新判定：", "judged again from stored evidence:"))
        show_recap(output, record, folder, to_stdout=forms != ("json",))
        return record.exit_code or 0
