"""What a round says about configurations: the three checks, and findings from a difference."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xunjian.checks.model import BAD, Finding, Verdict, finding_id
from xunjian.config.model import RISKS, Change, ConfigDiff, Risk, Trust, TrustState
from xunjian.language import Text, counted

CONFIG = "config"  # the task's name in plans and reports
TITLE = Text("配置", "configuration")

_TOLERATED = frozenset({"approved", "planned"})
_ABNORMAL_FROM = Risk.HIGH
_LEVELS = {Risk.CRITICAL: "II", Risk.HIGH: "III"}
_SHOWN = 3  # changes a message names; all of them are in the record
_PATH_CHARS = 60
_RISK_WORDS = {
    Risk.INFO: Text("提示", "info"),
    Risk.LOW: Text("低", "low"),
    Risk.MEDIUM: Text("中", "medium"),
    Risk.HIGH: Text("高", "high"),
    Risk.CRITICAL: Text("严重", "critical"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigCheck:
    """One check that is no card's; `how` says how it is judged."""

    id: str
    title: Text
    standard: Text
    advice: Text
    how: Text


DRIFT = ConfigCheck(
    id="config.drift",
    title=Text("配置变更", "configuration drift"),
    standard=Text("与基线相比没有未批准的变更", "no unapproved change against the baseline"),
    advice=Text(
        "查看：xunjian diff -l 设备；应有的变更由他人批准：xunjian baseline accept，其余恢复",
        "See it: xunjian diff -l DEVICE; what is meant is accepted by somebody else: xunjian "
        "baseline accept; the rest is to be undone",
    ),
    how=Text(
        "未批准的变更：风险为高或严重则异常，以下则预警；全部已批准或没有变更则正常；尚无基线为未检",
        "unapproved changes: abnormal from high risk, below that a warning; none, or all approved: "
        "normal; without a baseline: not checked",
    ),
)
STARTUP = ConfigCheck(
    id="config.startup",
    title=Text("运行配置与启动配置", "running against startup configuration"),
    standard=Text("启动配置与运行配置一致", "the startup configuration equals the running one"),
    advice=Text(
        "确认改动后保存配置，否则重启后丢失", "Save it once confirmed, or a restart loses it"
    ),
    how=Text(
        "有差异则预警；启动配置不可信或没有读到则待核；平台没有启动配置则不判",
        "a difference: warning; not trustworthy or not read: unknown; not judged where the "
        "platform has no startup configuration",
    ),
)
TRUST = ConfigCheck(
    id="config.trust",
    title=Text("配置采集可信", "configuration capture"),
    standard=Text(
        "完整、未混入报错、读取期间未被修改", "whole, no error text inside, not edited meanwhile"
    ),
    advice=Text(
        "看原因后重新读取：xunjian backup -l 设备",
        "See the reason, then read it again: xunjian backup -l DEVICE",
    ),
    how=Text(
        "截断、混入报错、疑似口令无规则、读取期间被修改则待核，不与基线比较也不保存",
        "cut, error texts inside, a suspected secret, edited meanwhile: unknown; never compared "
        "and never kept",
    ),
)
CONFIG_CHECKS = (DRIFT, STARTUP, TRUST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A verdict with what was measured."""

    verdict: Verdict
    message: Text = Text("")
    value: str | int | None = None
    level: str = ""


def finding(device: str, check: ConfigCheck, said: Said, evidence_ids: Sequence[str]) -> Finding:
    """Make the finding of one check on one device."""
    open_ = said.verdict in BAD
    return Finding(
        id=finding_id(device, check.id, "-"),
        check=check.id,
        task=CONFIG,
        device=device,
        subject="-",
        verdict=said.verdict,
        title=check.title,
        value=said.value,
        standard=check.standard,
        level=said.level,
        message=said.message,
        advice=check.advice if open_ else Text(""),
        evidence_ids=tuple(evidence_ids),
    )


def unapproved(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Changes that nobody said yes to, worst first."""
    left = [change for change in changes if change.approval.state not in _TOLERATED]
    return tuple(sorted(left, key=lambda change: -RISKS.index(change.risk)))


def judge_trust(trust: Trust) -> Said:
    """Whether what was read may be believed."""
    if trust.state is TrustState.TRUSTED:
        return Said(verdict=Verdict.NORMAL)
    zh = "；".join(reason.zh for reason in trust.reasons) or trust.state.value
    en = "; ".join(reason.en or reason.zh for reason in trust.reasons) or trust.state.value
    return Said(verdict=Verdict.UNKNOWN, value=trust.state.value, message=Text(zh, en))


def judge_drift(diff: ConfigDiff) -> Said:
    """How a device stands to its baseline."""
    if diff.not_compared == "no_baseline":
        return Said(
            verdict=Verdict.NOT_CHECKED,
            message=Text(
                "尚无基线：xunjian baseline accept --initial",
                "no baseline yet: xunjian baseline accept --initial",
            ),
        )
    if diff.not_compared == "no_backup":
        message = Text("以前没有读过，没有比较", "nothing was read before: nothing to compare with")
        return Said(verdict=Verdict.NOT_CHECKED, message=message)
    if diff.not_compared or diff.trust.state is not TrustState.TRUSTED:
        message = Text("采集不可信，没有比较", "not trustworthy: nothing was compared")
        return Said(verdict=Verdict.UNKNOWN, message=message)
    left = unapproved(diff.changes)
    if diff.missing_planned:
        ids = ", ".join(diff.missing_planned)
        message = Text(f"计划的变更没有做：{ids}", f"planned and not there: {ids}")
        return Said(verdict=Verdict.ABNORMAL, level="III", value=len(left), message=message)
    if not left:
        return Said(verdict=Verdict.NORMAL, value=0, message=_all_approved(len(diff.changes)))
    worst = left[0].risk
    is_abnormal = RISKS.index(worst) >= RISKS.index(_ABNORMAL_FROM)
    return Said(
        verdict=Verdict.ABNORMAL if is_abnormal else Verdict.WARNING,
        level=_LEVELS.get(worst, "IV"),
        value=len(left),
        message=_listed(left),
    )


def judge_startup(diff: ConfigDiff) -> Said:
    """How the running configuration stands to the one a restart would bring."""
    count = len(diff.changes)
    if not count:
        return Said(verdict=Verdict.NORMAL, value=0)
    listed = _listed(unapproved(diff.changes) or diff.changes)
    message = Text(f"未保存：{listed.zh}", f"not saved: {listed.en}")
    return Said(verdict=Verdict.WARNING, level="IV", value=count, message=message)


def _all_approved(count: int) -> Text:
    if not count:
        return Text("")
    return Text(f"{count} 处变更，均已批准", f"{counted(count, 'change')}, all approved")


def _listed(changes: Sequence[Change]) -> Text:
    """Number, worst risk, and what the worst of them are."""
    worst = _RISK_WORDS[changes[0].risk]
    parts_zh = [f"{_place(c)}（{c.why.zh or c.rule}）" for c in changes[:_SHOWN]]
    parts_en = [f"{_place(c)} ({c.why.en or c.why.zh or c.rule})" for c in changes[:_SHOWN]]
    rest = len(changes) - _SHOWN
    more = Text(f"；另 {rest} 处", f"; {rest} more") if rest > 0 else Text("")
    return Text(
        f"{len(changes)} 处变更，最高风险{worst.zh}：{'；'.join(parts_zh)}{more.zh}",
        f"{counted(len(changes), 'change')}, worst risk {worst.en}: {'; '.join(parts_en)}{more.en}",
    )


def _place(change: Change) -> str:
    text = " > ".join(change.path) or next(iter(change.new or change.old), change.id).strip()
    return text if len(text) <= _PATH_CHARS else f"{text[: _PATH_CHARS - 1]}…"
