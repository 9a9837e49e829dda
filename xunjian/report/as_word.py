"""`report.docx` from a Word template that the customer may replace.

The template is untrusted: it is rendered in a sandbox, autoescaped, without a loader. Characters
that XML 1.0 cannot hold are dropped from every value. The same model gives the same bytes.
"""

import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from docx.shared import Cm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment
from typing_extensions import override

from xunjian.checks.model import Verdict
from xunjian.errors import ContentError, Problem
from xunjian.language import Language, Text
from xunjian.report.model import FindingRow, ReportModel
from xunjian.report.pages import document_words, when
from xunjian.report.photos import photos_of
from xunjian.report.plain import printable
from xunjian.report.printed import printed
from xunjian.report.word_contents import fill_contents
from xunjian.report.word_rows import keep_rows
from xunjian.report.wording import Wording
from xunjian.schema import nearest

TEMPLATE, RECORDS = "templates/report/inspection.docx", "templates/report/records.docx"
LOGO_CM = 3.2
PHOTO_CM = 9.0
_BREAK = "\u200b"  # Word breaks long words by itself
_EPOCH = (2026, 1, 1, 0, 0, 0)
# behind a verdict in a table; the words say the same without it
TINTS = {
    "warning": "FFF5E0",
    "abnormal": "FDECEA",
    "unknown": "F3EEF9",
}


class _Missing(Exception):
    """A placeholder that names nothing."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(name)
        self.name = name
        self.known = tuple(known)


class _Placeholder(StrictUndefined):
    """What a wrong placeholder becomes; any use of it tells its name."""

    @override
    def _fail_with_undefined_error(self, *_args: Any, **_kwargs: Any) -> Any:
        owner = self._undefined_obj
        raise _Missing(str(self._undefined_name), names_of(owner))

    __str__ = __iter__ = __len__ = __bool__ = __eq__ = __ne__ = _fail_with_undefined_error
    __hash__ = __call__ = __getitem__ = _fail_with_undefined_error


def as_word(model: ReportModel, language: Language, template: bytes, file: str = TEMPLATE) -> bytes:
    """Fill the template; `file` is what its mistakes are told of.

    Raises:
        ContentError: the template holds a placeholder that names nothing, or cannot be read.
    """
    document = DocxTemplate(io.BytesIO(template))
    context = context_of(model, language, document)
    try:
        document.render(context, word_environment(language), autoescape=True)
    except _Missing as error:
        known = {*error.known} or {*CONTEXT, *document_words(language)}
        raise _wrong(file, error.name, nearest(error.name, known)) from None
    except TemplateSyntaxError as error:
        raise _broken(file, f"{error.message}") from None
    except (TemplateError, SecurityError, TypeError, AttributeError) as error:
        raise _broken(file, str(error)) from error
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise _broken(file, f"{type(error).__name__}: {error}") from error
    _add_photos(document, model, language)
    keep_rows(document.docx)
    fill_contents(document.docx)
    stream = io.BytesIO()
    document.save(stream)
    return _timeless(stream.getvalue())


CONTEXT: Mapping[str, Text] = {
    "d": Text("文档的全部内容，已写成文字", "everything the document says, in words"),
    "m": Text("报告模型，供计算用", "the model of the report, to compute with"),
    "logo": Text("封面图片；没有则为空", "the picture of the cover; empty without one"),
    "tint": Text("判定的底色", "the background of a verdict"),
    "when": Text("时间", "a time"),
    "subject": Text("判定对象", "what of the device was judged"),
    "remark": Text("说明，正常项为空", "the message, empty for what is normal"),
}


def word_environment(language: Language) -> SandboxedEnvironment:
    """Give the sandbox a Word template is rendered in."""
    environment = SandboxedEnvironment(autoescape=True, undefined=_Placeholder, finalize=_harmless)
    environment.globals.update(document_words(language))
    return environment


def context_of(
    model: ReportModel, language: Language, document: DocxTemplate | None = None
) -> dict[str, Any]:
    """Give what placeholders may name."""
    return {
        "d": printed(model, language),
        "m": model,
        "logo": _logo(model.head.logo, document),
        "tint": lambda code: TINTS.get(code, "FFFFFF"),
        "when": when,
        "subject": _subject,
        "remark": lambda row: _remark(row, language),
    }


def names_of(owner: Any) -> tuple[str, ...]:
    """Give the names a thing of the context has; none for the context itself."""
    if isinstance(owner, Mapping):
        return tuple(map(str, owner))
    fields = getattr(type(owner), "__dataclass_fields__", None)
    return tuple(fields) if fields else ()


def _logo(picture: bytes, document: DocxTemplate | None) -> InlineImage | str:
    if not picture or document is None:
        return ""
    return InlineImage(document, io.BytesIO(picture), height=Cm(LOGO_CM))


def _add_photos(document: DocxTemplate, model: ReportModel, language: Language) -> None:
    """Put the pictures of manual items behind everything else: a template need not know them."""
    photos = photos_of(model, Wording(language))
    if not photos:
        return
    written: Any = document.docx  # get_docx() would give the template again, unfilled
    title = Text("附：现场照片", "Pictures taken on site").to(language)
    last = written.paragraphs[-1] if written.paragraphs else None
    if last is not None and last.text.endswith(title.removeprefix("附：")):
        heading = last  # the template has a chapter for them
    else:
        heading = written.add_paragraph()
        heading.add_run(title).bold = True
    heading.paragraph_format.keep_with_next = True
    for photo in photos:
        written.add_picture(io.BytesIO(photo.content), width=Cm(PHOTO_CM))
        written.paragraphs[-1].paragraph_format.keep_with_next = True
        written.add_paragraph(printable(photo.caption))


def _wrong(file: str, name: str, near: str | None) -> ContentError:
    shown = printable(name)
    hint = Text("全部占位符：xunjian report fields", "all placeholders: xunjian report fields")
    if near:
        hint = Text(f"是否想写 {near}？{hint.zh}", f"did you mean {near}? {hint.en}")
    message = Text(f"Word 模板中没有这个占位符：{shown}", f"no such placeholder: {shown}")
    return ContentError([Problem(file, 0, shown, message, hint)])


def _broken(file: str, why: str) -> ContentError:
    shown = printable(why)
    message = Text(f"Word 模板不能填写：{shown}", f"the Word template cannot be filled: {shown}")
    hint = Text(
        "改正模板，或删去它改用随附的模板", "correct it, or remove it to use the one shipped"
    )
    return ContentError([Problem(file, 0, "", message, hint)])


def _timeless(document: bytes) -> bytes:
    """Write the archive again with one fixed time, so that equal contents are equal bytes."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(document)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            info = zipfile.ZipInfo(entry.filename, date_time=_EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(entry.filename))
    return stream.getvalue()


def _harmless(value: object) -> object:
    return printable(value.replace(_BREAK, "")) if isinstance(value, str) else value


def _subject(row: FindingRow) -> str:
    return "" if row.finding.subject == "-" else row.finding.subject


def _remark(row: FindingRow, language: Language) -> str:
    return "" if row.finding.verdict is Verdict.NORMAL else row.finding.message.to(language)
