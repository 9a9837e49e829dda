"""A second look is a visit like any other: one session per device, no login tried again."""

import dataclasses
import threading
from pathlib import Path

import pytest

from tests.run_fakes import CATALOG, World, with_password
from tests.run_samples import FACTS, device, playbook, result
from xunjian.run.again import SecondLook
from xunjian.run.execute import RunOrder
from xunjian.run.plan import plan_run
from xunjian.run.pool import thread_name
from xunjian.secrets import SecretRef, SecretSource
from xunjian.store import open_store

TASKS = ("levels",)


def look(world: World, folder: Path, *names: str, retries: int = 1) -> SecondLook:
    devices = [with_password(device(name)) for name in names]
    book = playbook(retries=retries)
    order = RunOrder(plan=plan_run(devices, book, CATALOG), playbook=book, tools=world.tools())
    return SecondLook(order=order, store=open_store(folder / ".xunjian", facts=FACTS))


def test_it_says_what_is_found_now_and_closes_its_session(tmp_path: Path) -> None:
    world = World()
    found = look(world, tmp_path, "abnormal-1")(result("abnormal-1"), TASKS)
    assert [one.task for one in found.values()] == ["levels"]
    assert [text for _, text in world.asked] == ["display cpu", "SESSION"]
    assert all(session.closed for session in world.sessions)


@pytest.mark.parametrize(
    "reason",
    ["login_refused", "credential_suspended", "host_key_changed", "no_secret", "deadline",
     "interrupted", "run_deadline", "internal"],
)  # fmt: skip
def test_a_device_that_was_lost_for_good_is_left_alone(reason: str, tmp_path: Path) -> None:
    world = World()
    lost = result("good-1", reached=False, reason=reason)
    assert look(world, tmp_path, "good-1")(lost, TASKS) == {}
    assert world.opened == []


def test_a_freeze_without_retries_forbids_it(tmp_path: Path) -> None:
    world = World()
    assert look(world, tmp_path, "good-1", retries=0)(result("good-1"), TASKS) == {}
    assert world.opened == []


def test_a_device_outside_the_plan_is_not_asked(tmp_path: Path) -> None:
    world = World()
    assert look(world, tmp_path, "good-1")(result("other-1"), TASKS) == {}
    assert world.opened == []


def test_a_refused_login_is_tried_on_no_other_device(tmp_path: Path) -> None:
    world = World()
    again = look(world, tmp_path, "refused-1", "refused-2", "good-1")
    for name in ("refused-1", "refused-2", "good-1"):
        again(result(name), TASKS)
    assert world.opened == ["refused-1"]


def test_another_credential_is_still_tried(tmp_path: Path) -> None:
    world = World()
    again = look(world, tmp_path, "refused-1", "good-1")
    first, second = again.order.plan.pairs
    other = with_password(second.device, SecretRef(source=SecretSource.ENV, name="OTHER"))
    plan = dataclasses.replace(
        again.order.plan, pairs=(first, dataclasses.replace(second, device=other))
    )
    again = dataclasses.replace(again, order=dataclasses.replace(again.order, plan=plan))
    again(result("refused-1"), TASKS)
    again(result("good-1"), TASKS)
    assert world.opened == ["refused-1", "good-1"]


def test_a_device_that_a_thread_still_holds_gets_no_second_session(tmp_path: Path) -> None:
    world, release = World(), threading.Event()
    left_behind = threading.Thread(target=release.wait, args=(30,), name=thread_name("good-1"))
    left_behind.start()
    try:
        assert look(world, tmp_path, "good-1")(result("good-1"), TASKS) == {}
        assert world.opened == []
    finally:
        release.set()
        left_behind.join()
    assert look(world, tmp_path, "good-1")(result("good-1"), TASKS)
