"""FortiOS: `config` and `edit` open, `end` and `next` close; indentation means nothing."""

from collections.abc import Sequence

from xunjian.config.families.draft import Draft, is_comment
from xunjian.config.rules import Syntax

_STATEMENTS = ("set ", "unset ", "append ", "select ", "unselect ", "delete ", "rename ", "move ")


class ConfigEdit:
    """A `config` that stands twice is one section: repeating it goes on in it."""

    def __init__(self, syntax: Syntax) -> None:
        self.unparsed = 0
        self._comment = is_comment(syntax)

    def build(self, items: Sequence[Draft]) -> list[Draft]:
        """Give the top level."""
        top: list[Draft] = []
        stack: list[tuple[str, list[Draft]]] = [("", top)]
        seen: dict[tuple[int, str], Draft] = {}
        for item in items:
            text = item.text
            if not item.value and self._comment(text):
                continue
            if not item.value and text in {"end", "next"}:
                self._close(stack, text)
                continue
            place = stack[-1][1]
            if not item.value and text.startswith(("config ", "edit ")):
                known = seen.setdefault((id(place), text), item)
                if known is item:
                    place.append(item)
                stack.append((text.split(" ", 1)[0], known.children))
                continue
            place.append(item)
            if not item.value and not text.startswith(_STATEMENTS):
                self.unparsed += 1
        return top

    def _close(self, stack: list[tuple[str, list[Draft]]], word: str) -> None:
        if word == "end" and len(stack) > 2 and stack[-1][0] == "edit":
            stack.pop()  # `end` may stand for `next` and `end`
        if len(stack) > 1:
            stack.pop()
        else:
            self.unparsed += 1
