"""Content files as data with positions, and every mistake in them as `file:line:key`, all at once.

`load_yaml` → `Document`; `validate` holds one against a pydantic model; `Problems` collects.
Values of anything that may be a secret slot are never repeated in a message.
"""

import difflib
import re
import types
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from yaml.nodes import MappingNode, Node, SequenceNode

from xunjian import yaml12
from xunjian.errors import ContentError, Problem
from xunjian.language import Language, Text
from xunjian.workspace import Found, decode_text, read_bytes

KeyPath: TypeAlias = Sequence[str | int]
ModelT = TypeVar("ModelT")

_SECRET_WORDS = re.compile(
    r"passw|passphrase|(?:^|_)pass$|secret|communit|token|pwd|credential|"
    r"(?:^|_)(?:auth|priv|api)_?key|口令|密码",
    re.IGNORECASE,
)


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
        raise ContentError([_yaml_problem(shown, *found) for found in error.found]) from None
    found = [_yaml_problem(shown, *mistake) for mistake in trouble]
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
        for detail in error.errors(include_url=False, include_context=True):
            _note(document, root, detail, problems, at)
        return None


def reject(message: Text) -> PydanticCustomError:
    """The error a validator raises to say something in both languages."""
    return PydanticCustomError("said", "{en}", {"zh": message.zh, "en": message.to(Language.EN)})


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like a misspelt name; None when nothing is near."""
    pool = sorted(set(candidates))
    folded = {candidate.casefold(): candidate for candidate in reversed(pool)}
    hits = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return folded[hits[0]] if hits else None


def nearest_hint(name: str, candidates: Iterable[str], limit: int = 12) -> Text:
    """A hint for a misspelt name: the nearest right one, else the right ones if they are few."""
    pool = sorted(set(candidates))
    near = nearest(name, pool)
    if near is not None:
        return Text(f"是否想写 {near}", f"did you mean {near}?")
    if not pool or len(pool) > limit:
        return Text("")
    listed = ", ".join(pool)
    return Text(f"可用: {listed}", f"known: {listed}")


def part_at(data: object, keypath: KeyPath) -> object:
    """The part of loaded data at a key path; None where there is none."""
    for key in keypath:
        if isinstance(data, Mapping):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int) and 0 <= key < len(data):
            data = data[key]
        else:
            return None
    return data


def printable(text: str, limit: int = 60) -> str:
    """Foreign text made safe for one line of a message."""
    clean = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def is_secret_slot(key: str) -> bool:
    """Whether a key's name says that its value is, or might be, a secret."""
    return bool(_SECRET_WORDS.search(key))


_YAML_MESSAGES: Mapping[str, Text] = {
    "tab": Text("缩进里有制表符", "a tab in the indentation"),
    "documents": Text("一个文件只能有一个 YAML 文档", "one YAML document per file"),
    "control_character": Text("文件中有控制字符", "a control character in the file"),
    "tag": Text("不支持的 YAML 标签 (!…)", "an unsupported YAML tag (!…)"),
    "too_deep": Text("嵌套太深", "nested too deeply"),
    "refers_to_itself": Text("锚点引用了自身", "an anchor refers to itself"),
    "too_many_aliases": Text("别名展开后过大", "aliases expand to too much"),
    "key_not_text": Text("键必须是简单文本", "a key must be a plain text"),
    "merge": Text("合并键 << 只能引用映射", "a merge key << takes mappings only"),
    "twice": Text("同一个键出现两次", "the same key twice"),
}


def _yaml_problem(file: str, line: int, code: str, detail: str) -> Problem:
    if code == "syntax":
        message = Text(f"YAML 语法错误: {detail}", f"YAML syntax error: {detail}")
        return Problem(file, line, "", message)
    key = printable(detail)
    hint = Text("请用空格缩进", "indent with spaces") if code == "tab" else Text("")
    return Problem(file, line, key, _YAML_MESSAGES[code], hint)


def _note(
    document: Document, root: Any, detail: ErrorDetails, problems: Problems, at: KeyPath
) -> None:
    loc = _real_path(part_at(document.data, at), detail)
    keypath = (*at, *loc)
    if detail["type"] == "extra_forbidden":
        key = str(loc[-1]) if loc else ""
        message = Text("未知的键", "unknown key")
        problems.add(document, keypath, message, nearest_hint(key, _fields_at(root, loc[:-1])))
        return
    secret = any(is_secret_slot(str(part)) for part in keypath)
    problems.add(document, keypath, _explain(detail, secret=secret))


def _real_path(data: object, detail: ErrorDetails) -> tuple[str | int, ...]:
    """Drop what pydantic puts into a location that is no key: union tags, `[key]`."""
    path: list[str | int] = []
    for part in detail["loc"]:
        if _has(data, part):
            data = part_at(data, (part,))
        elif detail["type"] != "missing" or part != detail["loc"][-1]:
            continue
        path.append(part)
    return tuple(path)


def _has(data: object, part: str | int) -> bool:
    if isinstance(data, Mapping):
        return part in data
    return isinstance(data, list) and isinstance(part, int) and 0 <= part < len(data)


def _fields_at(root: Any, loc: Sequence[str | int]) -> set[str]:
    """Names a model knows at a location, for the nearest right name."""
    kinds = [root]
    for part in loc:
        kinds = [inner for kind in kinds for inner in _inner(kind, part)]
    names: set[str] = set()
    for kind in kinds:
        for option in _options(kind):
            if isinstance(option, type) and issubclass(option, BaseModel):
                names |= {field.alias or name for name, field in option.model_fields.items()}
            else:
                names |= set(getattr(option, "__annotations__", {}))
    return names


def _options(kind: Any) -> list[Any]:
    """What stands inside Annotated, Union and Optional."""
    origin = get_origin(kind)
    if origin is Annotated:
        return _options(get_args(kind)[0])
    if origin in {Union, types.UnionType}:
        return [option for arm in get_args(kind) for option in _options(arm)]
    return [kind]


def _inner(kind: Any, part: str | int) -> list[Any]:
    found: list[Any] = []
    for option in _options(kind):
        if isinstance(option, type) and issubclass(option, BaseModel):
            fields = option.model_fields.items()
            found += [f.annotation for name, f in fields if part in {f.alias or name, name}]
        elif get_args(option):
            found.append(get_args(option)[-1])
        elif part in getattr(option, "__annotations__", {}):
            found.append(option.__annotations__[part])
    return found


_EXPECTED: Mapping[str, Text] = {
    "missing": Text("缺少必填的键", "a required key is missing"),
    "string_type": Text("应为文本", "expected a text"),
    "int_type": Text("应为整数", "expected a whole number"),
    "int_from_float": Text("应为整数", "expected a whole number"),
    "float_type": Text("应为数字", "expected a number"),
    "bool_type": Text("应为 true 或 false", "expected true or false"),
    "list_type": Text("应为列表", "expected a list"),
    "dict_type": Text("应为映射", "expected a mapping"),
    "model_type": Text("应为映射", "expected a mapping"),
    "model_attributes_type": Text("应为映射", "expected a mapping"),
    "dataclass_type": Text("应为映射", "expected a mapping"),
    "none_required": Text("应为空", "expected nothing"),
    "too_short": Text("内容太少", "too few entries"),
    "string_too_short": Text("不能为空", "must not be empty"),
    "recursion_loop": Text("引用了自身", "refers to itself"),
}
_BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than": ("gt", "应大于 {} / must be greater than {}"),
    "greater_than_equal": ("ge", "应不小于 {} / must be at least {}"),
    "less_than": ("lt", "应小于 {} / must be less than {}"),
    "less_than_equal": ("le", "应不大于 {} / must be at most {}"),
    "string_pattern_mismatch": ("pattern", "格式不符: {} / does not match: {}"),
    "literal_error": ("expected", "应为其中之一: {} / expected one of: {}"),
    "enum": ("expected", "应为其中之一: {} / expected one of: {}"),
}


def _explain(detail: ErrorDetails, *, secret: bool) -> Text:
    code, context = detail["type"], detail.get("ctx", {})
    if code == "said":
        return Text(str(context["zh"]), str(context["en"]))
    if code in _BOUNDS:
        name, wording = _BOUNDS[code]
        zh, en = (part.format(_listed(context.get(name))) for part in wording.split(" / "))
    else:
        known = _EXPECTED.get(
            code, Text("值不符合要求", detail["msg"] if not secret else "not valid")
        )
        zh, en = known.zh, known.en
    value = detail["input"]
    if secret or code == "missing" or not isinstance(value, str | int | float | bool):
        return Text(zh, en)
    shown = printable(repr(value) if isinstance(value, str) else str(value))
    return Text(f"{zh}, 实际为: {shown}", f"{en}, got: {shown}")


def _listed(value: object) -> str:
    return str(value).replace(" or ", ", ").replace("'", "")
