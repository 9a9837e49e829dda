"""Facts: what devices said, typed, with one form for all platforms."""

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
