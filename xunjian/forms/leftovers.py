"""Matters of earlier rounds on a form: marked on the line that asks about them, or asked again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xunjian.forms.measured import named
from xunjian.forms.model import Line
from xunjian.language import Text
from xunjian.run.answers import OVERRULE
from xunjian.run.found import RECHECK
from xunjian.store.model import OpenMatter
from xunjian.tasks.model import Question

_ASKED = Question(title=Text("复查结果", "as found now"), kind="text")


def marked(lines: Sequence[Line], matters: Mapping[str, OpenMatter]) -> list[Line]:
    """Note on a line which open matter it is about."""
    found: list[Line] = []
    for line in lines:
        matter = next((m for m in matters.values() if line.leads and _is_about(m, line)), None)
        if matter is not None:
            note = _both(line.note, _since(matter, line.note))
            found.append(replace(line, old=matter.finding.id, note=note))
        else:
            found.append(line)
    return found


def recheck(matter: OpenMatter, title: Text) -> Line:
    """Ask again about what nothing else of this round looks at."""
    finding = matter.finding
    return Line(
        device=finding.device,
        device_title=title,
        task=finding.task,
        question=f"{RECHECK} {finding.id}",
        blank="detail",
        title=named(finding),
        standard=finding.standard,
        asked=_ASKED,
        old=finding.id,
        note=_since(matter, Text("")),
    )


def _both(one: Text, other: Text) -> Text:
    if not one.zh:
        return other
    return Text(f"{one.zh}；{other.zh}", f"{one.en}; {other.en}")


def _is_about(matter: OpenMatter, line: Line) -> bool:
    finding = matter.finding
    if line.measured:
        return line.question == f"{OVERRULE} {finding.id}"
    same = finding.device == line.device and finding.task == line.task
    return same and f"[{finding.subject}]" in line.question.replace("[]", "[-]")


def _since(matter: OpenMatter, known: Text) -> Text:
    """Say since when it is open, and how it was, unless that is how it is now."""
    number, said = matter.first_number or matter.first_run_id, matter.finding.message
    if said.zh and known.zh.endswith(said.zh):
        return Text(f"遗留（{number}）", f"open since {number}")
    return Text(f"遗留（{number}）：{said.zh}", f"open since {number}: {said.en or said.zh}")
