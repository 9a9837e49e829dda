"""What the placeholders of a Word template may name, found by looking at what they are given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass

from xunjian.language import Language, Text
from xunjian.report.as_word import CONTEXT, context_of
from xunjian.report.model import ReportModel
from xunjian.report.pages import document_words

_FUNCTIONS = {
    "t": Text(
        "t('中文', 'English')：按语言取一个", "t('中文', 'English'): the one of the language"
    ),
    "say": Text("双语文字取当前语言", "a text in both languages, in the one of the document"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """One name a template may use. sample: how it reads in the run it was listed for."""

    name: str
    kind: str  # text | list | function | model
    sample: str = ""


def placeholders(model: ReportModel, language: Language) -> tuple[Placeholder, ...]:
    """List everything that may stand in a template, with samples from a report."""
    context = context_of(model, language)
    found = [*_of("d", context["d"])]
    found += [Placeholder(name=f"m.{one.name}", kind="model") for one in fields(model)]
    found += [Placeholder(name=f"m.head.{one.name}", kind="model") for one in fields(model.head)]
    names = [name for name in CONTEXT if name not in {"d", "m"}]
    found += [
        Placeholder(
            name=name,
            kind="function" if callable(context[name]) else "text",
            sample=CONTEXT[name].to(language),
        )
        for name in names
    ]
    found += [
        Placeholder(name=name, kind="function", sample=_FUNCTIONS.get(name, Text("")).to(language))
        for name in document_words(language)
    ]
    return tuple(found)


def _of(name: str, value: object) -> Iterator[Placeholder]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _of(f"{name}.{key}", inner)
    elif isinstance(value, list | tuple) and not is_dataclass(value):
        yield Placeholder(name=f"{name}[]", kind="list", sample=str(len(value)))
        if value:
            yield from _of(f"{name}[]", value[0])
    else:
        yield Placeholder(name=name, kind="text", sample=_short(value))


def _short(value: object) -> str:
    text = str(value).replace("\u200b", "")
    return text if len(text) <= 40 else f"{text[:39]}…"
