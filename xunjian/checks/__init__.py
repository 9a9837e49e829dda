"""Judging: facts of one device in, findings out. Nothing here touches a device, a file or a clock.

The names are loaded on first use: `tasks.model` needs `checks.model` and judging needs tasks.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xunjian.checks.context import (
        FunctionContext,
        History,
        JudgeContext,
        JudgingFunction,
        NoHistory,
        judging_function,
    )
    from xunjian.checks.judging import judge
    from xunjian.checks.model import LEVELS, Finding, Verdict, finding_id
    from xunjian.checks.plan import ExplainedCheck, PlanCache, explain_check

__all__ = [
    "LEVELS",
    "ExplainedCheck",
    "Finding",
    "FunctionContext",
    "History",
    "JudgeContext",
    "JudgingFunction",
    "NoHistory",
    "PlanCache",
    "Verdict",
    "explain_check",
    "finding_id",
    "judge",
    "judging_function",
]

_MODULES = {
    "model": ("LEVELS", "Finding", "Verdict", "finding_id"),
    "context": (
        "FunctionContext",
        "History",
        "JudgeContext",
        "JudgingFunction",
        "NoHistory",
        "judging_function",
    ),
    "judging": ("judge",),
    "plan": ("ExplainedCheck", "PlanCache", "explain_check"),
}


def __getattr__(name: str) -> object:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"xunjian.checks.{module}"), name)
    raise AttributeError(name)
