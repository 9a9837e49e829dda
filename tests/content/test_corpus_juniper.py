"""The captured session of a Junos firewall: what its cards read of it, and the agreement with ntc-templates."""

import pytest

from tests.content.corpus import AT, CORPUS, junos_answers
from tests.fixtures.shipped import content
from xunjian.collect import collect
from xunjian.facts.model import FactTable, StepState
from xunjian.inventory.model import Device
from xunjian.parse import TemplateCache
from xunjian.testing.replay import Canned, CannedAnswer, drive
from xunjian.workspace import open_workspace

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus beside the checkout")


def collected(card: str) -> FactTable:
    catalog, platforms, _ = content()
    task = next(task for task in catalog.tasks if task.name == card)
    device = Device(name="sample", kind="firewall", platform="juniper_junos")
    canned = {text: CannedAnswer(raw=said.encode()) for text, said in junos_answers().items()}
    asking = collect(
        device,
        (task,),
        platforms.get("juniper_junos"),
        templates=TemplateCache(open_workspace(None)),
    )
    table, _ = drive(asking, Canned(device=device.name, answers=canned, at=AT))
    return table


def test_the_captured_device_is_known_by_model_release_and_serial() -> None:
    table = collected("identity")
    read = [step for step in table.steps if step.state is StepState.OK]
    assert len(read) == 2  # `show system uptime` was not captured
    values = [row.fact.values() for row in table.of("Identity")]
    said = {key: value for one in values for key, value in one.items() if value is not None}
    assert (said["model"], said["version"]) == ("srx300", "22.4R3-S2.11")
    assert said["serial"] == "AA0000AA0000"
    assert collected("versions").of("Identity")[0].fact.values()["version"] == "22.4R3-S2.11"


def test_the_public_template_reads_the_same() -> None:
    parse = pytest.importorskip("ntc_templates.parse").parse_output
    (theirs,) = parse(
        "juniper_junos", "show version", "Hostname: x\n" + junos_answers()["show version"]
    )
    assert (theirs["model"], theirs["junos_version"]) == ("srx300", "22.4R3-S2.11")


def test_both_setup_commands_were_answered_by_the_captured_device() -> None:
    """Of the session alone: its answer says what was set, and is no refusal."""
    platform = content()[1].get("juniper_junos")
    assert platform is not None
    assert platform.unsupported is not None
    for command in ("set cli screen-length 0", "set cli screen-width 0"):
        assert not platform.unsupported.search(junos_answers()[command])
    assert "set cli screen-length 0" in platform.setup
    assert "Screen length set to 0" in junos_answers()["set cli screen-length 0"]
