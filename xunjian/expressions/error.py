"""The one error of this package."""

import difflib
from collections.abc import Iterable
from typing import ClassVar

from xunjian.errors import UsageError
from xunjian.language import Text


class ExpressionError(UsageError):
    """An expression that is not understood; in a card it becomes a `Problem` with file and line."""

    code: ClassVar[str] = "expression"


def unknown_name(name: str, candidates: Iterable[str], what: Text) -> ExpressionError:
    """Say that `name` is not known as `what`, with the nearest right name."""
    known = sorted(candidates)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        hint = Text(f"是否想写 {near[0]}", f"did you mean {near[0]}")
    else:
        listed = ", ".join(known[:30])
        hint = Text(f"可用：{listed}", f"known: {listed}") if listed else Text("")
    return ExpressionError(
        Text(f"未知的{what.zh}：{name}", f"unknown {what.en}: {name}"),
        hint,
    )
