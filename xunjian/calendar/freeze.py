"""Freeze windows as the calendar gives them: opened by date, whether or not the check was made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xunjian.calendar.content import Calendar, FreezeRule
from xunjian.calendar.holidays import holiday_year
from xunjian.calendar.model import FreezeMode, FreezeOverride, FreezeWindow
from xunjian.language import Text

# from the mildest to the strictest
STRICTNESS = (FreezeMode.NO_CHANGE, FreezeMode.LIGHT_TOUCH, FreezeMode.NO_TOUCH)


def freeze_windows(
    calendar: Calendar,
    first: date,
    last: date,
    *,
    check_runs: Mapping[str, str] | None = None,
    overrides: Sequence[FreezeOverride] = (),
) -> tuple[FreezeWindow, ...]:
    """Give the windows that touch a span, in order.

    check_runs: the run that closed a round, by round id; a window whose check is missing has none.
    overrides: those of a window stand in it, expired ones too.
    """
    runs = check_runs or {}
    found = [
        _window(rule, span, runs, overrides)
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
    key: str
    anchor: str
    first: date
    last: date
    sites: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()


def _spans(calendar: Calendar, rule: FreezeRule) -> Iterator[_Span]:
    """Give the days of each window of a rule."""
    if rule.anchor == "dates":
        assert rule.first is not None
        assert rule.last is not None
        yield _Span(rule.first.isoformat(), "", rule.first, rule.last)
    elif rule.anchor == "guarantee":
        for one in calendar.guarantees:
            key = f"{one.first.year}-{one.name}"
            yield _Span(key, one.name, one.first, one.last, one.sites, one.systems)
    else:
        for holiday in calendar.days.holidays:
            ticks = [n for n in holiday.names if not rule.holidays or n in rule.holidays]
            if ticks:
                key = f"{holiday_year(holiday)}-{ticks[0]}"
                yield _Span(key, "、".join(ticks), holiday.first, holiday.last)


def _window(
    rule: FreezeRule, span: _Span, runs: Mapping[str, str], overrides: Sequence[FreezeOverride]
) -> FreezeWindow:
    name, title = f"{rule.name}@{span.key}", rule.title
    check = f"{rule.check}@{span.key}" if rule.check and span.anchor else ""
    return FreezeWindow(
        name=name,
        title=Text(f"{title.zh}（{span.key}）", f"{title.en or title.zh} ({span.key})"),
        first=span.first,
        last=span.last,
        mode=rule.mode,
        sites=rule.sites or span.sites,
        systems=rule.systems or span.systems,
        anchor=span.anchor,
        check_round=check,
        check_run=runs.get(check, ""),
        overrides=tuple(o for o in overrides if o.window == name),
    )
