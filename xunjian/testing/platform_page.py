"""The page of platforms in docs/: generated from the cards, so that it claims what they claim."""

from collections.abc import Mapping, Sequence

from xunjian.language import Language, Text
from xunjian.platforms import Platforms
from xunjian.tasks.evidence import TITLES, ReadCard, cards_of
from xunjian.tasks.explain import explain
from xunjian.tasks.model import Catalog

PAGES: Mapping[Language, str] = {
    Language.EN: "docs/platforms.md",
    Language.ZH: "docs/zh/platforms.md",
}
ANY = Text("任何平台", "any platform")

_INTRODUCTION = Text(
    """# 平台

本页由卡片生成（`make docs`），测试会重新生成并比对；不要手改。

每个项目读到的事实按证据分三栏，写在卡片每一步的 `evidence:` 里：

- **真实服务器**：测试里由别人写的真服务器作答
  （OpenSSH、FRR、NUT 的 upsd、kamailio 与 baresip、sushy 等）。
- **实录**：测试读过公开收集的真机输出；`redfish` 的实录是 DMTF 公布的样机目录。
- **按手册**：只按厂商手册或 MIB 写成，自编样本测试，没有见过真机输出；
  首次用于现场时请核对原始输出。

`×2` 表示该事实有两种命令或格式。没有列出的项目在该平台上没有卡片，巡检计划里列为“无卡片”。
表下列出平台本身不提供的项目和判定；这样的判定结果为“不涉及”，不会当作正常。
""",
    """# Platforms

Generated from the cards (`make docs`); a test generates it again and compares. Do not edit.

The facts that each item reads stand in one of three columns, as the steps of a card say under
`evidence:`

- **real server**: in a test a server that somebody else wrote answered (OpenSSH, FRR, NUT's upsd,
  kamailio with baresip, sushy and others).
- **captured**: a test reads output of real equipment, collected in public projects; for `redfish`
  it is the tree of a model server that DMTF publishes.
- **documented**: written from the vendor's manual or MIB and tested with samples of our own; no
  output of a real device was seen. Compare with the raw output when you first use it.

`×2`: two commands or forms give the fact. An item that is not listed has no card on that platform
and stands in a plan as left out, `no_card`. Below each table stand the items and checks for which
the platform itself gives no figure: findings of such checks are `not_applicable`, never normal.
""",
)
_PLATFORM = Text("平台", "platform")
_CHANNELS = Text("通道", "transport")
_ITEMS = Text("项目", "items")
_ITEM = Text("项目", "item")
_KINDS = Text("类别", "kinds")
_ANY_KIND = Text("任何", "any")
_NOT_REPORTED = Text("平台不提供：", "Not reported by the platform:")


def platform_page(catalog: Catalog, platforms: Platforms, language: Language) -> str:
    """Write the page: every platform × item × transport × class of evidence."""
    names = (*platforms.names, "*")
    cards = {name: cards_of(catalog, name) for name in names}
    titles = {name: platforms.by_name[name].title for name in platforms.names} | {"*": ANY}
    unreported = _unreported(catalog, platforms)
    parts = [_INTRODUCTION.to(language), _summary(cards, titles, language)]
    for name in names:
        parts.append(f"## `{name}` {titles[name].to(language)}\n")
        parts.append(_platform(cards[name], language))
        gaps = [*_without_card(platforms, name), *unreported.get(name, ())]
        if gaps:
            listed = "".join(f"- {gap.to(language)}\n" for gap in gaps)
            parts.append(f"{_NOT_REPORTED.to(language)}\n\n{listed}")
    return "\n".join(parts)


def _without_card(platforms: Platforms, name: str) -> list[Text]:
    """Give the items that no card can ask of a platform, as its file says."""
    platform = platforms.get(name)
    said = sorted(platform.not_provided.items()) if platform else ()
    return [Text(f"`{item}`：{why.zh}", f"`{item}`: {why.en}") for item, why in said]


def _unreported(catalog: Catalog, platforms: Platforms) -> Mapping[str, Sequence[Text]]:
    """By platform, the checks for which it gives nothing to judge by."""
    found: dict[str, dict[str, Text]] = {}
    for task in catalog.names:
        for card in explain(task, catalog, platforms).cards:
            titles = {check.id: check.title for check in card.checks}
            for platform in card.platforms:
                for check in platform.checks:
                    if not check.applies:
                        title, why = titles[check.check], check.reason
                        said = Text(
                            f"`{check.check}` {title.zh}：{why.zh}",
                            f"`{check.check}` {title.en}: {why.en}",
                        )
                        found.setdefault(platform.platform, {})[check.check] = said
    return {name: [gaps[key] for key in sorted(gaps)] for name, gaps in found.items()}


def _summary(
    cards: Mapping[str, Sequence[ReadCard]], titles: Mapping[str, Text], language: Language
) -> str:
    head = [_PLATFORM, Text(""), _CHANNELS, _ITEMS, *TITLES.values()]
    rows = []
    for name, read in cards.items():
        channels = dict.fromkeys(channel for card in read for channel in card.channels)
        counts = [str(sum(card.total(one) for card in read)) for one in TITLES]
        title = titles[name].to(language)
        rows.append([f"`{name}`", title, " ".join(channels), str(len(read)), *counts])
    return _table([text.to(language) for text in head], rows)


def _platform(cards: Sequence[ReadCard], language: Language) -> str:
    head = [_ITEM, _KINDS, _CHANNELS, *TITLES.values()]
    rows = [
        [
            f"{card.task.name} {card.task.title.to(language)}",
            " ".join(card.task.kinds) or _ANY_KIND.to(language),
            " ".join(card.channels),
            *(_facts(card.forms[one]) for one in TITLES),
        ]
        for card in cards
    ]
    return _table([text.to(language) for text in head], rows)


def _facts(forms: Mapping[str, int]) -> str:
    return ", ".join(fact if n == 1 else f"{fact} ×{n}" for fact, n in sorted(forms.items()))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
