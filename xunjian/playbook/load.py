"""One playbook file as a value, every mistake in it at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from xunjian.errors import ContentError, UsageError
from xunjian.inventory.conditions import condition
from xunjian.language import Text
from xunjian.playbook.fields import NotifyFields, PlaybookFields, ReportFields, RunFields
from xunjian.playbook.model import (
    ConfigSettings,
    NornirTask,
    NotifySettings,
    Occasion,
    Playbook,
    ReportSettings,
    RunSettings,
)
from xunjian.schema import Document, Problems, load_yaml, nearest_hint, printable, validate
from xunjian.workspace import Found, Workspace

NOT_PLAYBOOKS = frozenset({"calendar", "service_levels", "thresholds"})
_LATER_KEYS: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A playbook file as `list playbooks` shows it: either loaded, or with what is wrong."""

    found: Found
    playbook: Playbook | None = None
    error: ContentError | None = None


def load_playbook(
    found: Found,
    document: Document | None = None,
    *,
    task_names: Collection[str] | None = None,
) -> Playbook:
    """Read one playbook. `task_names`: the catalog's names, to hold `tasks` against.

    Raises:
        ContentError: with every problem of the file.
    """
    problems = Problems()
    document = document or load_yaml(found, problems=problems)
    if document.data is None:
        problems.add(document, (), Text("文件是空的", "the file is empty"))
    model = validate(document, PlaybookFields, problems) if document.data is not None else None
    data: Mapping[str, Any] = document.data if isinstance(document.data, dict) else {}
    _check_tasks(document, data, task_names, problems)
    _check_consistency(document, found, data, problems)
    problems.raise_if_any()
    if model is None:  # an invalid document has left problems
        raise ContentError(problems.found)
    return _build(found, model)


def find_playbook(workspace: Workspace, name: str) -> Found:
    """The file of a playbook by its name.

    Raises:
        UsageError: there is none; the hint has the nearest name.
    """
    known = {PurePosixPath(found.relative).stem: found for found in _files(workspace)}
    wanted = name.removesuffix(".yml").removeprefix("playbooks/")
    if wanted in known:
        return known[wanted]
    shown = printable(name)
    raise UsageError(
        Text(f"没有这个剧本：{shown}", f"no such playbook: {shown}"),
        nearest_hint(wanted, known, 30),
    )


def list_playbooks(
    workspace: Workspace, *, task_names: Collection[str] | None = None
) -> tuple[Listed, ...]:
    """All playbooks by name, broken ones with their error."""
    listed = []
    for found in sorted(_files(workspace), key=lambda f: f.relative):
        try:
            playbook = load_playbook(found, task_names=task_names)
            listed.append(Listed(found=found, playbook=playbook))
        except ContentError as error:
            listed.append(Listed(found=found, error=error))
    return tuple(listed)


def _files(workspace: Workspace) -> tuple[Found, ...]:
    files = workspace.iterate("playbooks", "*.yml")
    return tuple(f for f in files if PurePosixPath(f.relative).stem not in NOT_PLAYBOOKS)


def _check_tasks(
    document: Document,
    data: Mapping[str, Any],
    task_names: Collection[str] | None,
    problems: Problems,
) -> None:
    tasks = data.get("tasks")
    if not isinstance(tasks, list):
        return
    for index, name in enumerate(tasks):
        if not isinstance(name, str):
            continue
        if name in tasks[:index]:
            problems.add(document, ("tasks", index), Text("重复的任务", "the same task twice"))
        if task_names is not None and name not in task_names:
            shown = printable(name)
            message = Text(f"没有这个任务：{shown}", f"no such task: {shown}")
            problems.add(document, ("tasks", index), message, nearest_hint(name, task_names))


def _check_consistency(
    document: Document, found: Found, data: Mapping[str, Any], problems: Problems
) -> None:
    stem, name = PurePosixPath(found.relative).stem, data.get("name", None)
    if isinstance(name, str) and name != stem:
        message = Text("名称须与文件名一致", "the name must be the file's name")
        problems.add(document, ("name",), message, Text(stem, stem))
    if data and not any(data.get(key) for key in ("tasks", "nornir", "config", "manual")):
        message = Text("没有任何任务", "nothing to do: no tasks")
        problems.add(
            document, ("tasks",), message, Text("写 tasks 或 nornir", "write tasks or nornir")
        )
    where = data.get("where")
    if isinstance(where, str) and where.strip():
        try:
            condition(where)
        except UsageError as error:
            problems.add(document, ("where",), error.message, error.hint)
    run = data.get("run")
    limits = run if isinstance(run, dict) else {}
    device, whole = limits.get("device_deadline_s"), limits.get("deadline_s")
    if isinstance(device, int | float) and isinstance(whole, int | float) and device > whole:
        message = Text("设备时限大于整轮时限", "a device's deadline is longer than the run's")
        problems.add(document, ("run", "device_deadline_s"), message)


def _build(found: Found, model: PlaybookFields) -> Playbook:
    name = model.name or PurePosixPath(found.relative).stem
    return Playbook(
        name=name,
        title=_title(model, name),
        occasion=Occasion(model.occasion),
        hosts=model.hosts,
        where=model.where.strip(),
        tasks=tuple(model.tasks),
        nornir=_nornir(model),
        config=_config(model),
        manual=tuple(model.manual or ()),
        change=model.change,
        run=_run_settings(model.run),
        report=_report_settings(model.report),
        notify=_notify_settings(model.notify),
        inactive=_inactive(model),
        relative=found.relative,
        layer=found.layer,
    )


def _title(model: PlaybookFields, name: str) -> Text:
    if model.title is None:
        return Text(name)
    return (
        Text(model.title) if isinstance(model.title, str) else Text(model.title.zh, model.title.en)
    )


def _nornir(model: PlaybookFields) -> tuple[NornirTask, ...]:
    entries = [model.nornir] if isinstance(model.nornir, str) else model.nornir
    return tuple(
        NornirTask(path=entry)
        if isinstance(entry, str)
        else NornirTask(path=entry.path, args=entry.args)
        for entry in entries
    )


def _config(model: PlaybookFields) -> ConfigSettings:
    given = model.config
    return ConfigSettings(backup=given.backup, diff=given.diff) if given else ConfigSettings()


def _run_settings(model: RunFields | None) -> RunSettings:
    return replace(RunSettings(), **model.model_dump(exclude_none=True)) if model else RunSettings()


def _report_settings(model: ReportFields | None) -> ReportSettings:
    """The settings with what the file gives."""
    if model is None:
        return ReportSettings()
    given = model.model_dump(exclude_none=True, include={"template", "number", "record_sheets"})
    if model.title is not None:
        given["title"] = model.title
    if model.formats is not None:
        given["formats"] = tuple(dict.fromkeys(model.formats))
    return replace(ReportSettings(), **given)


def _notify_settings(model: NotifyFields | None) -> NotifySettings:
    if model is None:
        return NotifySettings()
    return NotifySettings(on=tuple(dict.fromkeys(model.on)), to=tuple(dict.fromkeys(model.to)))


def _inactive(model: PlaybookFields) -> tuple[str, ...]:
    """Keys that are accepted and not yet active."""
    return tuple(key for key in _LATER_KEYS if getattr(model, key) is not None)
