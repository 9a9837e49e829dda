"""What a person wrote into a cell, read as what the card asks for; else why not."""

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta

from xunjian.facts.words import UNITS
from xunjian.forms import words
from xunjian.language import Text
from xunjian.tasks.model import Question

_NUMBER = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*(.*)")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:\s*日\s*|[ T]+|$)(.*)")
_COMPACT = re.compile(r"(20\d{2})([01]\d)([0-3]\d)(?:[ T]+(.*))?")  # as cameras name their files
_MORNING, _AFTERNOON = "凌晨|早上|上午|am|a.m.", "中午|下午|傍晚|晚上|pm|p.m."
_HALF = f"(?:({_MORNING})|({_AFTERNOON}))?".replace(".", r"\.")
_TIME = re.compile(
    rf"{_HALF}\s*(\d{{1,2}})\s*[:时点]\s*(?:(\d{{1,2}})(?:分|:\d{{1,2}}(?:\.\d+)?)?)?\s*{_HALF}"
)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - day 0 of serial dates, ECMA-376 18.17.4.1
_YEARS = (2000, 2099)  # what else stands in a date's cell is a mistake
_SERIALS = (36526, 73050)  # the same
# What stands where a formula failed, or where somebody began a text with = or -
_FAILED = re.compile(r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|SPILL!|CALC!)|Err:\d{3}")
_LONGEST_TEXT = 32_767  # of a cell, by Excel; longer ones come from a CSV
_UNITS = {
    **{one.lower(): said.zh for code, said in UNITS.items() for one in (code, said.zh, said.en)},
    **dict.fromkeys(("℃", "度", "c", "摄氏度"), "°c"),
    **dict.fromkeys(("欧", "欧姆", "ohm", "ohms"), "ω"),
    **dict.fromkeys(("分", "mins", "minutes"), "分钟"),
    **dict.fromkeys(("hr", "hrs", "hours"), "小时"),
    **dict.fromkeys(("伏", "伏特"), "v"),
}


class UnreadableCell(ValueError):
    """A cell that says nothing clear."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message


def plain(value: object) -> str:
    """A cell as text: full-width letters and digits as their plain forms, blanks joined.

    Without marks nobody sees: chat programs leave them in what is copied from there.
    """
    text = unicodedata.normalize("NFKC", "" if value is None else str(value))
    return " ".join("".join(c for c in text if unicodedata.category(c) != "Cf").split())


def value_of(asked: Question, value: object) -> object:
    """Read one blank.

    Raises:
        UnreadableCell: it cannot mean what is asked for.
    """
    if value is None or plain(value) == "":
        return None
    check_formula(value)
    if asked.kind == "number":
        return _number(asked, value)
    if asked.kind == "date":
        return moment_of(value).date().isoformat()
    if asked.kind == "choice":
        return _choice(asked, plain(value))
    return text_of(value)


def check_formula(value: object) -> None:
    """Refuse what an office program shows for a formula that fails.

    Raises:
        UnreadableCell: it is that.
    """
    if isinstance(value, str) and _FAILED.fullmatch(value.strip()):
        raise UnreadableCell(
            Text(
                f"公式出错：{value}（文字不要以 = 或 - 开头）",
                f"the formula fails: {value} (begin no text with = or -)",
            )
        )


def text_of(value: object, most: int = _LONGEST_TEXT) -> str:
    """Read a text, whole: of what a person wrote nothing is cut off.

    Raises:
        UnreadableCell: it has more characters than `most`, or a formula failed there.
    """
    check_formula(value)
    text = "" if value is None else str(value).strip()
    if len(text) > most:
        raise UnreadableCell(
            Text(
                f"文字太长：{len(text)} 字，最多 {most} 字",
                f"too long: {len(text)} characters, at most {most}",
            )
        )
    return text


def _number(asked: Question, value: object) -> float | int:
    if isinstance(value, bool | datetime | date | time | timedelta):
        raise UnreadableCell(
            Text(f"应为数字，单元格却是日期或时间：{value}", f"a number, not a date: {value}")
        )
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise UnreadableCell(Text("不是有限的数", "not a finite number"))
        return value
    text = plain(value).replace("−", "-").rstrip("。;,、")
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise UnreadableCell(Text(f"不是数字：{text[:40]}", f"not a number: {text[:40]}"))
    if found.group(2) and not is_unit(found.group(2), asked.unit):
        wanted = asked.unit or "-"
        raise UnreadableCell(
            Text(f"单位不是 {wanted}：{text[:40]}", f"the unit is not {wanted}: {text[:40]}")
        )
    number = float(found.group(1))
    return int(number) if number.is_integer() and "." not in found.group(1) else number


def is_unit(said: str, wanted: str) -> bool:
    """Whether a unit as somebody wrote it is the one that is asked for."""
    return _same_unit(said) == _same_unit(wanted)


def _same_unit(unit: str) -> str:
    text = plain(unit).lower().replace(" ", "")
    return _UNITS.get(text, text)


def moment_of(value: object) -> datetime:
    """Read a day, with its time if there is one: a date, a serial number, or how people write it.

    Raises:
        UnreadableCell: it is no day between 2000 and 2099.
    """
    if isinstance(value, date):
        read = value if isinstance(value, datetime) else datetime(*value.timetuple()[:3])  # noqa: DTZ001
        return _in_our_time(read, value)
    text = plain(value)
    found = _DATE.fullmatch(text) or _COMPACT.fullmatch(text)
    if found is not None:
        clock = _clock_of(found.group(4) or "")
        if clock is None:
            raise _no_day(text)
        year, month, day = (int(found.group(n)) for n in (1, 2, 3))
        try:
            read = datetime(year, month, day, *clock)  # noqa: DTZ001 - the caller's zone
        except ValueError:
            raise UnreadableCell(
                Text(f"没有这一天：{text}", f"there is no such day: {text}")
            ) from None
        return _in_our_time(read, text)
    try:
        serial = float(text)
    except ValueError:
        serial = 0.0
    if _SERIALS[0] <= serial <= _SERIALS[1]:
        return _EPOCH + timedelta(days=serial)
    raise _no_day(text)


def _clock_of(text: str) -> tuple[int, int] | None:
    """Read the time behind a day; none where it is no time at all."""
    if not text.strip():
        return 0, 0
    found = _TIME.fullmatch(text.strip().lower())
    if found is None:
        return None
    before, after, hours, minutes, am, pm = found.groups()
    hour, minute = int(hours), int(minutes or 0)
    if after or pm:
        hour += 12 if hour < 12 else 0
    elif (before or am) and hour == 12:
        hour = 0 if before != "上午" else hour
    return hour, minute


def _in_our_time(read: datetime, said: object) -> datetime:
    if not _YEARS[0] <= read.year <= _YEARS[1]:
        raise _no_day(str(said))
    return read


def _no_day(text: str) -> UnreadableCell:
    return UnreadableCell(
        Text(
            f"不是日期：{text[:40]}（如 2026-11-22 09:30）",
            f"not a date: {text[:40]} (as 2026-11-22 09:30)",
        )
    )


def _choice(asked: Question, text: str) -> str:
    for word, shown in asked.options.items():
        if text.lower() in {plain(one).lower() for one in (word, shown.zh, shown.en) if one}:
            return word
    listed = "、".join(shown.zh or shown.en for shown in asked.options.values())
    english = ", ".join(shown.en or shown.zh for shown in asked.options.values())
    raise UnreadableCell(
        Text(f"不在可选之列（{listed}）：{text[:40]}", f"none of {english}: {text[:40]}")
    )


def verdict_of(value: object) -> str:
    """Read a verdict; empty where nothing is written.

    Raises:
        UnreadableCell: it is none of the four.
    """
    text = plain(value).lower().replace(" ", "").rstrip("。.;,、!")
    if not text:
        return ""
    if text in words.VERDICTS:
        return words.VERDICTS[text].value
    listed = "、".join(one.word.zh for one in words.CHOICES)
    english = ", ".join(one.word.en for one in words.CHOICES)
    raise UnreadableCell(
        Text(f"结论只能是 {listed}：{text[:40]}", f"the verdict is one of {english}: {text[:40]}")
    )
