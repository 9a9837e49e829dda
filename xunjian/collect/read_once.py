"""What was made of one visit's answers: cards that share an answer share the work of reading it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from re import Match, Pattern

from xunjian.parse import Table, TemplateCache, Unparsed
from xunjian.parse.line_starts import search
from xunjian.platforms import Platform


@dataclass(slots=True, kw_only=True)
class ReadOnce:
    """Tables and searches by the text they were made of; lives as long as the visit.

    A text that a form does not fit is remembered too: the alternatives of the next card try the
    same forms in the same order.
    """

    platform: Platform | None
    templates: TemplateCache
    _tables: dict[tuple[str, str], Table | Unparsed] = field(default_factory=dict)
    _lines: dict[str, list[str]] = field(default_factory=dict)
    _found: dict[tuple[str, int, str], Match[str] | None] = field(default_factory=dict)

    def table(self, form: str, text: str) -> Table:
        """Parse with one of our templates.

        Raises:
            Unparsed: the text is not of this form.
        """
        name = self.platform.name if self.platform else ""
        parse = self.templates.parse
        return self._table(form, text, lambda: parse(name, form, text, self._lines_of(text)))

    def ntc_table(self, command: str, text: str) -> Table:
        """Parse with the template that ntc-templates has for a command.

        Raises:
            Unparsed: it has none for the command, or the text is not of its form.
        """
        name = (self.platform.ntc or self.platform.name) if self.platform else ""
        parse = self.templates.parse_ntc
        return self._table(f"ntc {command}", text, lambda: parse(name, command, text))

    def search(self, pattern: Pattern[str], text: str) -> Match[str] | None:
        """Search a text: most cards look for the same words of their platform."""
        key = (
            pattern.pattern,
            pattern.flags,
            text,
        )  # a pattern is hashed anew each time, a text once
        if key not in self._found:
            self._found[key] = search(pattern, text)
        return self._found[key]

    def _lines_of(self, text: str) -> list[str]:
        """Split a text once for all its forms; a line met again is not hashed anew."""
        lines = self._lines.get(text)
        if lines is None:
            lines = self._lines[text] = text.splitlines()
        return lines

    def _table(self, form: str, text: str, parse: Callable[[], Table]) -> Table:
        known = self._tables.get((form, text))
        if known is None:
            try:
                known = parse()
            except Unparsed as error:
                known = error
            self._tables[form, text] = known
        if isinstance(known, Unparsed):
            raise Unparsed(known.reason)
        return known
