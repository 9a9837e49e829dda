"""Things by their English names: the register gives them, a report's model is rewritten whole."""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from xunjian.config.model import Change
from xunjian.language import Text
from xunjian.report.document import Person
from xunjian.run.model import AND, ContentUsed, EvidenceRef

Tree = TypeVar("Tree")

# what a device or a program said word for word, and what things are referred to by
_VERBATIM = (Change, ContentUsed, EvidenceRef)
_KEYS = frozenset(
    {"name", "device", "site", "id", "run_id", "check", "task", "path", "folder", "key", "question"}
)
_AS_THEY_ARE = frozenset({"names", "excerpts", "pictures", "nornir_results", "photos", "said"})
_IDEOGRAPH = "[\u3400-\u9fff]"


def in_english(tree: Tree, names: Mapping[str, str]) -> Tree:
    """Give the same model with every known Chinese name replaced; keys of mappings stay."""
    rewritten: Tree = _Rewriter(names).of(tree)
    return rewritten


class _Rewriter:
    """Rewrites texts below frozen dataclasses, tuples and mappings; what is shared stays shared."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        listed = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
        # a name inside a longer Chinese word is another word
        whole = rf"(?<!{_IDEOGRAPH})(?:{listed})(?!{_IDEOGRAPH})"
        self._known = re.compile(whole) if names else None
        self._done: dict[int, tuple[Any, Any]] = {}
        self._fields: dict[type, tuple[str, ...]] = {}

    def of(self, value: Any) -> Any:
        """Rewrite one value, whatever it is."""
        kind = type(value)
        if kind is str:
            known = self._known
            return value if value.isascii() or not known else known.sub(self._name, value)
        if kind is Text:
            return Text(value.zh, self.of(value.en or value.zh)) if value.zh else value
        if kind is tuple:
            return tuple(self.of(item) for item in value)
        if kind is dict:
            return {key: self.of(item) for key, item in value.items()}
        if is_dataclass(kind) and not isinstance(value, _VERBATIM):
            return self._of_dataclass(value)
        return value

    def _of_dataclass(self, value: Any) -> Any:
        if id(value) in self._done:
            return self._done[id(value)][1]
        changed = {}
        for name in self._names_of(type(value)):
            before = getattr(value, name)
            if name in _KEYS and type(before) is str and type(value) is not Person:
                continue
            after = self.of(before)
            if name == "by" and type(after) is str:
                after = after.replace(AND, "; ")
            if after is not before and after != before:
                changed[name] = after
        made = replace(value, **changed) if changed else value
        self._done[id(value)] = (value, made)  # the first keeps its id from being given again
        return made

    def _names_of(self, kind: type) -> tuple[str, ...]:
        if kind not in self._fields:
            self._fields[kind] = tuple(
                one.name for one in fields(kind) if one.init and one.name not in _AS_THEY_ARE
            )
        return self._fields[kind]

    def _name(self, found: re.Match[str]) -> str:
        return self._names[found.group()]
