"""Freeze windows as the calendar gives them: opened by date, whether or not the check was made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from xunjian.calendar.clock import day_of
from xunjian.calendar.content import Calendar, FreezeRule, Rule
from xunjian.calendar.holidays import STATUTORY, holiday_year
from xunjian.calendar.model import FreezeMode, FreezeOverride, FreezeWindow, Holiday, JournalEntry
from xunjian.language import Language, Text

# from the mildest to the strictest
STRICTNESS = (FreezeMode.NO_CHANGE, FreezeMode.LIGHT_TOUCH, FreezeMode.NO_TOUCH)


def freeze_windows(
    calendar: Calendar,
    first: date,
    last: date,
    *,
    checks: Mapping[str, JournalEntry] | None = None,
    overrides: Sequence[FreezeOverride] = (),
) -> tuple[FreezeWindow, ...]:
    """Give the windows that touch a span, in order.

    checks: the entry that closed a round, by round id; a window whose check is missing has none.
    overrides: those of a window stand in it, expired ones too.
    """
    found = [
        _window(rule, span, checks or {}, overrides)
        for rule in calendar.freezes
        for span in _spans(calendar, rule)
        if span.first <= last and span.last >= first
    ]
    return tuple(sorted(found, key=lambda w: (w.first, w.name)))


def strictest(windows: Sequence[FreezeWindow]) -> FreezeMode | None:
    """Give the strictest mode of some windows; None without any."""
    modes = [window.mode for window in windows]
    return max(modes, key=STRICTNESS.index) if modes else None


@dataclass(frozen=True, slots=True)
class _Span:
    """check: what the id of the round before it ends with, where there is one."""

    key: str
    anchor: str
    first: date
    last: date
    check: str = ""
    sites: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    said_en: str = ""  # the key in English, where a name in it is Chinese


def _spans(calendar: Calendar, rule: FreezeRule) -> Iterator[_Span]:
    """Give the days of each window of a rule."""
    if rule.anchor == "dates":
        assert rule.first is not None
        assert rule.last is not None
        yield _Span(rule.first.isoformat(), "", rule.first, rule.last)
    elif rule.anchor == "guarantee":
        for one in calendar.guarantees:
            key = f"{one.first.year}-{one.name}"
            said = f"{one.title.en} {one.first.year}" if one.title.en else ""
            yield _Span(key, one.name, one.first, one.last, key, one.sites, one.systems, said)
    else:
        check = calendar.rule(rule.check)
        for holiday in calendar.days.holidays:
            ticks, before = _ticks(holiday, rule), _ticks(holiday, check) if check else []
            year = holiday_year(holiday)
            if ticks:
                yield _Span(
                    f"{year}-{ticks[0]}",
                    "、".join(ticks),
                    holiday.first,
                    holiday.last,
                    f"{year}-{before[0]}" if before else "",
                    said_en=f"{STATUTORY.get(ticks[0], Text(ticks[0])).to(Language.EN)} {year}",
                )


def _ticks(holiday: Holiday, rule: FreezeRule | Rule) -> list[str]:
    """Give the names of a holiday, merged ones too, that a rule is about."""
    return [n for n in holiday.names if not rule.holidays or n in rule.holidays]


def _window(
    rule: FreezeRule,
    span: _Span,
    checks: Mapping[str, JournalEntry],
    overrides: Sequence[FreezeOverride],
) -> FreezeWindow:
    name, title = f"{rule.name}@{span.key}", rule.title
    check = f"{rule.check}@{span.check}" if rule.check and span.check else ""
    window = FreezeWindow(
        name=name,
        title=Text(
            f"{title.zh}（{span.key}）", f"{title.en or title.zh} ({span.said_en or span.key})"
        ),
        first=span.first,
        last=span.last,
        mode=rule.mode,
        sites=rule.sites or span.sites,
        systems=rule.systems or span.systems,
        anchor=span.anchor,
        check_round=check,
        overrides=tuple(o for o in overrides if o.window == name),
    )
    return with_check(window, checks)


def with_check(window: FreezeWindow, checks: Mapping[str, JournalEntry]) -> FreezeWindow:
    """Let a window cite what closed the check before it: a run, or what was filed by hand."""
    entry = checks.get(window.check_round)
    if entry is None:
        return window
    day = day_of(entry.at)
    window = replace(window, check_day=day, check_late=day >= window.first)
    if entry.run_id:
        return replace(window, check_run=entry.run_id)
    return replace(window, check_by=entry.by, check_document=entry.document)
