"""What a card's names are resolved against, and where a mistake is noted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from xunjian.errors import ReadOnlyViolation
from xunjian.expressions import Expression, ExpressionError, Scope, compile_expression
from xunjian.facts import FACTS
from xunjian.facts.registry import field_names
from xunjian.language import Text
from xunjian.parse import TemplateCache
from xunjian.platforms import Platform, Platforms
from xunjian.safety import check_request
from xunjian.schema import Document, KeyPath, Problems, nearest_hint
from xunjian.transport.model import Request


def all_fields() -> Mapping[str, frozenset[str]]:
    """Fields of every fact type, for `count(Fact, …)` and its kin."""
    return {name: field_names(name) for name in FACTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One card being compiled: its document, what it may name, and where mistakes go."""

    document: Document
    problems: Problems
    platforms: Platforms
    templates: TemplateCache
    functions: Collection[str]

    def complain(self, at: KeyPath, message: Text, hint: Text | None = None) -> None:
        """Note a mistake."""
        self.problems.add(self.document, at, message, hint)

    def unknown(self, at: KeyPath, what: Text, name: str, known: Collection[str]) -> None:
        """Note an unknown name, with the nearest right one."""
        message = Text(f"未知的{what.zh}：{name}", f"unknown {what.en}: {name}")
        self.complain(at, message, nearest_hint(name, known))

    def fact(self, at: KeyPath, name: str) -> bool:
        """Whether the fact exists; else a mistake is noted."""
        if name in FACTS:
            return True
        self.unknown(at, Text("事实", "fact"), name, FACTS)
        return False

    def field(self, at: KeyPath, fact: str, name: str) -> bool:
        """Whether the fact has the field; else a mistake is noted."""
        if name in field_names(fact):
            return True
        self.unknown(at, Text(f"字段 ({fact})", f"field of {fact}"), name, field_names(fact))
        return False

    def expression(self, at: KeyPath, text: object, scope: Scope) -> Expression | None:
        """Compile an expression; None when it is absent or wrong (then a mistake is noted)."""
        source = str(text) if text is not None else ""
        if not source:
            return None
        try:
            return compile_expression(source, scope)
        except ExpressionError as error:
            self.complain(at, error.message, error.hint)
            return None

    def safe(self, at: KeyPath, request: Request, platform: Platform | None) -> None:
        """Note a request that the platform's read-only rules refuse."""
        try:
            check_request(request, platform)
        except ReadOnlyViolation as error:
            self.complain(at, error.message, error.hint)
