"""From a run's record to the documents people sign, read and process."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xunjian.language import Language

if TYPE_CHECKING:
    from xunjian.report.build import build_report
    from xunjian.report.model import ReportModel

__all__ = ["FILES", "ReportModel", "build_report", "render"]

# format -> file name below the output folder, in the order in which they are made: typst's process
# runs while this one is still small
FILES = {
    "json": "report.json",
    "pdf": "report.pdf",
    "html": "report.html",
    "md": "report.md",
    "docx": "report.docx",
    "xlsx": "report.xlsx",
    "junit": "junit.xml",
}


def __getattr__(name: str) -> Any:
    """Import what a run's report needs when it is first asked for: a difference needs none."""
    if name == "build_report":
        from xunjian.report.build import build_report

        return build_report
    if name == "ReportModel":
        from xunjian.report.model import ReportModel

        return ReportModel
    raise AttributeError(name)


def render(
    model: "ReportModel",
    form: str,
    language: Language,
    read: Callable[[str], bytes],
    fonts: Path | None = None,
) -> bytes:
    """Render one document.

    Args:
        model: what the document says.
        form: a key of `FILES`.
        language: of every text in it.
        read: gives the bytes of a file below `templates/report/`.
        fonts: the workspace's folder of fonts, for the PDF.
    """
    from xunjian.report.local import in_local_time, named, readable

    model = named(model, language)
    if form == "json":
        from xunjian.report.as_json import as_json

        return as_json(model, language)
    if form == "junit":
        from xunjian.report.as_junit import as_junit

        return as_junit(model, language)
    model = readable(in_local_time(model), language)
    if form in {"docx", "pdf", "xlsx"}:
        return _render_office(model, form, language, read, fonts)
    if form == "html":
        from xunjian.report.html import as_html

        return as_html(model, language, lambda name: read(name).decode())
    from xunjian.report.pages import as_page

    return as_page(model, language, lambda name: read(name).decode(), name=f"inspection.{form}.j2")


def _render_office(
    model: "ReportModel",
    form: str,
    language: Language,
    read: Callable[[str], bytes],
    fonts: Path | None,
) -> bytes:
    if form == "docx":
        from xunjian.report.as_word import as_word

        return as_word(model, language, read("inspection.docx"))
    if form == "pdf":
        from xunjian.report.as_pdf import as_pdf

        return as_pdf(model, language, read("inspection.typ"), fonts)
    from xunjian.report.as_workbook import as_workbook

    return as_workbook(model, language)
