"""Periodic documents over a store with configuration changes, answers of forms and leftovers.

Their figures are worked out a second time, in SQL, from the tables alone.
"""

import html
import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook

from tests import diff_sample, period_sample
from tests.fixtures.command_line import call
from tests.fixtures.office_reading import read_back
from xunjian.calendar.clock import zone
from xunjian.checks.model import Verdict
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.playbook.model import Occasion
from xunjian.run.content import Content
from xunjian.run.model import Pair, RunPlan
from xunjian.store import DeviceSave, RunEnd, RunStart
from xunjian.transport.model import Channel, Request

AT = ("--at", "2026-11-05T09:00")
PERIODS = {  # every kind of periodic document, each with every period it is made for
    "daily-log": ("2026-10-30",),
    "weekly": ("2026-W44",),
    "handover": ("2026-10-30",),
    "fault-summary": ("2026-10",),
    "running-state": ("2026-10", "2026Q4"),
    "equipment": ("2026Q4",),
    "service": ("2026-10", "2026Q4", "2026"),
    "score": ("2026-10",),
    "assets": ("2026Q4",),
    "sheets": ("2026-10",),
}
ALL = [(kind, period) for kind, periods in PERIODS.items() for period in periods]
MEASURED, WORN = "f0aa11bb22c", "f0aa11bb22d"
SHA = "ab" * 32


def answered(save: DeviceSave) -> DeviceSave:
    """Add what people wrote on a form: one item in order, one not, with a picture."""
    (outcome,) = save.outcomes
    (first, *_) = outcome.findings
    asked = Text("镜头与外壳", "lens and case")
    found = replace(
        first, check="look.case", subject="-", title=asked, source="manual", by="张三、李四"
    )
    good = replace(found, id=MEASURED, verdict=Verdict.NORMAL, remark=Text("已清洁"))
    worn = replace(
        found, id=WORN, subject="lens", verdict=Verdict.ABNORMAL, level="III",
        message=Text("镜头划伤", "the lens is scratched"), remark=Text("需更换"), photos=(SHA,),
    )  # fmt: skip
    return replace(save, outcomes=(replace(outcome, findings=(*outcome.findings, good, worn)),))


def changed(save: DeviceSave, device: Device) -> DeviceSave:
    """Say that the device's configuration differs from its baseline."""
    return replace(save, change=diff_sample.switch(device.name, "hz"))


def a_round_of_everything(folder: Path) -> str:
    content = Content(folder)
    store, at = content.store, datetime(2026, 10, 30, 15, 0, tzinfo=zone())
    devices = [one for one in content.inventory.devices.values() if one.address]
    playbook = period_sample._playbook("daily", Text("日常巡检", "Daily round"), Occasion.ROUTINE)
    plan = RunPlan(
        pairs=tuple(Pair(device=one, tasks=(period_sample.TASK,)) for one in devices),
        left_out=(),
        devices=tuple(devices),
    )
    begun = RunStart(
        playbook=playbook,
        devices=tuple(period_sample._result(one, is_reached=False) for one in devices),
        started_at=at,
    )
    run_id = store.begin_run(plan, begun)
    for one in devices:
        save = period_sample._saved(one, at.date(), at)
        paper = replace(
            save.evidence[0], request=Request(channel=Channel.CLI, text=f"display {one.name}")
        )
        save = replace(save, evidence=(paper,))
        if one.name == "hz-core-1":
            save = changed(save, one)
        if one.name == "hz-hall-codec":
            save = answered(save)
        store.save_device(run_id, save)
    store.finish_run(run_id, RunEnd(ended_at=at + timedelta(minutes=5)))
    store.close()
    return run_id


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("everything") / "ws"
    made = period_sample.make_workspace(folder, days=(date(2026, 9, 26), date(2026, 10, 31)))
    a_round_of_everything(made)
    return made


def document(workspace: Path, out: Path, kind: str, period: str, *words: str) -> dict[str, Any]:
    said = call("report", kind, period, "-w", workspace, "-o", out, *AT, *words)
    assert said.code == 0, said.err
    return dict(json.loads((out / f"{kind}-{period}.json").read_bytes()))


def tables(said: dict[str, Any]) -> dict[str, list[list[Any]]]:
    return {
        block["key"]: block["rows"]
        for section in said["sections"]
        for block in section["blocks"]
        if block["kind"] == "table"
    }


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("kind", "period"), ALL)
def test_every_kind_is_written_in_every_form(
    workspace: Path, tmp_path: Path, kind: str, period: str, language: str
) -> None:
    words = ("--format", "html,docx,pdf,xlsx,md", "--lang", language)
    said = document(workspace, tmp_path, kind, period, *words)
    assert re.fullmatch(r"XJ-\d{6}-[A-Z]{2}-\d{3}", said["number"])
    name = f"{kind}-{period}"
    word = Document(str(tmp_path / f"{name}.docx"))
    cells = {cell.text for table in word.tables for row in table.rows for cell in row.cells}
    pdf = read_back("pdftotext", tmp_path / f"{name}.pdf", "-")
    texts = [
        "\n".join([*cells, *(one.text for one in word.paragraphs)]),
        (tmp_path / f"{name}.html").read_text("utf-8"),
        (tmp_path / f"{name}.md").read_text("utf-8"),
        pdf,
    ]
    for text in texts:
        assert said["number"] in text
        for section in said["sections"]:
            assert section["title"].replace(" ", "") in text.replace(" ", "").replace("\n", "")


class Tables:
    """What the store's tables hold of a month."""

    def __init__(self, workspace: Path, first: date, end: date) -> None:
        self._database = sqlite3.connect(workspace / ".xunjian" / "store.sqlite")
        bounds = [
            datetime(one.year, one.month, one.day, tzinfo=zone()).timestamp()
            for one in (first, end)
        ]
        runs = self.rows("SELECT run_id, started_at FROM runs WHERE state != 'running'")
        begun = {run_id: datetime.fromisoformat(at).timestamp() for run_id, at in runs}
        self.runs = sorted(begun, key=begun.__getitem__)
        self.inside = [r for r in self.runs if bounds[0] <= begun[r] < bounds[1]]

    def rows(self, sql: str, *values: str) -> list[tuple[Any, ...]]:
        return self._database.execute(sql, values).fetchall()

    def visits(self) -> Iterator[tuple[bool, list[str]]]:
        """Whether reached, and the verdicts, of each device in each round."""
        for run in self.inside:
            for name, reached in self.rows(
                "SELECT device, reached FROM device_results WHERE run_id = ?", run
            ):
                found = self.rows(
                    "SELECT verdict FROM findings WHERE run_id = ? AND device = ?", run, name
                )
                yield bool(reached), [verdict for (verdict,) in found]

    def faults(self) -> tuple[int, int]:
        """How often a finding turned abnormal, and how often it turned from it."""
        begun, ended, bad = 0, 0, set[str]()
        for run in self.runs:
            for one, verdict in self.rows(
                "SELECT finding_id, verdict FROM findings WHERE run_id = ?", run
            ):
                if verdict == "abnormal" and one not in bad:
                    bad.add(one)
                    begun += run in self.inside
                elif verdict != "abnormal" and one in bad:
                    bad.discard(one)
                    ended += run in self.inside
        return begun, ended


def test_the_figures_of_a_month_are_those_of_the_tables(workspace: Path, tmp_path: Path) -> None:
    store = Tables(workspace, date(2026, 10, 1), date(2026, 11, 1))
    visits = list(store.visits())
    judged = [v for _, v in visits if {"normal", "warning", "abnormal"} & {*v}]
    intact = [v for v in judged if "abnormal" not in v]
    begun, ended = store.faults()
    expected = {
        "rounds": len(store.inside),
        "visits": len(visits),
        "reached_pct": round(100 * sum(reached for reached, _ in visits) / len(visits), 2),
        "intact_pct": round(100 * len(intact) / len(judged), 2),
        "faults": begun,
        "resolved": ended,
    }
    assert expected["rounds"] == 33
    for kind in ("running-state", "service", "fault-summary"):
        figures = document(workspace, tmp_path, kind, "2026-10", "--format", "json")["figures"]
        known = {key: value for key, value in expected.items() if key in figures}
        assert len(known) >= 2
        assert {key: figures[key] for key in known} == known


def test_what_people_wrote_and_what_changed_stand_where_they_belong(
    workspace: Path, tmp_path: Path
) -> None:
    wrong = Text("镜头与外壳").zh
    for kind, period in (("daily-log", "2026-10-30"), ("service", "2026-10")):
        found = tables(document(workspace, tmp_path, kind, period, "--format", "json"))
        forms = [row for row in found["forms"] if wrong in str(row[2])]
        assert [(row[3], row[4], row[5]) for row in forms] == [
            ("正常", "已清洁", "张三、李四"),
            ("异常", "需更换", "张三、李四"),
        ]
    changes = len(diff_sample.switch().changes)
    for kind, periods in PERIODS.items():
        said = document(workspace, tmp_path, kind, periods[0], "--format", "json")
        if rows := tables(said).get("config_changes"):
            assert [(row[0], row[3]) for row in rows] == [("杭州核心交换机一", changes)], kind
        else:
            assert kind in {"weekly", "fault-summary", "score", "assets", "sheets"}, kind
    summary = document(workspace, tmp_path, "fault-summary", "2026-10", "--format", "json")
    listed = {row[0]: row for row in tables(summary)["all_faults"]}
    assert "镜头划伤" in str(listed[WORN])
    handover = json.dumps(
        document(workspace, tmp_path, "handover", "2026-10-30", "--format", "json"),
        ensure_ascii=False,
    )
    assert "镜头划伤" in handover, "what is unfinished is handed over"
    assert "风扇" in handover


@pytest.mark.parametrize("language", ["zh", "en"])
def test_where_values_lead_stands_in_every_form_with_its_method(
    workspace: Path, tmp_path: Path, language: str
) -> None:
    run = call("list", "runs", "-w", workspace, "--format", "json").json["runs"][0]["run_id"]
    words = ("--format", "html,docx,pdf,xlsx,md,json", "--lang", language)
    assert call("report", "run", run, "-w", workspace, "-o", tmp_path, *words).code == 0
    said = json.loads((tmp_path / "report.json").read_bytes())
    told = {one["topic"]: one["forecast"] for one in said["series"] if one["forecast"]}
    assert {"disk", "runtime", "optical"} <= told.keys()
    assert told["disk"]["per_day"] > 0 > told["runtime"]["per_day"]
    assert told["optical"]["per_day"] < 0
    assert {one["method"] for one in told.values()} == {
        "13 轮实测的最小二乘直线，斜率在三倍标准误以上"
        if language == "zh"
        else "least squares line through 13 rounds, slope above three standard errors"
    }
    word = Document(str(tmp_path / "report.docx"))
    book = load_workbook(tmp_path / "report.xlsx")
    texts = {
        "docx": "\n".join(
            [
                *(cell.text for table in word.tables for row in table.rows for cell in row.cells),
                *(one.text for one in word.paragraphs),
            ]
        ),
        "xlsx": "\n".join(
            str(cell)
            for row in book["趋势" if language == "zh" else "Trends"].iter_rows(values_only=True)
            for cell in row
        ),
        "html": html.unescape((tmp_path / "report.html").read_text("utf-8")),
        "md": (tmp_path / "report.md").read_text("utf-8").replace("\\", ""),
        "pdf": read_back("pdftotext", tmp_path / "report.pdf", "-"),
    }
    for form, text in texts.items():
        bare = re.sub(r"\s", "", text.replace("\u200b", ""))
        for topic, one in told.items():
            for part in (one["message"], one["method"]):
                assert re.sub(r"\s", "", part) in bare, (form, topic)
