"""`list`: what there is to work with."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated

import typer

from xunjian.cli.language import both
from xunjian.cli.naming import told_rows, worded
from xunjian.cli.options import (
    Form,
    FormatOption,
    InventoryOption,
    LimitOption,
    WhereOption,
    WorkspaceOption,
)
from xunjian.cli.output import Output
from xunjian.errors import UsageError
from xunjian.inventory import Device
from xunjian.language import Text
from xunjian.run.content import Content
from xunjian.schema import nearest_hint

if TYPE_CHECKING:
    from xunjian.tasks.evidence import ReadCard

Row = Mapping[str, object]

_LAYERS = {"builtin": Text("自带", "built-in"), "workspace": Text("工作区", "workspace")}
_WORDS = {"layer": _LAYERS, "shadows": _LAYERS}


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command(
        "list",
        help=both(
            "列出：hosts 设备 · playbooks 剧本 · tasks 项目 · checks 判定 · platforms 平台 · "
            "runs 轮次 · findings 判定结果 · content 内容文件（谁遮住谁）。"
            "\n\n例：xunjian list hosts -l switch    xunjian list runs    "
            "xunjian list findings --run latest",
            "List hosts, playbooks, tasks, checks, platforms, runs, findings or content (with what "
            "shadows what).\n\nExamples: xunjian list hosts -l switch    xunjian list runs    "
            "xunjian list findings --run latest",
        ),
    )
    def list_(
        what: Annotated[str, typer.Argument(metavar="WHAT", help=both("列什么", "what to list"))],
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
        limit: LimitOption = None,
        where: WhereOption = None,
        run: Annotated[
            str | None,
            typer.Option(
                "--run", metavar="RUN", help=both("只列某一轮的结果", "findings of one run")
            ),
        ] = None,
        form: FormatOption = Form.TABLE,
    ) -> int:
        content = Content(workspace, inventory)
        listings: dict[str, Callable[[], Sequence[Row]]] = {
            "hosts": lambda: [host_row(d) for d in selected(content, limit, where)],
            "playbooks": lambda: playbooks(content, output, form),
            "tasks": lambda: tasks(content, output),
            "checks": lambda: checks(content, output, form),
            "platforms": lambda: platforms(content, output, form),
            "runs": lambda: runs(content, output, form),
            "findings": lambda: findings(content, output, form, run, limit),
            "content": lambda: files(content),
        }
        if what not in listings:
            raise UsageError(
                Text(f"不知道列什么：{what}", f"cannot list: {what}"), nearest_hint(what, listings)
            )
        rows = listings[what]()
        if form != "json":
            rows = told_rows(worded(rows, _WORDS, output.language), content, output.language)
        output.rows(form, what, rows)
        return 0


def selected(content: Content, limit: str | None, where: str | None) -> tuple[Device, ...]:
    """Select devices as every command does."""
    from xunjian.inventory import select

    return select(content.inventory, limit, where)


def host_row(device: Device) -> Row:
    """One device as `list hosts` and `--list-hosts` show it."""
    return {
        "name": device.name,
        "label": device.label,
        "kind": device.kind,
        "platform": device.platform,
        "address": device.address,
        "site": device.site.name if device.site else None,
        "room": device.room.name if device.room else None,
        "systems": " ".join(device.systems),
    }


def playbooks(content: Content, output: Output, form: str) -> list[Row]:
    """Playbooks with title, occasion and layer; a broken one says so and the others stay."""
    from xunjian.playbook import list_playbooks
    from xunjian.report.words import OCCASIONS, word

    def occasion(code: str) -> str:
        return code if form == "json" else output.text(word(OCCASIONS, code))

    rows: list[Row] = []
    for listed in list_playbooks(content.workspace):
        playbook = listed.playbook
        rows.append(
            {
                "name": playbook.name if playbook else PurePosixPath(listed.found.relative).stem,
                "title": output.text(playbook.title)
                if playbook
                else output.text(listed.error.message)
                if listed.error
                else "",
                "occasion": occasion(playbook.occasion.value) if playbook else None,
                "tasks": " ".join(playbook.tasks) if playbook else None,
                "layer": listed.found.layer,
            }
        )
    return rows


def tasks(content: Content, output: Output) -> list[Row]:
    """Cards with the platforms they know."""
    return [
        {
            "name": task.name,
            "title": output.text(task.title),
            "mark": task.mark,
            "kinds": " ".join(task.kinds),
            "platforms": " ".join(task.collect),
            "file": task.relative,
            "layer": task.layer,
        }
        for task in content.catalog.tasks
    ]


def checks(content: Content, output: Output, form: str) -> list[Row]:
    """Checks with their limits and sources, those of cards and those of configurations."""
    from xunjian.facts.words import unit_of
    from xunjian.run.config_checks import CONFIG, CONFIG_CHECKS

    def unit(code: str) -> str:
        return code if form == "json" else output.text(unit_of(code))

    rows: list[Row] = [
        {
            "id": check.id,
            "title": output.text(check.title),
            "task": check.task,
            "limits": " ".join(f"{k}={v}" for k, v in check.limits.items()),
            "unit": unit(check.unit),
            "source": output.text(check.source),
        }
        for check in content.catalog.checks.values()
    ]
    nothing = {"limits": "", "unit": "", "source": ""}
    rows += [
        {"id": check.id, "title": output.text(check.title), "task": CONFIG, **nothing}
        for check in CONFIG_CHECKS
    ]
    return rows


def platforms(content: Content, output: Output, form: str) -> list[Row]:
    """Platforms with channels, aliases and their cards; JSON says of each card what it reads."""
    from xunjian.tasks.evidence import cards_of

    rows: list[Row] = []
    for name in content.platforms.names:
        platform, cards = content.platforms.by_name[name], cards_of(content.catalog, name)
        row = {
            "name": name,
            "title": output.text(platform.title),
            "channels": " ".join(platform.channels),
            "aliases": " ".join(platform.aliases),
            "tasks": " ".join(sorted({card.task.name for card in cards})),
        }
        detail: Row = {"cards": [card_row(card) for card in cards]} if form == "json" else {}
        rows.append({**row, **detail})
    return rows


def card_row(card: "ReadCard") -> Row:
    """A card on one platform: transports, and by class of evidence the facts it reads."""
    return {
        "task": card.task.name,
        "kinds": list(card.task.kinds),
        "file": card.task.relative,
        "channels": list(card.channels),
        "evidence": {one.value: sorted(facts) for one, facts in card.forms.items() if facts},
    }


def runs(content: Content, output: Output, form: str) -> list[Row]:
    """Runs, newest first; `outcomes` counts what is stored now, JSON keeps the codes of states."""
    from xunjian.calendar.clock import told_time
    from xunjian.report.words import STATES

    return [
        {
            "run_id": run.run_id,
            "playbook": run.playbook,
            "started_at": run.started_at.isoformat()
            if form == "json"
            else told_time(run.started_at),
            "state": run.state.value if form == "json" else output.text(STATES[run.state.value]),
            "outcomes": run.outcomes,
            "planned": run.planned,
            "number": run.number,
            "exit_code": run.exit_code,
        }
        for run in content.store.runs()
    ]


def findings(
    content: Content, output: Output, form: str, run: str | None, limit: str | None
) -> list[Row]:
    """Findings of one run, the newest when none is named; JSON keeps the codes of the verdicts."""
    from xunjian.facts.words import unit_of
    from xunjian.store import FindingFilter

    def unit(code: str) -> str:
        return code if form == "json" else output.text(unit_of(code))

    names = {d.name for d in selected(content, limit, None)} if limit else None
    wanted = content.find_run(run) if run else next(iter(content.store.runs()), None)
    if wanted is None:
        return []
    found = content.store.findings(FindingFilter(run_id=wanted.run_id))
    return [
        {
            "id": finding.id,
            "device": finding.device,
            "check": finding.check,
            "subject": finding.subject,
            "verdict": finding.verdict.value
            if form == "json"
            else output.text(finding.verdict.word),
            "level": finding.level,
            "value": finding.value,
            "unit": unit(finding.unit),
            "message": output.text(finding.message),
            "run_id": stored.run_id,
        }
        for stored in found
        for finding in (stored.finding,)
        if names is None or finding.device in names
    ]


def files(content: Content) -> list[Row]:
    """Every content file with its layer, and whether it hides a built-in one."""
    return [
        {
            "file": found.relative,
            "layer": found.layer,
            "shadows": "builtin" if found.shadows else None,
            "sha256": found.sha256[:12],
        }
        for folder in ("playbooks", "tasks", "templates")
        for found in content.workspace.iterate(folder, "*")
    ]
