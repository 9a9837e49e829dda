"""Every slot of a shipped card's texts has something to stand in it, on every platform."""

import re

from tests.fixtures.shipped import content
from xunjian.checks.plan import CheckPlan, plan_check
from xunjian.collect.engine import provided_fields
from xunjian.expressions.expression import CONTEXT_NAMES
from xunjian.facts.registry import FACTS, field_names
from xunjian.tasks.model import Check, Task

SLOT = re.compile(r"\{(\w+)")
ALWAYS = CONTEXT_NAMES | {"unit", "limit", "subject", "first", "last"}


def tasks_of(kind: str, platform: str) -> list[Task]:
    tasks = content()[0].tasks
    return [task for task in tasks if task.serves(kind) and task.steps_for(platform)]


def slots(check: Check) -> set[str]:
    texts = (check.message, check.standard, check.advice)
    return {slot for text in texts for slot in SLOT.findall(text.zh + text.en)}


def filled(plan: CheckPlan) -> set[str]:
    check = plan.check
    fields = field_names(check.for_each) if check.for_each in FACTS else frozenset()
    named = {*plan.let, *check.join, *check.limits, *check.own}
    return {*ALWAYS, *fields, *named}


def plans_of(kind: str, platform: str) -> list[CheckPlan]:
    tasks = tasks_of(kind, platform)
    provided = provided_fields(group for t in tasks for group in t.steps_for(platform))
    return [plan_check(check, provided) for task in tasks for check in task.checks]


def test_no_slot_stays_as_written() -> None:
    catalog, platforms, _ = content()
    kinds = {kind for task in catalog.tasks for kind in task.kinds}
    empty = {
        (platform, plan.check.id, slot)
        for platform in (*platforms.names, "*")
        for kind in kinds
        for plan in plans_of(kind, platform)
        if not plan.lacking and not plan.check.function
        for slot in slots(plan.check) - filled(plan)
    }
    assert not empty
