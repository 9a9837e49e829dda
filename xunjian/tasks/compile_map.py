"""How the columns of an answer fill the fields of a fact: the `map` of a step."""

from collections.abc import Mapping
from dataclasses import dataclass

from xunjian.expressions import Scope
from xunjian.facts import FACTS, make_fact
from xunjian.facts.registry import field_names
from xunjian.inventory.model import Scalar
from xunjian.language import Text
from xunjian.platforms import Platform
from xunjian.schema import KeyPath
from xunjian.tasks.card_file import MapFile, StepKeys
from xunjian.tasks.model import FieldMap
from xunjian.tasks.resolve import Card


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is known of an answer before it is there: its columns and its platform's words."""

    columns: tuple[str, ...]
    platform: Platform | None

    @property
    def scope(self) -> Scope:
        """What `skip` and `map` may name: columns as written and in lower case."""
        names = (*self.columns, *(column.lower() for column in self.columns))
        return Scope(names=dict.fromkeys(names))

    def column(self, text: str) -> str | None:
        """Give the column that a text names, in any case; None if it is an expression."""
        if text in self.columns:
            return text
        return {column.lower(): column for column in self.columns}.get(text)


def compile_map(
    card: Card,
    at: KeyPath,
    *,
    fact: str,
    step: StepKeys,
    answer: Answer,
) -> Mapping[str, FieldMap]:
    """Join the same-name default with what `map` adds and overrides."""
    fields = field_names(fact)
    found = {
        field: FieldMap(column=column)
        for column in answer.columns
        for field in fields
        if field == column.lower()
    }
    for field, given in step.map.items():
        where = (*at, "map", field)
        if card.field(where, fact, field):
            made = _field_map(card, where, given, answer)
            if made is not None:
                _check_words(card, where, fact, field, made)
                found[field] = made
    if answer.columns:  # else the mistake is in the parser and already named
        _check_key(card, at, fact, found)
    return found


def _field_map(card: Card, at: KeyPath, given: object, answer: Answer) -> FieldMap | None:
    if not isinstance(given, MapFile):
        return _from_text(card, at, str(given), answer)
    if "const" in given.model_fields_set:
        if given.source or given.enum is not None or given.missing:
            message = Text("const 不能与其他键并用", "const goes with no other key")
            card.complain((*at, "const"), message)
        return FieldMap(const=given.const, is_const=True)
    if not given.source:
        card.complain(at, Text("需要 from 或 const", "from or const is needed"))
        return None
    base = _from_text(card, (*at, "from"), given.source, answer)
    if base is None:
        return None
    return FieldMap(
        column=base.column,
        expression=base.expression,
        enum=_enum(card, (*at, "enum"), given.enum, answer.platform),
        missing=tuple(given.missing),
    )


def _from_text(card: Card, at: KeyPath, text: str, answer: Answer) -> FieldMap | None:
    if (column := answer.column(text)) is not None:
        return FieldMap(column=column)
    expression = card.expression(at, text, answer.scope)
    return None if expression is None else FieldMap(expression=expression)


def _enum(
    card: Card,
    at: KeyPath,
    given: str | dict[str, str | int | float | bool] | None,
    platform: Platform | None,
) -> Mapping[str, str] | None:
    if given is None:
        return None
    if not isinstance(given, str):
        return {str(word): str(meaning) for word, meaning in given.items()}
    enums = platform.enums if platform else {}
    if given not in enums:
        card.unknown(at, Text("枚举", "enum"), given, enums)
        return None
    return enums[given]


def _check_words(card: Card, at: KeyPath, fact: str, field: str, made: FieldMap) -> None:
    """A constant and every meaning of an enum must be values the field can hold."""
    words: list[Scalar] = list((made.enum or {}).values())
    if made.is_const and made.const is not None:
        words.append(made.const)
    for word in words:
        _, mistakes = make_fact(fact, {field: word})
        if mistakes:
            card.complain(
                at, Text(f"字段不接受该值：{word}", f"the field does not take this value: {word}")
            )


def _check_key(card: Card, at: KeyPath, fact: str, found: Mapping[str, FieldMap]) -> None:
    key = FACTS[fact].KEY
    if key and not any(name in found for name in key):
        listed = ", ".join(key)
        card.complain(
            at,
            Text(f"没有填写 {fact} 的键：{listed}", f"no key field of {fact} is filled: {listed}"),
        )
