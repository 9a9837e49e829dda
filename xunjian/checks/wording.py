"""The texts of findings: message, standard, advice, safely filled with what was judged."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from xunjian.calendar.clock import told_time
from xunjian.checks.model import GRADED, Verdict
from xunjian.checks.row_verdict import Judgement
from xunjian.expressions.values import attribute
from xunjian.facts.model import Fact
from xunjian.facts.subjects import subject_word
from xunjian.facts.titles import FIELD_TITLES
from xunjian.facts.words import CODED, span_of, unit_of, word_of
from xunjian.language import Language, Text
from xunjian.tasks.model import Check

MAX_CHARS = 120  # of one device text inside a message
_SLOT = re.compile(r"\{(\w+)((?:\.\w+)*)(?:![rsa])?(?::[^{}]*)?\}")
# control characters, line separators, and the marks that turn the direction of writing
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
# fields that rows are told apart by: cards may fill them with codes of ours
_NAMES = frozenset({"subject", "name", "slot", "service", "sensor", "module", "target", "part"})
_PLAIN = frozenset({str, int, float})  # shown alike in both languages, as truth values are not


def shown(value: object, digits: int | None, language: Language = Language.ZH) -> str:
    """Show one value in a text: rounded, on one line, of bounded length."""
    if isinstance(value, bool):
        yes, no = ("yes", "no") if language is Language.EN else ("是", "否")
        return yes if value else no
    if isinstance(value, float):
        if digits is not None:
            return f"{value:.{max(digits, 0)}f}"
        return f"{round(value, 6):.12g}"
    text = value if isinstance(value, str) else _plain(value, language)
    if not text.isprintable():
        text = _CONTROL.sub(" ", text)
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1] + "…"


def _plain(value: object, language: Language) -> str:
    if value is None:
        return "—"
    if isinstance(value, datetime):
        return told_time(value)
    if isinstance(value, Fact):
        return shown(getattr(value, "at", None) or value.subject, None, language)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(shown(item, None, language) for item in value)
    return str(value)


def fill(text: Text, check: Check, subject: str, judgement: Judgement) -> Text:
    """Put `{value} {unit} {limit} {subject}`, fields and dotted fields into a text.

    Only keys of mappings and fields of facts are read; an unknown slot stays as written.
    """
    if "{" not in text.zh and "{" not in text.en:
        return text
    own = {"value": judgement.value, "unit": check.unit, "limit": _limit(judgement)}
    sources = (own, judgement.values, {"subject": subject}, judgement.limits)

    def put(language: Language, template: str) -> str:
        said: list[str] = []
        is_spanned = False  # the value before told its unit
        pieces = _pieces(template)
        for place, (before, slot, name, *rest) in enumerate(pieces):
            said.append(before.rstrip() if is_spanned else before)
            source = next((source for source in sources if name in source), None)
            if source is None:
                said.append(slot)
            elif name == "unit":
                said.append("" if is_spanned else unit_of(check.unit).to(language))
            else:
                value = source[name]
                for part in rest:
                    value = attribute(value, part)
                text = _span(value, name, check) if _has_unit(pieces, place) else None
                is_spanned = text is not None
                text = text or _word(value, name, check)
                digits = check.digits if name == "value" else None
                said.append(text.to(language) if text else shown(value, digits, language))
                continue
            is_spanned = False
        return "".join(said)

    return Text(put(Language.ZH, text.zh), put(Language.EN, text.en))


def _has_unit(pieces: Sequence[tuple[str, ...]], place: int) -> bool:
    """Whether the unit's slot follows at once."""
    return (
        place + 1 < len(pieces)
        and pieces[place + 1][2] == "unit"
        and not pieces[place + 1][0].strip()
    )


def _span(value: object, name: str, check: Check) -> Text | None:
    """Tell a long time in days; None for all else."""
    if name not in {"value", "limit"} or isinstance(value, bool):
        return None
    return span_of(value, check.unit) if isinstance(value, (int, float)) else None


def _word(value: object, name: str, check: Check) -> Text | None:
    """Give the word for a code of ours; None for what a device printed."""
    if not isinstance(value, str):
        return None
    if name in _NAMES:
        return subject_word(value)
    field = str(check.value) if name == "value" else name
    return word_of(value, field, check.for_each) if field in CODED else None


@lru_cache(maxsize=4096)  # more than the texts of all shipped cards; a round fills each many times
def _pieces(template: str) -> tuple[tuple[str, ...], ...]:
    """Take a text apart at its slots: what stands before, the slot as written, its dotted name."""
    found: list[tuple[str, ...]] = []
    end = 0
    for slot in _SLOT.finditer(template):
        dotted = slot.group(1) + slot.group(2)
        found.append((template[end : slot.start()], slot.group(), *dotted.split(".")))
        end = slot.end()
    return (*found, (template[end:], "", ""))


def _limit(judgement: Judgement) -> object:
    """Give the limit that decided; without `worse`, the only one there is."""
    if judgement.limit or len(judgement.limits) != 1:
        return judgement.limits.get(judgement.limit)
    return next(iter(judgement.limits.values()))


def message_of(check: Check, subject: str, judgement: Judgement) -> Text:
    """Give the card's message for something bad, else name, value, unit and limit."""
    if judgement.verdict in GRADED and (check.message.zh or check.message.en):
        return fill(check.message, check, subject, judgement)
    name = named(check, subject)
    zh, en = _default(check, judgement)
    return Text(f"{name.zh}：{'，'.join(zh)}", f"{name.en}: {', '.join(en)}")


def _default(check: Check, judgement: Judgement) -> tuple[list[str], list[str]]:
    """Give value, verdict, limit and what decided, in Chinese and in English."""
    unit = unit_of(check.unit)
    word = judgement.verdict.word
    zh, en = [word.zh], [word.en]
    value = judgement.value
    if value is not None and not isinstance(value, Mapping):
        if (span := _span(value, "value", check)) is not None:
            zh, en = [span.zh, word.zh], [span.en, word.en]
        else:
            both = _word(value, "value", check) or _in_both(value, check.digits)
            zh, en = [_with(both.zh, unit.zh), word.zh], [_with(both.en, unit.en), word.en]
    limit = judgement.limits.get(judgement.limit)
    if limit is not None:
        span, bound = _span(limit, "limit", check), shown(limit, None)
        zh.append(f"限值 {span.zh if span else _with(bound, unit.zh)}")
        en.append(f"limit {span.en if span else _with(bound, unit.en)}")
    for name, seen in _decisive(judgement):
        both = _word(seen, name, check) or _in_both(seen, None)
        title_zh, title_en = FIELD_TITLES.get(name, (name, name))
        zh.append(f"{title_zh} {both.zh}")
        en.append(f"{title_en} {both.en}")
    return zh, en


def _with(said: str, unit: str) -> str:
    return f"{said} {unit}" if unit else said


def _in_both(value: object, digits: int | None) -> Text:
    """Show a value in both languages, at once where it is the same in both."""
    if type(value) in _PLAIN:
        text = shown(value, digits)
        return Text(text, text)
    return Text(shown(value, digits, Language.ZH), shown(value, digits, Language.EN))


def named(check: Check, subject: str) -> Text:
    """Name what a finding is about: the check, and the row if it is about one."""
    title = check.title
    zh, en = title.zh or title.en, title.en or title.zh
    if subject in {"-", "*", check.id}:  # an item of a form bears the name of its check
        return Text(zh, en)
    row = subject_word(subject) or _in_both(subject, None)
    return Text(f"{zh} {row.zh}", f"{en} {row.en}")


def _decisive(judgement: Judgement) -> list[tuple[str, object]]:
    """Give the values the deciding expression looked at, by name."""
    if judgement.decisive is None:
        return []
    plain = str | int | float | bool | datetime
    return [
        (name, judgement.values[name])
        for name in sorted(judgement.decisive.names - {"value", "limits", "now"})
        if isinstance(judgement.values.get(name), plain)
    ]


def standard_of(check: Check, subject: str, judgement: Judgement) -> Text:
    """Give the card's standard, else the limits in words."""
    if check.standard.zh or check.standard.en:
        return fill(check.standard, check, subject, judgement)
    if not check.worse:
        return Text("")
    sign = "≥" if check.worse == "high" else "≤"
    zh, en = [], []
    for name, verdict in (("warning", Verdict.WARNING), ("critical", Verdict.ABNORMAL)):
        if (limit := judgement.limits.get(name)) is not None:
            span = _span(limit, "limit", check)
            bound, unit = shown(limit, None), unit_of(check.unit)
            zh.append(f"{verdict.word.zh} {sign} {span.zh if span else _with(bound, unit.zh)}")
            en.append(f"{verdict.word.en} {sign} {span.en if span else _with(bound, unit.en)}")
    return Text("；".join(zh), "; ".join(en))


def display_value(
    value: object, check: Check, limits: Mapping[str, object]
) -> str | int | float | bool | None:
    """Give the value for a finding: rounded for display unless that would cross a limit."""
    if isinstance(value, float):
        rounded = round(value, check.digits if check.digits is not None else 6)
        crosses = [limit for limit in limits.values() if _crosses(value, rounded, limit)]
        return value if crosses else rounded
    if isinstance(value, (str, int, bool)):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else None


def _crosses(value: float, rounded: float, limit: object) -> bool:
    if value == rounded or not isinstance(limit, (int, float)):
        return False
    return (value >= limit) != (rounded >= limit) or (value <= limit) != (rounded <= limit)
