"""What a check says about a device: verdicts and findings."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from xunjian.language import Text


class Verdict(StrEnum):
    """The seven values of a verdict; `unknown` is never shown as normal."""

    NORMAL = "normal"
    WARNING = "warning"
    ABNORMAL = "abnormal"
    NOT_APPLICABLE = "not_applicable"
    NOT_CHECKED = "not_checked"
    UNKNOWN = "unknown"
    WAIVED = "waived"

    @property
    def word(self) -> Text:
        """The word a report prints."""
        return _WORDS[self]


_WORDS = {
    Verdict.NORMAL: Text("正常", "normal"),
    Verdict.WARNING: Text("预警", "warning"),
    Verdict.ABNORMAL: Text("异常", "abnormal"),
    Verdict.NOT_APPLICABLE: Text("不涉及", "not applicable"),
    Verdict.NOT_CHECKED: Text("未检", "not checked"),
    Verdict.UNKNOWN: Text("待核", "unknown"),
    Verdict.WAIVED: Text("豁免", "waived"),
}

GRADED = (Verdict.ABNORMAL, Verdict.WARNING)  # something is wrong; the worse first
BAD = (*GRADED, Verdict.UNKNOWN)  # somebody has to look at it; the worst first
SETTLED = frozenset({Verdict.NORMAL, Verdict.NOT_APPLICABLE, Verdict.WAIVED})
UNSETTLED = frozenset({Verdict.UNKNOWN, Verdict.NOT_CHECKED})  # nobody knows yet

LEVELS = ("I", "II", "III", "IV")  # of what is graded


def finding_id(device: str, check: str, subject: str) -> str:
    """Stable identity of a finding: the same from round to round."""
    return "F" + hashlib.sha256(f"{device}\0{check}\0{subject}".encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One judgement: what was measured, against what, with what result.

    subject: the row's key joined with `/`, or `-` when the check is about the whole device.
    value: the measured value as judged; unit beside it; None when unknown.
    standard: the limit or rule it was held against, as a reader needs it.
    level: fault level I-IV for warning and abnormal, else empty.
    evidence_ids: ids of complete evidence; a `normal` finding always has at least one.
    source: `automatic`, `manual` (a signed form) or `hybrid` (measured, overruled by a person).
    limits: the numbers it was held against, by name (`warning`, `critical`, `low`, `high` …).
    by: who answered a form. remark: what that person wrote, beside it what was measured nearby.
    photos: sha256 of stored pictures.
    """

    id: str
    check: str
    task: str
    device: str
    subject: str
    verdict: Verdict
    title: Text
    value: str | int | float | bool | None = None
    unit: str = ""
    standard: Text = Text("")
    level: str = ""
    message: Text = Text("")
    advice: Text = Text("")
    evidence_ids: tuple[str, ...] = ()
    source: str = "automatic"
    by: str = ""
    remark: Text = Text("")
    photos: tuple[str, ...] = ()
    limits: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        """Invariant 1: no evidence, no normal."""
        if self.verdict is Verdict.NORMAL and not self.evidence_ids:
            raise ValueError(f"a normal finding without evidence: {self.check}")
