"""Every item of the environment, surveillance, cloud and handover rounds comes to its things.

Over the lab's inventory, by the playbook alone and by the calendar's rule for it: an item that is
in the round, and whose things the round leaves out, is asked of nobody.
"""

from functools import cache

import pytest

from tests.content.test_items_of_the_rounds import catalog, playbook
from xunjian.calendar.load import load_calendar
from xunjian.inventory import Device, Inventory, load_inventory, select
from xunjian.lab.devices import lab_devices
from xunjian.lab.inventory import write_inventory
from xunjian.workspace import builtin_root, open_workspace

ROUNDS = ("room_environment", "surveillance", "data_centre", "handover", "earthing")
# beside the lab's own: what it has none of, or not in a machine room
MORE = """
west-converter: {data: {kind: converter, label: 光电转换器, site: hz-west}}
core-amplifier: {data: {kind: amplifier, label: 功放, room: hz-core}}
core-mics: {data: {kind: microphone, label: 话筒, room: hz-core}}
core-aircon: {data: {kind: aircon, label: 空调, room: hz-core}}
"""


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    folder = tmp_path_factory.mktemp("things") / "inventory"
    devices = lab_devices()
    write_inventory(folder, devices, {one.name: 1 for one in devices})
    with (folder / "hosts.yml").open("a", encoding="utf-8") as hosts:
        hosts.write(MORE)
    return load_inventory(folder)


@cache
def rules() -> dict[str, str]:
    """The conditions of the shipped calendar's rules, by their playbook."""
    found = load_calendar(open_workspace(builtin_root())).rules
    return {one.playbook: one.where for one in found if one.playbook in ROUNDS}


def chosen(inventory: Inventory, name: str, *, by_calendar: bool) -> list[Device]:
    one = playbook(name)
    found = select(inventory, one.hosts, one.where)
    where = rules().get(name, "") if by_calendar else ""
    wanted = {device.name for device in select(inventory, "all", where)}
    return [device for device in found if device.name in wanted]


@pytest.mark.parametrize("by_calendar", [False, True])
@pytest.mark.parametrize("name", ROUNDS)
def test_every_item_on_a_form_comes_to_its_things(
    inventory: Inventory, name: str, *, by_calendar: bool
) -> None:
    here = {device.kind for device in inventory.devices.values()}
    reached = {device.kind for device in chosen(inventory, name, by_calendar=by_calendar)}
    asked = {
        task.name: set(task.kinds) & here
        for task in catalog().tasks
        if task.name in playbook(name).tasks and task.mark != "A" and set(task.kinds) & here
    }
    if name == "surveillance" and by_calendar:  # front ends stand in no room
        assert asked.pop("leftovers") == {"room"}
    assert asked
    assert {task for task, kinds in asked.items() if not kinds & reached} == set()


@pytest.mark.parametrize("name", ["room_environment", "surveillance", "handover", "data_centre"])
def test_a_venue_is_no_machine_room_and_no_duty_desk(inventory: Inventory, name: str) -> None:
    rooms = [one for one in chosen(inventory, name, by_calendar=False) if one.kind == "room"]
    assert {one.room.room_class.value for one in rooms if one.room} == {"core"}


def test_surveillance_comes_to_what_carries_and_stores_it(inventory: Inventory) -> None:
    found = {one.name for one in chosen(inventory, "surveillance", by_calendar=True)}
    assert {"hz-nvr1", "hz-cam1", "hz-west-cam1", "hz-west-cam2", "hz-west-box1"} <= found
    assert "west-converter" in found
    assert "hz-codec1" not in found


def test_nobody_is_asked_for_the_virus_signatures_of_a_management_controller() -> None:
    (card,) = catalog().named("antivirus", "server")
    assert not card.has_form("redfish")
    assert card.has_form("linux")
    assert card.has_form(None)
