"""What is said on each occasion, in both languages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from xunjian.calendar.model import Round, RoundState
from xunjian.checks.model import LEVELS, Finding, Verdict
from xunjian.facts.words import span_of, unit_of, word_of
from xunjian.language import Text, counted
from xunjian.notify.message import Message
from xunjian.run.model import DeviceResult, RunRecord, RunState

INCOMPLETE = 3  # the exit code

REASONS = {
    "no_secret": Text("收件地址取不到", "the address cannot be read"),
    "bad_url": Text("收件地址无法识别", "the address is not understood"),
    "timeout": Text("超时", "timed out"),
    "unreachable": Text("连接不上", "cannot connect"),
    "not_delivered": Text("服务没有接收", "the service did not take it"),
    "not_in_time": Text("轮次结束时还没发完", "not sent by the end of the round"),
}
EVENTS = {
    "level_i": Text("I 级问题", "level I finding"),
    "level_ii": Text("II 级问题", "level II finding"),
    "level_iii": Text("III 级问题", "level III finding"),
    "level_iv": Text("IV 级问题", "level IV finding"),
    "missed": Text("漏做", "missed"),
    "overdue": Text("逾期", "overdue"),
    "finished": Text("完成", "finished"),
    "failed": Text("未正常完成", "not completed"),
    "changed": Text("配置变更", "configuration changed"),
    "test": Text("试发", "test"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A finding to tell of. again: it was told, was over, and is back. seen_at: when it was met.

    measured_again: what a second measurement said; empty where none was made.
    """

    finding: Finding
    device: DeviceResult
    seen_at: datetime
    again: bool = False
    measured_again: Text = Text("")

    @property
    def event(self) -> str:
        """What playbooks call it."""
        return f"level_{self.finding.level.lower()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The run a message is about."""

    title: Text
    run_id: str = ""
    number: str = ""

    def foot(self, at: datetime) -> Text:
        """Say where and when."""
        parts = [part for part in (self.number, self.run_id) if part]
        return Text(
            "，".join([self.title.zh, *parts, f"{at:%Y-%m-%d %H:%M:%S}"]),
            ", ".join([self.title.en or self.title.zh, *parts, f"{at:%Y-%m-%d %H:%M:%S}"]),
        )


def reason(code: str) -> Text:
    """Put a sender's code into words; answers of services carry their number."""
    kind, _, number = code.partition("_")
    if kind == "internal":
        return Text(f"程序内部错误（{number}）", f"internal error ({number})")
    if kind == "http":
        return Text(f"服务应答 HTTP {number}", f"the service answered HTTP {number}")
    if kind == "errcode":
        return Text(f"服务拒绝，错误码 {number}", f"the service refused, errcode {number}")
    return REASONS.get(code, Text(code, code))


def alarms(found: Sequence[Alarm], source: Source, at: datetime) -> Message:
    """Several findings in one message, the worst first."""
    ordered = sorted(found, key=lambda a: (LEVELS.index(a.finding.level), a.device.name))
    counted = Counter(alarm.finding.level for alarm in ordered)
    zh = "、".join(f"{level} 级 {counted[level]} 条" for level in LEVELS if counted[level])
    en = ", ".join(f"{counted[level]} of level {level}" for level in LEVELS if counted[level])
    sites = list(dict.fromkeys(_site(alarm.device) for alarm in ordered if _site(alarm.device)))
    where = "、".join(sites[:3]) + ("等" if len(sites) > 3 else "")
    there = ", ".join(sites[:3]) + (" …" if len(sites) > 3 else "")
    return Message(
        title=Text(
            f"【巡检】发现问题：{zh}" + (f"（{where}）" if where else ""),
            f"[xunjian] findings: {en}" + (f" ({there})" if there else ""),
        ),
        lines=tuple(_line(alarm) for alarm in ordered),
        foot=(source.foot(at),),
    )


def _site(device: DeviceResult) -> str:
    return device.site_title or device.site


def _line(alarm: Alarm) -> Text:
    """One finding: level, device, item, value, limit, advice, time."""
    one, device = alarm.finding, alarm.device
    label = device.label if device.label != device.name else ""
    called = Text(f"（{label}）", f" ({label})") if label else Text("")
    place = device.room_title or device.room
    on = "" if one.subject == "-" else f" [{one.subject}]"
    title = Text(f"{one.title.zh}{on}", f"{one.title.en or one.title.zh}{on}")
    word = one.verdict.word
    parts = (
        Text(
            f"{one.level} 级{word.zh} {device.name}{called.zh}",
            f"level {one.level} {word.en} {device.name}{called.en}",
        ),
        Text(place, place),
        Text(f"{title.zh}：{_measured(one).zh}", f"{title.en}: {_measured(one).en}"),
        _if("标准：", "limit: ", one.standard),
        _if("建议：", "advice: ", one.advice),
        Text("再次出现", "back again") if alarm.again else Text(""),
        alarm.measured_again,
        Text(
            f"{alarm.seen_at:%H:%M:%S} 发现，编号 {one.id}",
            f"seen at {alarm.seen_at:%H:%M:%S}, {one.id}",
        ),
    )
    return Text(
        "；".join(part.zh for part in parts if part.zh),
        "; ".join(part.en for part in parts if part.en),
    )


def _if(zh: str, en: str, text: Text) -> Text:
    """Lead a text in, in each language that it has."""
    return Text(zh + text.zh if text.zh else "", en + text.en if text.en else "")


def _measured(finding: Finding) -> Text:
    """The check's own sentence, and the number behind it where it does not say it."""
    zh, en, value = finding.message.zh, finding.message.en or finding.message.zh, finding.value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    number = f"{value:g}" if is_number else "" if value is None else str(value)
    unit = unit_of(finding.unit)
    span = span_of(value, finding.unit) if isinstance(value, int | float) else None
    shown = span or word_of(number) or Text(f"{number}{unit.zh}", f"{number}{unit.en}")
    if not zh:
        return shown if shown.zh else Text("—", "—")
    if not is_number or (span.zh if span else number) in zh:
        return Text(zh, en)
    return Text(f"{zh}，实测 {shown.zh}", f"{en}, measured {shown.en or shown.zh}")


def round_ended(record: RunRecord, source: Source, at: datetime) -> Message:
    """A round is over: its figures and how it ended."""
    counted = Counter(f.verdict for outcome in record.outcomes for f in outcome.findings)
    reached = sum(device.reached for device in record.devices)
    zh = "，".join(f"{v.word.zh} {counted[v]}" for v in Verdict if counted[v])
    en = ", ".join(f"{v.word.en} {counted[v]}" for v in Verdict if counted[v])
    code = record.exit_code
    ended = _ENDED.get(record.state, _ENDED[RunState.FINISHED])
    if code == INCOMPLETE and record.state is not RunState.INTERRUPTED:
        ended = Text("巡检不完整", "round incomplete")
    return Message(
        title=Text(
            f"【巡检】{ended.zh}：{source.title.zh}",
            f"[xunjian] {ended.en}: {source.title.en or source.title.zh}",
        ),
        lines=(
            Text(
                f"到达 {reached}/{len(record.devices)} 台；{zh}",
                f"{reached} of {len(record.devices)} devices reached; {en}",
            ),
            Text(f"退出码 {code}", f"exit code {code}"),
        ),
        foot=(source.foot(at),),
    )


_ENDED = {
    RunState.FINISHED: Text("巡检完成", "round finished"),
    RunState.AWAITING_MANUAL: Text("自动项完成，待填人工项", "automatic part done, forms open"),
    RunState.INTERRUPTED: Text("巡检被中断", "round interrupted"),
}


def round_failed(source: Source, why: Text, at: datetime) -> Message:
    """A round that broke off."""
    return Message(
        title=Text(
            f"【巡检】未正常完成：{source.title.zh}",
            f"[xunjian] not completed: {source.title.en or source.title.zh}",
        ),
        lines=(why,),
        foot=(source.foot(at),),
    )


_OPEN = frozenset({"none", "expired"})


def configurations_changed(record: RunRecord, source: Source, at: datetime) -> Message | None:
    """Devices whose configuration differs from what was accepted; none, no message."""
    changed = [
        (diff, sum(change.approval.state in _OPEN for change in diff.changes))
        for diff in record.changes
    ]
    open_ones = [(diff, count) for diff, count in changed if count]
    if not open_ones:
        return None
    return Message(
        title=Text(
            f"【巡检】配置变更：{len(open_ones)} 台设备有未批准的变更",
            f"[xunjian] configuration changed: {counted(len(open_ones), 'device')}, not approved",
        ),
        lines=tuple(
            Text(f"{diff.device}：{count} 处", f"{diff.device}: {counted(count, 'change')}")
            for diff, count in open_ones
        ),
        foot=(source.foot(at),),
    )


def rounds_late(rounds: Sequence[Round], at: datetime) -> Message:
    """Rounds that were not made in time."""
    missed = sum(one.state is RoundState.MISSED for one in rounds)
    overdue = len(rounds) - missed
    zh = "、".join(p for p in (f"漏做 {missed} 轮" * bool(missed), _late_zh(overdue)) if p)
    en = ", ".join(p for p in (f"{missed} missed" * bool(missed), _late_en(overdue)) if p)
    return Message(
        title=Text(f"【巡检】{zh}", f"[xunjian] rounds: {en}"),
        lines=tuple(_round_line(one) for one in rounds),
        foot=(
            Text(
                f"{at:%Y-%m-%d %H:%M:%S}；补做：xunjian due --run；"
                "已做的登记：xunjian rounds record",
                f"{at:%Y-%m-%d %H:%M:%S}; make them: xunjian due --run; "
                "done elsewhere: xunjian rounds record",
            ),
        ),
    )


def _late_zh(count: int) -> str:
    return f"逾期 {count} 轮" if count else ""


def _late_en(count: int) -> str:
    return f"{count} overdue" if count else ""


def _round_line(one: Round) -> Text:
    word = EVENTS["missed" if one.state is RoundState.MISSED else "overdue"]
    due = Text(f"应于 {one.due:%Y-%m-%d} 前完成", f"was due on {one.due:%Y-%m-%d}")
    zh = one.reason.zh if due.zh in one.reason.zh else f"{due.zh}；{one.reason.zh}"
    en = one.reason.en if due.en in one.reason.en else f"{due.en}; {one.reason.en}"
    return Text(
        f"{word.zh}：{one.title.zh} {one.id}；{zh}",
        f"{word.en}: {one.title.en or one.title.zh} {one.id}; {en}",
    )


def test_message(at: datetime) -> Message:
    """What `notices test` sends."""
    return Message(
        title=Text("【巡检】试发通知", "[xunjian] test notice"),
        lines=(Text("收到这一条，说明收件地址可用。", "This arrived: the address works."),),
        foot=(Text(f"{at:%Y-%m-%d %H:%M:%S}", f"{at:%Y-%m-%d %H:%M:%S}"),),
    )
