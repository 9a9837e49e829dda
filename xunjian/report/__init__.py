"""From a run's record to the documents people sign, read and process."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from xunjian.language import Language

if TYPE_CHECKING:
    from xunjian.report.build import build_report
    from xunjian.report.model import ReportModel

__all__ = ["FILES", "ReportModel", "build_report", "render"]

# format -> file name below the output folder
FILES = {
    "json": "report.json",
    "html": "report.html",
    "md": "report.md",
    "docx": "report.docx",
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
    model: "ReportModel", form: str, language: Language, read: Callable[[str], bytes]
) -> bytes:
    """Render one document.

    Args:
        model: what the document says.
        form: a key of `FILES`.
        language: of every text in it.
        read: gives the bytes of a file below `templates/report/`.
    """
    if form == "json":
        from xunjian.report.as_json import as_json

        return as_json(model, language)
    if form == "junit":
        from xunjian.report.as_junit import as_junit

        return as_junit(model, language)
    if form == "docx":
        from xunjian.report.as_word import as_word

        return as_word(model, language, read("inspection.docx"))
    if form == "html":
        from xunjian.report.html import as_html

        return as_html(model, language, lambda name: read(name).decode())
    from xunjian.report.pages import as_page

    return as_page(model, language, lambda name: read(name).decode(), name=f"inspection.{form}.j2")
