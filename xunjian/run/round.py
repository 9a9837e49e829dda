"""From what an operator asked for to an order that `execute` can carry out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from xunjian.errors import NothingSelected, UsageError
from xunjian.inventory import Device, select
from xunjian.language import Text
from xunjian.playbook import Playbook, find_playbook, load_playbook
from xunjian.playbook.model import RunSettings
from xunjian.run.content import Content
from xunjian.run.execute import RunOrder
from xunjian.run.exits import failed_devices
from xunjian.run.model import ContentUsed, RunPlan
from xunjian.run.nornir_tasks import load_nornir_tasks
from xunjian.run.plan import plan_run, resume_plan
from xunjian.run.tools import Surroundings, Tools, real_tools
from xunjian.schema import nearest_hint, printable
from xunjian.workspace import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line asked for. `resume` and `failed` are run ids."""

    playbook: str = ""
    limit: str | None = None
    where: str | None = None
    tags: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()  # instead of the playbook's
    resume: str = ""
    failed: str = ""
    now: datetime | None = None


def order_round(content: Content, wanted: Wanted) -> RunOrder:
    """Read everything, select, plan; nothing is contacted.

    Raises:
        ContentError: content is wrong; every problem of the file at hand.
        UsageError: no such playbook or run, or the selection cannot be read.
        NothingSelected: no device is left.
    """
    found = find_playbook(content.workspace, _playbook_name(content, wanted))
    playbook = _adjusted(load_playbook(found, task_names=content.catalog.names), content, wanted)
    plan = _plan(content, playbook, wanted)
    return RunOrder(
        plan=plan,
        playbook=playbook,
        tools=tools_for(content, playbook.run),
        content=content_used(content, found, plan),
        nornir_tasks=load_nornir_tasks(playbook),
        resume=wanted.resume,
        fail_on=content.settings.fail_on,
        min_coverage=content.settings.min_coverage,
        now=wanted.now,
    )


def tools_for(content: Content, settings: RunSettings) -> Tools:
    """Give the stages of a run as built, over a workspace's content."""
    return real_tools(
        Surroundings(
            catalog=content.catalog,
            platforms=content.platforms,
            known_hosts=content.workspace.known_hosts,
            resolve=content.resolve,
            templates=content.templates,
            settings=settings,
            devices=content.inventory.devices,
            thresholds=content.thresholds,
            functions=content.plugins.functions,
        )
    )


def selected_devices(content: Content, playbook: Playbook, wanted: Wanted) -> tuple[Device, ...]:
    """Select what both the playbook and the command line want."""
    chosen = select(content.inventory, playbook.hosts, playbook.where or None)
    if wanted.limit is None and wanted.where is None:
        return chosen
    also = {device.name for device in select(content.inventory, wanted.limit, wanted.where)}
    both = tuple(device for device in chosen if device.name in also)
    if not both:
        raise NothingSelected(
            Text(
                "剧本选中的设备与 --limit/--where 没有交集",
                "the playbook's devices and --limit/--where have none in common",
            ),
            Text(
                "看各选了哪些：xunjian list hosts -l …，xunjian run … --list-hosts",
                "see who is meant: xunjian list hosts -l …, xunjian run … --list-hosts",
            ),
        )
    return both


def _playbook_name(content: Content, wanted: Wanted) -> str:
    earlier = wanted.resume or wanted.failed
    if not earlier:
        if not wanted.playbook:
            raise UsageError(
                Text("要给出剧本", "a playbook is needed"),
                Text("看有哪些：xunjian list playbooks", "see them: xunjian list playbooks"),
            )
        return wanted.playbook
    name = content.find_run(earlier).playbook
    if wanted.playbook and wanted.playbook != name:
        raise UsageError(
            Text(f"这一轮用的是剧本 {name}", f"that run belongs to playbook {name}"),
            Text("不写剧本即可", "leave the playbook out"),
        )
    return name


def _adjusted(playbook: Playbook, content: Content, wanted: Wanted) -> Playbook:
    """Let the settings (command line first) overrule what the playbook says."""
    settings = content.settings
    run = replace(
        playbook.run,
        workers=settings.forks or playbook.run.workers,
        per_site=settings.per_site or playbook.run.per_site,
    )
    formats = settings.format or playbook.report.formats
    report = replace(playbook.report, formats=tuple(formats))
    return replace(playbook, run=run, report=report, tasks=wanted.tasks or playbook.tasks)


def _plan(content: Content, playbook: Playbook, wanted: Wanted) -> RunPlan:
    devices = content.inventory.devices
    if wanted.resume:
        record = content.store.record(wanted.resume)
        return resume_plan(content.store.remaining(wanted.resume), devices, record)
    _require_known(wanted.tags, content)
    chosen: Sequence[Device] = selected_devices(content, playbook, wanted)
    if wanted.failed:
        again = failed_devices(content.store.record(wanted.failed))
        chosen = [device for device in chosen if device.name in again]
        if not chosen:
            raise NothingSelected(
                Text("那一轮没有未到达或有问题的设备", "nothing of that run needs another visit")
            )
    return plan_run(chosen, playbook, content.catalog, wanted.tags)


def _require_known(tags: Sequence[str], content: Content) -> None:
    """Refuse a tag that no card has: it selects nothing."""
    known = {tag for task in content.catalog.tasks for tag in task.tags}
    for tag in tags:
        if tag not in known:
            shown = printable(tag)
            raise NothingSelected(
                Text(f"没有项目带这个标签：{shown}", f"no task has this tag: {shown}"),
                nearest_hint(tag, known, len(known)),
            )


def content_used(content: Content, playbook: Found, plan: RunPlan) -> tuple[ContentUsed, ...]:
    """Name every content file the plan stands on, with layer and hash."""
    names = {task for pair in plan.pairs for task in pair.tasks}
    platforms = {pair.device.platform for pair in plan.pairs}
    cards = {task.relative for task in content.catalog.tasks if task.name in names}
    files = [playbook]
    for folder in ("playbooks", "tasks", "templates/platforms", "templates/parse"):
        for found in content.workspace.iterate(folder, "*"):
            part = Path(found.relative)
            if (
                found.relative in cards
                or part.name == "thresholds.yml"
                or (part.parent.name == "platforms" and part.stem in platforms)
                or (part.parts[1] == "parse" and part.parts[2] in platforms)
            ):
                files.append(found)
    return tuple(ContentUsed(relative=f.relative, layer=f.layer, sha256=f.sha256) for f in files)
