"""Limits outside the cards: the contract's (`playbooks/thresholds.yml`) and the inventory's.

Both are held against the cards: a limit nobody judges by, or a warning beyond its critical value,
would silently change nothing or everything.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeGuard

from xunjian.inventory.model import Scalar
from xunjian.language import Text
from xunjian.schema import Document, Problems, load_yaml, nearest_hint
from xunjian.tasks.model import Catalog, Check
from xunjian.workspace import Workspace

FILE = "playbooks/thresholds.yml"

Limits = Mapping[str, Mapping[str, Scalar]]


def load_thresholds(workspace: Workspace, catalog: Catalog, broken: Collection[str] = ()) -> Limits:
    """Read the contract's limits by check; empty when there is no such file.

    broken: checks that are written in cards which did not load; nothing is said about them.

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
    for name in ("hosts.yml", "groups.yml", "defaults.yml"):
        path = directory / name
        if not path.is_file():
            continue
        document = load_yaml(path)
        for entry, inner in _entries(document, name):
            if "limits" in inner:
                check_limits(document, (*entry, "limits"), catalog, problems, broken)
    if (directory / "sites.yml").is_file():
        document = load_yaml(directory / "sites.yml")
        data: Any = document.data
        sites = data.get("sites") if isinstance(data, dict) else None
        for name, site in (sites if isinstance(sites, dict) else {}).items():
            if isinstance(site, dict) and "limits" in site:
                check_limits(document, ("sites", name, "limits"), catalog, problems, broken)
    problems.raise_if_any()


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
        problems.add(document, at, Text("应为: 判定 -> 限值", "expected: check -> limits"))
        return
    checks = catalog.checks
    for name, limits in data.items():
        check = checks.get(str(name))
        where = (*at, str(name))
        if check is None and name in broken:
            continue
        if check is None:
            problems.add(
                document,
                where,
                Text(f"没有这个判定: {name}", f"no such check: {name}"),
                nearest_hint(str(name), checks),
            )
        elif not isinstance(limits, dict):
            problems.add(document, where, Text("应为: 限值名 -> 数", "expected: limit -> number"))
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
                Text(f"此判定没有这个限值: {name}", f"the check has no such limit: {name}"),
                nearest_hint(str(name), check.limits),
            )
        elif isinstance(check.limits[name], int | float) and not _is_number(value):
            problems.add(document, (*at, name), Text("应为数", "expected a number"))
    merged: Mapping[str, Any] = {**check.limits, **limits}
    warning, critical = merged.get("warning"), merged.get("critical")
    if not (check.worse and _is_number(warning) and _is_number(critical)):
        return
    is_wrong = warning > critical if check.worse == "high" else warning < critical
    if is_wrong:
        problems.add(
            document,
            at,
            Text(
                f"预警值 {warning} 越过了严重值 {critical}，永远不会有预警",
                f"warning {warning} lies beyond critical {critical}: nothing would ever warn",
            ),
        )


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _entries(document: Document, name: str) -> list[tuple[tuple[str, ...], Mapping[str, Any]]]:
    data: Any = document.data
    if not isinstance(data, dict):
        return []
    if name == "defaults.yml":
        inner = data.get("data")
        return [(("data",), inner)] if isinstance(inner, dict) else []
    return [
        ((host, "data"), entry["data"])
        for host, entry in data.items()
        if isinstance(entry, dict) and isinstance(entry.get("data"), dict)
    ]
