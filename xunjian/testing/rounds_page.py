"""The page of the special inspections in docs/: generated from playbooks and cards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xunjian.language import Language, Text
from xunjian.playbook import list_playbooks
from xunjian.playbook.model import Playbook
from xunjian.tasks.model import Catalog, Task
from xunjian.workspace import Workspace

PAGES: Mapping[Language, str] = {
    Language.EN: "docs/special-inspections.md",
    Language.ZH: "docs/zh/special-inspections.md",
}

_INTRODUCTION = Text(
    """# 专项巡检的内容

本页由剧本与卡片生成（`make docs`），测试会重新生成并比对；不要手改。

每个项目有一个标记：**A** 自动采集，**M** 人工填表，**H** 两者都有（测得的值预填在表上，
人工改判须写理由）。自动项目巡检时立即判定；人工项目在表上，填好导入后出新版报告：

```
xunjian run flood_season                 # 先采集；有人工项的轮次状态为“待人工项”，不影响退出码
xunjian forms export 编号 -o 表格.xlsx     # 每个机房、会场或路由一页
xunjian forms import 编号 表格.xlsx        # 可分多次、由多人导入
```

没有地址的东西（机房、投影机、麦克风、光缆路由、接地极……）写进资产清单，
`kind` 用下表“对象”一栏的词，就会出现在表上；清单里没有的，不会有人被问到。
机房本身也是一件：

```yaml
hz-center-room:
  data: {kind: room, label: 杭州监控中心机房, room: hz-center}
hz-tl-fibre:
  data: {kind: line, label: 杭州—桐庐光缆路由, site: tonglu, party: carrier}
```

不合本地情况的门限写在清单的 `limits`（如综合接地网
`earthing_resistance.resistance: {critical: 1}`），或合同的 `playbooks/thresholds.yml`。
传输通道性能（`path`）由三处得到：巡检机到设备的 ICMP，网络责任方已在设备上启动的 NQA（华为、H3C）与
IP SLA（思科）结果，以及设备自己的接口计数（`interfaces`）；约定的测试例写在 `expected.paths`
（如 `[water/hz-tl]`），没有结果即异常。巡检不在设备上启动任何测试。

会议保障分四步，一步做完再做下一步：一、机房机柜电源，二、光路与接入交换机（会前
`conference`），三、开机入会 `conference_join`，会中 `conference_during`（可反复执行），
四、关机断电 `conference_after`。会议写进 `playbooks/calendar.yml` 的 `conferences`，
`xunjian due` 列出每一步的状态；前一步没有做完的，清单与报告封面都会写明；
取消的会议用 `xunjian rounds cancel`。
""",
    """# What the special inspections contain

Generated from playbooks and cards (`make docs`); a test generates it again and compares.
Do not edit.

Every item has a mark: **A** read automatically, **M** answered by a person on a form, **H** both
(what was measured stands on the form; overruling it needs a reason). Automatic items are judged
at once; a form is filled in later and taken in, and a new version of the report comes of it:

```
xunjian run flood_season                 # a round with manual items awaits them
xunjian forms export RUN -o forms.xlsx   # one sheet per room, venue or route
xunjian forms import RUN forms.xlsx      # in parts, from several people
```

What is still awaited does not change the exit code. Things without an address (rooms, projectors,
microphones, cable routes, earthing electrodes …) stand in the inventory with a `kind` of the
column "things"; then they are on the forms. Nobody is asked about what the inventory does not
have. The room is a thing of its own:

```yaml
hz-center-room:
  data: {kind: room, label: Hangzhou monitoring centre, room: hz-center}
hz-tl-fibre:
  data: {kind: line, label: Hangzhou-Tonglu cable route, site: tonglu, party: carrier}
```

Limits that do not suit a place stand in the inventory's `limits` (a joint earthing grid:
`earthing_resistance.resistance: {critical: 1}`) or in the contract's `playbooks/thresholds.yml`.
The performance of the transmission channel (`path`) comes from three places: ICMP from here to
the device, results of NQA (Huawei, H3C) and IP SLA (Cisco) that the network's own people have
set up, and the devices' own counters (`interfaces`). Tests that were agreed stand in
`expected.paths` (`[water/hz-tl]`); one without a result is abnormal. A round starts no test on
any device.

A conference is guaranteed in four steps, one after the other: power of rooms and racks, light and
access switches (both `conference`, before it), switch on and join (`conference_join`), and, after
`conference_during` (as often as you like), switch off (`conference_after`). Write it into
`conferences` of `playbooks/calendar.yml`: `xunjian due` lists how each step stands; where the step
before is not done, lists and the report's cover say so. `xunjian rounds cancel` calls one off.
""",
)
_MARK, _ITEM, _THINGS = Text("标记", "mark"), Text("项目", "item"), Text("对象", "things")
_STANDARD = Text("标准", "standard")
_AUTOMATIC = Text("自动项目（A）：", "Automatic items (A): ")
_ANY = Text("任何", "any")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """A playbook with forms, and its cards in its order."""

    playbook: Playbook
    cards: tuple[Task, ...]


def rounds_page(workspace: Workspace, catalog: Catalog, language: Language) -> str:
    """Write the page: every round with forms, its items and their standards."""
    parts = [_INTRODUCTION.to(language)]
    for one in _rounds(workspace, catalog):
        name, title = one.playbook.name, one.playbook.title.to(language)
        parts.append(f"## {title} `{name}`\n")
        parts.append(_table(one.cards, language))
        automatic = [card for card in one.cards if card.mark == "A"]
        if automatic:
            listed = dict.fromkeys(f"{c.title.to(language)} `{c.name}`" for c in automatic)
            joined = ("、" if language is Language.ZH else ", ").join(listed)
            parts.append(f"{_AUTOMATIC.to(language)}{joined}\n")
    return "\n".join(parts)


def _rounds(workspace: Workspace, catalog: Catalog) -> Sequence[_Round]:
    playbooks = [one.playbook for one in list_playbooks(workspace) if one.playbook]
    return [
        _Round(
            playbook=one,
            cards=tuple(c for name in one.tasks for c in catalog.tasks if c.name == name),
        )
        for one in playbooks
        if one.manual
    ]


def _table(cards: Sequence[Task], language: Language) -> str:
    head = [text.to(language) for text in (_MARK, _ITEM, _THINGS, _STANDARD)]
    rows = [
        [
            card.mark,
            f"{card.title.to(language)} `{card.name}`",
            " ".join(card.kinds) or _ANY.to(language),
            "<br>".join(_standards(card, language)),
        ]
        for card in cards
        if card.mark != "A"
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _standards(card: Task, language: Language) -> list[str]:
    """Give the standard of every line, with the limits of the card."""
    found = []
    for check in card.checks:
        said = check.standard.to(language)
        for name, limit in check.limits.items():
            said = said.replace(f"{{{name}}}", str(limit))
        colon = "：" if language is Language.ZH else ": "
        found.append(f"{check.title.to(language)}{colon}{said}")
    return found
