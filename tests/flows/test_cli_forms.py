"""Forms there and back: what a person wrote becomes evidence, findings, the next version."""

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.fixtures.command_line import call
from tests.fixtures.site_forms import (
    ALL_WELL,
    ITEM,
    export,
    fill,
    last_run,
    report,
    row_of,
    take,
)


def verdicts(root: Path) -> dict[str, str]:
    return {f["check"]: f["verdict"] for f in report(root)["findings"]}


def test_a_run_awaits_its_forms_and_its_exit_code_does_not_change(site: Path) -> None:
    said = report(site)
    assert (said["state"], said["exit_code"]) == ("awaiting_manual", 0)
    assert set(verdicts(site).values()) == {"not_checked"}
    assert said["totals"]["planned"] == said["totals"]["outcomes"] + said["totals"]["left_out"] == 3
    assert said["coverage"]["pct"] is None
    assert len(said["manual"]) == 6


def test_all_filled_in_closes_the_run_and_makes_version_two(site: Path) -> None:
    done = take(site, fill(export(site), ALL_WELL))
    assert done.code == 0, done.err
    said = report(site)
    assert (said["state"], said["exit_code"], said["version"]) == ("finished", 0, 2)
    assert set(verdicts(site).values()) == {"normal"}
    assert {(f["source"], f["by"]) for f in said["findings"]} == {("manual", "张三")}
    assert all(f["evidence_ids"] for f in said["findings"])
    assert said["coverage"]["pct"] == 100.0
    assert call("verify", "-w", site).code == 0


def test_importing_twice_changes_nothing(site: Path) -> None:
    form = fill(export(site), ALL_WELL)
    assert take(site, form).code == 0
    before = report(site)
    again = take(site, form)
    assert (again.code, "没有新内容" in again.err) == (0, True)
    assert report(site) == before
    unchanged = fill(export(site, "again.xlsx"), {}, by="李四")
    assert "没有新内容" in take(site, unchanged).err


def test_forms_come_in_parts_and_what_is_blank_stays_not_checked(site: Path) -> None:
    form = export(site)
    assert take(site, fill(form, {"机房温度": ALL_WELL["机房温度"]})).code == 0
    assert report(site)["state"] == "awaiting_manual"
    assert verdicts(site)["room_climate.humidity"] == "not_checked"
    rest = {item: cells for item, cells in ALL_WELL.items() if item != "机房温度"}
    assert take(site, fill(form, rest, by="李四")).code == 0
    assert report(site)["state"] == "finished"
    assert {f["by"] for f in report(site)["findings"]} == {"张三", "李四"}


def test_contradicting_answers_stay_unknown_until_one_decides(site: Path) -> None:
    form = export(site)
    take(site, fill(form, ALL_WELL))
    assert take(site, fill(form, {"机房温度": {"value": 36}}, by="李四")).code == 0
    finding = next(f for f in report(site)["findings"] if f["check"] == "room_climate.temperature")
    assert finding["verdict"] == "unknown"
    assert "22.5" in finding["message"]
    assert "36" in finding["message"]
    assert report(site)["state"] == "awaiting_manual"
    decided = {"机房温度": {"value": 22, "decides": "是"}}
    assert take(site, fill(form, decided, by="王五", at=datetime(2026, 11, 22, 11))).code == 0  # noqa: DTZ001
    assert verdicts(site)["room_climate.temperature"] == "normal"
    assert report(site)["state"] == "finished"


def test_a_problem_outside_the_list_is_a_finding_and_stands_first_next_time(site: Path) -> None:
    def problem(sheet: Any) -> None:
        sheet.cell(row_of(sheet, "xj:FREE 1"), ITEM, "门禁失灵")

    assert take(site, fill(export(site), ALL_WELL, more=problem)).code == 0
    found = [f for f in report(site)["findings"] if f["check"] == "form.problem"]
    assert [(f["verdict"], f["message"], f["level"]) for f in found] == [
        ("abnormal", "门禁失灵", "III")
    ]
    assert report(site)["exit_code"] == 1
    assert call("run", "site", "-w", site, "-o", site / "out").code == 0
    assert [one["id"] for one in report(site)["leftovers"]] == [found[0]["id"]]
    form = export(site, "next.xlsx")

    def first(sheet: Any) -> None:
        row = row_of(sheet, "xj:at") + 3
        assert found[0]["id"] in str(sheet.cell(row, ITEM).value)
        sheet.cell(row, 7, "正常")
        sheet.cell(row, 9, "已修复")

    assert take(site, fill(form, ALL_WELL, more=first)).code == 0
    closed = next(f for f in report(site)["findings"] if f["id"] == found[0]["id"])
    assert closed["verdict"] == "normal"


def test_an_english_form_comes_back_where_things_have_english_names(site: Path) -> None:
    sites = site / "inventory" / "sites.yml"
    named = sites.read_text("utf-8").replace(
        "title: 杭州核心机房", "title: {zh: 杭州核心机房, en: Core room}"
    )
    sites.write_text(named, "utf-8")

    def problem(sheet: Any) -> None:
        sheet.cell(row_of(sheet, "xj:FREE 1"), ITEM, "杭州核心机房 北墙渗水")

    assert take(site, fill(export(site), ALL_WELL, more=problem)).code == 0
    assert call("run", "site", "-w", site, "-o", site / "out").code == 0
    form = site / "english.xlsx"
    assert call("forms", "export", "latest", "-w", site, "-o", form, "--lang", "en").code == 0
    taken: list[str] = []

    def first(sheet: Any) -> None:
        row = row_of(sheet, "xj:at") + 3
        taken.append(str(sheet.cell(row, ITEM).value))
        sheet.cell(row, 6, "dry again")
        sheet.cell(row, 7, "normal")

    done = take(site, fill(form, {}, more=first))
    assert "Core room 北墙渗水" in taken[0]
    assert done.code == 0, done.err
    assert [one["state"] for one in report(site)["leftovers"]] == ["closed"]


def test_pictures_are_kept_as_evidence_and_missing_ones_are_named(site: Path) -> None:
    bad = {"value": 8.2, "verdict": "异常", "cause": "引下线锈断", "photo": "接地.jpg；b.png"}
    form = fill(export(site), {**ALL_WELL, "接地电阻": bad})
    said = take(site, form)
    assert said.code == 2
    assert "杭州核心机房!J11: 找不到照片：接地.jpg" in said.err
    assert set(verdicts(site).values()) == {"not_checked"}
    (site / "photos").mkdir()
    Image.new("RGB", (3000, 2000), (10, 120, 30)).save(site / "photos" / "接地.jpg")
    Image.new("RGB", (20, 20)).save(site / "b.png")
    archive = site / "all.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(form, "现场/表.xlsx")
        packed.write(site / "photos" / "接地.jpg", "接地.jpg")
        packed.write(site / "b.png", "b.png")
    assert take(site, archive).code == 0
    finding = next(f for f in report(site)["findings"] if f["check"].endswith("resistance"))
    assert (finding["verdict"], len(finding["photos"])) == ("abnormal", 2)
    assert "引下线锈断" in finding["message"]
    state = site / ".xunjian"
    for photo in finding["photos"]:
        assert [path for path in state.rglob(f"{photo}*") if path.is_file()], photo
    assert call("verify", "-w", site).code == 0


@pytest.mark.parametrize(
    ("answers", "where"),
    [
        ({"机房温度": {"value": "很热"}}, "F7: 不是数字：很热"),
        ({"机房温度": {"value": "22 kPa"}}, "F7: 单位不是 °C"),
        ({"机房温度": {"value": datetime(2026, 1, 2)}}, "F7: 应为数字，单元格却是日期"),  # noqa: DTZ001
        ({"机房温度": {"verdict": "正常"}}, "F7: 正常须有实测值"),
        ({"机房温度": {"verdict": "还行"}}, "G7: 结论只能是"),
        ({"接地电阻": {"value": 9, "verdict": "异常"}}, "H11: 异常须写原因"),
        ({"灭火器材": {"remark": "看过"}}, "G9: 这一行没有填完：缺结论"),
        ({"灭火器有效期至": {"value": "2026-02-30"}}, "F10: 没有这一天"),
        ({"灭火器有效期至": {"value": "下月"}}, "F10: 不是日期"),
        ({"机房温度": {"value": "=1+1"}}, "F7: 公式没有结果"),
        ({"机房温度": {"value": "#DIV/0!"}}, "F7: 公式出错"),
        ({"灭火器材": {"verdict": "#N/A"}}, "G9: 结论只能是"),
        ({"灭火器材": {"cause": "压力不足"}}, "G9: 这一行没有填完：缺结论"),
    ],
)
def test_what_is_not_clear_is_named_by_sheet_and_cell_and_nothing_is_taken(
    site: Path, answers: dict[str, dict[str, Any]], where: str
) -> None:
    said = take(site, fill(export(site), {**ALL_WELL, **answers}))
    assert said.code == 2
    assert f"杭州核心机房!{where}" in said.err
    assert set(verdicts(site).values()) == {"not_checked"}


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"by": None}, "C3: 要填巡检人"),
        ({"at": "昨天"}, "C4: 不是日期"),
        ({"at": "2098-01-01"}, "C4: 巡检时间在将来"),
    ],
)
def test_who_and_when_are_needed(site: Path, changes: dict[str, Any], where: str) -> None:
    said = take(site, fill(export(site), ALL_WELL, **changes))
    assert (said.code, f"杭州核心机房!{where}" in said.err) == (2, True), said.err


@pytest.mark.parametrize(
    "value", [46348, "46348", date(2026, 11, 22), "2026/11/22 9:30", "２０２６-11-22"]
)
def test_days_are_understood_as_office_programs_write_them(site: Path, value: object) -> None:
    done = take(site, fill(export(site), ALL_WELL, at=value))
    assert done.code == 0, done.err


def edited_id(sheet: Any) -> None:
    sheet.cell(7, 12, "Q000000000000")


def swapped_ids(sheet: Any) -> None:
    one, other = sheet.cell(7, 12).value, sheet.cell(8, 12).value
    sheet.cell(7, 12, other)
    sheet.cell(8, 12, one)


def doubled_id(sheet: Any) -> None:
    sheet.cell(8, 12, sheet.cell(7, 12).value)


@pytest.mark.parametrize("edit", [edited_id, swapped_ids, doubled_id])
def test_edited_ids_are_refused(site: Path, edit: Callable[[Any], None]) -> None:
    said = take(site, fill(export(site), ALL_WELL, more=edit))
    assert (said.code, "标识被改动" in said.err) == (2, True)


def test_the_form_of_another_run_is_refused(site: Path) -> None:
    form = fill(export(site), ALL_WELL)
    assert call("run", "site", "-w", site, "-o", site / "out").code == 0
    said = take(site, form)
    assert (said.code, "另一轮的表" in said.err) == (2, True)
    assert last_run(site) in said.err


def test_office_changes_that_leave_the_meaning_clear_are_accepted(site: Path) -> None:
    def edit(sheet: Any) -> None:
        sheet.insert_cols(4, 2)
        sheet.cell(6, 4, "我的备注")
        sheet.title = "改了名字"
        sheet.parent.create_sheet("草稿")["A1"] = "随手记"

    done = take(site, fill(export(site), ALL_WELL, more=edit))
    assert done.code == 0, done.err
    assert "草稿" in done.err
    assert report(site)["state"] == "finished"


def test_a_merged_verdict_holds_for_all_its_rows(site: Path) -> None:
    def merge(sheet: Any) -> None:
        sheet.cell(11, 7, "正常")
        sheet.merge_cells("G11:G12")

    some = {**ALL_WELL, "连接与防雷器": {}}
    assert take(site, fill(export(site), some, more=merge)).code == 0
    assert verdicts(site)["earthing_resistance.joints"] == "normal"


def test_deleted_rows_are_told_of_and_stay_blank(site: Path) -> None:
    done = take(site, fill(export(site), ALL_WELL, more=lambda sheet: sheet.delete_rows(7)))
    assert (done.code, "少了 1 行" in done.err) == (0, True)
    assert verdicts(site)["room_climate.temperature"] == "not_checked"
    assert report(site)["state"] == "awaiting_manual"


def test_a_row_somebody_put_in_is_an_error_and_no_silent_loss(site: Path) -> None:
    def edit(sheet: Any) -> None:
        sheet.insert_rows(9)
        sheet.cell(9, 3, "空调滤网")
        sheet.cell(9, 7, "异常")

    said = take(site, fill(export(site), ALL_WELL, more=edit))
    assert (said.code, "G9: 这一行没有标识" in said.err) == (2, True), said.err


def test_a_gbk_csv_is_read(site: Path) -> None:
    import csv
    import io

    from openpyxl import load_workbook

    sheet = load_workbook(fill(export(site), ALL_WELL)).worksheets[0]
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(sheet.iter_rows(values_only=True))
    path = site / "表.csv"
    path.write_bytes(stream.getvalue().encode("gb18030"))
    done = take(site, path)
    assert done.code == 0, done.err
    assert report(site)["state"] == "finished"


ENDLESS = b'a,b\n"' + b"x" * 200_000 + b'"\n'


@pytest.mark.parametrize("content", [ENDLESS, b"", b"\0\1\2", b"PK\x03\x04 broken", b"a,b\n1,2\n"])
def test_what_is_no_form_is_refused(site: Path, content: bytes) -> None:
    path = site / "x.xlsx"
    path.write_bytes(content)
    said = take(site, path)
    assert said.code == 2
    assert "Traceback" not in said.err


def test_a_waiver_needs_approver_reason_and_day_and_shows_in_the_next_round(site: Path) -> None:
    bad = {"value": 8.2, "verdict": "异常", "cause": "引下线锈断"}
    take(site, fill(export(site), {**ALL_WELL, "接地电阻": bad}))
    one = next(f for f in report(site)["findings"] if f["verdict"] == "abnormal")
    assert (
        call(
            "waive",
            one["id"],
            "-w",
            site,
            "--approver",
            " ",
            "--reason",
            "x",
            "--until",
            "2098-01-01",
        ).code
        == 2
    )
    assert (
        call(
            "waive", "F0", "-w", site, "--approver", "李", "--reason", "x", "--until", "2098-01-01"
        ).code
        == 2
    )
    said = call(
        "waive",
        one["id"],
        "-w",
        site,
        "--approver",
        "李处",
        "--reason",
        "备件已订",
        "--until",
        "2098-01-01",
    )
    assert said.code == 0, said.err
    call("run", "site", "-w", site, "-o", site / "out")
    take(site, fill(export(site), {**ALL_WELL, "接地电阻": bad}))
    now = next(f for f in report(site)["findings"] if f["id"] == one["id"])
    assert now["verdict"] == "waived"
    assert "李处" in now["message"]
    left = next(row for row in report(site)["leftovers"] if row["id"] == one["id"])
    assert left["state"] == "waived"
    assert call("verify", "-w", site).code == 0


def test_who_filled_in_and_who_signed_stand_in_the_documents(site: Path) -> None:
    def sign(sheet: Any) -> None:
        sheet.cell(row_of(sheet, "xj:sign 1"), ITEM, "王代表")
        sheet.cell(row_of(sheet, "xj:consent"), ITEM, "同意，请尽快")

    form = fill(export(site), ALL_WELL, more=sign)
    done = take(site, form)
    assert done.code == 0, done.err
    again = call(
        "report", "run", last_run(site), "-w", site, "--format", "md,html", "-o", site / "out"
    )
    assert again.code == 0, again.err
    page = (site / "out" / "report.html").read_text("utf-8")
    assert all(words in page for words in ("张三", "王代表", "人工"))
    assert "<dt>客户意见</dt><dd><bdi>同意，请尽快</bdi></dd>" in page
    assert "<li><bdi>同意，请尽快</bdi>" not in page, "what was written is nobody's name"


def test_a_replay_says_what_the_forms_say(site: Path) -> None:
    def problem(sheet: Any) -> None:
        sheet.cell(row_of(sheet, "xj:FREE 1"), ITEM, "门禁失灵")

    take(site, fill(export(site), ALL_WELL, more=problem))
    told = verdicts(site)
    said = call("replay", last_run(site), "-w", site, "-o", site / "out")
    assert said.code == 1, said.err
    assert verdicts(site) == told
