"""`report`: the documents of a run again, of a period, and what controls them."""

import typer

from xunjian.cli.documents import write_documents
from xunjian.cli.language import both
from xunjian.cli.options import DocumentsOption, OutOption, RunArgument, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.cli.periodic import add_periodic
from xunjian.cli.portal import add_index
from xunjian.cli.report_control import add_control
from xunjian.language import Text
from xunjian.report import FILES
from xunjian.run.content import Content


def register(app: typer.Typer, output: Output) -> None:
    """Add the group."""
    report = typer.Typer(
        help=both(
            "文档：各轮的版本与证据包，日、周、月、季、年的文档，首页。"
            "\n\n例：xunjian report index    xunjian report fault-summary 2026-10",
            "Documents: versions and bundles of rounds, documents of a day, week, month, "
            "quarter and year, the portal.\n\nExamples: xunjian report index    "
            "xunjian report fault-summary 2026-10",
        ),
        rich_markup_mode=None,
        no_args_is_help=True,
    )
    app.add_typer(report, name="report")

    @report.callback()
    def _group() -> None:
        """Keep `run` a subcommand."""

    add_index(report, output)
    add_control(report, output)
    add_periodic(report, output)

    @report.command(
        "run",
        help=both(
            "按存储重新出一轮的文档；什么也没变就不出新版。"
            "\n\n例：xunjian report run latest --format pdf,xlsx",
            "Write a run's documents again from the store; no new version where nothing changed."
            "\n\nExample: xunjian report run latest --format pdf,xlsx",
        ),
    )
    def report_run(
        run: RunArgument,
        workspace: WorkspaceOption = None,
        out: OutOption = None,
        form: DocumentsOption = None,
    ) -> int:
        content = Content(workspace, options={"format": form})
        record = content.store.record(content.find_run(run).run_id)
        forms = content.settings.format or tuple(FILES)
        folder = out or content.workspace.reports_dir / record.run_id
        write_documents(content, output, record, forms, folder)
        output.say(Text(f"文档在 {folder}", f"documents in {folder}"))
        return 0
