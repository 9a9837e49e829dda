"""A round never wakes, dials or sets anything: what the shipped cards send to terminals."""

import re

import pytest

from tests.fixtures.shipped import content
from xunjian.collect.questions import requests_of
from xunjian.errors import ReadOnlyViolation
from xunjian.safety import check_request
from xunjian.transport.model import Channel, Request

ITEMS = {
    "call_quality",
    "certificates",
    "clock",
    "environment",
    "identity",
    "in_call",
    "network",
    "peripherals",
    "registration",
    "terminal",
    "versions",
}


def sent(platform: str) -> set[str]:
    catalog, _, _ = content()
    return {
        f"{request.channel} {request.text}"
        for task in catalog.tasks
        if task.serves("codec")
        for group in task.collect.get(platform, ())
        for step in group.alternatives
        for request in requests_of(step, "item")
    }


def test_terminals_are_asked_by_reading_alone() -> None:
    assert sent("roomos") == {"http /getxml?location=/Status", "cli xStatus", "session SESSION"}
    assert sent("sip") == {"sip OPTIONS"}
    assert all(re.match(r"http /rest/|session ", text) for text in sent("poly_videoos"))


def test_every_item_of_a_terminal_has_a_card() -> None:
    catalog, _, _ = content()
    cards = {
        task.name for task in catalog.tasks if task.serves("codec") and "roomos" in task.collect
    }
    assert cards == ITEMS


@pytest.mark.parametrize(
    ("channel", "text"),
    [
        (Channel.CLI, "xCommand Standby Deactivate"),
        (Channel.CLI, "xcommand dial Number: 9001"),
        (Channel.CLI, "xCommand CallHistory Get"),
        (Channel.CLI, "xConfiguration Standby Control: On"),
        (Channel.CLI, "xPreferences outputmode json"),
        (Channel.CLI, "xFeedback register /Status"),
        (Channel.CLI, "xStatus Standby | grep x"),
        (Channel.CLI, "systemtools passwd"),
        (Channel.HTTP, "/putxml"),
        (Channel.HTTP, "/getxml?location=/Command/Standby/Deactivate"),
        (Channel.HTTP, "/getxml?location=/Status&x=/Command"),
    ],
)
def test_a_terminal_is_not_woken(channel: Channel, text: str) -> None:
    _, platforms, _ = content()
    with pytest.raises(ReadOnlyViolation):
        check_request(Request(channel=channel, text=text), platforms.get("roomos"))
