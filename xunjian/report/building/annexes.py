"""Appendices and advice: limits with their sources, the evidence index, manual items."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from xunjian.checks.model import Verdict
from xunjian.language import Language, Text
from xunjian.report.building.beside import Source
from xunjian.report.building.sources import sources_on_site
from xunjian.report.document import EvidenceRow, Leftover, ManualRow, Series, ThresholdRow
from xunjian.report.model import FindingRow
from xunjian.run.model import EvidenceRef, RunRecord

_NAMED = 5  # devices named with one advice
_LONG_OPEN = 3  # rounds


def thresholds_of(
    rows: Iterable[FindingRow], sources: Mapping[str, Source]
) -> tuple[ThresholdRow, ...]:
    """Give each standard that was applied, in the order of first use, with how many devices."""
    devices: defaultdict[tuple[str, Text, str], set[str]] = defaultdict(set)
    titles: dict[str, Text] = {}
    for row in rows:
        finding = row.finding
        if finding.standard.zh or finding.standard.en:
            devices[finding.check, finding.standard, finding.unit].add(finding.device)
            titles.setdefault(finding.check, finding.title)
    return tuple(
        ThresholdRow(
            check=check,
            title=sources[check].title if check in sources else titles[check],
            standard=standard,
            unit=unit,
            source=sources[check].source if check in sources else Text(""),
            devices=len(names),
        )
        for (check, standard, unit), names in devices.items()
    )


def evidence_of(record: RunRecord) -> tuple[EvidenceRow, ...]:
    """Number the pieces of evidence in the order of the record."""
    labels = {device.name: device.label for device in record.devices}
    told = sources_on_site(record)
    return tuple(
        EvidenceRow(
            number=f"E{number:04d}",
            id=ref.id,
            device=ref.device,
            label=labels.get(ref.device, ""),
            text=ref.text,
            taken_at=ref.taken_at,
            sha256=ref.sha256,
            size_bytes=ref.size_bytes,
            complete=ref.complete,
            told=told.get(ref.id, Text("")),
        )
        for number, ref in enumerate(record.evidence, 1)
    )


def manual_of(rows: Iterable[FindingRow], evidence: Sequence[EvidenceRef]) -> tuple[ManualRow, ...]:
    """Give what people answered on forms, and what is still blank."""
    taken: Mapping[str, datetime] = {ref.id: ref.taken_at for ref in evidence}
    return tuple(
        ManualRow(
            device=row.device.name,
            label=row.device.label,
            room=row.device.room_title or row.device.room,
            finding=row.finding,
            by=row.finding.by,
            at=max((taken[one] for one in row.finding.evidence_ids if one in taken), default=None),
            photos=row.finding.photos,
        )
        for row in rows
        if row.finding.source in {"manual", "hybrid"}
    )


def advice_of(
    problems: Sequence[FindingRow], leftovers: Iterable[Leftover], series: Iterable[Series]
) -> tuple[Text, ...]:
    """Give what should be done, the worst first, one line per piece of advice."""
    by_advice: defaultdict[Text, dict[str, None]] = defaultdict(dict)
    for row in problems:
        if row.finding.advice.zh or row.finding.advice.en:
            by_advice[row.finding.advice][row.device.label or row.device.name] = None
    found = [_for(advice, tuple(names)) for advice, names in by_advice.items()]
    long_open = [one for one in leftovers if one.state == "open" and one.rounds >= _LONG_OPEN]
    if long_open:
        ids = [one.id for one in long_open]
        found.append(
            Text(
                f"以下问题已连续 {_LONG_OPEN} 轮及以上未解决，请明确责任人与期限："
                f"{_list(ids, '、')}",
                f"Open for {_LONG_OPEN} rounds or more; name who deals with it and by when: "
                f"{_list(ids, ', ')}",
            )
        )
    found += [_foreseen(one) for one in series if one.forecast and one.forecast.reaches_at]
    unknown = sum(row.finding.verdict is Verdict.UNKNOWN for row in problems)
    if unknown:
        found.append(
            Text(
                f"{unknown} 项待核，须补查后才能作结论。",
                f"{unknown} items stay unknown and have to be looked at again.",
            )
        )
    return tuple(found)


def _for(advice: Text, names: tuple[str, ...]) -> Text:
    zh, en = advice.to(Language.ZH).rstrip("。."), advice.to(Language.EN).rstrip("。.")
    return Text(f"{zh}（{_list(names, '、')}）。", f"{en} ({_list(names, ', ')}).")


def _list(names: Sequence[str], comma: str) -> str:
    more = len(names) - _NAMED
    shown = comma.join(names[:_NAMED])
    if more <= 0:
        return shown
    return f"{shown} 等 {len(names)} 项" if comma == "、" else f"{shown} and {more} more"


def _foreseen(series: Series) -> Text:
    assert series.forecast is not None
    where = series.label or series.device
    subject = "" if series.subject == "-" else f" {series.subject}"
    said, method = series.forecast.message, series.forecast.method
    title = series.title
    return Text(
        f"{where}{subject} {title.to(Language.ZH)}：{said.zh}（{method.zh}）。",
        f"{where}{subject} {title.to(Language.EN)}: {said.en} ({method.en}).",
    )
