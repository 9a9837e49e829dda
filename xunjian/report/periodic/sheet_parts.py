"""Record sheets to be filled in on site: what the store knows stands in them, the rest is blank.

The sample of a spot check is drawn by the period's name: drawn again, it is the same.
"""

import hashlib

from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.report.periodic.gathered import Gathered, kind_word, local
from xunjian.report.periodic.model import (
    Block,
    Cell,
    Column,
    Paragraph,
    Section,
    Signatures,
    Table,
)
from xunjian.store.span_model import Answered, Visit

SHARE, LEAST = 0.1, 5  # of the devices, in a spot check: house rule, the plans say "random sample"
_BLANK_ROWS = 6
_SIGNERS = (
    Text("检查人", "Checked by"),
    Text("复核人", "Verified by"),
    Text("甲方代表", "Customer"),
)
# requirements section 5, monitoring and cloud rounds: what is done by hand each quarter
MAINTENANCE = (
    Text("设备清洁除尘", "equipment cleaned"),
    Text("线缆与标识整理", "cables and labels"),
    Text("电源与接地检查", "power and earthing"),
    Text("温湿度与空调", "temperature, humidity, cooling"),
    Text("消防与防水", "fire and water protection"),
)


def spot_check(g: Gathered) -> Section:
    """抽检登记表: a random sample, with its last verdicts."""
    sample = drawn(g)
    last = {one.device: one for one in g.span.visits}
    note = Text(
        f"在册有管理地址设备中按期间名随机抽取 {len(sample)} 台（{SHARE:.0%}，不少于 {LEAST} 台）；"
        "同一期间再出本表，抽到的设备不变。",
        f"{len(sample)} devices drawn at random by the period's name from those with an address "
        f"({SHARE:.0%}, {LEAST} at least); drawn again, they are the same.",
    )
    table = Table(
        key="spot_check",
        columns=(
            Column(title=Text("序号", "No."), kind="number", width=0.6),
            Column(title=Text("设备", "Device"), width=2),
            Column(title=Text("类别", "Kind"), width=1),
            Column(title=Text("地点与机房", "Place"), width=2),
            Column(title=Text("最近巡检", "Last round"), width=1.6),
            Column(title=Text("结果", "Result"), width=1.1),
            Column(title=Text("现场情况", "Seen on site"), kind="blank", width=1.9),
            Column(title=Text("处理", "Done"), kind="blank", width=1.5),
        ),
        rows=tuple(
            (number, *_sampled(g, device, last.get(device.name)))
            for number, device in enumerate(sample, start=1)
        ),
    )
    return _sheet(
        "spot_check",
        Text("抽检登记表", "Spot-check record"),
        Paragraph(text=note, is_note=True),
        table,
    )


def _sampled(g: Gathered, device: Device, visit: Visit | None) -> tuple[Cell, ...]:
    runs = {run.run_id: run for run in g.span.runs}
    named = g.named(device.name)
    at = local(runs[visit.run_id].started_at) if visit else None
    return (device.title, kind_word(device.kind), _place(g, named.site, named.room), at,
            _result(visit), None, None)  # fmt: skip


def _result(visit: Visit | None) -> Text | None:
    if visit is None:
        return None
    if not visit.reached:
        return Text("未到达", "not reached")
    return Text("完好", "intact") if visit.is_intact else Text("有异常", "abnormal")


def drawn(g: Gathered) -> tuple[Device, ...]:
    """The sample, in the order of the inventory."""
    able = [one for one in (g.inventory.devices.values() if g.inventory else ()) if one.address]
    count = min(len(able), max(LEAST, round(len(able) * SHARE)))
    order = sorted(able, key=lambda one: _lot(g.period.name, one.name))
    chosen = {one.name for one in order[:count]}
    return tuple(one for one in able if one.name in chosen)


def _lot(period: str, name: str) -> str:
    return hashlib.sha256(f"{period}\0{name}".encode()).hexdigest()


def maintenance(g: Gathered) -> Section:
    """养护登记表: a row per room and matter."""
    rooms = g.inventory.rooms.values() if g.inventory else ()
    rows = [
        (g.site(room.site), room.title, matter, None, None, None)
        for room in rooms
        for matter in MAINTENANCE
    ]
    table = Table(
        key="maintenance",
        empty=Text("清单中没有机房。", "The inventory has no rooms."),
        columns=(
            Column(title=Text("地点", "Site"), width=1.3),
            Column(title=Text("机房/会场", "Room"), width=1.9),
            Column(title=Text("养护项目", "Matter"), width=1.9),
            Column(title=Text("日期", "Date"), kind="blank", width=1.2),
            Column(title=Text("情况与处理", "State and what was done"), kind="blank", width=2.6),
            Column(title=Text("养护人", "By"), kind="blank", width=1.1),
        ),
        rows=tuple(rows),
    )
    return _sheet("maintenance", Text("养护登记表", "Maintenance record"), table)


def earthing(g: Gathered) -> Section:
    """防雷登记表: a row per earthing electrode; blank ones where none is registered."""
    devices = g.inventory.devices.values() if g.inventory else ()
    electrodes = [one for one in devices if one.kind == "earthing"]
    said: dict[str, Answered] = {one.finding.device: one for one in g.span.answered}
    rows: list[tuple[Cell, ...]] = [_electrode(g, one, said.get(one.name)) for one in electrodes]
    blocks: list[Block] = []
    if not rows:
        none = Text(
            "清单中没有接地极，下列空行供手填。",
            "The inventory has no earthing electrode; the rows are to be filled.",
        )
        blocks.append(Paragraph(text=none, is_note=True))
        rows = [(None,) * 7] * _BLANK_ROWS
    known = "text" if electrodes else "blank"
    columns = (
        Column(title=Text("接地极", "Electrode"), kind=known, width=1.8),
        Column(title=Text("地点", "Place"), kind=known, width=1.9),
        Column(title=Text("限值（Ω）", "Limit (Ω)"), kind=known, width=1),
        Column(title=Text("实测（Ω）", "Measured (Ω)"), kind="blank", width=1.2),
        Column(title=Text("结论", "Verdict"), kind="blank", width=1),
        Column(title=Text("测量日期", "Date"), kind="blank", width=1.2),
        Column(title=Text("测量人与仪器", "By, instrument"), kind="blank", width=1.8),
    )
    blocks.append(Table(key="earthing", columns=columns, rows=tuple(rows)))
    return _sheet("earthing", Text("防雷接地登记表", "Earthing record"), *blocks)


def _electrode(g: Gathered, device: Device, said: Answered | None) -> tuple[Cell, ...]:
    named = g.named(device.name)
    limits = next(iter(device.limits.values()), {})
    limit = limits.get("critical", limits.get("high"))
    value = said.finding.value if said else None
    return (
        device.title,
        _place(g, named.site, named.room),
        limit if isinstance(limit, int | float) else None,
        value if isinstance(value, int | float | str) else None,
        said.finding.verdict.word if said else None,
        local(said.at).date() if said else None,
        said.finding.by if said else None,
    )


def _place(g: Gathered, site: str, room: str) -> Text:
    where, inside = g.site(site) if site else Text(""), g.room(room) if room else Text("")
    return Text(
        f"{where.zh} {inside.zh}".strip(),
        f"{where.en or where.zh} {inside.en or inside.zh}".strip(),
    )


def _sheet(key: str, title: Text, *blocks: Block) -> Section:
    return Section(
        key=key,
        title=title,
        blocks=(*blocks, Signatures(signers=_SIGNERS)),
        new_page=True,
    )


SHEETS = {"spot-check": spot_check, "maintenance": maintenance, "earthing": earthing}


def all_sheets(g: Gathered) -> tuple[Section, ...]:
    """Every sheet, each on pages of its own."""
    return tuple(make(g) for make in SHEETS.values())
