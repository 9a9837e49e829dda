"""What a periodic document is made from, gathered from store, calendar, register and settings."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from xunjian.calendar.clock import now
from xunjian.cli.beside import order_of, sources_of
from xunjian.errors import ContentError, UsageError
from xunjian.language import Text
from xunjian.report.building.series import TOPICS
from xunjian.report.periodic.faults import Fault, faults_of
from xunjian.report.periodic.gathered import Gathered
from xunjian.report.periodic.kinds import DocumentKind
from xunjian.report.periodic.measured import series_in
from xunjian.report.periodic.period import Period
from xunjian.run.content import Content
from xunjian.schema import nearest_hint
from xunjian.store.span_model import Span

if TYPE_CHECKING:
    from xunjian.calendar.model import Round
    from xunjian.inventory import Inventory


def gather(
    content: Content, kind: DocumentKind, period: Period, *, at: datetime | None, party: str = ""
) -> Gathered:
    """Gather everything; `at`: what came later is not known yet.

    Raises:
        UsageError: the period has not begun, or nobody is called `party`.
    """
    clock = at or now()
    if period.start > clock and kind.name != "sheets":
        raise UsageError(
            Text(f"期间还没有开始：{period.name}", f"the period has not begun: {period.name}"),
            Text(f"最早的一天是 {period.first}", f"its first day is {period.first}"),
        )
    inventory = _inventory(content)
    span = content.store.span(period.start, min(period.end, clock), tuple(TOPICS))
    sources = sources_of(content.catalog.checks)
    as_of = period.end if clock >= period.end else _last(span, period.start)
    found = Gathered(
        period=period,
        as_of=as_of,
        span=span,
        faults=_faults(span, period),
        series=series_in(span, sources, {n: d.label for n, d in span.devices.items()}),
        inventory=inventory,
        rounds=_rounds(content, period, clock, ahead=False),
        coming=_rounds(content, period, clock, ahead=True) if kind.name == "weekly" else None,
        order=order_of(content),
        sources=sources,
        playbooks=_titles(content, span),
    )
    if kind.looks_back:
        before = content.store.span(period.before.start, period.start, ())
        found = replace(found, before=before, faults_before=_faults(before, period.before))
    return _of_party(found, party) if party else found


def _titles(content: Content, span: Span) -> dict[str, Text]:
    """What playbooks are called: as they were run, else as they stand; broken ones by name."""
    from xunjian.playbook import list_playbooks

    listed = (one.playbook for one in list_playbooks(content.workspace))
    found = {playbook.name: playbook.title for playbook in listed if playbook}
    return found | {run.playbook: run.title for run in span.runs}


def _inventory(content: Content) -> "Inventory | None":
    try:
        return content.inventory
    except (ContentError, UsageError):
        return None  # broken since the rounds: they name their devices themselves


def _last(span: Span, start: datetime) -> datetime:
    ends = [run.ended_at or run.started_at for run in span.rounds]
    return max(ends, default=start)


def _faults(span: Span, period: Period) -> tuple[Fault, ...]:
    return tuple(one for one in faults_of(span.sightings) if one.touches(period.start, period.end))


def _rounds(
    content: Content, period: Period, clock: datetime, *, ahead: bool
) -> "tuple[Round, ...] | None":
    """The calendar's rounds due in the period, or in the days after it, as its end knew them."""
    from xunjian.run.agenda import Agenda

    starts, ends = content.settings.contract_starts, content.settings.contract_ends
    if starts is None:
        return None
    first, last = period.first, period.last
    if ahead:
        days = last - first
        first = last + timedelta(days=1)
        last = first + days
    try:
        seen_at = period.end - timedelta(seconds=1) if ahead else period.end
        found = Agenda(content, min(clock, seen_at)).span(first, last)
    except (ContentError, UsageError):
        return None
    return tuple(one for one in found if one.due >= starts and (ends is None or one.first <= ends))


def _of_party(found: Gathered, party: str) -> Gathered:
    """Keep what one party answers for."""
    known = {found.named(visit.device).party for visit in found.span.visits}
    known |= set(found.inventory.parties) if found.inventory else set()
    if party not in known:
        raise UsageError(
            Text(f"没有这个责任方：{party}", f"no such party: {party}"),
            nearest_hint(party, known - {""}),
        )

    def theirs(device: str) -> bool:
        return found.named(device).party == party

    span = found.span
    return replace(
        found,
        span=replace(
            span,
            visits=tuple(one for one in span.visits if theirs(one.device)),
            changes=tuple(one for one in span.changes if theirs(one.diff.device)),
        ),
        faults=tuple(one for one in found.faults if theirs(one.finding.device)),
        series=tuple(one for one in found.series if theirs(one.device)),
    )
