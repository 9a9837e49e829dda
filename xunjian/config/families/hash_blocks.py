"""VRP and Comware: blocks between `#` lines, sections inside by indentation.

A `#` in column 0 closes everything. Comware puts one blank before commands of the top level
(but not before `vlan` and `interface`), so indentation counts from the first line of a block.
"""

from collections.abc import Sequence

from xunjian.config.families.draft import Draft, is_close, is_comment, nest
from xunjian.config.rules import Syntax


class HashBlocks:
    """Each block by itself."""

    def __init__(self, syntax: Syntax) -> None:
        self.unparsed = 0
        self._comment = is_comment(syntax)
        self._close = is_close(syntax)

    def build(self, items: Sequence[Draft]) -> list[Draft]:
        """Give the top level."""
        top: list[Draft] = []
        block: list[Draft] = []
        for item in items:
            if item.indent == 0 and item.text == "#" and not item.value:
                nest(block, top)
                block = []
                continue
            line = " " * item.indent + item.text
            if item.value or not (self._comment(line) or self._close(line)):
                block.append(item)
        nest(block, top)
        return top
