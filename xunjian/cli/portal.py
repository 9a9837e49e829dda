"""`report index`, and rewriting the portal whenever documents were written below `reports/`."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from xunjian.cli.documents import prepare_folder, write_document
from xunjian.cli.language import both
from xunjian.cli.naming import told
from xunjian.cli.options import WorkspaceOption
from xunjian.cli.output import Output
from xunjian.language import Text
from xunjian.run.content import Content

if TYPE_CHECKING:
    from xunjian.report import ReportModel

PAGE = "index.html"

HELP = both(
    "重写 reports/index.html：全部轮次与文档的静态首页，离线可用，CI 可直接发布。\n\n"
    "例：xunjian report index    xunjian report index -w 工作区",
    "Rewrite reports/index.html: a static page over all rounds and documents, usable offline, "
    "ready for CI to publish.\n\nExamples: xunjian report index    xunjian report index -w DIR",
)


def add_index(report: typer.Typer, output: Output) -> None:
    """Add the command to the group `report`."""

    @report.command("index", help=HELP)
    def report_index(workspace: WorkspaceOption = None) -> int:
        content = Content(workspace)
        prepare_folder(content.workspace.reports_dir)
        page = rewrite_portal(content, output)
        output.say(Text(f"首页在 {page}", f"the page is {page}"))
        return 0


def rewrite_portal(content: Content, output: Output) -> Path:
    """Write the portal anew, whole or not at all."""
    from xunjian.report.portal import as_portal, read_entries, with_runs

    reports = content.workspace.reports_dir
    entries = read_entries(reports)
    if content.workspace.state_dir.is_dir():
        store = content.store
        entries = with_runs(entries, store.runs(), store.verdict_counts)

    def read(name: str) -> str:
        return content.workspace.find(f"templates/report/{name}").path.read_text("utf-8")

    page = reports / PAGE
    entries = told(entries, content, output.language)
    write_document(page, as_portal(entries, output.language, read))
    return page


def list_documents(
    content: Content, output: Output, model: "ReportModel", folder: Path, kind: str
) -> None:
    """Say beside a run's documents what they are, and rewrite the portal; elsewhere do nothing."""
    from xunjian.report.portal import INDEX_FILE, entry_of, index_of

    if not is_listed(folder, content):
        return
    write_document(folder / INDEX_FILE, index_of(entry_of(model, kind)))
    rewrite_portal(content, output)


def is_listed(folder: Path, content: Content) -> bool:
    """Whether the portal looks into a folder."""
    return folder.resolve().is_relative_to(content.workspace.reports_dir.resolve())
