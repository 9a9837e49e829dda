"""One spelling for values that mean the same in several."""

import re

from xunjian.config.rules import Value

_RANGE = re.compile(r"(\d+)(?:\s*(?:-|to)\s*(\d+))?")
_HIGHEST = 65535  # a VLAN, a port; a longer range is left as it is


def canonical(rule: Value, values: list[str]) -> str:
    """Give the one spelling of the values of all lines with the same head."""
    if rule.kind in {"vlan_set", "vlan_words"}:
        numbers = members(values)
        return (
            " ".join(values) if numbers is None else _ranges(numbers, words=rule.kind != "vlan_set")
        )
    if rule.kind == "word_set":
        return " ".join(sorted({word for value in values for word in value.split()}))
    if rule.kind == "quoted":  # a shell's assignment: the last one counts
        return values[-1].replace('"', "").replace("'", "")
    return " ".join(values).lower()


def members(values: list[str]) -> set[int] | None:
    """Numbers that a VLAN list names; None if it is none."""
    numbers: set[int] = set()
    for value in values:
        rest = _RANGE.sub("", value)
        if rest.strip(" ,\t"):
            return None
        for match in _RANGE.finditer(value):
            low, high = int(match[1]), int(match[2] or match[1])
            if high > _HIGHEST or high < low:
                return None
            numbers.update(range(low, high + 1))
    return numbers


def difference(rule: Value, old: str, new: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a value set lost and gained, shown shortly; both empty if the kind has no members."""
    if rule.kind == "word_set":
        before, after = set(old.split()), set(new.split())
        return tuple(sorted(before - after)), tuple(sorted(after - before))
    if rule.kind not in {"vlan_set", "vlan_words"}:
        return (), ()
    had, has = members([old]), members([new])
    if had is None or has is None:
        return (), ()
    return _shown(had - has), _shown(has - had)


def _shown(numbers: set[int]) -> tuple[str, ...]:
    return tuple(_ranges(numbers, words=False).split(",")) if numbers else ()


def _ranges(numbers: set[int], *, words: bool) -> str:
    parts: list[str] = []
    ordered = sorted(numbers)
    first = previous = None
    for number in [*ordered, None]:
        if previous is not None and number == previous + 1:
            previous = number
            continue
        if first is not None and previous is not None:
            if previous == first:
                parts.append(str(first))
            else:
                parts.append(f"{first} to {previous}" if words else f"{first}-{previous}")
        first = previous = number
    return (" " if words else ",").join(parts)
