"""Facts: what devices said, typed, with one form for all platforms.

The names are loaded on first use: who needs only a port's name should not build all fact types.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xunjian.facts.make import fact_from_json, fact_to_json, make_fact
    from xunjian.facts.merge import merge_rows
    from xunjian.facts.model import Fact, FactRow, FactTable, StepResult, StepState
    from xunjian.facts.port import canonical_port
    from xunjian.facts.registry import FACTS

__all__ = [
    "FACTS",
    "Fact",
    "FactRow",
    "FactTable",
    "StepResult",
    "StepState",
    "canonical_port",
    "fact_from_json",
    "fact_to_json",
    "make_fact",
    "merge_rows",
]

_MODULES = {
    "make": ("fact_from_json", "fact_to_json", "make_fact"),
    "merge": ("merge_rows",),
    "model": ("Fact", "FactRow", "FactTable", "StepResult", "StepState"),
    "port": ("canonical_port",),
    "registry": ("FACTS",),
}


def __getattr__(name: str) -> object:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"xunjian.facts.{module}"), name)
    raise AttributeError(name)
