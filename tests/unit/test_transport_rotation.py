"""When a device's secrets were last changed travels with what the session layer saw, never they themselves."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.fixtures.sessions import ANYTHING, CANARY, loopback, visit
from xunjian.inventory.model import Device
from xunjian.secrets import SecretRef, SecretSource
from xunjian.transport.model import Channel, Request
from xunjian.transport.reachability import oldest_rotation

NEVER = SecretRef(source=SecretSource.ENV, name="PW")


def device(password: date | None, token: date | None) -> Device:
    way = loopback(1, token=replace(NEVER, rotated_on=token))
    way = replace(way, password=replace(NEVER, rotated_on=password))
    return Device(name="d1", kind="camera", address="127.0.0.1", channels={"http": way})


@pytest.mark.parametrize(
    ("password", "token", "oldest"),
    [
        (date(2026, 5, 1), date(2026, 3, 1), date(2026, 3, 1)),
        (date(2026, 5, 1), None, date(2026, 5, 1)),
        (None, None, None),
    ],
)
def test_the_oldest_of_its_secrets_counts(
    password: date | None, token: date | None, oldest: date | None
) -> None:
    assert oldest_rotation(device(password, token)) == oldest


def test_the_day_stands_in_the_evidence_and_the_secret_does_not(tmp_path: Path) -> None:
    one = device(date(2026, 5, 1), None)
    with closing(visit(one, ANYTHING, tmp_path, password=CANARY)) as opened:
        said = opened.ask(Request(channel=Channel.SESSION, text="SESSION", timeout_s=3))
    assert json.loads(said.text)["rotated_on"] == "2026-05-01"
    assert CANARY.encode() not in said.raw
