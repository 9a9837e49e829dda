"""Rows of an answer into facts: the same-name default, `map`, enums, and what is no value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from xunjian.expressions.values import as_number
from xunjian.facts import FACTS, make_fact
from xunjian.facts.model import Fact
from xunjian.language import Text
from xunjian.parse import Row
from xunjian.platforms import Platform
from xunjian.tasks.model import FieldMap, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """Facts of one answer.

    broken: why rows were lost (no key, or two rows of one key that contradict each other, of which
        neither is believed); the step is then not ok, whatever else was read.
    """

    facts: tuple[Fact, ...] = ()
    problems: tuple[Text, ...] = ()
    broken: str = ""


def map_rows(
    step: Step, rows: Sequence[Row], platform: Platform | None, taken_at: datetime | None = None
) -> Mapped:
    """Build the facts of a step's rows, without the skipped ones.

    taken_at: when the answer came; the zone, and the year, of times that a device prints without.
    """
    near = _own_zone(taken_at)
    lower = _in_lower_case(rows)
    facts: dict[tuple[object, ...], Fact] = {}
    doubtful: set[tuple[object, ...]] = set()
    problems: list[Text] = []
    broken = ""
    for n, row in enumerate(rows):
        values = _names(row, lower, near)
        if step.skip is not None and step.skip.evaluate(values) is True:
            continue
        fact = _fact(step, values, platform, problems)
        key: tuple[object, ...] = fact.key
        if key and not any(key):
            broken = broken or f"row without key: {dict(row)}"[:200]
            continue
        if fact.EVENT:
            key = (n,)
        before = facts.get(key)
        if before is not None and _contradict(before, fact):
            broken = broken or f"two rows of one key: {step.fact}[{fact.subject}]"
            doubtful.add(key)
            continue
        facts[key] = fact if before is None else _joined(before, fact)
    kept = tuple(fact for key, fact in facts.items() if key not in doubtful)
    return Mapped(facts=kept, problems=tuple(problems), broken=broken)


def fields_filled(step: Step) -> frozenset[str]:
    """Give the fields a step can fill."""
    return frozenset(step.map)


def _own_zone(taken_at: datetime | None) -> dict[str, object]:
    """Our own zone, where devices stand in it too, when only UTC was kept."""
    if taken_at is None or taken_at.tzinfo is None:
        return {}
    return {"taken_at": taken_at if taken_at.utcoffset() else taken_at.astimezone()}


def _in_lower_case(rows: Sequence[Row]) -> Mapping[str, str]:
    """Give the columns that are not written in lower case, with what they are then."""
    columns = dict.fromkeys(column for row in rows for column in row)
    return {column: low for column in columns if (low := column.lower()) != column}


def _names(row: Row, lower: Mapping[str, str], near: Mapping[str, object]) -> Mapping[str, object]:
    """What expressions see: columns as written and in lower case, before them our own names."""
    if not lower:
        return {**near, **row}
    lowered = {lower[column]: value for column, value in row.items() if column in lower}
    return {**near, **lowered, **row}


def _fact(
    step: Step, values: Mapping[str, object], platform: Platform | None, problems: list[Text]
) -> Fact:
    found: dict[str, object] = {}
    for field, rule in step.map.items():
        if rule.expression is not None:
            value = rule.expression.evaluate(values)
        else:
            value = rule.const if rule.is_const else values.get(rule.column or "")
        if value is not None and (rule.missing or rule.enum is not None) and not rule.is_const:
            value = _listed(step, field, rule, value, problems)
        if value is None:
            continue  # the fact has it so from the start
        if field == "port" and platform is not None and isinstance(value, str):
            value = _long_port(value, platform)
        found[field] = value
    fact, mistakes = make_fact(step.fact, found)
    problems.extend(mistakes)
    return fact


def _long_port(name: str, platform: Platform) -> str:
    for pattern, canonical in platform.port_names:
        name = pattern.sub(canonical, name)
    return name


def _listed(step: Step, field: str, rule: FieldMap, value: object, problems: list[Text]) -> object:
    """Give the word that the card's lists have for a value: none, or that of the enum."""
    if _is_missing(value, rule.missing):
        return None
    if rule.enum is None:
        return value
    word = _word(value, rule.enum)
    if word is None:
        what, shown = f"{step.fact}.{field}", str(value)[:60]
        problems.append(
            Text(
                f"{what} 枚举中没有该值：{shown}", f"{what} has a word that is not listed: {shown}"
            )
        )
    return word


def _is_missing(value: object, missing: Sequence[object]) -> bool:
    """Whether a value is one of those that mean "no value", as text or as number."""
    if not missing:
        return False
    text, number = str(value).strip(), as_number(value)
    for one in missing:
        if text == str(one).strip() or (number is not None and as_number(one) == number):
            return True
    return False


def _word(value: object, enum: Mapping[str, str]) -> str | None:
    text = ("true" if value else "false") if isinstance(value, bool) else str(value).strip()
    if text in enum:
        return enum[text]
    folded = {name.casefold(): word for name, word in enum.items()}
    return folded.get(text.casefold(), enum.get("*"))


def _contradict(first: Fact, second: Fact) -> bool:
    theirs = second.values()
    return any(
        value is not None and theirs[name] is not None and theirs[name] != value
        for name, value in first.values().items()
    )


def _joined(first: Fact, second: Fact) -> Fact:
    values = {
        name: value if value is not None else second.values()[name]
        for name, value in first.values().items()
    }
    return FACTS[type(first).__name__](**values)
