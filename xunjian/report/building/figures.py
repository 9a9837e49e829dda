"""Figures of a run: totals, the intact rate, levels, sites, and the sentence that says them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from xunjian.checks.model import GRADED, LEVELS, Finding, Verdict
from xunjian.language import Text
from xunjian.report.document import IntactRate, RoundFigures, SiteFigures
from xunjian.report.model import DeviceSheet, Totals
from xunjian.report.words import counted
from xunjian.run.model import RunRecord, RunState, blanks
from xunjian.store.model import Past

_HOLDS = (Verdict.NORMAL, *GRADED)


def totals_of(record: RunRecord, findings: Iterable[Finding]) -> Totals:
    """Count pairs, devices and verdicts."""
    counted = Counter(finding.verdict for finding in findings)
    return Totals(
        planned=record.planned,
        outcomes=len(record.outcomes),
        left_out=len(record.left_out),
        devices=len(record.devices),
        reached=sum(device.reached for device in record.devices),
        verdicts={verdict: counted[verdict] for verdict in Verdict},
        awaiting=blanks(record.outcomes),
        on_paper=sum(not device.was_asked for device in record.devices),
    )


def intact_of(sheets: Iterable[DeviceSheet]) -> IntactRate:
    """Count devices with nothing abnormal over devices about which anything was judged."""
    judged = [s for s in sheets if any(s.verdicts.get(verdict) for verdict in _HOLDS)]
    return IntactRate(
        intact=sum(not sheet.verdicts.get(Verdict.ABNORMAL) for sheet in judged),
        judged=len(judged),
    )


def levels_of(findings: Iterable[Finding]) -> Mapping[str, int]:
    """Count warnings and abnormal findings by fault level; all four levels stand there."""
    counted = Counter(f.level for f in findings if f.verdict in GRADED)
    return {level: counted[level] for level in LEVELS}


def sites_of(sheets: Iterable[DeviceSheet]) -> tuple[SiteFigures, ...]:
    """Give each site's figures, in the order in which sites first appear."""
    by_site: defaultdict[str, list[DeviceSheet]] = defaultdict(list)
    for sheet in sheets:
        by_site[sheet.device.site].append(sheet)
    return tuple(
        SiteFigures(
            site=site,
            title=own[0].device.site_title or site,
            devices=len(own),
            reached=sum(sheet.device.reached for sheet in own),
            abnormal=sum(sheet.verdicts.get(Verdict.ABNORMAL, 0) for sheet in own),
            intact=intact_of(own),
        )
        for site, own in by_site.items()
    )


def rounds_of(
    record: RunRecord, past: Past, totals: Totals, intact: IntactRate
) -> tuple[RoundFigures, ...]:
    """Give the earlier rounds of the playbook and this one, oldest first."""
    before = tuple(
        RoundFigures(
            run_id=one.run_id,
            number=one.number,
            started_at=one.started_at,
            verdicts={verdict.value: one.verdicts.get(verdict.value, 0) for verdict in Verdict},
            intact=IntactRate(intact=one.intact, judged=one.judged),
        )
        for one in past.rounds
    )
    now = RoundFigures(
        run_id=record.run_id,
        number=record.number,
        started_at=record.started_at,
        verdicts={verdict.value: count for verdict, count in totals.verdicts.items()},
        intact=intact,
    )
    return (*before, now)


def conclusion_of(
    state: RunState, totals: Totals, intact: IntactRate, levels: Mapping[str, int]
) -> Text:
    """Say in one sentence, with figures, how it stands; never better than what was measured."""
    v = totals.verdicts
    zh = (
        f"本次计划 {totals.planned} 项，完成 {totals.outcomes} 项，未做 {totals.left_out} 项；"
        f"设备 {totals.devices} 台，到达 {totals.reached} 台；"
        f"正常 {v[Verdict.NORMAL]}，预警 {v[Verdict.WARNING]}，异常 {v[Verdict.ABNORMAL]}，"
        f"待核 {v[Verdict.UNKNOWN]}"
    )
    en = (
        f"{counted(totals.planned, 'item')} planned, {totals.outcomes} done, "
        f"{totals.left_out} left out; {totals.reached} of {counted(totals.devices, 'device')} "
        f"reached; {v[Verdict.NORMAL]} normal, "
        f"{counted(v[Verdict.WARNING], 'warning')}, {v[Verdict.ABNORMAL]} abnormal, "
        f"{v[Verdict.UNKNOWN]} unknown"
    )
    graded = [f"{level} {count}" for level, count in levels.items() if count]
    if graded:
        zh += f"；问题中 {'，'.join(f'{name} 级 {n}' for name, n in map(str.split, graded))}"
        en += f"; problems by level: {', '.join(graded)}"
    if intact.pct is not None:
        zh += f"；完好率 {intact.pct}%（{intact.intact}/{intact.judged}）"
        en += f"; {intact.pct} % of devices intact ({intact.intact}/{intact.judged})"
    end = _judgement(state, totals)
    return Text(f"{zh}。{end.zh}", f"{en}. {end.en}")


def _judgement(state: RunState, totals: Totals) -> Text:
    v = totals.verdicts
    if state in {RunState.INTERRUPTED, RunState.KILLED, RunState.RUNNING}:
        return Text("本轮未完成，不作结论。", "The round is not complete: no conclusion is drawn.")
    waiting = _waiting(state, totals.awaiting)
    if v[Verdict.ABNORMAL]:
        said = Text("存在异常，需处理。", "There is something abnormal to be dealt with.")
    elif totals.reached + totals.on_paper < totals.devices or v[Verdict.UNKNOWN]:
        said = Text("有未到达或待核项，需补查。", "Something was not reached or stays unknown.")
    elif v[Verdict.WARNING]:
        said = Text("总体正常，有预警需关注。", "In order, with warnings to watch.")
    elif not v[Verdict.NORMAL]:
        said = Text("没有可判定的结果。", "Nothing could be judged.")
    else:
        said = Text("所检项目全部正常。", "Everything that was inspected is normal.")
    return Text(said.zh + waiting.zh, said.en + waiting.en)


def _waiting(state: RunState, count: int) -> Text:
    if state is not RunState.AWAITING_MANUAL:
        return Text("", "")
    are = "is" if count == 1 else "are"
    return Text(
        f"人工项尚有 {count} 项待填。",
        f" {counted(count, 'manual item')} {are} still to be filled in.",
    )
