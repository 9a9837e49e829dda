"""`report.docx` from a Word template that the customer may replace.

The template is untrusted: it is rendered in a sandbox, autoescaped, without a loader. Characters
that XML 1.0 cannot hold are dropped from every value.
"""

import io

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from xunjian.checks.model import Verdict
from xunjian.errors import UsageError
from xunjian.language import Language, Text
from xunjian.report.model import FindingRow, ReportModel
from xunjian.report.pages import document_words, when
from xunjian.report.plain import printable


def as_word(model: ReportModel, language: Language, template: bytes) -> bytes:
    """Fill the template; raises UsageError when a placeholder of it cannot be filled."""
    document = DocxTemplate(io.BytesIO(template))
    environment = SandboxedEnvironment(
        autoescape=True, undefined=StrictUndefined, finalize=_harmless
    )
    environment.globals.update(document_words(language))
    context = {
        "m": model,
        "when": when,
        "subject": _subject,
        "remark": lambda row: _remark(row, language),
    }
    try:
        document.render(context, jinja_env=environment, autoescape=True)
    except TemplateError as error:
        raise UsageError(
            Text(f"Word 模板不能填写：{error}", f"the Word template cannot be filled: {error}"),
            Text(
                "改正 templates/report/inspection.docx 中的占位符",
                "correct the placeholder in templates/report/inspection.docx",
            ),
        ) from error
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _harmless(value: object) -> object:
    return printable(value) if isinstance(value, str) else value


def _subject(row: FindingRow) -> str:
    return "" if row.finding.subject == "-" else row.finding.subject


def _remark(row: FindingRow, language: Language) -> str:
    return "" if row.finding.verdict is Verdict.NORMAL else row.finding.message.to(language)
