"""Content files as data with positions, and every mistake in them as `file:line:key`, all at once.

`load_yaml` → `Document`; `validate` holds one against a pydantic model; `Problems` collects.
Values of anything that may be a secret slot are never repeated in a message.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from yaml.nodes import MappingNode, Node, SequenceNode

from xunjian import mistakes, yaml12
from xunjian.errors import ContentError, Problem
from xunjian.language import Text
from xunjian.mistakes import (
    is_secret_slot,
    nearest,
    nearest_hint,
    part_at,
    printable,
    reject,
    shown_value,
)
from xunjian.workspace import Found, decode_text, read_bytes

__all__ = [
    "Document",
    "KeyPath",
    "Model",
    "Problems",
    "is_secret_slot",
    "load_yaml",
    "nearest",
    "nearest_hint",
    "part_at",
    "printable",
    "refuse_anchors",
    "reject",
    "shown_value",
    "validate",
]

KeyPath: TypeAlias = Sequence[str | int]
ModelT = TypeVar("ModelT")


class Model(BaseModel):
    """Base of the models content is held against: strict types, no unknown keys, frozen.

    Strict: a text is no number, `yes` is no bool. Use `list` (not tuple) and `Literal` (not enum).
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class Document:
    """One YAML file: its data, and where each key stands (found only when somebody asks)."""

    __slots__ = ("_index", "_root", "data", "file", "text")

    def __init__(self, *, file: str, text: str, data: yaml12.Value) -> None:
        self.file = file
        self.text = text
        self.data = data
        self._root: Node | None = None
        self._index: dict[int, dict[str, tuple[Node, Node]]] = {}

    def line(self, keypath: KeyPath = ()) -> int:
        """Line of a key or list item, counted from 1; of its nearest ancestor if it is absent."""
        if self._root is None:
            self._root = yaml12.compose(self.text)
        node, line = self._root, 1
        for key in keypath:
            step = self._step(node, key)
            if step is None:
                break
            line = step[0].start_mark.line + 1
            node = step[1]
        return line

    def _step(self, node: Node | None, key: str | int) -> tuple[Node, Node] | None:
        if isinstance(node, MappingNode):
            if id(node) not in self._index:
                self._index[id(node)] = {str(k.value): (k, v) for k, v in node.value}
            return self._index[id(node)].get(str(key))
        if isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.value):
            return node.value[key], node.value[key]
        return None


class Problems:
    """Collects mistakes, so that one look shows them all."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(
        self, document: Document, keypath: KeyPath, message: Text, hint: Text | None = None
    ) -> None:
        """Note a mistake at a key of a document."""
        key = ".".join(printable(str(part)) for part in keypath)
        line = document.line(keypath)
        self.found.append(Problem(document.file, line, key, message, hint or Text("")))

    def merge(self, other: "Problems | ContentError | Iterable[Problem]") -> None:
        """Take over what somebody else found."""
        if isinstance(other, Problems):
            self.found.extend(other.found)
        else:
            self.found.extend(other.problems if isinstance(other, ContentError) else other)

    def raise_if_any(self) -> None:
        """Raise a ContentError with everything found, each mistake once."""
        if self.found:
            raise ContentError(list(dict.fromkeys(self.found)))


def load_yaml(
    source: Found | Path,
    text: str | None = None,
    *,
    shown: str = "",
    problems: Problems | None = None,
) -> Document:
    """Read one YAML 1.2 document.

    text: the file's text if it was read already. shown: the name that messages carry, by default
    the path inside the layer. problems: takes the mistakes that leave data to look at (a key
    twice, an unknown tag), so that the rest of the file is examined too; without it they raise.

    Raises:
        ContentError: unreadable, not UTF-8, not YAML.
    """
    path = source.path if isinstance(source, Found) else source
    shown = shown or (source.relative if isinstance(source, Found) else str(source))
    if text is None:
        text = decode_text(read_bytes(path, shown), shown)
    try:
        data, trouble = yaml12.load(text)
    except yaml12.YamlTrouble as error:
        raise ContentError(
            [mistakes.yaml_problem(shown, *found) for found in error.found]
        ) from None
    found = [mistakes.yaml_problem(shown, *mistake) for mistake in trouble]
    if problems is not None:
        problems.merge(found)
    elif found:
        raise ContentError(found)
    return Document(file=shown, text=text, data=data)


def refuse_anchors(document: Document, problems: Problems) -> None:
    """Note every anchor, alias and merge: files that must read alone may not have them."""
    message = Text(
        "此类文件不允许锚点、别名和合并键", "anchors, aliases and merges are refused here"
    )
    for line in yaml12.anchors(document.text):
        problems.found.append(Problem(document.file, line, "", message))


def validate(
    document: Document,
    model: "type[ModelT] | TypeAdapter[ModelT]",
    problems: Problems,
    at: KeyPath = (),
) -> ModelT | None:
    """Hold the document (or the part at `at`) against a model; note every mistake.

    Returns None when there was any.
    """
    data = part_at(document.data, at)
    try:
        if isinstance(model, TypeAdapter):
            return model.validate_python(data)
        if issubclass(model, BaseModel):
            return model.model_validate(data)
        return TypeAdapter(model).validate_python(data)
    except ValidationError as error:
        root = model._type if isinstance(model, TypeAdapter) else model  # noqa: SLF001  the only way to its type
        details = [
            (mistakes.real_path(data, detail), detail)
            for detail in error.errors(include_url=False, include_context=True)
        ]
        for path, same in mistakes.one_per_place(details):
            _note(document, root, same, problems, (tuple(at), path))
        return None


def _note(
    document: Document,
    model: Any,
    details: Sequence[ErrorDetails],
    problems: Problems,
    where: tuple[KeyPath, mistakes.Path],
) -> None:
    at, path = where
    if details[0]["type"] == "extra_forbidden":
        hint = nearest_hint(str(path[-1]), mistakes.fields_at(model, path[:-1]))
        problems.add(document, (*at, *path), Text("未知的键", "unknown key"), hint)
        return
    secret = any(is_secret_slot(str(part)) for part in (*at, *path))
    problems.add(document, (*at, *path), mistakes.explain(details, secret=secret))
