"""The difference as JUnit XML: suite = device, case = section, so that CI names the section."""

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from xunjian.config.model import RISKS, Change, ConfigDiff, Risk
from xunjian.language import Language, Text
from xunjian.report.diff.figures import (
    count,
    is_tolerated,
    place,
    plain_figures,
    section_name,
    title,
    troubles,
)
from xunjian.report.diff.seen import without_line_ends
from xunjian.report.diff.words import (
    APPROVAL_WORDS,
    KIND_MARKS,
    RISK_WORDS,
)
from xunjian.report.words import word

_COUNTED = ("tests", "failures", "errors", "skipped")
_WHOLE = "configuration"


def as_junit(diffs: Sequence[ConfigDiff], language: Language, fail_on: Risk) -> bytes:
    """Render the difference; a case fails by an unapproved change at or above `fail_on`.

    What cannot be believed or compared is an error; a device without change is one passed case.
    """
    root = ET.Element("testsuites", name="xunjian diff")
    properties = ET.SubElement(root, "properties")
    for name, value in _flat(plain_figures(count(diffs))):
        ET.SubElement(properties, "property", name=name, value=str(value))
    counted: Counter[str] = Counter()
    for diff in diffs:
        counted += _suite(root, diff, language, fail_on)
    for name in _COUNTED:
        root.set(name, str(counted[name]))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _flat(figures: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{key}", number) for key, number in value.items())
        else:
            yield name, value


def _suite(root: ET.Element, diff: ConfigDiff, language: Language, fail_on: Risk) -> Counter[str]:
    suite = ET.SubElement(root, "testsuite", name=without_line_ends(diff.device))
    counted: Counter[str] = Counter()
    for code, texts in troubles(diff):
        counted += _trouble(suite, diff, code, texts, language)
    for path, changes in by_section(diff.changes):
        counted += _section(_case(suite, diff, path.to(language)), changes, language, fail_on)
    if not counted:
        _case(suite, diff, _WHOLE)
        counted["tests"] = 1
    for name in _COUNTED:
        suite.set(name, str(counted[name]))
    return counted


def _case(suite: ET.Element, diff: ConfigDiff, name: str) -> ET.Element:
    return ET.SubElement(
        suite,
        "testcase",
        classname=without_line_ends(diff.device),
        name=without_line_ends(name),
    )


def _trouble(
    suite: ET.Element, diff: ConfigDiff, code: str, texts: Sequence[Text], language: Language
) -> Counter[str]:
    """What cannot be believed or compared is an error, an absent planned change a failure."""
    said = [without_line_ends(text.to(language)) for text in texts]
    if code == "missing_planned":
        case = _case(suite, diff, f"planned {said[-1]}")
        ET.SubElement(case, "failure", message=": ".join(said), type=code)
        return Counter(tests=1, failures=1)
    ET.SubElement(_case(suite, diff, code), "error", message="; ".join(said), type=code)
    return Counter(tests=1, errors=1)


def by_section(changes: Sequence[Change]) -> list[tuple[Text, list[Change]]]:
    """Gather changes by the full path of their section, in the order of the first of each."""
    sections: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        sections.setdefault(place(change), []).append(change)
    return [(section_name(path), group) for path, group in sections.items()]


def _section(
    case: ET.Element, changes: Sequence[Change], language: Language, fail_on: Risk
) -> Counter[str]:
    failing = [
        change
        for change in changes
        if not is_tolerated(change) and RISKS.index(change.risk) >= RISKS.index(fail_on)
    ]
    text = "\n".join(line(change, language) for change in changes)
    if not failing:
        ET.SubElement(case, "system-out").text = text
        return Counter(tests=1)
    highest = max(failing, key=lambda change: RISKS.index(change.risk))
    failure = ET.SubElement(
        case, "failure", message=line(highest, language), type=highest.risk.value
    )
    failure.text = text
    return Counter(tests=1, failures=1)


def line(change: Change, language: Language) -> str:
    """One change in one line: risk, kind, what, rule, approval, id."""
    said = [
        RISK_WORDS[change.risk].to(language),
        f"{KIND_MARKS[change.kind]} {title(change)}",
        change.why.to(language),
        word(APPROVAL_WORDS, change.approval.state).to(language),
        f"{change.rule} {change.id}",
    ]
    return without_line_ends(" | ".join(part for part in said if part))
