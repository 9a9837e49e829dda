"""Mistakes in words: of YAML and of pydantic, in both languages, without repeating a secret."""

import difflib
import re
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails, PydanticCustomError

from xunjian.errors import Problem
from xunjian.language import Language, Text

Path: TypeAlias = tuple[str | int, ...]

_SECRET_WORDS = re.compile(
    r"passw|passphrase|(?:^|_)pass$|secret|communit|token|pwd|credential|"
    r"(?:^|_)(?:auth|priv|api)_?key|口令|密码",
    re.IGNORECASE,
)


def reject(message: Text) -> PydanticCustomError:
    """The error a validator raises to say something in both languages."""
    return PydanticCustomError("said", "{en}", {"zh": message.zh, "en": message.to(Language.EN)})


def nearest(name: str, candidates: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The candidate most like a misspelt name; None when nothing is near."""
    pool = sorted(set(candidates))
    folded = {candidate.casefold(): candidate for candidate in reversed(pool)}
    hits = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=cutoff)
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
    return Text(f"可用：{listed}", f"known: {listed}")


def part_at(data: object, keypath: Sequence[str | int]) -> object:
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


def shown_value(value: object) -> str:
    """A wrong value as a message repeats it; private keys are not repeated wherever they stand."""
    text = str(value)
    if "AGE-SECRET-KEY" in text.upper() or "PRIVATE KEY" in text.upper():
        return "******"
    return printable(repr(text) if isinstance(value, str) else text)


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


def yaml_problem(file: str, line: int, code: str, detail: str) -> Problem:
    """Put one of `yaml12`'s mistakes into words."""
    if code == "syntax":
        message = Text(f"YAML 语法错误：{detail}", f"YAML syntax error: {detail}")
        return Problem(file, line, "", message)
    key = printable(detail)
    hint = Text("请用空格缩进", "indent with spaces") if code == "tab" else Text("")
    return Problem(file, line, key, _YAML_MESSAGES[code], hint)


def one_per_place(
    details: Sequence[tuple[Path, ErrorDetails]],
) -> Iterator[tuple[Path, list[ErrorDetails]]]:
    """Gather what the arms of a union say of one place; drop arms of another type altogether."""
    places: dict[Path, list[ErrorDetails]] = {}
    for path, detail in details:
        places.setdefault(path, []).append(detail)
    parents = {path[:length] for path in places for length in range(len(path))}
    for path, found in places.items():
        kept = [detail for detail in found if not detail["type"].endswith("_type")]
        if kept:
            yield path, kept[:1]
        elif path not in parents:
            yield path, found


def real_path(data: object, detail: ErrorDetails) -> Path:
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


def fields_at(root: Any, loc: Sequence[str | int]) -> set[str]:
    """Names a model knows at a location, for the nearest right name."""
    kinds = [root]
    for part in loc:
        kinds = [inner for kind in kinds for inner in _inner(kind, part)]
    names: set[str] = set()
    for kind in kinds:
        for option in _options(kind):
            if isinstance(option, type) and issubclass(option, BaseModel):
                names |= {field.alias or name for name, field in option.model_fields.items()}
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
    return found


_EXPECTED: Mapping[str, Text] = {
    "missing": Text("缺少必填的键", "a required key is missing"),
    "string_type": Text("应为文本", "expected a text"),
    "int_type": Text("应为整数", "expected a whole number"),
    "int_parsing": Text("应为整数", "expected a whole number"),
    "float_parsing": Text("应为数字", "expected a number"),
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
    "string_pattern_mismatch": ("pattern", "格式不符：{} / does not match: {}"),
    "literal_error": ("expected", "应为其中之一：{} / expected one of: {}"),
    "enum": ("expected", "应为其中之一：{} / expected one of: {}"),
}


def explain(details: Sequence[ErrorDetails], *, secret: bool) -> Text:
    """Say what was expected at one place, and what stood there unless it may be a secret."""
    *others, last = details
    said = _explain_one(last, secret=secret)
    for detail in others:
        other = _explain_one(detail, secret=True)
        zh = f"{other.zh}或{said.zh.removeprefix('应为')}"
        said = Text(zh, f"{other.en} or {said.en.removeprefix('expected ')}")
    return said


def _explain_one(detail: ErrorDetails, *, secret: bool) -> Text:
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
    shown = shown_value(value)
    return Text(f"{zh}，实际为：{shown}", f"{en}, got: {shown}")


def _listed(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).replace(" or ", ", ").replace("'", "")
