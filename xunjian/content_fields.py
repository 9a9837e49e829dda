"""Field types that several content models share: texts, regular expressions, number patterns."""

import re
from collections.abc import Mapping
from re import Pattern
from typing import Annotated, Any, TypeAlias

from pydantic import PlainValidator

from xunjian.expressions.regex import compile_regex
from xunjian.language import Text
from xunjian.schema import reject


def given_text(value: Any) -> Text:
    """Accept a text read before, a plain one (Chinese), or `{zh: …, en: …}`."""
    if isinstance(value, Text):
        return value
    if isinstance(value, str):
        return Text(value)
    if isinstance(value, Mapping) and value and set(value) <= {"zh", "en"}:
        parts = {str(k): v for k, v in value.items()}
        if all(isinstance(part, str) for part in parts.values()):
            return Text(str(parts.get("zh", "")), str(parts.get("en", "")))
    raise reject(Text("应为文本或 {zh: …, en: …}", "expected a text or {zh: …, en: …}"))


DEFAULT_NUMBER = "{prefix}-{yyyymm}-{kind}-{seq:03d}"
_NUMBER_PARTS = re.compile(r"\{(prefix|kind|yyyymm|yyyy|mm|dd|seq:0[1-9]d)\}")


def number_pattern(value: Any) -> Any:
    """Accept a number pattern that file names can carry and that differs from run to run."""
    if not isinstance(value, str):
        return value
    rest = _NUMBER_PARTS.sub("", value)
    if not re.search(r"\{seq:", value) or not re.fullmatch(r"[\w.\-]*", rest):
        raise reject(
            Text(
                "编号只能含字母、数字、. _ - 和 {prefix} {kind} {yyyymm} {yyyy} {mm} {dd}，"
                "且必须有 {seq:03d}",
                "a number holds letters, digits, . _ - and {prefix} {kind} {yyyymm} {yyyy} {mm}"
                " {dd}, and must have {seq:03d}",
            )
        )
    return value


def _read_pattern(value: Any) -> Pattern[str]:
    if not isinstance(value, str):
        raise reject(Text("应为正则表达式文本", "expected a regular expression as a text"))
    try:
        return compile_regex(value)
    except ValueError as error:
        raise reject(
            Text(f"正则表达式有错: {error}", f"not a regular expression: {error}")
        ) from None


Words: TypeAlias = Annotated[Text, PlainValidator(given_text)]
"""A text in one or two languages."""

Regex: TypeAlias = Annotated[Pattern[str], PlainValidator(_read_pattern)]
"""A regular expression, searched multi-line over decoded text."""
