"""The small expression language of cards, `--where` and playbooks (`docs/write-a-card.md`).

The names are loaded on first use: who only checks a regular expression needs no compiler.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xunjian.expressions.compile import CALLABLE, compile_expression
    from xunjian.expressions.error import ExpressionError
    from xunjian.expressions.expression import CONTEXT_NAMES, Expression, Scope
    from xunjian.expressions.nodes import COUNTERS_RESTARTED, NOT_READ, FactAccess

__all__ = [
    "CALLABLE",
    "CONTEXT_NAMES",
    "COUNTERS_RESTARTED",
    "NOT_READ",
    "Expression",
    "ExpressionError",
    "FactAccess",
    "Scope",
    "compile_expression",
]

_MODULES = {
    "compile": ("CALLABLE", "compile_expression"),
    "error": ("ExpressionError",),
    "expression": ("CONTEXT_NAMES", "Expression", "Scope"),
    "nodes": ("COUNTERS_RESTARTED", "NOT_READ", "FactAccess"),
}


def __getattr__(name: str) -> object:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"xunjian.expressions.{module}"), name)
    raise AttributeError(name)
