import dataclasses
import threading
import time

import pytest

from tests.run_fakes import REF, with_password
from tests.run_samples import device
from xunjian.inventory.model import ChannelSettings
from xunjian.run.breaker import Breaker, Key, credential_key, credentials_of
from xunjian.run.leash import Leash
from xunjian.run.stop import StopSignal
from xunjian.secrets import SecretRef, SecretSource

A: Key = ("ops", "env", "A", "")
B: Key = ("ops", "env", "B", "")


# --- breaker ---


def test_an_unproven_credential_is_tried_by_few_at_a_time() -> None:
    breaker = Breaker(3)
    for _ in range(3):
        assert breaker.may_try([A])
        breaker.begin([A])
    assert not breaker.may_try([A])
    assert breaker.may_try([B])
    breaker.end([A])
    assert breaker.may_try([A])
    breaker.accepted(A)
    for _ in range(50):
        breaker.begin([A])
    assert breaker.may_try([A])


def test_refusals_suspend_and_count_against_trying() -> None:
    breaker = Breaker(3)
    breaker.refused([A])
    breaker.begin([A])
    breaker.begin([A])
    assert not breaker.may_try([A])
    breaker.refused([A])
    assert not breaker.is_suspended([A])
    breaker.refused([A])
    assert breaker.is_suspended([B, A])
    assert not breaker.is_suspended([B])


def test_somebody_may_always_try_or_nobody_waits() -> None:
    breaker = Breaker(1)
    assert breaker.may_try([A])  # nothing runs: waiting would be for ever
    breaker.begin([A])
    assert not breaker.may_try([A])
    breaker.end([A])
    assert breaker.may_try([A])
    assert breaker.may_try([])


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        (ChannelSettings(username="ops"), None),
        (ChannelSettings(username="ops", password=REF), ("ops", "env", "LAB_PASSWORD", "")),
        (ChannelSettings(options={"key_file": "keys/id"}), ("", "", "", "keys/id")),
    ],
)
def test_a_credential_is_known_by_its_reference(settings: ChannelSettings, key: Key | None) -> None:
    assert credential_key(settings) == key


def test_the_same_reference_is_the_same_credential_everywhere() -> None:
    one, two = with_password(device("a")), with_password(device("b"))
    other = SecretRef(source=SecretSource.KEYRING, name="LAB_PASSWORD")
    assert credentials_of(one, ["cli"]) == credentials_of(two, ["cli", "http"])
    assert credentials_of(one, ["cli"]) != credentials_of(with_password(two, other), ["cli"])
    rotated = dataclasses.replace(REF, rotated_on=None)
    assert credentials_of(one, ["cli"]) == credentials_of(with_password(two, rotated), ["cli"])


# --- leash ---


class Abortable:
    def __init__(self) -> None:
        self.aborted = threading.Event()

    def abort(self) -> None:
        self.aborted.set()


def test_a_device_in_time_is_left_alone() -> None:
    leash, session = Leash(60), Abortable()
    leash.hold(session)
    assert not leash.tend(StopSignal())
    assert not session.aborted.is_set()
    assert leash.reason == ""


def test_a_late_device_is_broken_off_then_left_behind() -> None:
    leash, session = Leash(0, abort_after_s=0, abandon_after_s=0), Abortable()
    leash.hold(session)
    assert not leash.tend(StopSignal())
    assert session.aborted.wait(10)
    assert leash.reason == "deadline"
    assert leash.tend(StopSignal())


def test_stopping_now_breaks_off_whatever_time_is_left() -> None:
    leash, session, stop = Leash(60), Abortable(), StopSignal()
    stop.request()
    assert not leash.tend(stop)
    assert leash.reason == ""
    stop.request()
    leash.tend(stop)
    leash.hold(session)  # a session that opens too late is broken off at once
    assert session.aborted.wait(10)
    assert leash.reason == "interrupted"


def test_only_one_decides_an_outcome() -> None:
    leash = Leash(60)
    won: list[bool] = []
    threads = [threading.Thread(target=lambda: won.append(leash.claim())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_a_stop_wakes_who_sleeps() -> None:
    stop = StopSignal()
    threading.Timer(0.05, stop.request).start()
    began = time.monotonic()
    assert stop.wait(30)
    assert time.monotonic() - began < 20
