"""ini files, sshd_config, iptables-save: a header opens a section, up to the next header."""

import re
from collections.abc import Sequence

from xunjian.config.families.draft import Draft, is_close, is_comment
from xunjian.config.rules import Syntax

_INI = re.compile(r"^\[")


class Headed:
    """One level of sections; what stands before the first header is the top level."""

    def __init__(self, syntax: Syntax) -> None:
        self.unparsed = 0
        self._header = syntax.header or _INI
        self._comment = is_comment(syntax)
        self._close = is_close(syntax)

    def build(self, items: Sequence[Draft]) -> list[Draft]:
        """Give the top level."""
        top: list[Draft] = []
        place = top
        for item in items:
            if not item.value and self._comment(item.text):
                continue
            if not item.value and self._close(item.text):
                place = top
                continue
            if not item.value and self._header.search(item.text):
                top.append(item)
                place = item.children
                continue
            place.append(item)
        return top
