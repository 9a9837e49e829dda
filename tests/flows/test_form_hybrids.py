"""Items that are both: on the form a machine's value, its unit and source; a person may overrule it."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.content.test_items_of_the_rounds import ITEMS, Item, named
from tests.fixtures.command_line import call
from tests.fixtures.site_forms import report, take
from xunjian.facts.words import UNITS
from xunjian.lab import LabHandle
from xunjian.language import Text

ROUNDS = {
    "汛期专项": "flood_season",
    "节前": "pre_holiday",
    "月度会议室": "monthly_rooms",
    "半年开机联调": "power_on",
    "会议保障": "conference",
    "动环": "room_environment",
    "监控": "surveillance",
    "监控每周": "weekly_spot_check",
    "云/IDC": "data_centre",
    "交接班": "handover",
}
# a spot check draws its things by the week: these it is made over
DRAWN = {"weekly_spot_check": ("-l", "hz-nvr1,hz-west-box1,hz-core-sw1")}
# what the lab has none of: a converter, a sharing box
MORE_THINGS = """
west-converter:
  data: {kind: converter, label: 一号光电转换器, site: hz-west, uplink: [hz-agg-sw1]}
hall-share:
  data: {kind: share, label: 投屏盒, room: hz-hall}
"""
HYBRIDS = [one for one in ITEMS if one.round in ROUNDS and one.mark == "H"]
# no firewall and no server stands in the lab's venue: nothing there could measure it
UNMEASURED = {"月度会议室-防病毒库"}
DEVICE, ITEM, UNIT, VALUE, VERDICT, CAUSE, REMARK, ID = 1, 2, 4, 5, 6, 7, 8, 11

Row = tuple[Any, ...]


@pytest.fixture(scope="module")
def own(lab: LabHandle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab's workspace with a store of its own."""
    folder = tmp_path_factory.mktemp("hybrids") / "ws"
    lab.plant()
    shutil.copytree(lab.directory, folder, ignore=shutil.ignore_patterns(".xunjian", "reports"))
    with (folder / "inventory" / "hosts.yml").open("a", encoding="utf-8") as hosts:
        hosts.write(MORE_THINGS)
    return folder


@pytest.fixture(scope="module")
def forms(own: Path) -> Mapping[str, Path]:
    """The exported form of each round, by its playbook."""
    made: dict[str, Path] = {}
    for playbook in ROUNDS.values():
        limit = DRAWN.get(playbook, ())
        said = call("run", playbook, *limit, "-w", own, "-o", own / playbook)
        assert said.code == 0, said.err
        made[playbook] = own / f"{playbook}.xlsx"
        said = call("forms", "export", "latest", "-w", own, "-o", made[playbook])
        assert said.code == 0, said.err
    return made


def rows_of(form: Path) -> list[Row]:
    found: list[Row] = []
    for sheet in load_workbook(form).worksheets[:-1]:
        rows = sheet.iter_rows(min_row=7, values_only=True)
        found += [row for row in rows if str(row[ID] or "").startswith("Q")]
    return found


def asked_by(item: Item) -> set[str]:
    """What a form asks of an item: its lines, as they read."""
    cards = [card for name in item.cards for card in named(name)]
    return {
        check.title.zh for card in cards for check in card.checks if check.for_each == "Inspection"
    }


def checks_beside(item: Item) -> set[str]:
    cards = [card for name in item.cards for card in named(name)]
    nearby = {name for card in cards for check in card.checks for name in check.nearby}
    return nearby | {name for card in cards for name in card.measured}


@pytest.mark.parametrize("item", HYBRIDS, ids=lambda item: item.id)
def test_every_hybrid_item_stands_on_the_form_of_its_round_with_what_was_measured(
    item: Item, own: Path, forms: Mapping[str, Path]
) -> None:
    playbook = ROUNDS[item.round]
    wanted = checks_beside(item)
    assert wanted
    said = json.loads((own / playbook / "report.json").read_text("utf-8"))
    found = [f for f in said["findings"] if f["check"] in wanted and f["verdict"] == "normal"]
    if item.id in UNMEASURED:
        assert not found
        return
    rows = rows_of(forms[playbook])
    words = {str(row[ITEM]) for row in rows}
    assert all(any(one in text for text in words) for one in asked_by(item)), item
    told = [row for row in rows if str(row[REMARK]).startswith("自动：")]
    shown = {
        f["check"]
        for f in found
        for row in told
        if f["title"] in str(row[REMARK]) or f"{f['value']} {f['unit']}" in str(row[REMARK])
    }
    assert shown, f"nothing of {sorted(wanted)} stands on the form"
    for row in told:
        # what stands open is told, whether it was followed up a person says
        is_told_only = "历次遗留" in str(row[REMARK])
        assert row[VALUE] is not None or row[VERDICT] == "正常" or is_told_only, row


def test_figures_stand_with_their_unit_and_their_device(forms: Mapping[str, Path]) -> None:
    """What requirements name: charge and runtime, load, light, climate, lamp hours."""
    asked = {
        "flood_season": (
            ("电池电量", "%", 100), ("UPS 续航时间", "分钟", 96), ("UPS 负载率", "%", 36),
            ("UPS 输入频率", "Hz", 50), ("收光功率", "dBm", None), ("发光功率", "dBm", None),
            ("市电电压", "V", 228),
        ),
        "pre_holiday": (
            ("机房温度", "°C", None), ("机房相对湿度", "%", None), ("服务器温度", "°C", 24),
            ("电池电量", "%", 100),
        ),
        "monthly_rooms": (("灯泡使用时长", "小时", None),),
        "power_on": (("通话丢包率", "%", 0.1), ("通话抖动", "ms", 7)),
    }  # fmt: skip
    for playbook, lines in asked.items():
        rows = rows_of(forms[playbook])
        for title, unit, value in lines:
            told = [r for r in rows if title in str(r[ITEM]) and r[VALUE] is not None]
            assert told, (playbook, title)
            assert all(r[UNIT] == unit for r in told), title
            assert all("（仿真）" in str(r[DEVICE]) for r in told)
            if value is not None:
                assert value in [r[VALUE] for r in told], (title, told)


def test_units_read_as_words(forms: Mapping[str, Path]) -> None:
    for playbook, form in forms.items():
        units = {row[UNIT] for row in rows_of(form) if row[UNIT]}
        assert not [one for one in units if UNITS.get(str(one), Text(one)).zh != one], playbook


def test_a_sensor_of_the_room_fills_in_its_climate(own: Path, forms: Mapping[str, Path]) -> None:
    said = json.loads((own / "pre_holiday" / "report.json").read_text("utf-8"))
    rows = {row[ITEM]: row for row in rows_of(forms["pre_holiday"])}
    for item, check in (("机房温度", "room.temperature"), ("机房相对湿度", "room.humidity")):
        measured = next(f for f in said["findings"] if f["check"] == check)
        assert measured["device"] == "hz-env1"
        assert rows[item][VALUE] == measured["value"]
        assert "动环网关" in rows[item][REMARK]
        assert measured["subject"] in rows[item][REMARK]


# --- a person overrules it ---


@pytest.fixture
def venue(own: Path, tmp_path: Path) -> Path:
    """A workspace whose newest run is a joint test, and its form."""
    root = Path(shutil.copytree(own, tmp_path / "ws"))
    said = call("run", "power_on", "-w", root, "-o", root / "out")
    assert said.code == 0, said.err
    assert call("forms", "export", "latest", "-w", root, "-o", root / "form.xlsx").code == 0
    return root


def written(root: Path, item: str, *, by: str = "张三", at: str, **cells: object) -> Path:
    """Write into the line of an item, as somebody would."""
    book: Any = load_workbook(root / "form.xlsx")
    columns = {"value": VALUE, "verdict": VERDICT, "cause": CAUSE, "decides": 10}
    for sheet in book.worksheets[:-1]:
        for row in sheet.iter_rows():
            mark = row[ID].value
            if mark in {"xj:by", "xj:at"}:
                row[ITEM].value = by if mark == "xj:by" else at
            if item in str(row[ITEM].value) and str(mark).startswith("Q"):
                for name, value in cells.items():
                    row[columns[name]].value = value
    path = root / f"{by}{at[-2:]}.xlsx"
    book.save(path)
    return path


def loss(root: Path) -> Any:
    found = [f for f in report(root)["findings"] if f["check"] == "call_quality.loss"]
    return next((f for f in found if f["source"] == "hybrid"), found[0])


def test_an_untouched_line_says_nothing_and_overruling_needs_a_reason(venue: Path) -> None:
    before = loss(venue)
    untouched = written(venue, "通话丢包率", at="2026-11-20 09:00")
    assert "没有新内容" in take(venue, untouched).err
    wrong: tuple[dict[str, Any], ...] = (
        {"value": 6, "verdict": "异常"}, {"value": 0.2}, {"verdict": "不涉及"},
    )  # fmt: skip
    for cells in wrong:
        said = take(venue, written(venue, "通话丢包率", at="2026-11-20 09:01", **cells))
        assert said.code == 2, cells
        assert "!H" in said.err
    assert loss(venue) == before


def test_a_person_overrules_what_was_measured_and_both_stay_visible(venue: Path) -> None:
    before = loss(venue)
    assert (before["verdict"], before["source"], before["value"]) == ("normal", "automatic", 0.1)
    bad: dict[str, Any] = {"value": 6, "verdict": "异常", "cause": "画面卡顿"}
    done = take(venue, written(venue, "通话丢包率", at="2026-11-20 09:00", **bad))
    assert done.code == 0, done.err
    after = loss(venue)
    assert after["id"] == before["id"]
    assert (after["verdict"], after["value"], after["by"]) == ("abnormal", 6, "张三")
    assert after["source"] == "hybrid"
    assert set(before["evidence_ids"]) < set(after["evidence_ids"])
    for words in ("画面卡顿", "原判定正常", "自动采集 0.1 %"):
        assert words in after["message"]
    said = report(venue)
    assert (said["version"], said["exit_code"]) == (2, 1)
    assert call("verify", "-w", venue).code == 0
    again = call("replay", "latest", "-w", venue, "-o", venue / "again")
    assert again.code == 1, again.err
    replayed = json.loads((venue / "again" / "report.json").read_text("utf-8"))["findings"]
    same = next(f for f in replayed if f["id"] == after["id"])
    assert {k: same[k] for k in ("verdict", "value", "by", "source", "message")} == {
        k: after[k] for k in ("verdict", "value", "by", "source", "message")
    }


def test_two_who_overrule_differently_are_shown_until_one_decides(venue: Path) -> None:
    one: dict[str, Any] = {"value": 6, "verdict": "异常", "cause": "画面卡顿"}
    other: dict[str, Any] = {"value": 0.3, "cause": "另一段时间测得"}
    assert take(venue, written(venue, "通话丢包率", at="2026-11-20 09:00", **one)).code == 0
    second = written(venue, "通话丢包率", by="李四", at="2026-11-20 10:00", **other)
    assert take(venue, second).code == 0
    found = loss(venue)
    assert (found["verdict"], found["by"], found["value"]) == ("unknown", "张三、李四", None)
    assert report(venue)["state"] == "awaiting_manual"
    last = written(venue, "通话丢包率", by="王五", at="2026-11-20 11:00", **other, decides="是")
    assert take(venue, last).code == 0
    found = loss(venue)
    assert (found["verdict"], found["by"], found["value"]) == ("normal", "王五", 0.3)
    assert "自动采集 0.1 %" in found["message"], "what the machine measured, not what 张三 wrote"


def test_a_matter_of_a_machine_stands_first_on_the_sheet_of_its_room(
    own: Path, lab: LabHandle, tmp_path: Path
) -> None:
    """A switch has no line of its own: what was abnormal there last time is on the form all the same."""
    root = Path(shutil.copytree(own, tmp_path / "ws"))
    words = ("run", "pre_holiday", "-w", root, "-l", "hz-core-sw1,hz-core-room", "-o", root / "out")
    try:
        lab.plant("optic-low")
        assert call(*words).code == 1
    finally:
        lab.plant()
    bad = next(f for f in report(root)["findings"] if f["verdict"] == "abnormal")
    assert bad["device"] == "hz-core-sw1"
    assert call(*words).code == 0
    assert call("forms", "export", "latest", "-w", root, "-o", root / "form.xlsx").code == 0
    first = rows_of(root / "form.xlsx")[0]
    assert first[ITEM].startswith(f"★{bad['id']} ")
    assert (first[VERDICT], first[VALUE] is not None) == ("正常", True)
    assert "遗留（" in first[REMARK]
    said = {"verdict": "异常", "cause": "跳纤仍松动"}
    assert take(root, written(root, bad["id"], at="2026-11-20 09:00", **said)).code == 0
    after = report(root)
    now = next(f for f in after["findings"] if f["id"] == bad["id"])
    assert (now["verdict"], now["source"], now["by"]) == ("abnormal", "hybrid", "张三")
    assert {one["id"]: one["state"] for one in after["leftovers"]}[bad["id"]] == "open"


def test_what_a_recorder_says_of_its_cameras_stands_beside_the_picture(
    own: Path, lab: LabHandle, tmp_path: Path
) -> None:
    """Sharp or not is seen by a person; that nothing comes, and why, and is recorded, is measured."""
    root = Path(shutil.copytree(own, tmp_path / "ws"))
    words = ("run", "surveillance", "-w", root, "-l", "hz-nvr1,hz-west-*", "-o", root / "out")
    try:
        lab.plant("camera-offline", "recorder-disk")
        assert call(*words).code == 1
    finally:
        lab.plant()
    assert call("forms", "export", "latest", "-w", root, "-o", root / "form.xlsx").code == 0
    rows = rows_of(root / "form.xlsx")
    told = {row[ITEM]: (row[VERDICT], row[REMARK]) for row in rows if "录像机" in str(row[DEVICE])}
    assert told["录像通道在线 3"] == ("异常", "自动：通道 3：离线（网络不可达）")
    assert told["录像硬盘 2"] == ("异常", "自动：hdd2：故障")
    assert told["图像显示"] == (None, None)
    things = {(row[DEVICE], row[ITEM]) for row in rows if str(row[0]).endswith("M")}
    assert {
        ("西部路口设备箱（仿真）", "设备箱除尘"),
        ("西部路口二号摄像机（仿真）", "摄像机除尘"),
        ("西部路口二号摄像机（仿真）", "前端安装点"),
        ("西部路口敷设线路（仿真）", "敷设线路"),
    } <= things


def test_a_finding_of_configurations_is_waived_like_any_other(
    own: Path, lab: LabHandle, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(own, tmp_path / "ws"))
    words = ("run", "pre_holiday", "-w", root, "-l", "hz-agg-sw1", "-o", root / "out")

    def drift() -> Any:
        return next(f for f in report(root)["findings"] if f["check"] == "config.drift")

    try:
        lab.plant("config-drift")
        made = call(*words)
        before = drift()
        assert before["verdict"] in {"abnormal", "warning"}, made.err
        said = call(
            *("waive", before["id"], "-w", root, "--approver", "李处", "--reason", "割接中"),
            *("--until", "2098-01-01"),
        )
        assert said.code == 0, said.err
        call(*words)
        after = drift()
    finally:
        lab.plant()
    assert (after["verdict"], after["level"]) == ("waived", "")
    assert "李处" in after["message"]


def test_a_call_is_up_on_every_codec_of_the_lab_and_its_quality_is_judged(
    own: Path, forms: Mapping[str, Path]
) -> None:
    assert forms
    said = json.loads((own / "flood_season" / "report.json").read_text("utf-8"))
    judged = {
        (f["device"], f["check"]): f["verdict"]
        for f in said["findings"]
        if f["task"] == "call_quality"
    }
    for codec in ("hz-codec1", "hz-codec2", "hz-codec3", "hz-codec4"):
        for check in ("loss", "jitter", "resolution"):
            assert judged[codec, f"call_quality.{check}"] == "normal", codec


def test_what_others_answered_meanwhile_does_not_speak_from_an_older_form(venue: Path) -> None:
    """Two people hold the same form: what one leaves as it was printed is no answer of his."""
    bad: dict[str, Any] = {"value": 6, "verdict": "异常", "cause": "画面卡顿"}
    assert take(venue, written(venue, "通话丢包率", at="2026-11-20 09:00", **bad)).code == 0
    other = written(venue, "开机", by="李四", at="2026-11-20 10:30", verdict="正常")
    assert take(venue, other).code == 0
    found = loss(venue)
    assert (found["verdict"], found["by"], found["value"]) == ("abnormal", "张三", 6)
    assert "没有新内容" in take(venue, other).err
