"""The chain of a task or check: platforms, questions, templates, facts, and how it is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xunjian.checks import ExplainedCheck, explain_check
from xunjian.collect import provided_fields
from xunjian.collect.questions import requests_of
from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.parse.templates import relative_path
from xunjian.platforms import Platforms
from xunjian.schema import nearest_hint
from xunjian.tasks.compile_steps import ANY_PLATFORM
from xunjian.tasks.model import Catalog, Check, EvidenceClass, FieldMap, Step, StepGroup, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedStep:
    """One alternative: what is asked, how it is read, which field comes from what."""

    fact: str
    alternative: int
    channel: str
    questions: tuple[str, ...]
    parsers: tuple[str, ...]
    fields: Mapping[str, str]
    evidence: EvidenceClass


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedPlatform:
    """A card on one platform; `*` stands for any."""

    platform: str
    title: Text
    steps: tuple[ExplainedStep, ...]
    checks: tuple[ExplainedCheck, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedCard:
    """One card with everything it asks and judges."""

    task: Task
    checks: tuple[Check, ...]
    platforms: tuple[ExplainedPlatform, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All cards that stand behind a name."""

    name: str
    cards: tuple[ExplainedCard, ...]


def explain(name: str, catalog: Catalog, platforms: Platforms) -> Explanation:
    """Explain a task or a check by its name.

    Raises:
        UsageError: there is neither a task nor a check of that name.
    """
    check = catalog.checks.get(name)
    if check is not None:
        tasks = [task for task in catalog.tasks if check in task.checks]
        cards = tuple(_card(task, (check,), catalog, platforms) for task in tasks)
        return Explanation(name=name, cards=cards)
    tasks = [task for task in catalog.tasks if task.name == name]
    if not tasks:
        raise UsageError(
            Text(f"没有这样的项目或检查：{name}", f"no such task or check: {name}"),
            nearest_hint(name, [*catalog.names, *catalog.checks]),
        )
    cards = tuple(_card(task, task.checks, catalog, platforms) for task in tasks)
    return Explanation(name=name, cards=cards)


def _card(
    task: Task, checks: Sequence[Check], catalog: Catalog, platforms: Platforms
) -> ExplainedCard:
    return ExplainedCard(
        task=task,
        checks=tuple(checks),
        platforms=tuple(_platform(task, name, checks, catalog, platforms) for name in task.collect),
    )


def _platform(
    task: Task, name: str, checks: Sequence[Check], catalog: Catalog, platforms: Platforms
) -> ExplainedPlatform:
    groups = task.collect[name]
    read = None if tuple(checks) == task.checks else _facts_read(checks)
    provided = provided_fields(_all_groups(task, name, catalog))
    platform = platforms.get(name)
    return ExplainedPlatform(
        platform=name,
        title=platform.title if platform else Text("任何平台", "any platform"),
        steps=tuple(
            _step(name, step, n)
            for group in groups
            if read is None or group.fact in read
            for n, step in enumerate(group.alternatives, start=1)
        ),
        checks=tuple(explain_check(check, provided) for check in checks),
    )


def _facts_read(checks: Sequence[Check]) -> frozenset[str]:
    """Give the facts that checks look at."""
    found: set[str] = set()
    for check in checks:
        written = (check.when, check.where, check.value, check.warning, check.abnormal)
        for expression in (*written, *check.let.values()):
            found |= set(expression.fact_fields) if expression is not None else set()
        found |= {check.for_each, *(join.fact for join in check.join.values())}
    return frozenset(found)


def _all_groups(task: Task, platform: str, catalog: Catalog) -> list[StepGroup]:
    """Give the steps of every card that would be planned beside this one on the platform."""
    return [
        group
        for other in catalog.tasks
        if not task.kinds or not other.kinds or set(task.kinds) & set(other.kinds)
        for group in other.steps_for(None if platform == ANY_PLATFORM else platform)
    ]


def _step(platform: str, step: Step, alternative: int) -> ExplainedStep:
    asked = tuple(request.text for request in requests_of(step, "{item}"))
    return ExplainedStep(
        fact=step.fact,
        alternative=alternative,
        channel=step.channel.value,
        questions=(step.follow,) if step.follow else asked,
        parsers=tuple(
            relative_path(platform, parser) if parser.endswith(".textfsm") else parser
            for parser in step.parse or (step.decode or step.channel.value,)
        ),
        fields={name: _source(rule) for name, rule in step.map.items()},
        evidence=step.evidence,
    )


def _source(rule: FieldMap) -> str:
    """Say in words of the card where a field comes from."""
    if rule.is_const:
        return repr(rule.const)
    base = rule.column if rule.column is not None else str(rule.expression)
    if rule.enum is None:
        return base
    words = ", ".join(f"{word}={meaning}" for word, meaning in rule.enum.items())
    return f"{base} {{{words}}}"
