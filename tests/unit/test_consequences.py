"""What follows from problems: who is touched, what failed with it, the risk, the due days."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from tests.report_samples import a_model, a_steady_series
from xunjian.checks.model import Finding, Verdict
from xunjian.language import Text
from xunjian.report.build import build_report
from xunjian.report.building.beside import Beside, Order, Supply
from xunjian.report.building.consequences import faults_of, risk_of
from xunjian.report.building.dependents import ABNORMAL, UNREACHED, Dependents
from xunjian.report.document import Leftover
from xunjian.report.model import ReportModel
from xunjian.run.model import DeviceResult, Outcome, RunRecord, RunState
from xunjian.store.model import Trend

NOW = datetime(2026, 9, 28, 23, 30, tzinfo=timezone(timedelta(hours=8)))
SUPPLIES = {
    "core1": Supply(label="核心一", power=("ups",)),
    "core2": Supply(label="核心二"),
    "agg": Supply(label="汇聚", uplink=("core1", "core2")),
    "acc1": Supply(label="接入一", uplink=("agg",), power_all=("ups",)),
    "acc2": Supply(label="接入二", uplink=("agg",)),
    "acc3": Supply(label="接入三", uplink=("agg",)),
    "acc4": Supply(label="接入四", uplink=("agg",)),
    "ups": Supply(label="UPS"),
    "loop1": Supply(label="", uplink=("loop2",)),
    "loop2": Supply(label="", uplink=("loop1",)),
}


@pytest.mark.parametrize(
    ("device", "zh", "en"),
    [
        (
            "agg",
            "下联 4 台：接入一、接入二、接入三 等",
            "4 below it: 接入一, 接入二, 接入三 and 1 more",
        ),
        (
            "core1",
            "下联 5 台（其中 5 台另有他路）：汇聚、接入一、接入二 等",
            "5 below it (5 with another way): 汇聚, 接入一, 接入二 and 2 more",
        ),
        ("ups", "供电 2 台：核心一、接入一", "2 powered by it: 核心一, 接入一"),
        ("acc1", "", ""),
        ("unknown", "", ""),
        ("loop1", "下联 1 台：loop2", "1 below it: loop2"),
    ],
)
def test_who_depends_on_a_device_through_others_too(device: str, zh: str, en: str) -> None:
    assert Dependents(SUPPLIES).of(device) == Text(zh, en)


@pytest.mark.parametrize(
    ("device", "failed", "reached", "zh"),
    [
        ("acc2", {"agg": UNREACHED}, (), "伴随（上联 汇聚 未到达）"),
        ("acc2", {"agg": ABNORMAL}, (), "可能伴随（上联 汇聚 有异常）"),
        ("acc2", {"agg": ABNORMAL}, ("acc3",), ""),  # its neighbour has the same way
        ("acc2", {}, (), ""),
        ("agg", {"core1": UNREACHED}, (), ""),  # it has another
        ("agg", {"core1": UNREACHED, "core2": UNREACHED}, (), "伴随（上联 核心一、核心二 未到达）"),
        ("acc1", {"ups": UNREACHED}, (), "伴随（供电 UPS 未到达）"),
    ],
)
def test_a_failure_follows_only_where_nothing_speaks_against_it(
    device: str, failed: dict[str, str], reached: tuple[str, ...], zh: str
) -> None:
    assert Dependents(SUPPLIES).cause(device, failed, frozenset(reached)).zh == zh


def a_device(name: str, *, reached: bool, reason: str = "") -> DeviceResult:
    return DeviceResult(
        name=name, label=name, kind="switch", platform="huawei_vrp", site="s", room="r",
        reached=reached, reason=reason,
    )  # fmt: skip


def a_finding(device: str, task: str, level: str, **more: object) -> Finding:
    made = Finding(
        id=f"F{device}{task}", check=f"{task}.x", task=task, device=device, subject="-",
        verdict=Verdict.ABNORMAL, title=Text("项", "item"), level=level,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def a_report(*findings: Finding, devices: tuple[DeviceResult, ...], **more: object) -> ReportModel:
    record = RunRecord(
        run_id="r", number="N", playbook="p", title=Text("轮"), occasion="routine",
        state=RunState.FINISHED, started_at=NOW, ended_at=NOW, planned=len(findings),
        outcomes=tuple(
            Outcome(device=f.device, task=f.task, reached=True, findings=(f,)) for f in findings
        ),
        left_out=(), devices=devices,
    )  # fmt: skip
    return build_report(record, beside=Beside(supplies=SUPPLIES, **more))  # type: ignore[arg-type]


def test_each_problem_says_who_is_touched_why_and_by_when() -> None:
    silent = a_finding("acc2", "reachability", "II")
    by_hand = a_finding(
        "acc3", "room", "I", source="manual", message=Text("积灰；原因：未清扫", "dust; cause: not swept")
    )  # fmt: skip
    refused = a_finding("acc4", "reachability", "III")
    core = a_finding("agg", "reachability", "")
    model = a_report(
        silent, by_hand, refused, core,
        devices=(
            a_device("acc2", reached=False, reason="no_answer"),
            a_device("acc3", reached=False, reason="no_answer"),
            a_device("acc4", reached=False, reason="login_refused"),
            a_device("agg", reached=False, reason="no_answer"),
        ),
        order=Order(due_days={"I": 1, "II": 3}),
    )  # fmt: skip
    rows = {row.device.name: row for row in model.problems}
    assert rows["acc2"].cause.zh == "伴随（上联 汇聚 未到达）"
    assert rows["acc3"].cause == Text("未清扫", "not swept")
    assert not rows["acc4"].cause.zh  # it answered, and refused the login
    assert rows["agg"].affects.zh.startswith("下联 4 台：")
    days = {name: row.due_on for name, row in rows.items()}
    assert days == {
        "acc2": date(2026, 10, 1), "acc3": date(2026, 9, 29), "acc4": None, "agg": None,
    }  # fmt: skip


def test_spare_parts_are_those_of_the_cards_about_them() -> None:
    device = a_device("acc1", reached=True)
    found = a_finding("acc1", "spare_parts", "III"), a_finding("acc1", "optics", "III")
    model = a_report(*found, devices=(device,), spare_tasks=frozenset({"spare_parts"}))
    assert [row.finding.task for row in model.spares] == ["spare_parts"]


def bare(**more: object) -> ReportModel:
    model = a_model(0)
    return replace(model, levels={"I": 0, "II": 0}, problems=(), **more)  # type: ignore[arg-type]


def test_a_round_without_a_problem_is_of_low_risk() -> None:
    risk = risk_of(bare(), ())
    assert (risk.level, risk.is_least) == ("", False)
    assert risk.said.zh.startswith("风险等级：低（未发现问题）。按未关闭问题的最高级别：")
    assert risk.said.en.startswith("Risk: low (no problem found). The rule: ")


def test_what_was_not_reached_is_never_called_low() -> None:
    totals = replace(a_model(0).totals, devices=3, reached=1)
    risk = risk_of(bare(totals=totals), ())
    assert risk.is_least
    assert risk.said.zh.startswith("风险等级：尚不能定为低（未发现问题；2 台未到达）。")
    assert risk.said.en.startswith("Risk: cannot be called low yet (no problem found; 2 devices")


def test_an_open_matter_of_an_earlier_round_counts() -> None:
    matter = Leftover(
        id="F1", finding=a_finding("acc1", "optics", "I"), device="acc1", label="",
        first_seen_at=NOW, first_number="N", rounds=2, state="unverified",
    )  # fmt: skip
    risk = risk_of(bare(), (matter,))
    assert risk.level == "I"
    assert risk.said.zh.startswith("风险等级：不低于重大（最高 I 级；1 项遗留问题未复核）。")
    assert risk_of(bare(), (replace(matter, state="closed"),)).level == ""


def test_faults_add_up_to_the_comparison() -> None:
    model = a_model()
    resolved = (replace(model.problems[0], number=0, change=Trend.RESOLVED),)
    model = replace(model, resolved=resolved)
    faults = faults_of(model)
    for trend, count in model.trends.items():
        assert sum(one.trends[trend] for one in faults) == count, trend
    assert sum(one.open for one in faults) == len(model.problems)
    assert all(not one.trends for one in faults_of(replace(model, previous_run_id=None)))


@pytest.mark.parametrize(
    ("values", "limits", "worse", "is_notable"),
    [
        ((41.0, 41.5), {"warning": 65.0}, "high", False),
        ((41.0, 48.0), {"warning": 65.0}, "high", True),  # moved by more than a tenth
        ((59.0, 59.0), {"warning": 65.0}, "high", True),  # near
        ((80.0, 80.0), {"warning": 65.0}, "high", True),  # over
        ((-7.2, -7.0), {"low": -18.0, "high": -3.0}, "low", False),
        ((-17.0, -17.0), {"low": -18.0, "high": -3.0}, "low", True),
        ((-23.0, -23.0), {"low": -18.0, "high": -3.0}, "low", True),
        ((12.0,), {"warning": 80.0}, "high", False),
        ((12.0, 50.0), {}, "high", False),  # there is nothing to hold it against
    ],
)
def test_only_values_that_say_something_are_listed(
    values: tuple[float, ...], limits: dict[str, float], worse: str, *, is_notable: bool
) -> None:
    points = tuple((NOW + timedelta(days=n), value) for n, value in enumerate(values))
    series = replace(a_steady_series(), points=points, limits=limits, worse=worse)
    assert series.is_notable is is_notable
