"""A card whose shape is wrong still has its names checked: one look shows every mistake.

Each step and check is repaired by itself (a missing key filled, a misspelt one renamed, a wrong
value left out) and compiled; what only the repair has caused is not reported.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import ValidationError

from xunjian.errors import Problem
from xunjian.schema import KeyPath, Model, Problems, nearest, part_at
from xunjian.tasks.card_file import CheckFile, StepFile
from xunjian.tasks.compile_checks import compile_check
from xunjian.tasks.compile_steps import ANY_PLATFORM, compile_step, unknown_platform
from xunjian.tasks.resolve import Card

ModelT = TypeVar("ModelT", bound=Model)

MAX_REPAIRS = 20
_FILLED = {"source": "?", "title": "?", "id": "unnamed.check", "reason": "?", "field": "?"}
# with a value left out, only these keys of a step or check still say something for sure
_SURE_IN_STEP = frozenset({"fact", "send", "get", "follow", "walk", "probe"})
_SURE_IN_CHECK = frozenset(
    {"for_each", "when", "where", "value", "warning", "abnormal", "own", "group", "function"}
)


def resolve_sound_parts(card: Card) -> None:
    """Resolve what can be resolved of a card that does not fit its shape."""
    collect = part_at(card.document.data, ("collect",))
    for platform, steps in collect.items() if isinstance(collect, Mapping) else ():
        name = str(platform)
        if card.platforms.get(name) is None and name != ANY_PLATFORM:
            if name not in card.platforms.layers:  # else its file is broken: that is said there
                unknown_platform(card, name)
            continue
        for n, raw in enumerate(steps if isinstance(steps, list) else ()):
            _step(card, ("collect", str(platform), n), raw, str(platform))
    checks = part_at(card.document.data, ("checks",))
    for n, raw in enumerate(checks if isinstance(checks, list) else ()):
        _check(card, ("checks", n), raw)


def _step(card: Card, at: KeyPath, raw: object, platform: str) -> None:
    step, damaged = _repaired(raw, StepFile)
    if step is None:
        return
    heard = replace(card, problems=Problems())
    compile_step(heard, at, step, card.platforms.get(platform))
    card.problems.merge(_sure(heard.problems, at, _SURE_IN_STEP if damaged else None))


def _check(card: Card, at: KeyPath, raw: object) -> None:
    check, damaged = _repaired(raw, CheckFile)
    if check is None:
        return
    heard = replace(card, problems=Problems())
    compile_check(heard, at, check, "")
    card.problems.merge(_sure(heard.problems, at, _SURE_IN_CHECK if damaged else None))


def _sure(found: Problems, at: KeyPath, keys: frozenset[str] | None) -> list[Problem]:
    """Keep the mistakes at keys that the repair cannot have touched; all of them without keys."""
    prefix = ".".join(str(part) for part in at)
    return [
        problem
        for problem in found.found
        if keys is None or keys & set(problem.key.removeprefix(prefix).split("."))
    ]


def _repaired(raw: object, model: type[ModelT]) -> tuple[ModelT | None, bool]:
    """Give the part as a model, and whether a value had to be left out of it."""
    data, damaged = copy.deepcopy(raw), False
    for _ in range(MAX_REPAIRS):
        try:
            return model.model_validate(data), damaged
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_input=False):
                outcome = _repair(data, detail["type"], detail["loc"], model)
                if outcome is None:
                    return None, True
                damaged = damaged or outcome
    return None, True


def _repair(data: Any, kind: str, loc: Sequence[str | int], model: type[Model]) -> bool | None:
    """Mend one mistake in place; True if a value is lost, None if nothing can be done."""
    path = _path(data, loc)
    if kind == "missing":
        parent, name = part_at(data, path), str(loc[-1])
        if not isinstance(parent, dict) or name not in _FILLED:
            return None
        parent[name] = _FILLED[name]
        return False
    while path and isinstance(path[-1], int):
        path = path[:-1]
    parent = part_at(data, path[:-1])
    if not path or not isinstance(parent, dict):
        return None
    value = parent.pop(str(path[-1]), None)
    near = nearest(str(path[-1]), model.model_fields) if len(path) == 1 else None
    if kind == "extra_forbidden" and near is not None and near not in parent:
        parent[near] = value
        return False
    return True


def _path(data: Any, loc: Sequence[str | int]) -> tuple[str | int, ...]:
    """Drop what pydantic adds to a location: names of union members."""
    path: tuple[str | int, ...] = ()
    for part in loc:
        if part_at(data, (*path, part)) is not None:
            path = (*path, part)
    return path
