"""The scheduler's limits: in total, per site, per AAA server, and the jitter before each start."""

import random
import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from nornir.core import Nornir
from nornir.core.inventory import Host, Hosts, Inventory
from nornir.core.processor import Processors
from nornir.core.state import GlobalState
from nornir.core.task import MultiResult, Result, Task
from typing_extensions import override

from xunjian.run.pool import NoWatch, ThreadsRunner
from xunjian.run.stop import StopSignal


class Servers(NoWatch):
    """Hosts with the AAA server and the site they count against."""

    def __init__(self, servers: Mapping[str, str], sites: Mapping[str, str] | None = None) -> None:
        self.servers, self.sites = servers, sites or {}

    @override
    def aaa(self, host: str) -> str:
        return self.servers.get(host, "")

    @override
    def site(self, host: str) -> str:
        return self.sites.get(host, "")


class Crowd:
    """A nornir task that counts how many of each server are at work at one time.

    A host leaves only when another came in or none can: so the most is reached, without sleeping.
    """

    def __init__(self, servers: Mapping[str, str], wanted: int) -> None:
        self.servers, self.wanted = servers, wanted
        self.most: Counter[str] = Counter()
        self._inside: Counter[str] = Counter()
        self._all = 0
        self._changed = threading.Condition()

    def __call__(self, task: Task) -> Result:
        server = self.servers.get(task.host.name, "")
        with self._changed:
            self._inside[server] += 1
            self._all += 1
            self.most[server] = max(self.most[server], self._inside[server])
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._all >= self.wanted, timeout=0.3)
            self._inside[server] -= 1
        return Result(host=task.host)


def visit(runner: ThreadsRunner, names: list[str], function: Any) -> Mapping[str, MultiResult]:
    nornir = Nornir(inventory=Inventory(hosts=Hosts()), data=GlobalState(dry_run=True))
    task = Task(function, nornir, True, Processors(), name="visit")
    return runner.run(task, [Host(name=name) for name in names])


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_no_more_devices_ask_one_aaa_server_than_may(limit: int) -> None:
    servers = {f"sw{n}": "radius1" for n in range(8)}
    crowd = Crowd(servers, wanted=limit + 1)
    runner = ThreadsRunner(8, per_aaa=limit, watch=Servers(servers))
    results = visit(runner, list(servers), crowd)
    assert set(results) == set(servers)
    assert not any(one.failed for one in results.values())
    assert crowd.most["radius1"] == limit


def test_servers_count_apart_and_devices_without_one_not_at_all() -> None:
    servers = {"a1": "one", "a2": "one", "b1": "two", "b2": "two"}
    names = [*servers, "free1", "free2", "free3"]
    crowd = Crowd(servers, wanted=5)  # one of each server and all that ask none
    visit(ThreadsRunner(20, per_aaa=1, watch=Servers(servers)), names, crowd)
    assert crowd.most == {"one": 1, "two": 1, "": 3}


def test_a_busy_server_does_not_hold_back_the_others_of_its_site() -> None:
    servers = {"sw1": "busy", "sw2": "busy", "sw3": "idle"}
    crowd = Crowd(servers, wanted=2)
    order: list[str] = []

    def watched(task: Task) -> Result:
        order.append(task.host.name)
        return crowd(task)

    visit(ThreadsRunner(2, per_aaa=1, watch=Servers(servers)), list(servers), watched)
    assert set(order[:2]) == {"sw1", "sw3"}
    assert order[2] == "sw2"


def test_zero_is_no_limit() -> None:
    servers = {f"sw{n}": "radius1" for n in range(6)}
    crowd = Crowd(servers, wanted=6)
    visit(ThreadsRunner(6, watch=Servers(servers)), list(servers), crowd)
    assert crowd.most["radius1"] == 6


class Waits(StopSignal):
    """A stop signal that writes down how long it was waited for, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    @override
    def wait(self, seconds: float) -> bool:
        self.seconds.append(seconds)
        return False


def test_each_device_starts_up_to_the_jitter_later(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float, float]] = []

    def drawn(low: float, high: float) -> float:
        asked.append((low, high))
        return 0.75 * high

    monkeypatch.setattr(random, "uniform", drawn)
    stop = Waits()
    names = ["sw1", "sw2", "sw3"]
    results = visit(
        ThreadsRunner(3, jitter_s=4, stop=stop), names, lambda task: Result(host=task.host)
    )
    assert set(results) == set(names)
    assert asked == [(0, 4)] * 3
    assert stop.seconds == [3.0] * 3


def test_without_jitter_nobody_waits() -> None:
    stop = Waits()
    visit(ThreadsRunner(2, stop=stop), ["sw1"], lambda task: Result(host=task.host))
    assert stop.seconds == []
