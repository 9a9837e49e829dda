"""What earlier rounds left open, and how it is now."""

from collections.abc import Collection, Iterable, Mapping

from xunjian.checks.model import UNSETTLED, Finding, Verdict
from xunjian.language import Text
from xunjian.report.building.beside import Supply
from xunjian.report.document import Leftover
from xunjian.run.model import RunRecord
from xunjian.run.waiving import waiver_words
from xunjian.store.model import OpenMatter, Past

OPEN, CLOSED, WAIVED, UNVERIFIED = "open", "closed", "waived", "unverified"
_STATES = {
    Verdict.ABNORMAL: OPEN,
    Verdict.WARNING: OPEN,
    Verdict.NORMAL: CLOSED,
    Verdict.NOT_APPLICABLE: CLOSED,
    Verdict.WAIVED: WAIVED,
}
_NOT_VISITED = Text("本轮未巡检该对象", "the thing was not inspected this time")
_NOT_ASKED = Text("本轮未复查此项", "was not looked at again this time")
_NOT_JUDGED = Text("本轮未能判定", "could not be judged this time")
_GONE = Text("本轮已无此项", "there is no such thing any more")


def leftovers_of(
    record: RunRecord, past: Past, supplies: Mapping[str, Supply]
) -> tuple[Leftover, ...]:
    """Give the open matters of earlier rounds about what this round came to, open ones first.

    Those of earlier rounds of the same kind stand also where this one did not come to the thing:
    left out, drawn otherwise or not selected, a matter is no more closed for that. supplies: what
    the register calls things that this round knows nothing of.
    """
    asked = {(outcome.device, outcome.task) for outcome in record.outcomes}
    visited = {device for device, _ in asked}
    now = {f.id: f for outcome in record.outcomes for f in outcome.findings}
    judged = _judged(now.values())
    labels = {name: supply.label for name, supply in supplies.items()}
    labels |= {device.name: device.label for device in record.devices}
    found = [
        _leftover(
            matter, now.get(matter.finding.id), judged, labels, _why_open(matter, asked, visited)
        )
        for matter in past.matters
        if matter.finding.device in visited or record.playbook in matter.playbooks
    ]
    order = (OPEN, UNVERIFIED, WAIVED, CLOSED)
    return tuple(sorted(found, key=lambda one: (order.index(one.state), one.first_seen_at, one.id)))


def _why_open(
    matter: OpenMatter, asked: Collection[tuple[str, str]], visited: Collection[str]
) -> Text:
    """Why nothing is known of it, if nothing is."""
    then = matter.finding
    if then.device not in visited:
        return _NOT_VISITED
    return _NOT_JUDGED if (then.device, then.task) in asked else _NOT_ASKED


def _judged(findings: Iterable[Finding]) -> Mapping[tuple[str, str], set[Verdict]]:
    found: dict[tuple[str, str], set[Verdict]] = {}
    for finding in findings:
        found.setdefault((finding.device, finding.check), set()).add(finding.verdict)
    return found


def _leftover(
    matter: OpenMatter,
    now: Finding | None,
    judged: Mapping[tuple[str, str], set[Verdict]],
    labels: Mapping[str, str],
    note: Text,
) -> Leftover:
    then, state = matter.finding, UNVERIFIED
    if now is not None and now.verdict in _STATES:
        state, note = _STATES[now.verdict], now.message
    elif now is not None:
        note = now.message
    elif (verdicts := judged.get((then.device, then.check))) and not verdicts & UNSETTLED:
        state, note = CLOSED, _GONE
    if state == UNVERIFIED and matter.waiver is not None:
        state, note = WAIVED, waiver_words(matter.waiver)
    return Leftover(
        id=then.id,
        finding=now if now is not None and state == OPEN else then,
        device=then.device,
        label=labels.get(then.device, ""),
        first_seen_at=matter.first_seen_at,
        first_number=matter.first_number or matter.first_run_id,
        rounds=matter.rounds + (state == OPEN),
        state=state,
        note=note,
    )
