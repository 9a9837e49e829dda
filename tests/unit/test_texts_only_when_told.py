"""`let` names that only a text shows: no part of a verdict, and there when a text is written."""

from tests.fixtures.shipped import content
from xunjian.checks.plan import CheckPlan, plan_check
from xunjian.collect.engine import provided_fields


def plan_of(check_id: str, platform: str) -> CheckPlan:
    tasks = [task for task in content()[0].tasks if task.steps_for(platform)]
    provided = provided_fields(group for t in tasks for group in t.steps_for(platform))
    checks = {check.id: check for task in tasks for check in task.checks}
    return plan_check(checks[check_id], provided)


def test_what_only_the_message_names_is_told() -> None:
    plan = plan_of("optics.rx_power", "huawei_vrp")
    assert set(plan.told) == {"cause", "why", "bounds", "bounds_en"}


def test_what_decides_or_is_drawn_is_worked_out_at_once() -> None:
    plan = plan_of("optics.tx_power", "huawei_vrp")
    assert {"low", "high"}.isdisjoint(plan.told)


def test_nothing_a_verdict_needs_is_told() -> None:
    for task in content()[0].tasks:
        for platform in task.collect:
            provided = provided_fields(task.steps_for(platform))
            for plan in (plan_check(check, provided) for check in task.checks):
                deciding = (plan.where, plan.value, plan.warning, plan.abnormal)
                rest = [kept for name, kept in plan.let.items() if name not in plan.told]
                named = {n for e in (*deciding, *rest) if e is not None for n in e.names}
                assert named.isdisjoint(plan.told)
