"""`junit.xml`: a round as CI servers read it; one suite per device, one case per finding."""

import xml.etree.ElementTree as ET
from collections import Counter

from xunjian.checks.model import Verdict
from xunjian.facts.model import AWAITING_FORM
from xunjian.language import Language, Text
from xunjian.report.model import DeviceSheet, FindingRow, ReportModel
from xunjian.report.plain import printable
from xunjian.report.words import REASONS, word

# the finding's verdict decides; what is not named here passes, a warning with output
_ELEMENT = {
    Verdict.ABNORMAL: "failure",
    Verdict.UNKNOWN: "error",
    Verdict.NOT_APPLICABLE: "skipped",
    Verdict.NOT_CHECKED: "skipped",
}


def as_junit(model: ReportModel, language: Language) -> bytes:
    """Render the model as JUnit XML; an outcome without any finding is an error."""
    root = ET.Element("testsuites", name=model.playbook)
    properties = ET.SubElement(root, "properties")
    for name, value in _figures(model).items():
        ET.SubElement(properties, "property", name=name, value=str(value))
    counted: Counter[str] = Counter()
    for sheet in model.sheets:
        counted += _suite(root, sheet, model, language)
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(counted[name]))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _figures(model: ReportModel) -> dict[str, object]:
    totals = model.totals
    return {
        "run_id": model.run_id,
        "planned": totals.planned,
        "outcomes": totals.outcomes,
        "left_out": totals.left_out,
        "devices": totals.devices,
        "reached": totals.reached,
        **{verdict.value: count for verdict, count in totals.verdicts.items()},
        "intact": model.intact.intact,
        "judged": model.intact.judged,
        **{f"level_{level}": count for level, count in model.levels.items()},
        **{f"trend_{name}": count for name, count in model.trends.items()},
        "risk": model.risk.level,
        "leftovers": len(model.leftovers),
        "number": printable(model.number),
        "version": model.head.version,
    }


def _suite(
    root: ET.Element, sheet: DeviceSheet, model: ReportModel, language: Language
) -> Counter[str]:
    suite = ET.SubElement(root, "testsuite", name=printable(sheet.device.name))
    counted: Counter[str] = Counter()
    for row in sheet.rows:
        counted += _case(suite, row, language)
    for pair in silent_pairs(model, sheet):
        case = ET.SubElement(
            suite, "testcase", classname=printable(sheet.device.name), name=pair[0]
        )
        reason = word(REASONS, pair[1]) if pair[1] else Text("没有判定", "no finding")
        element = "skipped" if pair[1] == AWAITING_FORM else "error"
        ET.SubElement(case, element, message=printable(reason.to(language)), type=pair[1] or "none")
        counted += Counter(tests=1, errors=element == "error", skipped=element == "skipped")
    for name in ("tests", "failures", "errors", "skipped"):
        suite.set(name, str(counted[name]))
    return counted


def silent_pairs(model: ReportModel, sheet: DeviceSheet) -> list[tuple[str, str]]:
    """Give (task, reason) of the device's outcomes that have no finding at all."""
    spoken = {row.finding.task for row in sheet.rows}
    return [
        (task, reason)
        for device, task, _reached, reason in model.outcomes
        if device == sheet.device.name and task not in spoken
    ]


def _case(suite: ET.Element, row: FindingRow, language: Language) -> Counter[str]:
    finding = row.finding
    name = finding.check if finding.subject == "-" else f"{finding.check}[{finding.subject}]"
    case = ET.SubElement(
        suite, "testcase", classname=printable(finding.device), name=printable(name)
    )
    message = printable(finding.message.to(language))
    element = _ELEMENT.get(finding.verdict)
    if element:
        said = ET.SubElement(case, element, message=message, type=finding.verdict.value)
        if element != "skipped":
            said.text = printable(finding.id)  # as in the documents
    elif finding.verdict is Verdict.WARNING:
        ET.SubElement(case, "system-out").text = f"{printable(finding.id)} {message}"
    return Counter(
        tests=1,
        failures=element == "failure",
        errors=element == "error",
        skipped=element == "skipped",
    )
