"""How an item is inspected: A automatically, M by a person on site, H both; and who was there."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from xunjian.checks.model import Finding, Verdict
from xunjian.language import Language, Text
from xunjian.report.model import DeviceSheet, ReportModel
from xunjian.run.answers import parted
from xunjian.run.found import FREE_CHECK
from xunjian.run.model import AND

LEGEND = Text("方式：A 自动，M 人工，H 两者。", "Mark: A automatic, M manual, H both.")
MANUAL = "manual"  # channel of what a person answered
_BETWEEN = Text("；", "; ")


def told(finding: Finding, language: Language) -> tuple[str, str]:
    """Its message where the verdict does not say it all, and what of the remark that does not say.

    Of what is normal only why a person overruled the machine, and what that had measured.
    """
    message, verdict = finding.message.to(language), finding.verdict
    if verdict is Verdict.NORMAL and finding.source == "hybrid":
        message = parted(finding.message)[1].to(language)
    elif verdict is Verdict.NORMAL:
        message = ""
    elif verdict is Verdict.NOT_APPLICABLE and finding.source != "automatic":
        message = ""  # the device did not say why, and the person's words are the remark
    return message, unsaid(finding, language)


def by_hand(finding: Finding, language: Language) -> str:
    """What stands beside an item of a form; a blank one has said it all with its verdict."""
    message, remark = told(finding, language)
    is_blank = finding.verdict is Verdict.NOT_CHECKED
    return " ".join(part for part in ("" if is_blank else message, remark) if part)


def unsaid(finding: Finding, language: Language) -> str:
    """What of the remark is neither said by its message nor the cause in that."""
    between = _BETWEEN.to(language)
    if finding.verdict is Verdict.NORMAL and finding.source != "hybrid":
        return finding.remark.to(language)
    known = {
        part for one in parted(finding.message) for part in one.to(language).split(between) if part
    }
    parts = finding.remark.to(language).split(between)
    return between.join(part for part in parts if part not in known)


def is_in_message(finding: Finding) -> bool:
    """Whether the message begins with the problem that a person named outside the list."""
    is_told = finding.check == FREE_CHECK and finding.verdict is not Verdict.NORMAL
    return is_told and finding.message.zh.startswith(finding.subject)


def filled_in(model: ReportModel, sheet: DeviceSheet, language: Language) -> str:
    """Who answered for a device on forms, and when last; empty where nobody did."""
    taken = {e.id: e.taken_at for e in model.evidence if e.device == sheet.device.name}
    people: dict[str, datetime | None] = {}
    for row in sheet.rows:
        for name, at in _answered(row.finding, taken):
            known = people.get(name)
            people[name] = max(filter(None, (known, at)), default=None)
    said = [f"{name} {at:%Y-%m-%d %H:%M}" if at else name for name, at in people.items()]
    if not said:
        return ""
    if language is Language.ZH:
        return f"现场填表人：{'；'.join(said)}"
    return f"Filled in on site by {'; '.join(said)}"


def _answered(
    finding: Finding, taken: Mapping[str, datetime]
) -> Iterator[tuple[str, datetime | None]]:
    """Everybody who answered, with the time: of several the one whose answer stands in the row."""
    names = [name for name in finding.by.replace("; ", AND).split(AND) if name]
    times: Sequence[datetime] = [taken[one] for one in finding.evidence_ids if one in taken]
    if len(names) == len(times):  # those who contradict each other, in the order of their answers
        yield from zip(names, times, strict=True)
    else:
        yield from ((name, max(times, default=None)) for name in names)
