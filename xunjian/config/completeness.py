"""The gate: is this text the whole configuration and nothing else.

A capture that does not pass is never compared with a baseline and never becomes one.
"""

import re
from collections.abc import Sequence

from xunjian.config.blocks import Block, blocks
from xunjian.config.matching import Matcher, finder
from xunjian.config.model import Trust, TrustState
from xunjian.config.pack import Pack
from xunjian.language import Text, counted

SHRUNK_BELOW = 0.6
"""A capture with fewer than this share of the last one's lines is doubted: a session cut early
loses its tail (ytti/oxidized#2038 kept 1,720 of 2,856 lines, #1377 3,931 of 89,964)."""

_WORST = (
    TrustState.TRUSTED,
    TrustState.SECRET_SUSPECTED,
    TrustState.UNSTABLE,
    TrustState.POLLUTED,
    TrustState.INCOMPLETE,
)


def with_reason(trust: Trust, state: TrustState, reason: Text) -> Trust:
    """Add a reason; the worst state stays."""
    worst = max(trust.state, state, key=_WORST.index)
    return Trust(state=worst, reasons=(*trust.reasons, reason))


def joined_trust(*all_of_them: Trust) -> Trust:
    """The trust in several texts together."""
    trust = Trust()
    for one in all_of_them:
        for reason in one.reasons:
            if reason not in trust.reasons:
                trust = with_reason(trust, one.state, reason)
    return trust


def judge(lines: Sequence[str], pack: Pack) -> tuple[list[str], Trust]:
    """Cut what stands before and behind the configuration; say whether it is whole."""
    trust = Trust()
    inside = list(lines)
    inside = _from_begin(inside, pack)
    values = list(blocks(inside, pack))
    inside, trust = _to_end(inside, values, pack, trust)
    if len(inside) < pack.syntax.min_lines:
        reason = Text(f"只有 {len(inside)} 行", f"only {counted(len(inside), 'line')}")
        trust = with_reason(trust, TrustState.INCOMPLETE, reason)
    if any(not value.closed for value in values):
        rule = next(value.rule for value in values if not value.closed)
        reason = Text(f"多行值没有结束：{rule}", f"a value of several lines does not end: {rule}")
        trust = with_reason(trust, TrustState.INCOMPLETE, reason)
    if (what := _unbalanced(inside, values, pack)) is not None:
        trust = with_reason(trust, TrustState.INCOMPLETE, what)
    return inside, _errors(inside, values, pack, trust)


def _from_begin(lines: list[str], pack: Pack) -> list[str]:
    if pack.syntax.begin is None:
        return lines
    find = finder(pack.syntax.begin)
    return lines[next((n for n, line in enumerate(lines) if find(line)), 0) :]


def _to_end(
    lines: list[str], values: Sequence[Block], pack: Pack, trust: Trust
) -> tuple[list[str], Trust]:
    if pack.syntax.end is None:
        return lines, trust
    find = finder(pack.syntax.end)
    inside = {n for value in values if value.closed for n in range(value.first, value.last + 1)}
    for n in range(len(lines) - 1, -1, -1):
        if n not in inside and find(lines[n]):
            break
    else:
        reason = Text("没有结束标记", "the end marker is missing")
        return lines, with_reason(trust, TrustState.INCOMPLETE, reason)
    rest = [line for line in lines[n + 1 :] if line.strip()]
    if rest:
        reason = Text(
            f"结束标记之后还有 {len(rest)} 行",
            f"behind the end marker: {counted(len(rest), 'line')}",
        )
        nested = pack.syntax.family == "config_edit"  # there every block ends like the whole
        state = TrustState.INCOMPLETE if nested else TrustState.POLLUTED
        return lines, with_reason(trust, state, reason)
    return lines[: n + 1], trust


_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def _unbalanced(lines: Sequence[str], values: Sequence[Block], pack: Pack) -> Text | None:
    """What the structure itself proves to be missing."""
    family = pack.syntax.family
    if family not in {"braces", "config_edit"}:
        return None
    hidden = {n for value in values for n in range(value.first, value.last + 1)}
    shown = [line for n, line in enumerate(lines) if n not in hidden]
    if family == "braces":
        bare = [_QUOTED.sub("", line).split("#", 1)[0].split("/*", 1)[0] for line in shown]
        text = "\n".join(bare)
        return _uneven(text.count("{"), text.count("}"))
    if family == "config_edit":
        words = [line.strip() for line in shown]
        opened = sum(word.startswith("config ") for word in words)
        closed = sum(word == "end" for word in words)
        return _uneven(opened, closed) if opened > closed else None
    return None


def _uneven(opened: int, closed: int) -> Text | None:
    if opened == closed:
        return None
    return Text(f"打开 {opened} 段，关闭 {closed} 段", f"{opened} sections opened, {closed} closed")


def _errors(lines: Sequence[str], values: Sequence[Block], pack: Pack, trust: Trust) -> Trust:
    if not pack.errors:
        return trust
    hits = Matcher([(rule, rule.match) for rule in pack.errors]).over(lines)
    if not hits:
        return trust
    hidden = {n for value in values if value.closed for n in range(value.first, value.last + 1)}
    found = [
        (n, hits[line][0].id) for n, line in enumerate(lines) if line in hits and n not in hidden
    ]
    for n, rule in found[:3]:
        reason = Text(f"第 {n + 1} 行是报错：{rule}", f"line {n + 1} is an error text: {rule}")
        trust = with_reason(trust, TrustState.POLLUTED, reason)
    return trust


def shrunk(old_lines: int, new_lines: int) -> Text | None:
    """Say that a capture lost too many lines to be believed without being asked; else None."""
    if new_lines >= old_lines * SHRUNK_BELOW:
        return None
    return Text(
        f"行数由 {old_lines} 减到 {new_lines}",
        f"{new_lines} lines where there were {old_lines}",
    )


def proves_its_end(pack: Pack) -> bool:
    """Whether a whole configuration shows by itself that nothing is missing at its end."""
    return pack.syntax.end is not None or pack.syntax.family in {"braces", "json", "xml"}


CUT_ABOVE = 0.1
"""Share of lines that must be missing at the end before whole lines alone prove a cut."""


def cut_off(old: Sequence[str], new: Sequence[str]) -> Text | None:
    """Say that a text stops where the former one goes on: half a line, or many lines, are missing.

    For platforms whose configuration has no end marker, this is all that shows it.
    """
    last = len(new) - 1
    if last < 0 or len(new) > len(old) or list(old[:last]) != list(new[:last]):
        return None
    is_half = new[last] != old[last] and old[last].startswith(new[last].rstrip())
    is_whole = new[last] == old[last] and len(new) < len(old) * (1 - CUT_ABOVE)
    if not (is_whole or (is_half and len(new) < len(old))):
        return None
    return Text("在原文中途结束", "it stops where the former text goes on")


def edited_meanwhile(before: bytes, after: bytes) -> Text | None:
    """Compare the last-change marks asked before and after the reading; None if they agree."""
    if before.split() == after.split():
        return None
    return Text("读取期间配置被修改", "it was edited while it was read")


def not_startup(startup: bytes, pack: Pack) -> Text | None:
    """Say that an answer to the startup command is the running configuration; else None."""
    marks = pack.commands
    text = startup.decode("utf-8", errors="replace").replace("\r", "")
    if marks.running_only is not None and marks.running_only.search(text):
        return Text("设备给出的是运行配置", "the device gave the running configuration")
    if marks.startup_only is not None and not marks.startup_only.search(text):
        return Text("不能证明是启动配置", "nothing proves that it is the startup configuration")
    return None
