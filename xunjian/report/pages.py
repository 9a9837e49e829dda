"""The documents that Jinja writes: one offline HTML page, and Markdown.

Device texts are untrusted: HTML is autoescaped under a content security policy that allows only
the page's own style and script (by hash); Markdown is escaped by the filter `md`.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import datetime

from jinja2 import BaseLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from xunjian.calendar.clock import told_time
from xunjian.checks.model import BAD, Finding
from xunjian.facts.words import OF_CHECK, span_of, unit_of, word_of
from xunjian.language import Language, Text
from xunjian.report import words
from xunjian.report.marks import by_hand, is_in_message, unsaid
from xunjian.report.model import ReportModel
from xunjian.report.plain import printable
from xunjian.report.template_mistakes import mistakes_of

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~!])")
# control characters, line separators, marks that turn the direction of writing
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d:\d\d|Z)")


def as_page(
    model: ReportModel, language: Language, read: Callable[[str], str], *, name: str
) -> bytes:
    """Render Markdown template `name`; `read` gives the text of a report template."""
    from xunjian.report.diff.page import diff_words
    from xunjian.report.printed_period import period_of
    from xunjian.report.terms import TERMS

    environment = page_environment(language, autoescape=False)
    environment.globals.update(diff_words(language))
    environment.globals.update(period=period_of(model, language), terms=TERMS)
    with mistakes_of(name):
        template = environment.from_string(read(name))
        return template.render(m=model, language=language.value).encode()


def page_environment(language: Language, *, autoescape: bool) -> SandboxedEnvironment:
    """Give the sandbox all documents are rendered in, with their words and filters."""
    environment = SandboxedEnvironment(
        loader=BaseLoader(),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    environment.globals.update(document_words(language))
    environment.filters.update(md=escape_markdown, when=when)
    return environment


def document_words(language: Language) -> dict[str, object]:
    """Functions every template has: `t(zh, en)`, `say(text)` and the words for codes."""
    return {
        "t": lambda zh, en: zh if language is Language.ZH else en,
        "say": lambda text: text.to(language) if isinstance(text, Text) else str(text or ""),
        "reason": lambda code: words.word(words.REASONS, code).to(language),
        "occasion": lambda code: words.word(words.OCCASIONS, code).to(language),
        "change": lambda code: words.word(words.CHANGES, code).to(language) if code else "",
        "leftover": lambda code: words.word(words.LEFTOVERS, code).to(language),
        "site_level": lambda code: words.word(words.SITE_LEVELS, code).to(language),
        "kind": lambda code: words.word(words.KINDS, code).to(language),
        "state": lambda code: words.word(words.STATES, code).to(language),
        "bad": tuple(verdict.value for verdict in BAD),
        "measured": lambda finding: measured(finding, language),
        "by_hand": lambda finding: by_hand(finding, language),
        "unsaid": lambda finding: unsaid(finding, language),
        "is_in_message": is_in_message,
    }


def when(moment: datetime | None) -> str:
    """Print a time to the minute with its zone's offset."""
    return moment.strftime("%Y-%m-%d %H:%M %z") if moment else "—"


def measured(finding: Finding, language: Language) -> str:
    """Print what was measured: at most six significant digits with its unit, a dash for unknown."""
    value = finding.value
    if value is None:
        return "—"
    if isinstance(value, bool):
        return words.YES_NO[value].to(language)
    if isinstance(value, str):
        if _ISO.fullmatch(value):
            return told_time(datetime.fromisoformat(value))
        fact, _, field = OF_CHECK.get(finding.check, "").partition(".")
        known = word_of(value, field, fact)
        shown = known.to(language) if known else value
        return f"{shown} {unit_of(finding.unit).to(language)}".rstrip()
    if span := span_of(value, finding.unit):
        return span.to(language)
    if isinstance(value, float):
        value += 0.0  # -0.0 reads as 0
        shown = f"{value:.0f}" if abs(value) >= 1e5 else f"{value:.6g}"
    else:
        shown = str(value)
    return f"{shown} {unit_of(finding.unit).to(language)}".rstrip()


def escape_markdown(text: object) -> str:
    """Make a text harmless in a Markdown table: no markup, no new cell, no new line."""
    return _MARKUP.sub(r"\\\1", _UNSEEN.sub(" ", str(text)))


def assets(style: str, script: str) -> dict[str, str]:
    """Give a page its style and script, and the hashes its content security policy names."""
    return {
        "style": style,
        "script": script,
        "style_hash": _hash(style),
        "script_hash": _hash(script),
    }


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
