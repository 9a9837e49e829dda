"""What the shape of calendar.yml cannot say: names that exist, contradictions, unknown days."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import combinations

from xunjian.calendar.content import STEPS, Anchor
from xunjian.calendar.fields import (
    CalendarFields,
    FreezeFields,
    PeriodFields,
    RuleFields,
    YearFields,
)
from xunjian.calendar.holidays import STATUTORY, Days, library_years
from xunjian.errors import UsageError
from xunjian.inventory.conditions import condition
from xunjian.language import Text
from xunjian.schema import Document, KeyPath, Problems, nearest_hint, printable

Note = Callable[..., None]

# keys of a rule that mean something only for some anchors
_ONLY_FOR = {
    "holidays": {Anchor.BEFORE_HOLIDAY, Anchor.DURING_HOLIDAY},
    "declared": {Anchor.DECLARATION},
    "dates": {Anchor.DATES},
    "due": {Anchor.MONTH, Anchor.SEASON_MONTH},
    "days_before": {Anchor.BEFORE_SEASON},
    "working_days": {Anchor.BEFORE_HOLIDAY, Anchor.BEFORE_GUARANTEE, Anchor.CONFERENCE},
    "after": set(STEPS),
}
_SEASON = (Anchor.BEFORE_SEASON, Anchor.SEASON_MONTH)


def examine(
    document: Document,
    model: CalendarFields,
    days: Days,
    playbooks: frozenset[str],
    problems: Problems,
) -> None:
    """Note every contradiction of a file whose shape is right."""
    note = partial(problems.add, document)
    _years(model.years, note)
    _holiday_names(model.holidays, ("holidays",), note)
    for name, rule in model.rules.items():
        _rule(("rules", name), rule, model, playbooks, note)
    _flood(model, note)
    for key, periods in (("guarantees", model.guarantees), ("conferences", model.conferences)):
        _periods(key, periods, days, note)
    _freezes(model.freeze, model, days, note)


def _years(years: Sequence[YearFields], note: Note) -> None:
    seen: set[int] = set()
    for index, entry in enumerate(years):
        at = ("years", index)
        if entry.year in seen:
            note((*at, "year"), Text(f"{entry.year} 年写了两次", f"{entry.year} stands twice"))
        seen.add(entry.year)
        for name in [*entry.days, *entry.working]:
            key = "days" if name in entry.days else "working"
            _holiday_names([name], (*at, key, name), note, is_list=False)
        for name, (first, last) in entry.days.items():
            _span(first, last, (*at, "days", name), note)
            _of_year(name, last if name == "元旦" else first, entry.year, (*at, "days", name), note)
        _make_up_days(entry, at, note)
        missing = [name for name in STATUTORY if name not in entry.days]
        if entry.year not in library_years() and missing:
            listed = "、".join(missing)
            note(
                (*at, "days"),
                Text(
                    f"{entry.year} 年还缺：{listed}",
                    f"{entry.year} lacks: {', '.join(missing)}",
                ),
                Text("一年的放假安排要写全", "a year's days off are written whole or not at all"),
            )


def _make_up_days(entry: YearFields, at: KeyPath, note: Note) -> None:
    off = {
        first + timedelta(days=n)
        for first, last in entry.days.values()
        for n in range(max((last - first).days + 1, 0))
    }
    for name, days in entry.working.items():
        for index, day in enumerate(days):
            path = (*at, "working", name, index)
            if day in off:
                note(path, Text("这天又放假又上班", "this day is both off and worked"))
            elif day.weekday() < 5:
                note(path, Text("调休上班日应是周末", "a make-up day is a Saturday or Sunday"))


def _of_year(name: str, day: date, year: int, path: KeyPath, note: Note) -> None:
    if day.year != year:
        note(path, Text(f"{name}不在 {year} 年", f"{name} is not in {year}"))


def _holiday_names(
    names: str | Sequence[str], path: KeyPath, note: Note, *, is_list: bool = True
) -> None:
    for index, name in enumerate(() if isinstance(names, str) else names):
        if name not in STATUTORY:
            shown = printable(name)
            note(
                (*path, index) if is_list else path,
                Text(f"没有这个法定节日：{shown}", f"no such statutory holiday: {shown}"),
                nearest_hint(name, STATUTORY),
            )


def _span(first: date, last: date, path: KeyPath, note: Note) -> None:
    if last < first:
        note(path, Text("结束早于开始", "it ends before it begins"))


def _rule(
    at: KeyPath, rule: RuleFields, model: CalendarFields, playbooks: Collection[str], note: Note
) -> None:
    if rule.playbook not in playbooks:
        shown = printable(rule.playbook)
        message = Text(f"没有这个剧本：{shown}", f"no such playbook: {shown}")
        note((*at, "playbook"), message, nearest_hint(rule.playbook, playbooks, 30))
    if rule.where.strip():
        try:
            condition(rule.where)
        except UsageError as error:
            note((*at, "where"), error.message, error.hint)
    _holiday_names(rule.holidays, (*at, "holidays"), note)
    for key, anchors in _ONLY_FOR.items():
        if key in rule.model_fields_set and rule.anchor not in anchors:
            known = "、".join(sorted(anchors))
            note(
                (*at, key),
                Text(
                    f"{key} 只用于 anchor 为 {known} 的规则",
                    f"{key} is only for rules with anchor {known.replace('、', ', ')}",
                ),
            )
    _needs(at, rule, model, note)


def _needs(at: KeyPath, rule: RuleFields, model: CalendarFields, note: Note) -> None:
    """What the anchor asks of the rest of the file."""
    anchor = Anchor(rule.anchor)
    if anchor is Anchor.SHIFT and not model.shifts:
        note((*at, "anchor"), Text("没有写 shifts（交接班时刻）", "there are no `shifts`"))
    if anchor is Anchor.DATES and not rule.dates:
        note((*at, "dates"), Text("没有写 dates", "there are no `dates`"))
    if anchor in _SEASON and model.flood_season is None:
        note((*at, "anchor"), Text("没有写 flood_season", "there is no `flood_season`"))
    if rule.quota < 1 and rule.rotate is None and rule.sample is None:
        note(
            (*at, "quota"),
            Text("quota 小于 1 时要写 rotate", "a quota below 1 needs `rotate`"),
            Text("rotate: rooms 或 devices", "rotate: rooms or devices"),
        )
    if rule.after:
        _step_before(rule, (*at, "after"), model, note)
    if rule.rotate and rule.sample:
        note((*at, "sample"), Text("sample 与 rotate 不能同时写", "either `sample` or `rotate`"))


def _step_before(rule: RuleFields, path: KeyPath, model: CalendarFields, note: Note) -> None:
    """The step before has to be another rule of conferences, and an earlier one."""
    before = model.rules.get(rule.after)
    shown = printable(rule.after)
    if before is None:
        message = Text(f"没有这条规则：{shown}", f"no such rule: {shown}")
        note(path, message, nearest_hint(rule.after, model.rules, 30))
        return
    if not before.enabled:
        note(path, Text(f"规则 {shown} 已停用", f"rule {shown} is not enabled"))
    order = [one.value for one in STEPS if one is not Anchor.DURING_CONFERENCE]
    here = STEPS.index(Anchor(rule.anchor)) if rule.anchor in STEPS else len(STEPS)
    if before.anchor not in order or STEPS.index(Anchor(before.anchor)) >= here:
        note(
            path,
            Text(
                f"{shown} 不是会议保障中更早的一步（anchor 为 {before.anchor}）",
                f"{shown} is no earlier step of a conference (its anchor is {before.anchor})",
            ),
        )


def _flood(model: CalendarFields, note: Note) -> None:
    season = model.flood_season
    if season is None:
        return
    for index, name in enumerate(season.add_zones):
        if name not in season.zones:
            shown = printable(name)
            note(
                ("flood_season", "add_zones", index),
                Text(f"没有这个片区：{shown}", f"no such zone: {shown}"),
                nearest_hint(name, season.zones),
            )


def _periods(key: str, periods: Sequence[PeriodFields], days: Days, note: Note) -> None:
    for index, period in enumerate(periods):
        _span(period.first, period.last, (key, index, "to"), note)
        for field, day in (("from", period.first), ("to", period.last)):
            _known(day, (key, index, field), days, note)
    for (_, one), (index, other) in combinations(enumerate(periods), 2):
        if one.name == other.name and one.first.year == other.first.year:
            shown = printable(one.name)
            message = Text(f"同一年有两个 {shown}", f"two of one name in a year: {shown}")
            note((key, index, "name"), message)


def _known(day: date, path: KeyPath, days: Days, note: Note) -> None:
    if day.year not in days.years:
        note(
            path,
            Text(f"{day.year} 年的放假安排未知", f"the days off of {day.year} are not known"),
            Text(f"先在 years 下加 {day.year} 年", f"first add {day.year} to `years`"),
        )


def _freezes(
    freezes: Sequence[FreezeFields], model: CalendarFields, days: Days, note: Note
) -> None:
    for index, entry in enumerate(freezes):
        at = ("freeze", index)
        _holiday_names(entry.holidays, (*at, "holidays"), note)
        if entry.check and entry.check not in model.rules:
            shown = printable(entry.check)
            message = Text(f"没有这条规则：{shown}", f"no such rule: {shown}")
            note((*at, "check"), message, nearest_hint(entry.check, model.rules, 30))
        elif entry.check:
            _check_before(entry, model.rules[entry.check], (*at, "check"), note)
        _freeze_dates(entry, at, days, note)
    for (_, one), (index, other) in combinations(enumerate(freezes), 2):
        if one.name == other.name and _overlap(one, other):
            shown = printable(one.name)
            if one.mode != other.mode:
                message = Text(
                    f"两个 {shown} 重叠而方式不同：{one.mode}、{other.mode}",
                    f"two of {shown} overlap with different modes: {one.mode}, {other.mode}",
                )
            else:
                message = Text(f"两个 {shown} 重叠", f"two of {shown} overlap")
            note(("freeze", index, "name"), message)


# the rules whose rounds stand before the windows of an anchor
_BEFORE = {"holiday": Anchor.BEFORE_HOLIDAY, "guarantee": Anchor.BEFORE_GUARANTEE}


def _check_before(entry: FreezeFields, rule: RuleFields, path: KeyPath, note: Note) -> None:
    """A check has to come before its window, and to come at all."""
    wanted = _BEFORE.get(entry.anchor)
    if wanted is None:
        note(
            path,
            Text("anchor: dates 的封网没有封网前检查", "a freeze by dates has no check before it"),
            Text(
                "要先检查的写进 guarantees，用 anchor: guarantee",
                "write it under `guarantees`, with anchor: guarantee",
            ),
        )
    elif rule.anchor != wanted:
        note(
            path,
            Text(
                f"封网前检查的规则 anchor 应为 {wanted}，现为 {rule.anchor}",
                f"the check's rule needs anchor {wanted}, it has {rule.anchor}",
            ),
        )
    elif not rule.enabled:
        shown = printable(entry.check)
        note(path, Text(f"规则 {shown} 已停用", f"rule {shown} is not enabled"))


def _freeze_dates(entry: FreezeFields, at: KeyPath, days: Days, note: Note) -> None:
    given = (entry.first, entry.last)
    if entry.anchor != "dates":
        if any(given):
            message = Text("from、to 只用于 anchor: dates", "from and to are for anchor: dates")
            note((*at, "anchor"), message)
        return
    if entry.first is None or entry.last is None:
        note((*at, "anchor"), Text("anchor: dates 要写 from 和 to", "dates need from and to"))
        return
    _span(entry.first, entry.last, (*at, "to"), note)
    for field, day in (("from", entry.first), ("to", entry.last)):
        _known(day, (*at, field), days, note)


def _overlap(one: FreezeFields, other: FreezeFields) -> bool:
    """Whether two windows may meet in time and place; those by rule meet each other."""
    for a, b in ((one.sites, other.sites), (one.systems, other.systems)):
        if a and b and not set(a) & set(b):
            return False
    if one.first and one.last and other.first and other.last:
        return one.first <= other.last and other.first <= one.last
    return one.anchor == other.anchor
