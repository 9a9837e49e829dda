"""The first sheet of the workbook: the conclusion in figures, and charts drawn from its cells."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from xunjian.checks.model import Verdict
from xunjian.report import words
from xunjian.report.model import ReportModel
from xunjian.report.printed import title_of
from xunjian.report.wording import Wording

COLOURS = {
    Verdict.NORMAL: "#2C7A4B",
    Verdict.WARNING: "#B26A00",
    Verdict.ABNORMAL: "#B3261E",
    Verdict.UNKNOWN: "#6A4C93",
    Verdict.NOT_APPLICABLE: "#8A97A3",
    Verdict.NOT_CHECKED: "#8A97A3",
    Verdict.WAIVED: "#4A6FA5",
}
_OPEN = (Verdict.WARNING, Verdict.ABNORMAL, Verdict.UNKNOWN)
_CHART_COLUMN = 9
_CHART_ROWS = 17


@dataclass(slots=True)
class Summary:
    """Writes the sheet row by row, and remembers where the charts' figures stand."""

    book: Any  # xlsxwriter's workbook; it has no types worth naming here
    sheet: Any
    formats: dict[str, Any]
    w: Wording
    row: int = 0
    charts: list[Any] = field(default_factory=list)

    def write(self, model: ReportModel) -> None:
        """Write everything; rows go down only, as the library's small-memory mode wants it."""
        self._widths()
        self._head(model)
        self._figures(model)
        self._verdicts(model)
        self._sites(model)
        self._rounds(model)
        for number, chart in enumerate(self.charts):
            self.sheet.insert_chart(3 + number * _CHART_ROWS, _CHART_COLUMN, chart)

    def _widths(self) -> None:
        for column, width in enumerate((30, 21, 12, 12, 12, 12, 12, 12, 3)):
            self.sheet.set_column(column, column, width)

    def _head(self, model: ReportModel) -> None:
        self.sheet.set_row(0, 30)
        self.sheet.write_string(0, 0, self.w.say(title_of(model)), self.formats["title"])
        self.row = 2
        head = model.head
        pairs = (
            (self.w.t("报告编号", "Number"), head.number or model.number),
            (self.w.t("版本", "Version"), str(head.version)),
            (self.w.t("项目", "Project"), head.project),
            (self.w.t("甲方", "Customer"), head.customer),
            (self.w.t("乙方", "Contractor"), head.contractor),
            (self.w.t("密级", "Classification"), head.secrecy),
            (
                self.w.t("巡检类别", "Occasion"),
                words.word(words.OCCASIONS, model.occasion).to(self.w.language),
            ),
            (
                self.w.t("状态", "State"),
                words.word(words.STATES, model.state.value).to(self.w.language),
            ),
            (self.w.t("轮次标识", "Run"), model.run_id),
        )
        for name, value in pairs:
            if value:
                self._pair(name, self.w.say(value))
        for name, moment in (
            (self.w.t("开始时间", "Started"), model.started_at),
            (self.w.t("结束时间", "Ended"), model.ended_at),
        ):
            self.sheet.write_string(self.row, 0, name, self.formats["label"])
            if moment:
                plain = moment.replace(tzinfo=None)
                self.sheet.write_datetime(self.row, 1, plain, self.formats["moment"])
                zone = f"UTC{moment.strftime('%z')}"
                self.sheet.write_string(self.row, 3, zone, self.formats["text"])
            self.row += 1
        said = self.w.say(model.conclusion, 4000)
        self.sheet.set_row(self.row, 15 * (2 + len(said.encode()) // 100))
        self.sheet.write_string(self.row, 0, self.w.t("结论", "Conclusion"), self.formats["label"])
        self.sheet.merge_range(self.row, 1, self.row, 7, "", self.formats["prose"])
        self.sheet.write_string(self.row, 1, said, self.formats["prose"])
        self.row += 1
        risk = self.w.say(model.risk.said, 4000)
        if risk:
            self.sheet.set_row(self.row, 15 * (2 + len(risk.encode()) // 100))
            self.sheet.write_string(
                self.row, 0, self.w.t("风险等级", "Risk"), self.formats["label"]
            )
            self.sheet.merge_range(self.row, 1, self.row, 7, "", self.formats["prose"])
            self.sheet.write_string(self.row, 1, risk, self.formats["prose"])
        self.row += 2

    def _pair(self, name: str, value: str | float) -> None:
        self.sheet.write_string(self.row, 0, name, self.formats["label"])
        if isinstance(value, str):
            self.sheet.write_string(self.row, 1, value, self.formats["text"])
        else:
            self.sheet.write_number(self.row, 1, value, self.formats["number"])
        self.row += 1

    def _figures(self, model: ReportModel) -> None:
        totals = model.totals
        self._table_head((self.w.t("统计", "Figures"), ""))
        figures: list[tuple[str, float]] = [
            (self.w.t("计划（设备×项目）", "Items planned"), totals.planned),
            (self.w.t("有结果", "With an outcome"), totals.outcomes),
            (self.w.t("未做", "Left out"), totals.left_out),
            (self.w.t("设备", "Devices"), totals.devices),
            (self.w.t("到达设备", "Devices reached"), totals.reached),
        ]
        figures += [
            (self.w.t(f"{level} 级问题", f"Level {level} problems"), count)
            for level, count in model.levels.items()
        ]
        figures += [
            (words.word(words.CHANGES, name).to(self.w.language), count)
            for name, count in model.trends.items()
        ]
        for name, value in figures:
            self._pair(name, value)
        for name, pct in (
            (self.w.t("完好率", "Intact rate"), model.intact.pct),
            (self.w.t("覆盖率", "Coverage"), model.coverage.pct),
        ):
            self.sheet.write_string(self.row, 0, name, self.formats["label"])
            if pct is None:
                self.sheet.write_string(self.row, 1, "—", self.formats["text"])
            else:
                self.sheet.write_number(self.row, 1, pct / 100, self.formats["pct"])
            self.row += 1
        self.row += 1

    def _table_head(self, names: Sequence[str]) -> None:
        for column, name in enumerate(names):
            self.sheet.write_string(self.row, column, name, self.formats["head"])
        self.row += 1

    def _verdicts(self, model: ReportModel) -> None:
        self._table_head((self.w.t("判定", "Verdict"), self.w.t("项数", "Findings")))
        first = self.row
        for verdict, count in model.totals.verdicts.items():
            self._pair(self.w.say(verdict.word), count)
        last = self.row - 1
        self.row += 1
        chart = self._chart("bar", self.w.t("判定", "Verdicts"))
        chart.add_series(
            {
                "categories": [self.sheet.name, first, 0, last, 0],
                "values": [self.sheet.name, first, 1, last, 1],
                "points": [{"fill": {"color": COLOURS[v]}} for v in model.totals.verdicts],
                "data_labels": {"value": True},
                "gap": 40,
            }
        )
        chart.set_legend({"none": True})
        chart.set_x_axis({"major_gridlines": {"visible": False}, "visible": False})
        chart.set_y_axis({"reverse": True})
        self.charts.append(chart)

    def _sites(self, model: ReportModel) -> None:
        if not model.sites:
            return
        self._table_head(
            (
                self.w.t("单位", "Site"),
                self.w.t("设备", "Devices"),
                self.w.t("到达", "Reached"),
                self.w.t("异常", "Abnormal"),
                self.w.t("完好率", "Intact rate"),
            )
        )
        first = self.row
        for row in model.sites:
            title = self.w.say(row.title or row.site)
            self.sheet.write_string(self.row, 0, title, self.formats["text"])
            for column, value in enumerate((row.devices, row.reached, row.abnormal), 1):
                self.sheet.write_number(self.row, column, value, self.formats["number"])
            if row.intact.pct is not None:
                self.sheet.write_number(self.row, 4, row.intact.pct / 100, self.formats["pct"])
            self.row += 1
        last = self.row - 1
        self.row += 1
        chart = self._chart("bar", self.w.t("各单位完好率", "Intact rate by site"))
        chart.add_series(
            {
                "categories": [self.sheet.name, first, 0, last, 0],
                "values": [self.sheet.name, first, 4, last, 4],
                "fill": {"color": "#1F3F66"},
                "data_labels": {"value": True},
                "gap": 40,
            }
        )
        chart.set_legend({"none": True})
        chart.set_x_axis(
            {"min": 0, "max": 1, "visible": False, "major_gridlines": {"visible": False}}
        )
        chart.set_y_axis({"reverse": True})
        self.charts.append(chart)

    def _rounds(self, model: ReportModel) -> None:
        if len(model.rounds) < 2:
            return
        shown = (Verdict.NORMAL, *_OPEN)
        names = [self.w.say(verdict.word) for verdict in shown]
        self._table_head((self.w.t("历次巡检", "Round"), self.w.t("日期", "Day"), *names))
        first = self.row
        for row in model.rounds:
            number = self.w.say(row.number or row.run_id)
            self.sheet.write_string(self.row, 0, number, self.formats["text"])
            day = row.started_at.replace(tzinfo=None)
            self.sheet.write_datetime(self.row, 1, day, self.formats["day"])
            for column, verdict in enumerate(shown, 2):
                count = row.verdicts.get(verdict.value, 0)
                self.sheet.write_number(self.row, column, count, self.formats["number"])
            self.row += 1
        last = self.row - 1
        chart = self._chart(
            "column", self.w.t("历次问题", "Findings over rounds"), subtype="stacked"
        )
        for column, verdict in enumerate(shown[1:], 3):
            chart.add_series(
                {
                    "name": [self.sheet.name, first - 1, column],
                    "categories": [self.sheet.name, first, 0, last, 0],
                    "values": [self.sheet.name, first, column, last, column],
                    "fill": {"color": COLOURS[verdict]},
                    "gap": 60,
                }
            )
        chart.set_legend({"position": "bottom"})
        self.charts.append(chart)

    def _chart(self, kind: str, title: str, subtype: str = "") -> Any:
        chart = self.book.add_chart({"type": kind, **({"subtype": subtype} if subtype else {})})
        chart.set_title({"name": title, "name_font": {"size": 12}, "overlay": False})
        chart.set_size({"width": 560, "height": 320})
        chart.set_chartarea({"border": {"color": "#B9C4CF"}})
        return chart
