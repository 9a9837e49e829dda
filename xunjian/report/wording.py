"""How texts, times and figures read in one language, safe for a printed cell."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from xunjian.checks.model import Finding
from xunjian.language import Language, Text
from xunjian.report import words
from xunjian.report.document import IntactRate
from xunjian.report.marks import is_in_message
from xunjian.report.model import DeviceSheet
from xunjian.report.pages import measured
from xunjian.report.plain import breakable, one_line, shortened
from xunjian.run.model import DeviceResult

MOST = 240  # characters of one cell; what is longer is cut with its count
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything a cell can say; `breaks` marks where long words may be broken (U+200B)."""

    language: Language
    breaks: bool = True

    def t(self, zh: str, en: str) -> str:
        """Choose between two labels of ours."""
        return zh if self.language is Language.ZH else en

    def say(self, text: Text | str | object, most: int = MOST) -> str:
        """One line of a text that is not ours, cut to `most` characters."""
        raw = text.to(self.language) if isinstance(text, Text) else str(text or "")
        line = shortened(raw, most, self.language)
        return breakable(line) if self.breaks else line

    def prose(self, text: Text) -> str:
        """Our own sentences, never cut at a cell's length."""
        return self.say(text, 4000)

    def code(self, table: Mapping[str, Text], code: str) -> str:
        """The word for a code; an unknown one stands for itself."""
        return self.say(words.word(table, code)) if code else ""

    def day(self, day: date | None) -> str:
        """Write a date as the language writes it."""
        if day is None:
            return ""
        return self.t(
            f"{day.year}年{day.month}月{day.day}日",
            f"{day.day} {_MONTHS[day.month - 1]} {day.year}",
        )

    def days(self, first: date | None, last: date | None) -> str:
        """Write a span of days; one day alone when both are the same."""
        told = [self.day(day) for day in dict.fromkeys((first, last)) if day]
        return self.t(" 至 ", " to ").join(told) or "—"

    def planned(self, first: date | None, last: date | None) -> str:
        """Write the days that the calendar gave; a round it did not ask for says so."""
        return self.days(first, last) if first or last else self.t("临时安排", "ad hoc")

    def moment(self, moment: datetime | None) -> str:
        """Write a time to the second, without its zone: the overview names that."""
        return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else "—"

    def minute(self, moment: datetime | None) -> str:
        """Write a time to the minute."""
        return moment.strftime("%Y-%m-%d %H:%M") if moment else "—"

    def measured(self, finding: Finding, most: int = 120) -> str:
        """What was measured, with its unit; a dash for unknown."""
        return self.say(measured(finding, self.language), most)

    def subject(self, finding: Finding) -> str:
        """The part of the device that was judged; empty for the whole of it."""
        return "" if finding.subject in {"-", finding.check} else self.say(finding.subject, 80)

    def item(self, finding: Finding) -> str:
        """What was judged, with the part of the device where a message beside it does not say."""
        subject = "" if is_in_message(finding) else self.subject(finding)
        return " ".join(part for part in (self.say(finding.title, 80), subject) if part)

    def intact(self, rate: IntactRate) -> str:
        """The intact rate in percent with what it was counted from."""
        return "—" if rate.pct is None else f"{rate.pct:.1f} %"

    def device(self, device: DeviceResult) -> str:
        """A device by the name people use."""
        return self.say(device.label or device.name, 80)

    def site(self, device: DeviceResult) -> str:
        """The site a device stands at."""
        return self.say(device.site_title or device.site, 80)

    def room(self, device: DeviceResult) -> str:
        """The room a device stands in."""
        return self.say(device.room_title or device.room, 80)

    def asset(self, device: DeviceResult, *keys: str) -> str:
        """What the register says under any of the keys, joined by a space."""
        found = (one_line(str(device.asset.get(key) or "")) for key in keys)
        return self.say(" ".join(part for part in found if part), 80)

    def identity(self, sheet: DeviceSheet, key: str) -> str:
        """What the register says the thing is, and what the thing says where that differs."""
        keys = MAKE_AND_MODEL if key == "model" else VERSION if key == "version" else (key,)
        ours, theirs = self.asset(sheet.device, *keys), self.say(sheet.found.get(key, ""), 80)
        if not ours or not theirs:
            return ours or theirs
        if _bare(ours) in _bare(theirs) or _bare(theirs) in _bare(ours):
            return ours if len(ours) >= len(theirs) else theirs
        return self.t(f"{ours}（实测 {theirs}）", f"{ours} (found: {theirs})")


def _bare(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text).casefold()


# where a register writes it, by custom
MAKE_AND_MODEL = ("vendor", "model")
VERSION = ("version", "software_version")
IN_USE = ("in_use_since", "commissioned", "installed_on")
COVERED = ("warranty_until", "warranty", "cover_until")
RACK = ("rack", "unit")
