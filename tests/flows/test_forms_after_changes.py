"""Inventory, cards and playbook were changed while a form was out: said, and nothing is lost."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from tests.fixtures.command_line import call
from tests.fixtures.site_forms import ALL_WELL, HOSTS, export, fill, last_run, report, row_of, take
from xunjian.workspace import builtin_root

OF_THE_ELECTRODE = ("接地电阻", "连接与防雷器")
GONE = "导出以后清单或项目卡改过，这一项没有了"


def kept(site: Path) -> Path:
    """The inventory as it was when the form was handed out."""
    return Path(shutil.copytree(site / "inventory", site / "inventory-of-that-day"))


def without_electrode(site: Path) -> None:
    (site / "inventory" / "hosts.yml").write_text(HOSTS.partition("hz-earth")[0], "utf-8")


def renamed_electrode(site: Path) -> None:
    (site / "inventory" / "hosts.yml").write_text(HOSTS.replace("hz-earth", "hz-e1"), "utf-8")


@pytest.mark.parametrize("change", [without_electrode, renamed_electrode])
def test_a_thing_that_left_the_inventory(change: object, site: Path) -> None:
    form, inventory = fill(export(site), ALL_WELL), kept(site)
    assert callable(change)
    change(site)
    said = take(site, form)
    assert (said.code, said.err.count(GONE), "标识被改动" in said.err) == (2, 2, False), said.err
    assert call("verify", "-w", site).code == 0
    words = ("forms", "import", "latest", form, "-w", site, "-o", site / "out", "-i", inventory)
    taken = call(*words)
    assert (taken.code, "还有 0 项待填" in taken.err) == (0, True), taken.err


def test_rows_of_it_that_say_nothing_keep_nobody_from_the_others(site: Path) -> None:
    answers = {item: said for item, said in ALL_WELL.items() if item not in OF_THE_ELECTRODE}
    form = fill(export(site), answers)
    without_electrode(site)
    taken = take(site, form)
    assert taken.code == 0, taken.err
    assert "收下 4 条" in taken.err
    assert {f["verdict"] for f in report(site)["findings"] if f["by"]} == {"normal"}


def test_an_item_whose_card_was_changed(site: Path) -> None:
    form = fill(export(site), ALL_WELL)
    relative = Path("tasks", "room", "room_fire.yml")
    card = site / relative
    card.parent.mkdir(parents=True)
    shipped = (builtin_root() / relative).read_text("utf-8")
    card.write_text(shipped.replace("room_fire.extinguishers", "room_fire.set"), "utf-8")
    said = take(site, form)
    assert (said.code, said.err.count(GONE), "标识被改动" in said.err) == (2, 2, False), said.err
    card.unlink()
    assert take(site, form).code == 0


def test_an_id_that_a_person_edited_is_still_an_edit(site: Path) -> None:
    def edited(sheet: object) -> None:
        row = row_of(sheet, "灭火器材")
        sheet.cell(row, 12, "Q0123456789ab")  # type: ignore[attr-defined]

    said = take(site, fill(export(site), ALL_WELL, more=edited))
    assert (said.code, "标识被改动" in said.err) == (2, True), said.err


def test_a_room_of_another_name_and_a_playbook_that_is_gone(site: Path) -> None:
    form, inventory = fill(export(site), ALL_WELL), kept(site)
    for name in ("sites.yml", "hosts.yml"):
        path = site / "inventory" / name
        path.write_text(path.read_text("utf-8").replace("hz-core", "hz-new"), "utf-8")
    said = take(site, form)
    assert (said.code, "hz-core 没有了" in said.err) == (2, True), said.err
    playbook = site / "playbooks" / "site.yml"
    playbook.rename(playbook.with_name("other.yml"))
    again = ("forms", "import", "latest", form, "-w", site, "-o", site / "out", "-i", inventory)
    said = call(*again)
    assert (said.code, "playbooks/site.yml 放回" in said.err) == (2, True), said.err
    playbook.with_name("other.yml").rename(playbook)
    assert call(*again).code == 0
    assert call("verify", "-w", site).code == 0


def test_a_time_before_the_round_is_taken_in_and_said(site: Path) -> None:
    """A slip of the year would go unnoticed; notes of the day before are real."""
    early = datetime(2025, 11, 22, 9, 30)  # noqa: DTZ001 - as a cell holds it
    said = take(site, fill(export(site), ALL_WELL, at=early))
    assert (said.code, "巡检时间早于本轮开始" in said.err) == (0, True), said.err
    said = take(site, fill(export(site, "blank.xlsx"), {}, at=early))
    assert (said.code, "早于" in said.err) == (0, False), said.err
    assert last_run(site)


def test_a_cleared_answer_says_how_to_withdraw_it(site: Path) -> None:
    assert take(site, fill(export(site), ALL_WELL)).code == 0

    def clear(sheet: object) -> None:
        row = row_of(sheet, "机房温度")
        for column in (6, 7):
            sheet.cell(row, column).value = None  # type: ignore[attr-defined]

    said = take(site, fill(export(site, "again.xlsx"), {}, more=clear))
    assert (said.code, "要撤回就选“未检”" in said.err) == (2, True), said.err
