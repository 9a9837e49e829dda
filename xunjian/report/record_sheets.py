"""Rows of the record sheets of a page.

Written here and not in the template: a round of 1,000 devices has 15,000 of them, and the sandbox
of templates would take seconds for what takes tenths.
"""

from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup, escape

from xunjian.checks.model import Finding, Verdict
from xunjian.language import Language, Text
from xunjian.report.code_words import SOURCES
from xunjian.report.marks import filled_in, is_in_message, told
from xunjian.report.model import DeviceSheet, FindingRow, ReportModel
from xunjian.report.pages import measured
from xunjian.report.printed_records import parts_told, span, together
from xunjian.report.shown import long_text, shown_lines
from xunjian.report.wording import Wording
from xunjian.run.model import EvidenceRef


class RecordSheets:
    """Draws a device's rows and its evidence; equal texts are escaped once."""

    def __init__(self, model: ReportModel, language: Language) -> None:
        self._language, self._model = language, model
        self._fold, self._wording = long_text(language), Wording(language, breaks=False)
        self._known: dict[Text, str] = {}
        self._verdicts = {
            v: f'<b class="v {v.value}">{escape(v.word.to(language))}</b>' for v in Verdict
        }
        self._excerpts: Mapping[str, str] = model.excerpts
        self._told = {row.id: row.told for row in model.evidence_index if row.told.zh}
        self._evidence: dict[str, list[EvidenceRef]] = {}
        for piece in model.evidence:
            self._evidence.setdefault(piece.device, []).append(piece)
        self._has_short_hashes = len(model.evidence) > 2000
        self._cited = {i for row in model.problems for i in row.finding.evidence_ids}

    def rows(self, sheet: DeviceSheet) -> Markup:
        """Rows: item and subject, standard, measured, verdict, remark, evidence."""
        rows = iter(sheet.rows)
        drawn = []
        for findings in together(sheet):
            own = [next(rows) for _ in findings]
            if len(own) == 1:
                drawn.append(self._row(own[0]))
            else:
                drawn.append(self._shared(own[0], findings))
                drawn += [self._row(row, "each") for row in own]
        return Markup("".join(drawn))  # noqa: S704 - escaped part by part

    def filled_in(self, sheet: DeviceSheet) -> str:
        """Who answered for it on forms, and when."""
        return filled_in(self._model, sheet, self._language)

    def evidence_count(self, device: str) -> int:
        """How many pieces of evidence a device has."""
        return len(self._evidence.get(device, ()))

    def evidence(self, device: str) -> Markup:
        """Rows: id, request with an excerpt, time, bytes, hash."""
        pieces = self._evidence.get(device, ())
        return Markup("".join(map(self._piece, pieces)))  # noqa: S704 - escaped part by part

    def _shared(self, row: FindingRow, findings: Sequence[Finding]) -> str:
        """Parts that are normal alike in one row, for print: as the PDF has them."""
        f = row.finding
        return (
            f'\n<tr class="shared"><td>{self._say(f.title)}<sup>{self._mark(row)}</sup>'
            f"<small><bdi>{escape(parts_told(findings, self._wording))}</bdi></small>"
            f"<td>{self._say(f.standard)}<td>{escape(span(findings, self._wording))}"
            f"<td>{self._verdicts[f.verdict]}<td><td>"
        )

    def _row(self, row: FindingRow, kind: str = "") -> str:
        f = row.finding
        subject = (
            ""
            if f.subject in {"-", f.check} or is_in_message(f)
            else f"<small><bdi>{self._fold(f.subject)}</bdi></small>"
        )
        is_plain = f.verdict is Verdict.NORMAL and not (f.remark.zh or f.by)
        remark = "" if is_plain else self._remark(row)
        kind = kind if f.verdict is Verdict.NORMAL else f.verdict.value
        state = f' class="{kind}"' if kind else ""
        return (
            f"\n<tr{state}><td>{self._say(f.title)}<sup>{self._mark(row)}</sup>{subject}<td>{self._say(f.standard)}"
            f"<td>{self._fold(measured(f, self._language))}<td>{self._verdicts[f.verdict]}"
            f"<td>{remark}<td>{self._ids(f.evidence_ids, f.device)}"
        )

    def _mark(self, row: FindingRow) -> str:
        return self._model.mark(row.finding, row.device.kind)

    def _remark(self, row: FindingRow) -> str:
        message, remark = told(row.finding, self._language)
        parts = [self._fold(message), self._fold(remark), self._fold(self._by(row.finding))]
        return "<br>".join(part for part in parts if part)

    def _by(self, finding: Finding) -> str:
        """Whose word it is, where it is not the device's."""
        if finding.source not in {"manual", "hybrid"}:
            return ""
        source = SOURCES[finding.source].to(self._language)
        opening, closing = ("（", "）") if self._language is Language.ZH else (" (", ")")
        return f"{source}{opening}{finding.by}{closing}" if finding.by else source

    def _ids(self, ids: Iterable[str], device: str) -> str:
        said = []
        for one in ids:
            label = escape(one.removeprefix(device))
            linked = one in self._cited
            said.append(f'<a href="#{_place(one)}">{label}</a>' if linked else str(label))
        return " ".join(said)

    def _piece(self, piece: EvidenceRef) -> str:
        cited = f' id="{_place(piece.id)}"' if piece.id in self._cited else ""
        digest = piece.sha256[:16] + "…" if self._has_short_hashes else piece.sha256
        state = "" if piece.complete else f' <b class="v unknown">{self._incomplete()}</b>'
        told = self._told.get(piece.id)
        asked = (
            self._say(told)
            if told is not None
            else f"<code>{escape(piece.channel)}</code> <code>{self._fold(piece.text)}</code>"
        )
        return (
            f"<tr{cited}><td>{escape(piece.id.removeprefix(piece.device))}<td>{asked}{state}"
            f"{self._excerpt(piece.id)}<td>{piece.taken_at:%H:%M:%S}"
            f"<td>{piece.size_bytes}<td><code>{digest}</code>\n"
        )

    def _excerpt(self, evidence_id: str) -> str:
        text = self._excerpts.get(evidence_id)
        if text is None or evidence_id not in self._cited:
            return ""
        title = Text("原文摘录（已脱敏）", "Excerpt (redacted)").to(self._language)
        return str(
            Markup('<details class="raw"><summary>{}</summary><pre>{}</pre></details>').format(
                title, shown_lines(text)
            )
        )

    def _incomplete(self) -> str:
        return Text("不完整", "incomplete").to(self._language)

    def _say(self, text: Text) -> str:
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = str(self._fold(text.to(self._language)))
        return known


def _place(evidence_id: str) -> str:
    """The place of a piece of evidence in the page."""
    return "e-" + "".join(c if c.isalnum() or c in "-_." else f"~{ord(c):x}" for c in evidence_id)
