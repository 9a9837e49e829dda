"""Rows of the table of problems, and of what a device's findings were in earlier rounds.

Written here for the same reason as the record sheets: there may be thousands of them.
"""

from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

from xunjian.checks.model import Finding, Verdict
from xunjian.language import Language, Text
from xunjian.report import words
from xunjian.report.document import FindingTrail, RoundFigures
from xunjian.report.marks import is_in_message, told
from xunjian.report.model import FindingRow, ReportModel
from xunjian.report.pages import measured
from xunjian.report.shown import long_text, shown
from xunjian.run.model import DeviceResult

_ROUNDS = 8  # as many columns as stand beside the item on a narrow screen
_LABELS = {
    "level": Text("级别", "Level"),
    "device": Text("设备", "Device"),
    "item": Text("项目", "Item"),
    "measured": Text("实测与说明", "Measured"),
    "standard": Text("标准", "Standard"),
    "change": Text("与上轮", "Change"),
}
_ADVICE = Text("建议：", "Advice: ")
_REMARK = Text("备注：", "Remark: ")
_AFFECTS = Text("影响：", "Touched: ")
_CAUSE = Text("原因：", "Cause: ")
_DUE = Text("期限：", "Due: ")


class ProblemRows:
    """Draws problems and trails; equal texts are escaped once."""

    def __init__(
        self, model: ReportModel, language: Language, anchor: Callable[[str], str]
    ) -> None:
        self._language = language
        self._anchor = anchor
        self._fold = long_text(language)
        self._known: dict[Text, str] = {}
        self._labels = {name: text.to(language) for name, text in _LABELS.items()}
        self._verdicts = {
            v.value: f'<b class="v {v.value}">{escape(v.word.to(language))}</b>' for v in Verdict
        }
        self._devices = {s.device.name: self._device(s.device) for s in model.sheets}
        self.rounds: Sequence[RoundFigures] = model.rounds[-_ROUNDS:]

    def problems(self, rows: Sequence[FindingRow]) -> Markup:
        """Rows of the table of problems."""
        return Markup("".join(map(self._problem, rows)))  # noqa: S704 - escaped part by part

    def trails(self, trails: Sequence[FindingTrail]) -> Markup:
        """Rows: the item, its verdict in every round shown."""
        return Markup("".join(map(self._trail, trails)))  # noqa: S704 - escaped part by part

    def _problem(self, row: FindingRow) -> str:
        f, label = row.finding, self._labels
        facets, who = self._devices[row.device.name]
        word = words.CHANGES[row.change.value] if row.change else Text("")
        said = f.message.to(self._language) or measured(f, self._language)
        return (
            f'<tr data-filter="problem" {facets} data-verdict="{f.verdict.value}" '
            f'data-level="{escape(f.level)}"><td class="n" data-l="#">{row.number}'
            f'<td>{self._verdicts[f.verdict.value]}<td data-l="{label["level"]}">{escape(f.level)}'
            f'<td class="d" data-l="{label["device"]}">{who}'
            f'<td class="i" data-l="{label["item"]}">'
            f"{self._say(f.title) if is_in_message(f) else self._what(f)}"
            f"<small><code>{escape(f.id)}</code></small>"
            f'<td class="w" data-l="{label["measured"]}">{self._fold(said)}{self._extras(row)}'
            f'<td class="s" data-l="{label["standard"]}">{self._say(f.standard)}'
            f'<td data-l="{label["change"]}">{self._say(word)}\n'
        )

    def _extras(self, row: FindingRow) -> str:
        f = row.finding
        advice, remark = self._say(f.advice), self._fold(told(f, self._language)[1])
        is_told = row.cause.zh in f.message.zh  # by the person who wrote it
        parts = (
            (_AFFECTS, self._say(row.affects)),
            (_CAUSE, "" if is_told else self._say(row.cause)),
            (_ADVICE, advice),
            (_REMARK, f"<bdi>{remark}</bdi>" if remark else ""),
            (_DUE, row.due_on.isoformat() if row.due_on else ""),
        )
        return "".join(
            f'<span class="advice">{title.to(self._language)}{part}</span>'
            for title, part in parts
            if part
        )

    def _trail(self, trail: FindingTrail) -> str:
        cells = "".join(
            f"<td>{self._verdicts.get(trail.verdicts.get(r.run_id, ''), '—')}" for r in self.rounds
        )
        return f'<tr><th scope="row">{self._what(trail)}{cells}\n'

    def _what(self, f: Finding | FindingTrail) -> str:
        title = self._say(f.title)
        if f.subject in {"-", f.check}:
            return title
        return f"{title}<small><bdi>{self._fold(f.subject)}</bdi></small>"

    def _device(self, device: DeviceResult) -> tuple[str, str]:
        facets = Markup('data-site="{}" data-system="{}" data-kind="{}"').format(
            shown(device.site), shown(" ".join(device.systems)), shown(device.kind)
        )
        who = Markup('<a href="#{}"><bdi>{}</bdi></a>').format(
            self._anchor(device.name), shown(device.label or device.name)
        )
        if device.label:
            who += Markup("<small><bdi>{}</bdi></small>").format(shown(device.name))
        return str(facets), str(who)

    def _say(self, text: Text) -> str:
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = str(self._fold(text.to(self._language)))
        return known
