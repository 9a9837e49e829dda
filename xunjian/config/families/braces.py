"""Junos, nftables, NGINX: `name {` opens, `}` closes, a statement may end with `;`."""

import re
from collections.abc import Sequence

from xunjian.config.families.draft import Draft, is_comment
from xunjian.config.rules import Syntax

_COMMENT = re.compile(r"\s*(?:/\*.*?\*/|##.*$)\s*")


class Braces:
    """Indentation means nothing here."""

    def __init__(self, syntax: Syntax) -> None:
        self.unparsed = 0
        self._comment = is_comment(syntax)

    def build(self, items: Sequence[Draft]) -> list[Draft]:
        """Give the top level; a `}` too many is counted, what stays open simply ends."""
        top: list[Draft] = []
        stack = [top]
        in_comment = False
        for item in items:
            if item.value:
                stack[-1].append(item)
                continue
            text, in_comment = _without_comment(item.text, in_comment=in_comment)
            if text and not self._comment(item.text):
                self._place(item, text, stack)
        return top

    def _place(self, item: Draft, text: str, stack: list[list[Draft]]) -> None:
        while text.startswith("}"):
            text = text[1:].lstrip("; ")
            if len(stack) > 1:
                stack.pop()
            else:
                self.unparsed += 1
        if not text:
            return
        closes = text.endswith("}") and "{" in text  # a whole section on one line
        opens = text.endswith("{")
        item.text = text.removesuffix("{").rstrip() if opens else text.removesuffix(";").rstrip()
        stack[-1].append(item)
        if opens and not closes:
            stack.append(item.children)


def _without_comment(text: str, *, in_comment: bool) -> tuple[str, bool]:
    if in_comment:
        _, end, text = text.partition("*/")
        if not end:
            return "", True
    if "/*" in text or "##" in text:
        text = _COMMENT.sub("", text)
        before, start, _ = text.partition("/*")
        if start and '"' not in before:
            return before.strip(), True
    return text.strip(), False
