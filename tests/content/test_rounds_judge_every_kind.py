"""A full round does more than knock: every kind on every platform of the fleet is judged in it.

Reachability and identity tell that a device answers and what it is; whether it works is what the
round was made for. What has no address is asked about on the round's forms.
"""

from functools import cache

import pytest

from tests.content.test_items_of_the_kinds import FLEET, catalog
from xunjian.checks.plan import plan_check
from xunjian.collect import provided_fields
from xunjian.forms.template import load_forms
from xunjian.inventory.conditions import condition
from xunjian.inventory.model import Device, Room, RoomClass, Site, SiteLevel
from xunjian.language import Text
from xunjian.playbook import find_playbook, load_playbook
from xunjian.playbook.model import Playbook
from xunjian.tasks.model import Task
from xunjian.workspace import builtin_root, open_workspace

FULL = ("flood_season", "pre_season", "pre_holiday", "monthly_rooms", "power_on", "conference")
KNOCKING = {"reachability", "identity"}
# what stands in a conference room and has no address
OF_A_VENUE = ("room", "projector", "display", "share", "microphone", "amplifier", "control")


@cache
def playbook(name: str) -> Playbook:
    return load_playbook(find_playbook(open_workspace(builtin_root()), name))


def cards(name: str, kind: str, *, more_than: frozenset[str] = frozenset()) -> list[Task]:
    wanted = set(playbook(name).tasks) - more_than
    return [
        task
        for task in catalog().tasks
        if task.name in wanted and (not task.kinds or kind in task.kinds)
    ]


def judged(name: str, kind: str, platform: str) -> set[str]:
    """Checks of a round that give a verdict on what this kind and platform reports."""
    planned = cards(name, kind, more_than=frozenset(KNOCKING))
    groups = tuple(group for task in planned for group in task.collect.get(platform, ()))
    given = provided_fields(groups)
    return {
        check.id
        for task in planned
        for check in task.checks
        if platform in task.collect and not plan_check(check, given).lacking
    }


@pytest.mark.parametrize("name", FULL)
def test_every_kind_of_the_fleet_is_judged(name: str) -> None:
    only_knocked = [pair for pair in FLEET if not judged(name, *pair)]
    assert not only_knocked


@pytest.mark.parametrize("name", ["monthly_rooms", "power_on"])
@pytest.mark.parametrize("kind", OF_A_VENUE)
def test_everything_of_a_venue_is_asked_about_and_has_its_place(name: str, kind: str) -> None:
    asked = {task.name for task in cards(name, kind) if task.has_form(None)}
    assert asked
    forms = load_forms(open_workspace(builtin_root()), playbook(name).manual, catalog().names)
    placed = {task for form in forms if kind in form.kinds for task in form.tasks}
    assert asked <= placed


ROUNDS_OF_ROOMS = (*FULL, "conference_join", "conference_after")


@pytest.mark.parametrize("of", [RoomClass.CORE, RoomClass.VENUE], ids=str)
@pytest.mark.parametrize("name", ROUNDS_OF_ROOMS)
def test_a_room_is_asked_on_the_forms_of_its_round(name: str, of: RoomClass) -> None:
    """What no form takes up would stand on the general one, without its order, notes and signers."""
    site = Site(name="hz", title=Text("杭州"), level=SiteLevel.CITY)
    room = Room(name="hz-1", title=Text("一号"), site=site.name, room_class=of)
    thing = Device(name="hz-room", kind="room", room=room, site=site, systems=("water",))
    one = playbook(name)
    if one.where and not condition(one.where)(thing):
        return
    asked = {task.name for task in cards(name, "room") if task.has_form(None)}
    forms = load_forms(open_workspace(builtin_root()), one.manual, catalog().names)
    placed = {task for form in forms if form.takes()(thing) for task in form.tasks}
    assert asked
    assert asked <= placed


def test_a_figure_is_asked_in_the_unit_it_is_judged_in() -> None:
    for card in catalog().tasks:
        for step in (s for g in card.collect.get("*", ()) for s in g.alternatives if s.ask):
            rule = step.map.get("item")
            reading = step.ask.get("reading")
            if reading is not None and rule is not None:
                assert reading.unit == catalog().checks[str(rule.const)].unit, rule.const


def hybrids() -> list[Task]:
    return [card for card in catalog().tasks if card.mark == "H"]


@pytest.mark.parametrize("card", hybrids(), ids=lambda card: card.name)
def test_a_hybrid_card_says_what_is_measured_for_it(card: Task) -> None:
    """By itself, beside its lines (`measured`), or in them (`nearby`): else it is a manual one."""
    near = {name for check in card.checks for name in check.nearby}
    assert set(card.collect) - {"*"} or card.measured or near


# figures that a form asks for and a machine may know -> what fills them in
FILLED_IN = {
    "room_climate.temperature": "room.temperature",
    "room_climate.humidity": "room.humidity",
    "room_power.mains": "input.voltage",
}


@pytest.mark.parametrize("name", FILLED_IN)
def test_a_figure_that_a_machine_knows_is_filled_in(name: str) -> None:
    assert FILLED_IN[name] in catalog().checks[name].nearby


@pytest.mark.parametrize("name", ["conference_join", "conference_during"])
@pytest.mark.parametrize("platform", ["roomos", "poly_videoos"])
def test_whether_a_terminal_is_in_the_conference_is_judged(name: str, platform: str) -> None:
    """Quality and registration say nothing of a terminal that stands idle."""
    assert "in_call.active" in judged(name, "codec", platform)


def test_no_other_round_wants_a_terminal_in_a_call() -> None:
    during = {"conference_join", "conference_during"}
    names = {path.stem for path in (builtin_root() / "playbooks").glob("*.yml")}
    others = names - during - {"calendar", "service_levels", "thresholds"}
    assert not [name for name in others if "in_call" in playbook(name).tasks]
