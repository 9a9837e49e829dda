"""The small expression language of cards, `--where` and playbooks (`docs/write-a-card.md`)."""

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
