"""Set commands, xConfiguration, `key value` files, flattened JSON: no sections at all."""

from collections.abc import Sequence

from xunjian.config.families.draft import Draft, is_comment
from xunjian.config.rules import Syntax


class Flat:
    """Every line is a leaf; `group` rules of the pack may gather them."""

    def __init__(self, syntax: Syntax) -> None:
        self.unparsed = 0
        self._comment = is_comment(syntax)

    def build(self, items: Sequence[Draft]) -> list[Draft]:
        """Give the top level."""
        return [item for item in items if item.value or not self._comment(item.text)]
