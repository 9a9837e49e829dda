"""What people answered on forms, asked like a device: one question, one piece of evidence."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from xunjian.checks.model import Finding, Verdict
from xunjian.facts.model import AWAITING_FORM
from xunjian.facts.words import word_of
from xunjian.language import Text
from xunjian.run.model import AND
from xunjian.transport.model import Channel, Evidence, Request

OVERRULE = "OVERRULE"  # question of a line about what a machine measured: by the finding's id
ON_PAPER = "on_paper"  # error of a question that nobody put to a device
_CONTRADICTED = '{"values": {}, "verdict": "contradicted"}'
_LEVELS = {Verdict.ABNORMAL: "II", Verdict.WARNING: "III"}  # where the card gives none


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One line of a form as somebody filled it in.

    values: by field of the fact. verdict: the person's own word, empty when left to the card.
    decides: it is to hold against what others answered before.
    photos: sha256 of stored pictures. noted: what the line came with, that it confirms.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    verdict: str = ""
    cause: str = ""
    remark: str = ""
    noted: Text = Text("")
    by: str = ""
    photos: tuple[str, ...] = ()
    decides: bool = False

    @property
    def says(self) -> tuple[object, ...]:
        """What two people can agree or disagree on."""
        known = {key: value for key, value in self.values.items() if value not in {None, ""}}
        return self.verdict, *sorted(known.items(), key=str)

    @property
    def written(self) -> tuple[Text, ...]:
        """What was written beside the verdict, and what the line came with."""
        words = (Text(self.cause, self.cause), Text(self.remark, self.remark), self.noted)
        return tuple(word for word in words if word.zh)

    def shown(self) -> Text:
        """Who said what and why, in one line."""
        known = {key: str(value) for key, value in self.values.items() if value not in {None, ""}}
        told = [word_of(value, key) or Text(value, value) for key, value in known.items()]
        if word := next((one.word for one in Verdict if one.value == self.verdict), None):
            told.insert(0, word)
        zh = " ".join(dict.fromkeys(one.zh for one in told))
        en = " ".join(dict.fromkeys(one.en or one.zh for one in told))
        if self.cause:
            zh, en = f"{zh}（{self.cause}）", f"{en} ({self.cause})"
        return Text(f"{self.by}：{zh}", f"{self.by}: {en}")


def answer_of(evidence: Evidence) -> Answer | None:
    """Read an answer back from its evidence; None where it holds none."""
    return answer_of_text(evidence.text)


def answer_of_text(text: str) -> Answer | None:
    """Read an answer back from what is kept of it; None where it is none."""
    try:
        data = json.loads(text)
    except ValueError:
        return None
    if not isinstance(data, dict) or not isinstance(data.get("values"), dict):
        return None
    texts = {key: str(data.get(key) or "") for key in ("verdict", "cause", "remark", "by")}
    return Answer(
        values=data["values"],
        photos=tuple(map(str, data.get("photos") or ())),
        decides=data.get("decides") is True,
        noted=_noted(data.get("noted")),
        **texts,
    )


def _noted(given: object) -> Text:
    zh, en = given if isinstance(given, list) and len(given) == 2 else ("", "")
    return Text(str(zh), str(en))


def joined(parts: Sequence[Text]) -> Text:
    """Put what was written one after the other, in each language as it does that."""
    zh = dict.fromkeys(part.zh for part in parts)
    en = dict.fromkeys(part.en or part.zh for part in parts)
    return Text("；".join(zh), "; ".join(en))


class PaperSession:
    """Stands where no session is: nothing is sent to anybody."""

    def __init__(self, device: str, reason: str = "") -> None:
        self.reason = reason
        self._device = device

    def ask(self, request: Request) -> Evidence:
        """Say that nothing was asked."""
        return unasked(self._device, request, ON_PAPER)

    def close(self) -> None:
        """Nothing is open."""

    def abort(self) -> None:
        """Nothing is waited on."""


class Answers:
    """The answers to a device's questions; where people contradict each other, neither counts."""

    def __init__(self, evidence: Iterable[Evidence] = ()) -> None:
        self._given: dict[str, list[Evidence]] = defaultdict(list)
        for one in evidence:
            if one.request.channel is Channel.MANUAL and answer_of(one) is not None:
                self._given[one.request.text].append(one)
        self._used: dict[str, Sequence[Evidence]] = {}

    def ask(self, device: str, request: Request) -> Evidence:
        """Give the answer that holds; nobody's is the evidence that there is none."""
        holding = holding_of(self._given.get(request.text, ()))
        if not holding:
            return unasked(device, request, AWAITING_FORM)
        self._used[holding[-1].id] = holding
        if len(holding) == 1:
            return replace(holding[0], request=request)
        return replace(holding[-1], request=request, text=_CONTRADICTED)

    def applied(self, findings: Sequence[Finding]) -> Sequence[Finding]:
        """Put what people said beside what the cards make of it: source, who, cause, pictures."""
        if not self._used:
            return findings
        return tuple(self._with_answer(finding) for finding in findings)

    def overrules(self, finding: Finding) -> bool:
        """Whether anybody says another thing of a measured finding."""
        return f"{OVERRULE} {finding.id}" in self._given

    def overruled(self, finding: Finding) -> Finding:
        """Let what people say of a measured finding hold over it; what was measured stays cited."""
        holding = holding_of(self._given.get(f"{OVERRULE} {finding.id}", ()))
        said = answer_of(holding[-1]) if holding else None
        if said is None:
            return finding
        ids = (*finding.evidence_ids, *(one.id for one in holding))
        if len(holding) > 1:
            return replace(contradicted(finding, holding), source="hybrid", evidence_ids=ids)
        judged = _judged_by(said, finding)
        return replace(
            _remeasured(said.values.get("value"), judged),
            source="hybrid",
            by=said.by,
            remark=joined(said.written),
            photos=said.photos,
            evidence_ids=ids,
        )

    def _with_answer(self, finding: Finding) -> Finding:
        cited = [self._used[one] for one in finding.evidence_ids if one in self._used]
        if not cited:
            return finding
        for holding in cited:
            if len(holding) > 1:
                return contradicted(finding, holding)
        said = [answer for many in cited if (answer := answer_of(many[0])) is not None]
        words = [word for one in said for word in one.written]
        forms = {many[0].id for many in cited}
        is_hybrid = any(one not in forms for one in finding.evidence_ids)
        made = replace(
            finding,
            source="hybrid" if is_hybrid else "manual",
            by=AND.join(dict.fromkeys(one.by for one in said if one.by)),
            remark=joined(words),
            photos=tuple(dict.fromkeys(photo for one in said for photo in one.photos)),
        )
        if made.value == made.verdict.value:  # the word says it all
            title, word = made.title, made.verdict.word
            message = Text(f"{title.zh}：{word.zh}", f"{title.en or title.zh}: {word.en}")
            said_well = made.verdict is not Verdict.NORMAL
            made = replace(made, value=None, message=made.message if said_well else message)
        return _judged_by(said[0], made) if len(said) == 1 else made


def holding_of(given: Sequence[Evidence]) -> Sequence[Evidence]:
    """Give the answers that hold: each person's newest; one alone where they agree or one decides.

    Of one time the one handed in last is the newest: who corrects a cell leaves the time as it is.
    Several are a contradiction, the oldest first.

    given: in the order of handing in.
    """
    ordered = sorted(given, key=lambda one: one.started_at)
    newest: dict[str, Evidence] = {}
    for one in ordered:
        answer = answer_of(one)
        if answer is None:
            continue
        if answer.decides:
            newest.clear()
        newest.pop(answer.by, None)
        newest[answer.by] = one
    kept = list(newest.values())
    said = {answer.says for one in kept if (answer := answer_of(one)) is not None}
    return kept if len(said) > 1 else kept[-1:]


def _judged_by(said: Answer, finding: Finding) -> Finding:
    """Let the person's own verdict stand where it is another than the card's."""
    if said.verdict not in {v.value for v in Verdict}:
        return finding
    verdict = Verdict(said.verdict)
    if verdict is finding.verdict:
        return _with_words(finding, said)
    if verdict is Verdict.NORMAL and finding.verdict is Verdict.NOT_APPLICABLE:
        return finding
    words, was = verdict.word, finding.verdict.word
    title = finding.title
    message = Text(
        f"{title.zh}：{words.zh}（人工判定，原判定{was.zh}）",
        f"{title.en or title.zh}: {words.en} (by a person; judged {was.en} before)",
    )
    if finding.verdict is Verdict.UNKNOWN:  # nothing was measured: the word is all there is
        message = Text(f"{title.zh}：{words.zh}", f"{title.en or title.zh}: {words.en}")
    level = finding.level or _LEVELS.get(verdict, "")
    made = replace(
        finding,
        verdict=verdict,
        message=message,
        level=level if verdict in _LEVELS else "",
        advice=finding.advice if verdict in _LEVELS else Text(""),
    )
    return _with_words(made, said)


def _remeasured(value: object, finding: Finding) -> Finding:
    """Put another value into a finding, and say what was measured before."""
    if value == finding.value or not isinstance(value, int | float):
        return finding
    new, old = (f"{one} {finding.unit}".rstrip() for one in (value, finding.value))
    said = finding.message
    zh, en = f"人工实测 {new}，自动采集 {old}", f"a person measured {new}, the machine {old}"
    message = Text(f"{said.zh}；{zh}", f"{said.en or said.zh}; {en}")
    return replace(finding, value=value, message=message)


_CAUSE = Text("；原因：", "; cause: ")


def parted(message: Text) -> tuple[Text, Text]:
    """Take the message of a person's finding and the cause in it apart; none: empty."""
    zh, _, why = message.zh.partition(_CAUSE.zh)
    en, _, why_en = message.en.partition(_CAUSE.en)
    return Text(zh, en), Text(why, why_en)


def _with_words(finding: Finding, said: Answer) -> Finding:
    """Put the cause into the message: a reader of the list of problems needs it."""
    why = said.cause or (said.remark if finding.verdict is not Verdict.NORMAL else "")
    if not why:
        return finding
    message = finding.message
    return replace(
        finding,
        message=Text(
            f"{message.zh}{_CAUSE.zh}{why}", f"{message.en or message.zh}{_CAUSE.en}{why}"
        ),
    )


def contradicted(finding: Finding, holding: Sequence[Evidence]) -> Finding:
    """Show what several people answered differently; nothing is guessed."""
    said = [answer for one in holding if (answer := answer_of(one)) is not None]
    lines = [one.shown() for one in said]
    zh, en = "；".join(one.zh for one in lines), "; ".join(one.en for one in lines)
    title = finding.title
    return replace(
        finding,
        verdict=Verdict.UNKNOWN,
        level="",
        value=None,
        source="manual",
        by=AND.join(dict.fromkeys(one.by for one in said)),
        evidence_ids=tuple(one.id for one in holding),
        photos=tuple(dict.fromkeys(photo for one in said for photo in one.photos)),
        advice=Text(
            "由一人复核后在新表上填写，并在“以此为准”栏选“是”。",
            "Have one person look again and say on a new form that this answer decides.",
        ),
        message=Text(
            f"{title.zh}：填表人说法不一（{zh}）",
            f"{title.en or title.zh}: answers contradict each other ({en})",
        ),
    )


def unasked(device: str, request: Request, error: str) -> Evidence:
    """What stands for the answer to a question that was not asked. error: why not."""
    return Evidence(
        id=f"{device}#---",
        device=device,
        request=request,
        raw=b"",
        text="",
        decoded_as="utf-8",
        started_at=datetime.now(tz=UTC).astimezone(),
        elapsed_s=0.0,
        complete=False,
        error=error,
    )
