"""Every mistake of a workspace in one look; one broken file hides no mistake of another."""

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from xunjian.calendar.holidays import FILE as CALENDAR
from xunjian.calendar.load import load_calendar
from xunjian.config.pack_lint import examine_packs
from xunjian.errors import ContentError, Problem, UsageError
from xunjian.inventory import load_inventory
from xunjian.language import Text
from xunjian.parse import TemplateCache
from xunjian.playbook import Playbook, list_playbooks
from xunjian.run.content import LAYOUTS, USUAL_LAYOUT, Content
from xunjian.run.plugins import Plugins
from xunjian.schema import Problems, load_yaml, nearest_hint
from xunjian.tasks.lint import examine
from xunjian.tasks.thresholds import check_inventory_limits, load_thresholds
from xunjian.workspace import MARKER, Found, Workspace

HOSTS = "inventory/hosts.yml"


def lint_all(content: Content) -> tuple[Problem, ...]:
    """Give every mistake of settings, platforms, cards, packs, playbooks, calendar and inventory.

    What a file that did not load would have defined is still known by name, so that those who
    refer to it are not blamed.
    """
    problems, workspace = Problems(), content.workspace
    plugins = _plugins(content, problems)
    platforms, catalog = examine(
        workspace,
        problems,
        functions=plugins.functions,
        templates=TemplateCache(workspace, decoders=plugins.decoders),
    )
    examine_packs(workspace, problems)
    tasks, checks = _written(workspace)
    names = {name: name for name in platforms.layers} | dict(platforms.aliases)
    folder = content.inventory_dir
    _gather(problems, lambda: load_inventory(folder, platform_names=names), HOSTS)
    _gather(problems, lambda: load_thresholds(workspace, catalog, checks))
    _gather(problems, lambda: check_inventory_limits(folder, catalog, checks))
    _gather(problems, lambda: load_calendar(workspace), CALENDAR)
    for listed in list_playbooks(workspace, task_names={*catalog.names, *tasks}):
        problems.merge(listed.error or ())
        if listed.playbook is not None:
            _check_recipients(content, listed.playbook, listed.found, problems)
            _check_layout(content, listed.playbook, listed.found, problems)
    return ContentError(list(dict.fromkeys(problems.found))).problems


def _check_recipients(
    content: Content, playbook: Playbook, found: Found, problems: Problems
) -> None:
    """Note names nobody has an address for; a workspace without any recipient tells nobody."""
    try:
        known = content.settings.notify
    except (ContentError, UsageError):
        return  # told of by itself
    for index, name in enumerate(playbook.notify.to if known else ()):
        if name not in known:
            message = Text(
                "xunjian.yml 的 notify 里没有这个收件人", "no such recipient in xunjian.yml"
            )
            key = ("notify", "to", index)
            problems.add(load_yaml(found), key, message, nearest_hint(name, known))


def _check_layout(content: Content, playbook: Playbook, found: Found, problems: Problems) -> None:
    """Note a layout that no format has a file for."""
    name = playbook.report.template
    if name != USUAL_LAYOUT and not content.own_layouts(name):
        message = Text(f"没有这个版式：{LAYOUTS}/{name}.*", f"no such layout: {LAYOUTS}/{name}.*")
        names = {one.path.name.split(".")[0] for one in content.workspace.iterate(LAYOUTS, "*.*")}
        hint = nearest_hint(name, names)
        problems.add(load_yaml(found), ("report", "template"), message, hint)


def _plugins(content: Content, problems: Problems) -> Plugins:
    """What the plugins bring; nothing of them where they or the settings do not load."""
    try:
        return content.plugins
    except ContentError as error:
        problems.merge(error)
        return Plugins()


def _gather(problems: Problems, load: Callable[[], object], file: str = MARKER) -> None:
    try:
        load()
    except ContentError as error:
        problems.merge(error)
    except UsageError as error:  # no inventory at all is one mistake among others
        problems.merge([Problem(file, 0, "", error.message, error.hint)])


def _written(workspace: Workspace) -> tuple[set[str], set[str]]:
    """Names of tasks and ids of checks as they stand in the files, sound or not.

    Of a file that is no YAML the file's name speaks: `battery`, `battery.*`.
    """
    tasks, checks = set[str](), set[str]()
    for found in workspace.iterate("tasks"):
        stem = PurePosixPath(found.relative).stem
        try:
            data: Any = load_yaml(found, problems=Problems()).data
        except ContentError:
            tasks, checks = tasks | {stem}, checks | {f"{stem}.*"}
            continue
        card = data if isinstance(data, dict) else {}
        tasks.add(str(card.get("name")))
        entries = card.get("checks")
        for check in entries if isinstance(entries, list) else ():
            checks |= {str(check.get("id"))} if isinstance(check, dict) else set()
    return tasks, checks
