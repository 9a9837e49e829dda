"""The `checks` part of a card: every name resolved, impossible thresholds refused."""

import string
from collections.abc import Mapping
from datetime import date

from xunjian.checks.model import Verdict
from xunjian.expressions import Expression, Scope
from xunjian.facts.registry import field_names
from xunjian.language import Text
from xunjian.schema import KeyPath
from xunjian.tasks.card_file import CheckFile, IgnoreFile
from xunjian.tasks.model import Check, Ignore, Join
from xunjian.tasks.resolve import Card, all_fields

DEVICE_ATTRIBUTES = frozenset(
    {"name", "kind", "platform", "site", "room", "role", "systems", "uplink", "asset", "vars"}
)
WORSE_LIMITS = frozenset({"warning", "critical"})
EXPECTED = "expected."


def compile_check(card: Card, at: KeyPath, file: CheckFile, task: str) -> Check:
    """Compile one check; mistakes are noted on the card."""
    fact = _for_each(card, at, file)
    join = _joins(card, at, file, fact)
    scope = _scope(file, fact, join)
    let = _lets(card, at, file, scope)
    inner = Scope(names={**scope.names, **dict.fromkeys(file.let)}, facts=scope.facts)
    check = Check(
        id=file.id,
        title=file.title,
        task=task,
        for_each=file.for_each,
        when=card.expression((*at, "when"), file.when, _without_row(file)),
        where=card.expression((*at, "where"), file.where, inner),
        join=join,
        let=let,
        value=card.expression((*at, "value"), file.value, _without(inner, "value")),
        unit=file.unit,
        digits=file.digits,
        limits=file.limits,
        own=file.own,
        worse=file.worse or "",
        warning=card.expression((*at, "warning"), file.warning, inner),
        abnormal=card.expression((*at, "abnormal"), file.abnormal, inner),
        levels={Verdict(verdict): level for verdict, level in file.levels.items()},
        group=tuple(file.group),
        ignore=tuple(_ignore(card, (*at, "ignore", n), one) for n, one in enumerate(file.ignore)),
        report=file.report,
        first=file.first,
        empty=Verdict(file.empty),
        unsupported=Verdict(file.unsupported),
        vanished=None if file.vanished == "off" else Verdict(file.vanished),
        function=file.function,
        nearby=tuple(file.nearby),
        message=file.message,
        standard=file.standard,
        advice=file.advice,
        source=file.source,
    )
    _check_fields(card, at, file, fact)
    _check_limits(card, at, file, check)
    _check_judges(card, at, file)
    _check_texts(card, at, file, frozenset(inner.names) | frozenset(file.limits))
    return check


def _for_each(card: Card, at: KeyPath, file: CheckFile) -> str:
    """Give the fact whose rows are judged; empty for an inventory list or the device itself."""
    if not file.for_each or file.for_each.startswith(EXPECTED):
        return ""
    return file.for_each if card.fact((*at, "for_each"), file.for_each) else ""


def _joins(card: Card, at: KeyPath, file: CheckFile, fact: str) -> Mapping[str, Join]:
    found: dict[str, Join] = {}
    for name, join in file.join.items():
        where = (*at, "join", name)
        if not card.fact((*where, "fact"), join.fact):
            continue
        card.field((*where, "by"), join.fact, join.by)
        if fact:
            card.field((*where, "by"), fact, join.by)
        found[name] = Join(fact=join.fact, by=join.by)
    return found


def _scope(file: CheckFile, fact: str, join: Mapping[str, Join]) -> Scope:
    """What the row's expressions may name: its fields, joined rows, and the judgement's names."""
    fields = field_names(fact)
    if file.for_each and not fact and not file.for_each.startswith(EXPECTED):
        fields = frozenset().union(*all_fields().values())  # the fact's own name is the mistake
    attributes = fields or None
    names: dict[str, frozenset[str] | None] = dict.fromkeys(fields)
    names |= {name: field_names(one.fact) for name, one in join.items()}
    names |= _context(file)
    names |= {"row": attributes, "previous": attributes, "reference": attributes, "value": None}
    if file.for_each.startswith(EXPECTED):
        names["item"] = None
    if file.group:
        names |= {"n": None, "first": attributes, "last": attributes}
    return Scope(names=names, facts=all_fields())


def _context(file: CheckFile) -> dict[str, frozenset[str] | None]:
    return {
        "limits": frozenset(file.limits) | (WORSE_LIMITS if file.worse else frozenset()),
        "device": DEVICE_ATTRIBUTES,
        "expected": None,
        "last_round": frozenset({"at"}),
        "now": None,
        "interval_s": None,
        "taken_at": None,
    }


def _without_row(file: CheckFile) -> Scope:
    """What `when` may name: the device, not a row."""
    return Scope(names=_context(file), facts=all_fields())


def _without(scope: Scope, name: str) -> Scope:
    names = {known: parts for known, parts in scope.names.items() if known != name}
    return Scope(names=names, facts=scope.facts)


def _lets(card: Card, at: KeyPath, file: CheckFile, scope: Scope) -> Mapping[str, Expression]:
    """Compile `let` in order; each may use the ones before it."""
    found: dict[str, Expression] = {}
    names = dict(scope.names)
    for name, text in file.let.items():
        made = card.expression((*at, "let", name), text, Scope(names=names, facts=scope.facts))
        names[name] = None
        if made is not None:
            found[name] = made
    return found


def _ignore(card: Card, at: KeyPath, file: IgnoreFile) -> Ignore:
    until = None
    try:
        until = date.fromisoformat(file.until) if file.until else None
    except ValueError:
        card.complain((*at, "until"), Text(f"不是日期：{file.until}", f"no date: {file.until}"))
    return Ignore(match=file.match, field=file.field, reason=file.reason, until=until)


def _check_fields(card: Card, at: KeyPath, file: CheckFile, fact: str) -> None:
    if not fact:
        _refuse_row_keys(card, at, file)
        return
    for name in file.group:
        card.field((*at, "group"), fact, name)
    for n, ignore in enumerate(file.ignore):
        card.field((*at, "ignore", n, "field"), fact, ignore.field)
    for limit, name in file.own.items():
        card.field((*at, "own", limit), fact, name)
        if limit not in (WORSE_LIMITS if file.worse else set(file.limits)):
            known = WORSE_LIMITS if file.worse else file.limits
            card.unknown((*at, "own", limit), Text("限值", "limit"), limit, known)


def _refuse_row_keys(card: Card, at: KeyPath, file: CheckFile) -> None:
    """Without rows of a fact these would quietly do nothing."""
    if file.for_each and not file.for_each.startswith(EXPECTED):
        return  # the fact's name is the mistake
    for key in ("join", "own", "group", "ignore"):
        if getattr(file, key):
            message = Text(f"{key} 需要 for_each 为事实", f"{key} needs a fact as for_each")
            card.complain((*at, key), message)


def _check_limits(card: Card, at: KeyPath, file: CheckFile, check: Check) -> None:
    if not file.worse:
        _check_limits_used(card, at, file, check)
        return
    for name, value in file.limits.items():
        where = (*at, "limits", name)
        if name not in WORSE_LIMITS:
            card.unknown(where, Text("限值", "limit"), name, WORSE_LIMITS)
        elif not isinstance(value, int | float) or isinstance(value, bool):
            card.complain(where, Text(f"限值应为数字：{value}", f"a limit is a number: {value}"))
    if not file.limits and not file.own:
        card.complain((*at, "worse"), Text("worse 需要 limits 或 own", "worse needs limits or own"))
    _check_order(card, at, file)


def _check_order(card: Card, at: KeyPath, file: CheckFile) -> None:
    """A warning beyond the critical limit could never be given."""
    warning, critical = file.limits.get("warning"), file.limits.get("critical")
    if not isinstance(warning, int | float) or not isinstance(critical, int | float):
        return
    if (warning > critical) if file.worse == "high" else (warning < critical):
        card.complain(
            (*at, "limits"),
            Text(
                f"预警限 {warning} 越过异常限 {critical}，永远不会预警",
                f"the warning limit {warning} lies beyond the critical one {critical}",
            ),
            Text("交换两个限值，或改 worse", "swap the limits, or change worse"),
        )


def _check_limits_used(card: Card, at: KeyPath, file: CheckFile, check: Check) -> None:
    if check.function is not None:
        return
    expressions = (check.value, check.warning, check.abnormal, check.where, *check.let.values())
    used = {path for one in expressions if one is not None for path in one.paths}
    for name in file.limits:
        if f"limits.{name}" not in used:
            card.complain(
                (*at, "limits", name),
                Text("没有表达式用到该限值", "no expression uses this limit"),
                Text(
                    "用 worse，或在表达式里写 limits." + name, f"use worse, or write limits.{name}"
                ),
            )


def _check_judges(card: Card, at: KeyPath, file: CheckFile) -> None:
    if file.function is not None and file.function not in card.functions:
        card.unknown((*at, "function"), Text("判定函数", "function"), file.function, card.functions)
    if not (file.worse or file.warning or file.abnormal or file.function):
        card.complain(
            at,
            Text(
                "没有判据：需要 worse、warning、abnormal 或 function 之一",
                "it judges nothing: one of worse, warning, abnormal, function is needed",
            ),
        )
    if file.worse and file.value is None:
        card.complain((*at, "worse"), Text("worse 需要 value", "worse needs value"))


def _check_texts(card: Card, at: KeyPath, file: CheckFile, names: frozenset[str]) -> None:
    """`{names}` in texts must be known: a field, a let, a limit, value, unit or limit."""
    known = names | {"value", "unit", "limit", "subject"}
    for key in ("message", "standard", "advice"):
        text: Text = getattr(file, key)
        for part in (text.zh, text.en):
            for name in _placeholders(card, (*at, key), part):
                if name not in known:
                    card.unknown((*at, key), Text("占位", "placeholder"), name, known)


def _placeholders(card: Card, at: KeyPath, text: str) -> list[str]:
    try:
        parsed = [field for _, field, _, _ in string.Formatter().parse(text) if field is not None]
    except ValueError as error:
        card.complain(at, Text(f"花括号不成对：{error}", f"braces do not match: {error}"))
        return []
    return [field.split(".")[0] for field in parsed]
