import importlib

import pytest

NAMES = {
    "xunjian.checks": {
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
    },
    "xunjian.facts": {
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
    },
    "xunjian.expressions": {
        "CALLABLE",
        "CONTEXT_NAMES",
        "COUNTERS_RESTARTED",
        "NOT_READ",
        "Expression",
        "ExpressionError",
        "FactAccess",
        "Scope",
        "compile_expression",
    },
}


@pytest.mark.parametrize("package", sorted(NAMES))
def test_public_names(package: str) -> None:
    module = importlib.import_module(package)
    assert set(module.__all__) == NAMES[package]
    assert all(getattr(module, name) is not None for name in NAMES[package])


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        getattr(importlib.import_module("xunjian.checks"), "juge")  # noqa: B009
