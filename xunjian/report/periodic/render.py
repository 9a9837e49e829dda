"""One renderer per format, the same for every periodic document."""

from collections.abc import Callable
from pathlib import Path

from xunjian.language import Language
from xunjian.report.periodic.model import PeriodModel

# in the order in which they are made, as those of a round's report
FORMS = ("json", "pdf", "html", "md", "docx", "xlsx")


def render_period(
    model: PeriodModel,
    form: str,
    language: Language,
    read: Callable[[str], bytes],
    fonts: Path | None = None,
) -> bytes:
    """Render one document; `read` gives the bytes of a file below `templates/report/`."""
    if form == "json":
        from xunjian.report.periodic.as_json import as_json

        return as_json(model, language)
    if form == "pdf":
        from xunjian.report.periodic.as_pdf import TEMPLATE, as_pdf

        return as_pdf(model, language, read(TEMPLATE), fonts)
    if form == "docx":
        from xunjian.report.periodic.as_word import as_word

        return as_word(model, language, fonts)
    if form == "xlsx":
        from xunjian.report.periodic.as_workbook import as_workbook

        return as_workbook(model, language)
    from xunjian.report.periodic.as_pages import as_html, as_markdown

    write = as_html if form == "html" else as_markdown
    return write(model, language, lambda name: read(name).decode())
