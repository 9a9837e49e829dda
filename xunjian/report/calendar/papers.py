"""What is handed over before a round: plan, notice and consent sheet, from one set of data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from xunjian.calendar.model import FreezeWindow, Round
from xunjian.language import Language, Text, counted
from xunjian.report.calendar.rows import MODES
from xunjian.report.wording import Wording
from xunjian.report.words import KINDS, word


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDevice:
    """One device of the round, with what will be looked at."""

    name: str
    label: str
    kind: str
    site: Text
    room: Text
    party: Text
    items: int
    by_hand: bool = False  # nothing of it can be asked over the network


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """Everything the papers say.

    windows: freezes that the round meets or leads up to.
    """

    round: Round
    date: date
    people: tuple[str, ...]
    project: str
    customer: str
    contractor: str
    playbook_title: Text
    items: tuple[Text, ...]
    devices: tuple[PlannedDevice, ...]
    windows: tuple[FreezeWindow, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 begins a paper of its own."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a head. widths: of the columns, as shares of each other; empty is all alike.

    roomy: rows high enough to write in by hand.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()
    roomy: bool = False


Block = Heading | Paragraph | Grid


def blocks(papers: Papers, language: Language) -> Iterator[Block]:
    """Give plan, notice and consent sheet, block by block."""

    def say(zh: str, en: str) -> str:
        return Text(zh, en).to(language)

    yield from _plan(papers, language)
    yield from _notice(papers, language)
    yield Heading(say("巡检同意单", "Consent"), 1)
    yield _facts(papers, language)
    yield Paragraph(
        say(
            "同意贵方按上述时间、范围和人员进行巡检。",
            "The inspection may take place at the time, in the scope and by the people above.",
        )
    )
    yield Grid(
        (say("用户单位", "Customer"), say("承建单位", "Contractor")),
        (
            (papers.customer or "-", papers.contractor or "-"),
            (say("签字：", "Signed: "), say("签字：", "Signed: ")),
            (say("日期：", "Date: "), say("日期：", "Date: ")),
            (say("意见：", "Remarks: "), say("联系电话：", "Telephone: ")),
        ),
        roomy=True,
    )


def _plan(papers: Papers, language: Language) -> Iterator[Block]:
    def say(zh: str, en: str) -> str:
        return Text(zh, en).to(language)

    title = papers.round.title
    yield Heading(say(f"{title.zh}计划", f"{title.en or title.zh}: plan"), 1)
    yield _facts(papers, language)
    yield Heading(say("巡检项目", "Items"), 2)
    numbered = enumerate(papers.items, start=1)
    yield Grid(
        (say("序号", "No."), say("项目", "Item")),
        tuple((str(n), item.to(language)) for n, item in numbered),
        widths=(1, 9),
    )
    yield Heading(say("巡检设备", "Devices"), 2)
    head = (
        say("设备", "Device"), say("类别", "Kind"), say("地点", "Site"), say("机房", "Room"),
        say("责任方", "Party"), say("项目数", "Items"),
    )  # fmt: skip
    rows = tuple(_device(d, language) for d in papers.devices)
    yield Grid(head, rows, widths=(6, 3, 4, 6, 4, 3))


def _device(device: PlannedDevice, language: Language) -> tuple[str, ...]:
    by_hand = Text("人工", "by hand").to(language)
    return (
        device.label or device.name,
        word(KINDS, device.kind).to(language),
        device.site.to(language),
        device.room.to(language),
        device.party.to(language),
        by_hand if device.by_hand else str(device.items),
    )


def _notice(papers: Papers, language: Language) -> Iterator[Block]:
    one = papers.round
    yield Heading(Text("巡检告知函", "Notice of inspection").to(language), 1)
    customer = papers.customer
    yield Paragraph(
        Text(f"{customer or '用户单位'}：", f"To {customer or 'the customer'}:").to(language)
    )
    day = Wording(language, breaks=False).day
    rooms = len({device.room for device in papers.devices if device.room.zh})
    people = papers.people
    yield Paragraph(
        Text(
            f"我方定于{day(papers.date)}进行“{one.title.zh}”，最迟{day(one.due)}完成，"
            f"涉及机房 {rooms} 处、设备 {len(papers.devices)} 台、项目 {len(papers.items)} 项。"
            f"人员：{'、'.join(people) or '另行通知'}。",
            f"On {day(papers.date)} we make “{one.title.en or one.title.zh}”, to be ended by "
            f"{day(one.due)}: {counted(rooms, 'room')}, "
            f"{counted(len(papers.devices), 'device')}, {counted(len(papers.items), 'item')}. "
            f"People: {', '.join(people) or 'to be named'}.",
        ).to(language)
    )
    yield Paragraph(
        Text(
            "巡检只读取设备状态，不改动配置，不影响业务。请安排人员陪同并开放机房。",
            "The inspection reads the devices' state; it changes no configuration and disturbs no "
            "service. Please let somebody go along and open the rooms.",
        ).to(language)
    )
    for window in papers.windows:
        mode = MODES[window.mode.value]
        days = Wording(language, breaks=False).days(window.first, window.last)
        yield Paragraph(
            Text(
                f"封网：{window.title.zh}，{days}，{mode.zh}。",
                f"Freeze: {window.title.en or window.title.zh}, {days}, {mode.en}.",
            ).to(language)
        )
    yield Grid(
        (Text("承建单位", "Contractor").to(language), Text("日期", "Date").to(language)),
        ((papers.contractor, ""),),
        roomy=True,
    )


def _facts(papers: Papers, language: Language) -> Grid:
    one, count, w = papers.round, len(papers.devices), Wording(language, breaks=False)
    people = Text("、".join(papers.people), ", ".join(papers.people)).to(language)
    facts: Sequence[tuple[Text, str]] = (
        (Text("项目", "Project"), papers.project or "-"),
        (Text("巡检", "Round"), one.title.to(language)),
        (Text("编号", "Number"), one.id),
        (Text("剧本", "Playbook"), papers.playbook_title.to(language)),
        (Text("时间", "Date"), w.day(papers.date)),
        (Text("期限", "To be done"), w.days(one.first, one.due)),
        (Text("人员", "People"), people or "-"),
        (Text("范围", "Scope"), Text(f"{count} 台设备", counted(count, "device")).to(language)),
    )
    return Grid(
        (Text("事项", "Matter").to(language), Text("内容", "Content").to(language)),
        tuple((name.to(language), value) for name, value in facts),
        widths=(1, 4),
    )
