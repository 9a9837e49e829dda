"""The asset register, what devices said they are, and how both changed."""

from collections.abc import Iterator, Mapping

from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.report.periodic.gathered import Gathered, kind_word, local
from xunjian.report.periodic.model import Cell, Column, Figure, Figures, Table
from xunjian.store.span_model import Identified

FIELDS: Mapping[str, Text] = {
    "serial": Text("序列号", "serial number"),
    "model": Text("型号", "model"),
    "version": Text("软件版本", "software version"),
    "patch": Text("补丁", "patch"),
    "sysname": Text("设备自报名", "own name"),
}
_LIFE = ("installed_on", "in_use_since", "commissioned")


def register_figures(g: Gathered) -> Figures:
    """How many there are, how many agree with what they say of themselves."""
    last = latest(g)
    held = [(name, device) for name, device in _devices(g).items() if name in last]
    return Figures(
        figures=(
            Figure(key="registered", title=Text("在册", "Registered"), value=len(_devices(g))),
            Figure(
                key="addressed", title=Text("有管理地址", "With an address"),
                value=sum(device.address is not None for device in _devices(g).values()),
            ),
            Figure(key="identified", title=Text("已核实身份", "Identified"), value=len(held)),
            Figure(
                key="differing", title=Text("与台账不符", "Differing from the register"),
                value=sum(bool(differs(device, last[name])) for name, device in held),
                tone="abnormal",
            ),
            Figure(key="changed", title=Text("本期变动", "Changes"), value=len(tuple(moves(g)))),
        )
    )  # fmt: skip


def register_summary(g: Gathered, figures: Mapping[str, int | float | None]) -> Text:
    """One sentence on the register itself, of the figures that stand below it."""
    names = ("registered", "addressed", "identified", "differing", "changed")
    registered, addressed, identified, differing, changed = (figures[name] for name in names)
    if not g.span.rounds:
        return Text(
            f"台账在册 {registered} 项，有管理地址 {addressed} 项；本期无巡检记录，未与实物核对。",
            f"Registered {registered}, with an address {addressed}; no round is recorded, nothing "
            "was held against the devices.",
        )
    return Text(
        f"台账在册 {registered} 项，有管理地址 {addressed} 项；巡检核实身份 {identified} 项，"
        f"与台账不符 {differing} 项；本期变动 {changed} 项。",
        f"Registered {registered}, with an address {addressed}; identified in rounds {identified}, "
        f"differing from the register {differing}; changes in the period {changed}.",
    )


def _devices(g: Gathered) -> Mapping[str, Device]:
    return g.inventory.devices if g.inventory else {}


def latest(g: Gathered) -> Mapping[str, Identified]:
    """The last word of each device about itself in the period."""
    return {one.device: one for one in g.span.identities}


def register(g: Gathered) -> Table:
    """Every thing of the inventory."""
    last = latest(g)
    return Table(
        key="register",
        title=Text("设备台账", "Asset register"),
        empty=Text("清单为空或读不出。", "The inventory is empty or cannot be read."),
        columns=(
            Column(title=Text("序号", "No."), kind="number", width=0.6),
            Column(title=Text("名称", "Name"), width=2.2),
            Column(title=Text("类别", "Kind"), width=1),
            Column(title=Text("型号", "Model"), width=1.5),
            Column(title=Text("序列号", "Serial"), kind="code", width=1.9),
            Column(title=Text("软件版本（实测）", "Version (as read)"), width=1.6),
            Column(title=Text("管理地址", "Address"), kind="code", width=1.4),
            Column(title=Text("地点", "Site"), width=1.1),
            Column(title=Text("机房/机柜", "Room, rack"), width=1.6),
            Column(title=Text("责任方", "Party"), width=1.1),
            Column(title=Text("投运", "In use since"), width=1.2),
            Column(title=Text("核实", "Checked"), width=1.3),
        ),
        rows=tuple(
            _register_row(g, number, device, last.get(name))
            for number, (name, device) in enumerate(_devices(g).items(), start=1)
        ),
    )


def _register_row(
    g: Gathered, number: int, device: Device, said: Identified | None
) -> tuple[Cell, ...]:
    named = g.named(device.name)
    rack = str(device.asset.get("rack") or "")
    room = g.room(named.room) if named.room else Text("")
    place = Text(f"{room.zh} {rack}".strip(), f"{room.en or room.zh} {rack}".strip())
    in_use = next((str(device.asset[key]) for key in _LIFE if device.asset.get(key)), None)
    return (
        number,
        device.title,
        kind_word(device.kind),
        _asset(device, "model") or (said and _said(said, "model")) or None,
        _asset(device, "serial") or None,
        (said and _said(said, "version")) or None,
        device.address,
        g.site(named.site) if named.site else None,
        place if place.zh else None,
        g.party(named.party),
        in_use,
        _state(device, said),
    )


def _state(device: Device, said: Identified | None) -> Text:
    if device.address is None:
        return Text("人工核对", "by hand")
    if said is None:
        return Text("本期未核实", "not in this period")
    return Text("不符", "differs") if differs(device, said) else Text("相符", "agrees")


def _asset(device: Device, key: str) -> str:
    return str(device.asset.get(key) or "")


def _said(one: Identified, key: str) -> str:
    value = one.values.get(key)
    return "" if value is None else str(value)


def differs(device: Device, said: Identified) -> tuple[tuple[str, str, str], ...]:
    """(field, registered, said) of what both name and name differently; case is no difference."""
    found = ((key, _asset(device, key), _said(said, key)) for key in ("serial", "model"))
    return tuple(
        (key, ours, theirs)
        for key, ours, theirs in found
        if ours and theirs and ours.casefold() not in theirs.casefold()
        and theirs.casefold() not in ours.casefold()
    )  # fmt: skip


def disagreements(g: Gathered) -> Table:
    """Where the register and the thing do not agree."""
    last, devices = latest(g), _devices(g)
    rows: list[tuple[Cell, ...]] = []
    for name, device in devices.items():
        if said := last.get(name):
            rows += [
                (device.title, FIELDS[key], ours, theirs, local(said.at), said.number)
                for key, ours, theirs in differs(device, said)
            ]
    return Table(
        key="disagreements",
        title=Text("台账与实物不符", "Register and thing disagree"),
        empty=Text("未见不符。", "None was found."),
        columns=(
            Column(title=Text("设备", "Device"), width=2),
            Column(title=Text("项", "Field"), width=1),
            Column(title=Text("台账", "Register"), width=2),
            Column(title=Text("实测", "As read"), width=2),
            Column(title=Text("时间", "Time"), width=1.5),
            Column(title=Text("报告编号", "Report"), kind="code", width=1.7),
        ),
        rows=tuple(rows),
    )


def changes(g: Gathered) -> Table:
    """What devices said of themselves, otherwise than a round before; who came and who went."""
    return Table(
        key="register_changes",
        title=Text("本期变动", "Changes in the period"),
        empty=Text("本期各轮之间未见变动。", "Nothing changed between the rounds."),
        columns=(
            Column(title=Text("设备", "Device"), width=2),
            Column(title=Text("变动", "Change"), width=1.2),
            Column(title=Text("原", "Before"), width=1.9),
            Column(title=Text("现", "After"), width=1.9),
            Column(title=Text("前一轮", "Round before"), width=1.5),
            Column(title=Text("发现于", "Found at"), width=1.5),
            Column(title=Text("报告编号", "Report"), kind="code", width=1.7),
        ),
        rows=tuple(moves(g)),
    )


def moves(g: Gathered) -> Iterator[tuple[Cell, ...]]:
    """Each change between two rounds, in the order of time."""
    before: dict[str, Identified] = {}
    for now in g.span.identities:
        was = before.get(now.device)
        before[now.device] = now
        if was is None:
            continue
        for key, word in FIELDS.items():
            old, new = _said(was, key), _said(now, key)
            if old and new and old != new:
                label = g.named(now.device).label
                yield (label, word, old, new, local(was.at), local(now.at), now.number)
    yield from _came_and_went(g)


def _came_and_went(g: Gathered) -> Iterator[tuple[Cell, ...]]:
    """Devices that joined a playbook's rounds later, and those no longer registered."""
    runs = {run.run_id: run for run in g.span.runs}
    first: dict[str, str] = {}
    for visit in g.span.visits:
        first.setdefault(visit.device, visit.run_id)
    begun: dict[str, str] = {}
    for opening in g.span.rounds:
        begun.setdefault(opening.playbook, opening.run_id)
    for device, run_id in first.items():
        run = runs[run_id]
        if run_id != begun[run.playbook] and run.playbook == g.span.rounds[0].playbook:
            label = g.named(device).label
            new = Text("新增设备", "new device")
            yield (label, new, None, device, None, local(run.started_at), run.number)
    if g.inventory is None:
        return
    for device in sorted(set(first) - set(g.inventory.devices)):
        gone = Text("台账已无", "no longer registered")
        yield (g.named(device).label, gone, device, None, None, None, None)
