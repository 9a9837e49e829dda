"""YAML as content files use it: the 1.2 core schema, made stricter where guessing does harm.

`on off yes no 12:30 2026-05-01 0012` stay texts (a slot, a serial number, a clock time); only
`true false null` and plain decimal, `0x` and `0o` numbers are typed. Beyond the core schema: digits
with a leading zero, more than 18 digits, `12e5` (exponent without point or sign), `.inf` and `.nan`
stay texts too, keys are always texts as written, and tags other than the core ones are refused.
libyaml parses; composing and typing are ours because PyYAML's constructor took 60 % of the time.
"""

import gc
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

import yaml
from yaml._yaml import CParser
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"

_WORDS: Mapping[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})|0x[0-9a-fA-F]{1,15}|0o[0-7]{1,20}")
_FLOAT = re.compile(
    r"[-+]?(?:(?:0|[1-9][0-9]*)?\.[0-9]+(?:[eE][-+]?[0-9]+)?"
    r"|(?:0|[1-9][0-9]*)\.(?:[eE][-+]?[0-9]+)?"
    r"|(?:0|[1-9][0-9]*)[eE][-+][0-9]+)"
)
_NUMERIC_START = frozenset("0123456789+-.")
_PLAIN, _TEXT, _MERGE = "plain", "tag:yaml.org,2002:str", "<<"
_CORE = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float")}
_MAX_DEPTH = 100
_MAX_VALUES = 20_000_000  # a fleet of 100,000 hosts stays below; aliases of aliases do not


class YamlTrouble(Exception):
    """No acceptable YAML: (line, code, key) of each mistake; a code never repeats the text."""

    def __init__(self, found: list[tuple[int, str, str]]) -> None:
        super().__init__(f"{len(found)} mistakes")
        self.found = found


class _Composer(CParser):
    """libyaml's composer with a resolver that only tells plain scalars from quoted ones."""

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        self._depth = 0

    def resolve(self, kind: type[Node], _value: object, implicit: object) -> str:
        """Give the tag of an untagged node; called by libyaml's composer for each."""
        if kind is ScalarNode:
            return _PLAIN if isinstance(implicit, tuple) and implicit[0] else _TEXT
        return ""

    def descend_resolver(self, parent: Node | None, _index: object) -> None:
        """Stop before the composer's own recursion, which is C, runs out of stack."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise YamlTrouble([(_line(parent) if parent else 1, "too_deep", "")])

    def ascend_resolver(self) -> None:
        """Called where a node ends."""
        self._depth -= 1


def compose(text: str) -> Node | None:
    """Give the node tree of the one document in `text`; None when it is empty.

    Raises:
        YamlTrouble: the text is not YAML.
    """
    parser = _Composer(text)
    try:
        node: Node | None = parser.get_single_node()
    except yaml.MarkedYAMLError as error:
        raise YamlTrouble([_syntax(error, text)]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlTrouble([(line, "control_character", "")]) from None
    finally:
        parser.dispose()
    return node


def load(text: str) -> tuple[Value, list[tuple[int, str, str]]]:
    """Give the data of the one document in `text`, and mistakes that still leave data to look at.

    Those are (line, code, key): a key twice (the last one counts), an unknown tag, a key that is
    no text.

    Raises:
        YamlTrouble: not YAML, or endless nesting.
    """
    with _collector_paused():
        node = compose(text)
        if node is None:
            return None, []
        builder = _Builder()
        data = builder.build(node)
        return data, builder.trouble


def anchors(text: str) -> list[int]:
    """Lines where a text defines or uses an anchor; task cards may not."""
    events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.CSafeLoader)
    return [
        event.start_mark.line + 1 if event.start_mark else 1
        for event in events
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None
    ]


def plain(value: str) -> str | int | float | bool | None:
    """Type one plain (unquoted) scalar."""
    if value in _WORDS:
        return _WORDS[value]
    if value[0] not in _NUMERIC_START:
        return value
    if _INT.fullmatch(value):
        return int(value, 0)
    if _FLOAT.fullmatch(value) and math.isfinite(number := float(value)):
        return number
    return value


class _Builder:
    """Turns nodes into data; a node that aliases share is built once and counted each time."""

    def __init__(self) -> None:
        self.trouble: list[tuple[int, str, str]] = []
        self._done: dict[int, tuple[Value, int]] = {}
        self._open: set[int] = set()
        self._count = 0
        self._path: list[str] = []

    def build(self, node: Node) -> Value:
        """Give the value of a node."""
        self._count += 1
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        known = self._done.get(id(node))
        if known is not None:
            self._count += known[1]
            if self._count > _MAX_VALUES:
                raise YamlTrouble([(_line(node), "too_many_aliases", "")])
            return known[0]
        if id(node) in self._open:
            raise YamlTrouble([(_line(node), "refers_to_itself", "")])
        self._open.add(id(node))
        before = self._count
        value: Value = (
            self._mapping(node) if isinstance(node, MappingNode) else self._sequence(node)
        )
        self._done[id(node)] = (value, self._count - before)
        return value

    def _scalar(self, node: ScalarNode) -> Value:
        if node.tag == _PLAIN:
            return plain(node.value)
        if node.tag in _CORE:
            return plain(node.value)
        if node.tag != _TEXT:
            self.trouble.append((_line(node), "tag", ""))
        text: str = node.value
        return text

    def _sequence(self, node: Node) -> list[Value]:
        if node.tag and node.tag != "tag:yaml.org,2002:seq":
            self.trouble.append((_line(node), "tag", ""))
        return [self.build(item) for item in node.value] if isinstance(node, SequenceNode) else []

    def _mapping(self, node: MappingNode) -> dict[str, Value]:
        if node.tag and node.tag != "tag:yaml.org,2002:map":
            self.trouble.append((_line(node), "tag", ""))
        own: dict[str, Value] = {}
        merged: dict[str, Value] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self.trouble.append((_line(key_node), "key_not_text", ""))
                continue
            key: str = key_node.value
            if key == _MERGE and key_node.tag == _PLAIN:
                merged = self._merge(value_node) | merged
                continue
            if key in own:
                self.trouble.append((_line(key_node), "twice", ".".join([*self._path, key])))
            self._path.append(key)
            own[key] = self.build(value_node)
            self._path.pop()
        return merged | own if merged else own

    def _merge(self, node: Node) -> dict[str, Value]:
        value = self.build(node)
        parts = value if isinstance(value, list) else [value]
        result: dict[str, Value] = {}
        for part in reversed(parts):
            if not isinstance(part, dict):
                self.trouble.append((_line(node), "merge", ""))
                continue
            result |= part
        return result


def _line(node: Node) -> int:
    mark = node.start_mark
    return mark.line + 1 if mark else 1


def _syntax(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str, str]:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    lines = text.split("\n")
    around = lines[line - 1] if line <= len(lines) else ""
    indent = around[: len(around) - len(around.lstrip())]
    if "\t" in indent:
        return line, "tab", ""
    problem = str(error.problem or "")
    if "document" in problem or "document" in str(error.context or ""):
        return line, "documents", ""
    return line, "syntax", problem


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the cyclic collector: a fleet's file makes a million objects, none of them garbage."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
