"""The papers of a round, gathered from calendar, playbook and inventory, and written."""

import re
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

from xunjian.calendar.model import Round
from xunjian.cli.naming import told
from xunjian.cli.output import Output
from xunjian.errors import UsageError
from xunjian.inventory import Device, select
from xunjian.language import Text
from xunjian.report.calendar.papers import Papers, PlannedDevice, blocks
from xunjian.run.agenda import Agenda
from xunjian.schema import nearest_hint

FILES = {"md": "plan.md", "docx": "plan.docx"}
_UNSAFE = re.compile(r"[^\w.\-]+")


def write_papers(
    agenda: Agenda,
    output: Output,
    one: Round,
    when: tuple[Sequence[str], date],
    where: tuple[str, Path | None],
) -> int:
    """Write what `rounds plan` was asked for; `json` prints the data instead."""
    from xunjian.cli.documents import prepare_folder, write_document
    from xunjian.report.calendar.paper_files import as_markdown, as_word

    wanted = [part.strip() for part in where[0].split(",") if part.strip()]
    for form in wanted:
        if form not in {*FILES, "json"}:
            message = Text(f"没有这种格式：{form}", f"no such format: {form}")
            raise UsageError(message, nearest_hint(form, (*FILES, "json")))
    papers = gather(agenda, one, tuple(when[0]), when[1])
    papers = told(papers, agenda.content, output.language)
    if wanted == ["json"]:
        output.json(_data(papers, output))
        return 0
    folder = where[1] or agenda.content.workspace.reports_dir / "plans" / _UNSAFE.sub("_", one.id)
    prepare_folder(folder)
    for form in wanted:
        laid = blocks(papers, output.language)
        document = as_word(laid) if form == "docx" else as_markdown(laid)
        write_document(folder / FILES[form], document)
        output.say(Text(f"已写：{folder / FILES[form]}", f"written: {folder / FILES[form]}"))
    return 0


def gather(agenda: Agenda, one: Round, people: tuple[str, ...], at: date) -> Papers:
    """Work out devices and items as the run itself would; nobody is contacted."""
    from xunjian.playbook import find_playbook, load_playbook
    from xunjian.run.plan import plan_run
    from xunjian.run.ticket import Errand

    content = agenda.content
    found = find_playbook(content.workspace, one.playbook)
    playbook = load_playbook(found, task_names=content.catalog.names)
    selected = select(content.inventory, playbook.hosts, playbook.where or None)
    plan = plan_run(Errand(one, agenda).scope(selected), playbook, content.catalog)
    asked = {pair.device.name: pair.tasks for pair in plan.pairs}
    used = {task for tasks in asked.values() for task in tasks}
    titles = {task.name: task.title for task in content.catalog.tasks}
    settings = content.settings
    return Papers(
        round=one,
        date=at,
        people=people,
        project=settings.contract_name,
        customer=settings.contract_customer,
        contractor=settings.contract_contractor,
        playbook_title=playbook.title,
        items=tuple(titles.get(name, Text(name)) for name in playbook.tasks if name in used),
        devices=tuple(_device(agenda, d, asked.get(d.name, ())) for d in plan.devices),
        windows=agenda.windows(one.first, one.due + timedelta(days=7)),
    )


def _device(agenda: Agenda, device: Device, tasks: Sequence[str]) -> PlannedDevice:
    parties = agenda.content.inventory.parties
    party = parties.get(device.party or "")
    return PlannedDevice(
        name=device.name,
        label=device.label,
        kind=device.kind,
        site=device.site.title if device.site else Text(""),
        room=device.room.title if device.room else Text(""),
        party=party.title if party else Text(device.party or ""),
        items=len(tasks),
        by_hand=not tasks,
    )


def _device_data(device: PlannedDevice, output: Output) -> dict[str, object]:
    values = {one.name: getattr(device, one.name) for one in fields(device)}
    return {name: output.text(v) if isinstance(v, Text) else v for name, v in values.items()}


def _data(papers: Papers, output: Output) -> dict[str, object]:
    from xunjian.report.calendar.rows import round_row, window_row

    return {
        "round": round_row(papers.round, output.language),
        "date": papers.date.isoformat(),
        "people": list(papers.people),
        "items": [output.text(item) for item in papers.items],
        "devices": [_device_data(device, output) for device in papers.devices],
        "freeze_windows": [window_row(one, output.language) for one in papers.windows],
    }
