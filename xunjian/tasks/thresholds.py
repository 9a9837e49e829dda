"""Limits outside the cards: the contract's (`playbooks/thresholds.yml`) and the inventory's.

Both are held against the cards: a limit nobody judges by, or a warning beyond its critical value,
would silently change nothing or everything.
"""

import math
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeGuard

from xunjian.errors import ContentError
from xunjian.inventory.model import Scalar
from xunjian.language import Text
from xunjian.schema import Document, Problems, load_yaml, nearest_hint, part_at
from xunjian.tasks.model import Catalog, Check
from xunjian.workspace import Workspace

HUNDRED = 100
FILE = "playbooks/thresholds.yml"

Limits = Mapping[str, Mapping[str, Scalar]]


def load_thresholds(workspace: Workspace, catalog: Catalog, broken: Collection[str] = ()) -> Limits:
    """Read the contract's limits by check; empty when there is no such file.

    broken: checks (`name.*` for all of a card) written in cards which did not load; nothing is
    said about them.

    Raises:
        ContentError: with every problem of the file.
    """
    if not workspace.has(FILE):
        return {}
    document = load_yaml(workspace.find(FILE))
    problems = Problems()
    check_limits(document, (), catalog, problems, broken)
    problems.raise_if_any()
    data: Any = document.data
    return data if isinstance(data, dict) else {}


def check_inventory_limits(directory: Path, catalog: Catalog, broken: Collection[str] = ()) -> None:
    """Hold every `limits` of hosts, groups, defaults and sites against the cards.

    Raises:
        ContentError: with every problem of every file.
    """
    problems = Problems()
    for name in ("hosts.yml", "groups.yml", "defaults.yml", "sites.yml"):
        document = _read(directory / name)
        if document is None:
            continue
        for at in _places(document, name):
            check_limits(document, at, catalog, problems, broken)
    problems.raise_if_any()


def _read(path: Path) -> Document | None:
    """A file of the inventory; what keeps it from being read, the inventory's loader says."""
    if not path.is_file():
        return None
    try:
        return load_yaml(path, shown=f"{path.parent.name}/{path.name}", problems=Problems())
    except ContentError:
        return None


def check_limits(
    document: Document,
    at: tuple[str, ...],
    catalog: Catalog,
    problems: Problems,
    broken: Collection[str] = (),
) -> None:
    """Note every unknown check, unknown limit, non-number and impossible order below `at`."""
    data: Any = document.data
    for key in at:
        data = data[key]
    if data is None:
        return
    if not isinstance(data, dict):
        problems.add(document, at, Text("应为：判定 -> 限值", "expected: check -> limits"))
        return
    checks = catalog.checks
    for name, limits in data.items():
        check = checks.get(str(name))
        where = (*at, str(name))
        if check is None and {name, f"{str(name).partition('.')[0]}.*"} & set(broken):
            continue
        if check is None:
            problems.add(
                document,
                where,
                Text(f"没有这个判定：{name}", f"no such check: {name}"),
                nearest_hint(str(name), checks),
            )
        elif not isinstance(limits, dict):
            problems.add(document, where, Text("应为：限值名 -> 数", "expected: limit -> number"))
        else:
            _check_one(document, where, limits, check, problems)


def _check_one(
    document: Document,
    at: tuple[str, ...],
    limits: Mapping[str, Any],
    check: Check,
    problems: Problems,
) -> None:
    for name, value in limits.items():
        if name not in check.limits:
            problems.add(
                document,
                (*at, name),
                Text(f"此判定没有这个限值：{name}", f"the check has no such limit: {name}"),
                nearest_hint(str(name), check.limits),
            )
        elif isinstance(check.limits[name], int | float) and not _is_number(value):
            problems.add(document, (*at, name), Text("应为数", "expected a number"))
        elif check.unit == "%" and _is_number(value) and not 0 <= value <= HUNDRED:
            said = Text(f"百分数应在 0 到 100：{value}", f"a percentage is 0 to 100: {value}")
            problems.add(document, (*at, name), said)
    merged: Mapping[str, Any] = {**check.limits, **limits}
    warning, critical = merged.get("warning"), merged.get("critical")
    if not (_is_number(warning) and _is_number(critical)):
        return
    worse = check.worse or _direction(check)
    if (worse == "high" and warning > critical) or (worse == "low" and warning < critical):
        problems.add(
            document,
            at,
            Text(
                f"预警值 {warning} 越过了严重值 {critical}，永远不会有预警",
                f"warning {warning} lies beyond critical {critical}: nothing would ever warn",
            ),
        )


def _direction(check: Check) -> str:
    """Which way is worse in a check that judges by expressions: as its own limits are ordered."""
    warning, critical = check.limits.get("warning"), check.limits.get("critical")
    if not (isinstance(warning, int | float) and isinstance(critical, int | float)):
        return ""
    return "high" if warning < critical else "low"


def _is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is a number that can be compared: `.nan` and `.inf` are not."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return math.isfinite(value)


def _places(document: Document, name: str) -> list[tuple[str, ...]]:
    """Where `limits` stand in a file of the inventory."""
    data: Any = document.data
    if name == "defaults.yml":
        places: list[tuple[str, ...]] = [("data",)]
    elif name == "sites.yml":
        places = [("sites", str(site)) for site in _mapping(data, ("sites",))]
    else:
        places = [(str(entry), "data") for entry in _mapping(data, ())]
    return [(*at, "limits") for at in places if "limits" in _mapping(data, at)]


def _mapping(data: object, at: tuple[str, ...]) -> Mapping[str, Any]:
    part = part_at(data, at)
    return part if isinstance(part, dict) else {}
