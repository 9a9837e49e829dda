"""How an item is inspected: A automatically, M by a person on site, H both; and who was there."""

from datetime import datetime

from xunjian.language import Language, Text
from xunjian.report.model import DeviceSheet, ReportModel
from xunjian.run.model import AND

LEGEND = Text("方式：A 自动，M 人工，H 两者。", "Mark: A automatic, M manual, H both.")


def filled_in(model: ReportModel, sheet: DeviceSheet, language: Language) -> str:
    """Who answered for a device on forms, and when last; empty where nobody did."""
    ids = {piece for row in sheet.rows if row.finding.by for piece in row.finding.evidence_ids}
    taken = {e.id: e.taken_at for e in model.evidence if e.id in ids} if ids else {}
    people: dict[str, datetime | None] = {}
    for row in sheet.rows:
        times = [taken[one] for one in row.finding.evidence_ids if one in taken]
        for name in filter(None, row.finding.by.replace("; ", AND).split(AND)):
            known = people.get(name)
            people[name] = max([*times, *([known] if known else [])], default=None)
    said = [f"{name} {at:%Y-%m-%d %H:%M}" if at else name for name, at in people.items()]
    if not said:
        return ""
    if language is Language.ZH:
        return f"现场填表人：{'；'.join(said)}"
    return f"Filled in on site by {'; '.join(said)}"
