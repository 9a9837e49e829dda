"""Lines that a machine answered: seen on the form, overruled where a person knows better."""

from xunjian.checks.model import Finding, Verdict
from xunjian.facts.subjects import subject_word
from xunjian.forms.model import Line
from xunjian.language import Text
from xunjian.run.answers import OVERRULE
from xunjian.tasks.model import Question

_WRITTEN = (Verdict.NORMAL, Verdict.ABNORMAL, Verdict.NOT_APPLICABLE)


def measured_line(finding: Finding, title: Text, task: str) -> Line:
    """Give the line of a measured finding: value, unit and verdict as they were judged.

    task: beside whose lines it stands.
    """
    value = finding.value if _is_number(finding.value) else None
    is_figure = value is not None or (finding.value is None and bool(finding.unit))
    word = finding.verdict.word
    zh, en = finding.message.zh or word.zh, finding.message.en or finding.message.zh or word.en
    return Line(
        device=finding.device,
        device_title=title,
        task=task,
        question=f"{OVERRULE} {finding.id}",
        blank="value" if is_figure else "",
        title=named(finding),
        standard=finding.standard,
        asked=Question(
            title=finding.title,
            kind="number" if is_figure else "text",
            unit=finding.unit if is_figure else "",
        ),
        check=finding.check,
        value=value,
        verdict=given_verdict(finding),
        source=finding.source,
        note=Text(f"自动：{zh}", f"automatic: {en}"),
        mark="H",
        measured=True,
    )


def named(finding: Finding) -> Text:
    """What was looked at, and on which part of the thing; the key of a form's line is no part."""
    card = finding.check.partition(".")[0]
    is_whole = finding.subject == "-" or finding.subject.startswith(f"{card}.")
    subject = "" if is_whole else finding.subject
    row = subject_word(subject) or Text(subject, subject)
    zh, en = finding.title.zh or finding.title.en, finding.title.en or finding.title.zh
    return Text(f"{zh} {row.zh}".rstrip(), f"{en} {row.en}".rstrip())


def given_verdict(finding: Finding | None) -> str:
    """What stands in the column of verdicts: one of those that people choose from, else nothing."""
    if finding is None:
        return ""
    if finding.verdict is Verdict.WARNING:
        return Verdict.ABNORMAL.value
    return finding.verdict.value if finding.verdict in _WRITTEN else ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
