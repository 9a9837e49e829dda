"""Sections by indentation: IOS, NX-OS, RGOS, ASA, StoneOS, EOS, YAML."""

from collections.abc import Sequence

from xunjian.config.families.draft import Draft, is_close, is_comment, nest
from xunjian.config.rules import Syntax


class Indent:
    """Deeper lines stand inside; how many blanks that takes does not matter."""

    def __init__(self, syntax: Syntax) -> None:
        self.unparsed = 0
        self._comment = is_comment(syntax)
        self._close = is_close(syntax)

    def build(self, items: Sequence[Draft]) -> list[Draft]:
        """Give the top level."""
        top: list[Draft] = []
        kept = []
        for item in items:
            line = " " * item.indent + item.text
            if not item.value and (self._comment(line) or self._close(line)):
                continue
            kept.append(item)
        nest(kept, top)
        return top
