"""From what an operator asked for to an order that `execute` can carry out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from xunjian.calendar.holidays import FILE as CALENDAR
from xunjian.calendar.model import Waiver
from xunjian.config.approvals import read_approvals
from xunjian.errors import NothingSelected, UsageError
from xunjian.inventory import Device, select
from xunjian.language import Text
from xunjian.playbook import Playbook, find_playbook, load_playbook
from xunjian.playbook.model import RunSettings
from xunjian.run.config_checks import CONFIG
from xunjian.run.config_round import Configurations
from xunjian.run.content import Content
from xunjian.run.execute import RunOrder
from xunjian.run.exits import failed_devices
from xunjian.run.freeze import held_back, refuse_early, restraint_at
from xunjian.run.model import ContentUsed, RunPlan
from xunjian.run.nornir_tasks import load_nornir_tasks
from xunjian.run.plan import plan_run, resume_plan
from xunjian.run.ticket import Errand, Ticket, find_errand, rotates
from xunjian.run.tools import Surroundings, Tools, real_tools
from xunjian.schema import Problems, nearest_hint, printable
from xunjian.store.model import Numbering
from xunjian.workspace import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line asked for. `resume` and `failed` are run ids.

    round_id: the calendar's round that it is made for. attach: without one, the round that is due.
    rest: of that round, only what none of its runs asked yet.
    """

    playbook: str = ""
    limit: str | None = None
    where: str | None = None
    tags: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()  # instead of the playbook's
    resume: str = ""
    failed: str = ""
    now: datetime | None = None
    round_id: str = ""
    attach: bool = False
    rest: bool = False


def order_round(content: Content, wanted: Wanted) -> RunOrder:
    """Read everything, select, plan; nothing is contacted.

    Raises:
        ContentError: content is wrong; every problem of the file at hand.
        UsageError: no such playbook or run, or the selection cannot be read.
        NothingSelected: no device is left.
        Refused: a freeze forbids it; one over everything before the inventory is opened.
    """
    wanted = _named_runs(content, wanted)
    found = find_playbook(content.workspace, _playbook_name(content, wanted))
    playbook = _adjusted(load_playbook(found, task_names=content.catalog.names), content, wanted)
    restraint = restraint_at(content, wanted.now)
    refuse_early(restraint, is_change=playbook.change)
    configurations = _configurations(content, playbook, wanted)
    errand = _errand(content, playbook, wanted)
    plan = _plan(content, playbook, wanted, configurations, errand)
    ticket = _ticket(content, playbook, wanted, plan, errand)
    playbook, plan = held_back(content, playbook, plan, restraint)
    tools = tools_for(content, playbook.run)
    return RunOrder(
        plan=plan,
        playbook=playbook,
        tools=replace(tools, configurations=configurations),
        content=content_used(content, found, plan, with_calendar=errand is not None),
        nornir_tasks=load_nornir_tasks(playbook),
        resume=wanted.resume,
        fail_on=content.settings.fail_on,
        min_coverage=content.settings.min_coverage,
        numbering=_numbering(playbook, content),
        now=wanted.now,
        ticket=ticket,
        restraint=restraint,
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
            waivers=_waivers(content),
        )
    )


def _waivers(content: Content) -> Mapping[str, Waiver]:
    """What was waived; a workspace that stored nothing yet is left as it is."""
    from xunjian.store.database import FILE_NAME

    if not (content.workspace.state_dir / FILE_NAME).is_file():
        return {}
    return content.store.journal.waivers()


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


def _named_runs(content: Content, wanted: Wanted) -> Wanted:
    """Give `resume` and `failed` the id that `latest` stands for."""
    if wanted.resume:
        return replace(wanted, resume=content.find_run(wanted.resume).run_id)
    if wanted.failed:
        return replace(wanted, failed=content.find_run(wanted.failed).run_id)
    return wanted


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


def _configurations(content: Content, playbook: Playbook, wanted: Wanted) -> Configurations | None:
    """What the round does with configurations; approvals that cannot be read stop it here."""
    if not playbook.config.is_active or (wanted.tasks and CONFIG not in wanted.tasks):
        return None
    from xunjian.run.shelf import named, open_shelf

    shelf = open_shelf(content)
    problems = Problems()
    devices = content.inventory.devices.values()
    records = {d.name: read_approvals(shelf.baselines.git, named(d), problems) for d in devices}
    problems.raise_if_any()
    return Configurations(settings=playbook.config, shelf=shelf, records=records)


def _numbering(playbook: Playbook, content: Content) -> Numbering:
    """Number by the playbook's pattern, else by the workspace's."""
    return Numbering(
        pattern=playbook.report.number or content.settings.document_number,
        prefix=content.settings.document_prefix,
        project=content.settings.document_project,
    )


def _errand(content: Content, playbook: Playbook, wanted: Wanted) -> Errand | None:
    """The calendar's round this is for; a run of some items only is none."""
    if not (wanted.attach or wanted.round_id) or wanted.tags or wanted.tasks:
        return None
    earlier = wanted.resume or wanted.failed
    round_id = wanted.round_id or (content.store.record(earlier).round_id if earlier else "")
    if earlier and not round_id:
        return None
    try:
        return find_errand(content, playbook.name, round_id=round_id, at=wanted.now)
    except UsageError:
        if earlier:
            return None  # the calendar has changed since; the run goes on all the same
        raise


def _ticket(
    content: Content, playbook: Playbook, wanted: Wanted, plan: RunPlan, errand: Errand | None
) -> Ticket | None:
    """What ties the run to its round: who has to be seen, whatever this run was narrowed to."""
    if errand is None:
        return None
    is_part = wanted.limit or wanted.where or wanted.resume or wanted.failed or wanted.rest
    if is_part and not rotates(errand.round):
        devices = select(content.inventory, playbook.hosts, playbook.where or None)
        plan = plan_run(errand.scope(devices), playbook, content.catalog)
    return errand.ticket([pair.device for pair in plan.pairs])


def _plan(
    content: Content,
    playbook: Playbook,
    wanted: Wanted,
    configurations: Configurations | None,
    errand: Errand | None = None,
) -> RunPlan:
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
    if errand is not None and (wanted.round_id or (errand.is_drawn and not wanted.limit)):
        chosen = errand.scope(chosen)
    no_config = configurations.why_not if configurations is not None else None
    plan = plan_run(chosen, playbook, content.catalog, wanted.tags, no_config)
    if errand is None or not wanted.rest:
        return plan
    left = _not_asked(content, errand, plan)
    return plan_run(left, playbook, content.catalog, wanted.tags, no_config)


def _not_asked(content: Content, errand: Errand, plan: RunPlan) -> tuple[Device, ...]:
    """Who stands in a plan and was visited by none of the round's runs so far."""
    asked = content.store.asked(errand.round.run_ids)
    left = tuple(pair.device for pair in plan.pairs if pair.device.name not in asked)
    if not left:
        raise NothingSelected(
            Text(f"{errand.round.id} 的设备都问过了", f"all of {errand.round.id} was asked")
        )
    return left


def _require_known(tags: Sequence[str], content: Content) -> None:
    """Refuse a tag that no card has: it selects nothing."""
    known = {CONFIG, *(tag for task in content.catalog.tasks for tag in task.tags)}
    for tag in tags:
        if tag not in known:
            shown = printable(tag)
            raise NothingSelected(
                Text(f"没有项目带这个标签：{shown}", f"no task has this tag: {shown}"),
                nearest_hint(tag, known, len(known)),
            )


_TEMPLATES = ("templates/platforms", "templates/parse", "templates/config")


def content_used(
    content: Content, playbook: Found, plan: RunPlan, *, with_calendar: bool = False
) -> tuple[ContentUsed, ...]:
    """Name every content file the plan stands on, with layer and hash."""
    names = {task for pair in plan.pairs for task in pair.tasks}
    platforms = {pair.device.platform for pair in plan.pairs}
    cards = {task.relative for task in content.catalog.tasks if task.name in names}
    files = [playbook]
    for folder in ("playbooks", "tasks", *_TEMPLATES):
        for found in content.workspace.iterate(folder, "*"):
            part = Path(found.relative)
            if (
                found.relative in cards
                or part.name == "thresholds.yml"
                or (with_calendar and found.relative == CALENDAR)
                or (part.parent.name == "platforms" and part.stem in platforms)
                or (part.parts[1] == "parse" and part.parts[2] in platforms)
                or (CONFIG in names and _is_pack_of(part, platforms))
            ):
                files.append(found)
    return tuple(ContentUsed(relative=f.relative, layer=f.layer, sha256=f.sha256) for f in files)


def _is_pack_of(part: Path, platforms: Collection[str | None]) -> bool:
    """Whether a file is the pack of one of the platforms, one of its parts, or stands below all."""
    if part.parts[1] != "config":
        return False
    own = any(part.stem == name or part.stem.startswith(f"{name}_") for name in platforms if name)
    return own or part.stem == "common"
