"""Our nornir runner `threads`: one thread per device, limits in total, per site and per AAA server.

Limits are kept by the scheduler, in the thread that called `run`, so that no worker waits for
another. A thread that outlives its device's time and ignores the abort is left behind (daemon):
a hanging device never holds the run.
"""

import queue
import random
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import Protocol

from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, MultiResult, Result, Task

from xunjian.run.stop import StopSignal
from xunjian.transport.deadline import Deadline

NAME = "threads"
TICK_S = 0.05  # how often the time of running devices is looked at


class Watch(Protocol):
    """What the run wants to know and to decide while devices are scheduled."""

    def site(self, host: str) -> str:
        """Which site's limit a host counts against."""
        ...

    def aaa(self, host: str) -> str:
        """Which AAA server's limit a host counts against; empty: none."""
        ...

    def may_start(self, host: str) -> bool:
        """Whether a host may start now; false only while something that runs may change it."""
        ...

    def tend(self, host: str) -> bool:
        """Look at a running host's time; true leaves its thread behind."""
        ...

    def skipped(self, host: str, reason: str) -> None:
        """A host will not start: `interrupted` or `run_deadline`."""

    def abandoned(self, host: str) -> None:
        """A host's thread was left behind."""


class NoWatch:
    """Nothing to watch: nornir's own use of the runner."""

    def site(self, host: str) -> str:  # noqa: ARG002
        """All hosts share one site."""
        return ""

    def aaa(self, host: str) -> str:  # noqa: ARG002
        """No host asks a server that is known."""
        return ""

    def may_start(self, host: str) -> bool:  # noqa: ARG002
        """Always."""
        return True

    def tend(self, host: str) -> bool:  # noqa: ARG002
        """Wait as long as it takes."""
        return False

    def skipped(self, host: str, reason: str) -> None:
        """Nobody keeps book."""

    def abandoned(self, host: str) -> None:
        """Nobody keeps book."""


class ThreadsRunner:
    """nornir runner plugin `threads`.

    num_workers: devices at a time. per_site, per_aaa: at a time per site and per AAA server, 0 is
    no limit. jitter_s: each device starts up to so much later. deadline: of the whole run.
    """

    def __init__(  # noqa: PLR0913 - nornir hands a runner its options as keywords
        self,
        num_workers: int = 20,
        *,
        per_site: int = 0,
        per_aaa: int = 0,
        jitter_s: float = 0.0,
        watch: Watch | None = None,
        stop: StopSignal | None = None,
        deadline: Deadline | None = None,
    ) -> None:
        self.workers = max(1, num_workers)
        self.per_site = per_site if per_site > 0 else self.workers
        self.per_aaa = per_aaa if per_aaa > 0 else self.workers
        self.jitter_s = jitter_s
        self.watch: Watch = watch or NoWatch()
        self.stop = stop or StopSignal()
        self.deadline = deadline

    def run(self, task: Task, hosts: list[Host]) -> AggregatedResult:
        """Run a task on all hosts; every host has a result, also one that never started."""
        return _Round(self, task, hosts).run()


class _Round:
    """One pass of a runner over its hosts."""

    def __init__(self, runner: ThreadsRunner, task: Task, hosts: Sequence[Host]) -> None:
        self._limits = runner
        self._task = task
        self._waiting: dict[str, deque[Host]] = {}
        for host in hosts:
            self._waiting.setdefault(runner.watch.site(host.name), deque()).append(host)
        self._running: dict[str, Host] = {}
        self._busy: dict[str, int] = dict.fromkeys(self._waiting, 0)
        self._asking: Counter[str] = Counter()  # devices at work, by AAA server
        self._done: queue.SimpleQueue[tuple[str, MultiResult]] = queue.SimpleQueue()
        self._results = AggregatedResult(task.name)

    def run(self) -> AggregatedResult:
        """Schedule until nothing waits and nothing runs."""
        while self._running or any(self._waiting.values()):
            reason = self._halt_reason()
            if reason:
                self._skip_waiting(reason)
            else:
                self._start_what_may()
            self._take_finished()
            self._tend_running()
        return self._results

    def _halt_reason(self) -> str:
        if self._limits.stop.is_requested:
            return "interrupted"
        deadline = self._limits.deadline
        return "run_deadline" if deadline is not None and deadline.expired else ""

    def _start_what_may(self) -> None:
        for host in self._startable():
            site = self._limits.watch.site(host.name)
            self._running[host.name] = host
            self._busy[site] += 1
            self._asking[self._limits.watch.aaa(host.name)] += 1
            threading.Thread(
                target=self._work, args=(host,), name=thread_name(host.name), daemon=True
            ).start()

    def _startable(self) -> Iterator[Host]:
        """Hosts that may start now, one per site in turn, so that no site starves another."""
        progress = True
        while progress:
            progress = False
            for site, hosts in self._waiting.items():
                if len(self._running) >= self._limits.workers:
                    return
                if self._busy[site] >= self._limits.per_site:
                    continue
                host = next((one for one in hosts if self._is_bearable(one)), None)
                if host is not None and self._limits.watch.may_start(host.name):
                    progress = True
                    hosts.remove(host)
                    yield host

    def _is_bearable(self, host: Host) -> bool:
        """Whether the AAA server that this host asks can bear one login more."""
        server = self._limits.watch.aaa(host.name)
        return not server or self._asking[server] < self._limits.per_aaa

    def _work(self, host: Host) -> None:
        if self._limits.jitter_s > 0:
            self._limits.stop.wait(random.uniform(0, self._limits.jitter_s))  # noqa: S311
        try:
            result = self._task.copy().start(host)
        except BaseException as error:  # noqa: BLE001 - a lost thread would hold the run for ever
            result = _failure(self._task, host, error)
        self._done.put((host.name, result))

    def _take_finished(self) -> None:
        """Wait one tick for a device to end, then take all that have."""
        wait_s: float | None = TICK_S
        while True:
            try:
                name, result = self._done.get(timeout=wait_s) if wait_s else self._done.get_nowait()
            except queue.Empty:
                return
            wait_s = None
            if name in self._running:  # else it was left behind and is late
                self._end(name, result)

    def _end(self, name: str, result: MultiResult) -> None:
        del self._running[name]
        self._busy[self._limits.watch.site(name)] -= 1
        self._asking[self._limits.watch.aaa(name)] -= 1
        self._results[name] = result

    def _tend_running(self) -> None:
        for name, host in tuple(self._running.items()):
            if self._limits.watch.tend(name):
                self._limits.watch.abandoned(name)
                error = TimeoutError("left behind: it outlived its deadline and the abort")
                self._end(name, _failure(self._task, host, error))

    def _skip_waiting(self, reason: str) -> None:
        for hosts in self._waiting.values():
            while hosts:
                host = hosts.popleft()
                self._limits.watch.skipped(host.name, reason)
                self._results[host.name] = _failure(self._task, host, TimeoutError(reason))


def _failure(task: Task, host: Host, error: BaseException) -> MultiResult:
    result = MultiResult(task.name)
    result.append(Result(host=host, exception=error, failed=True))
    return result


def is_at_work(host: str) -> bool:
    """Whether a thread still speaks with a host, be it one that was left behind."""
    return any(one.name == thread_name(host) for one in threading.enumerate())


def thread_name(host: str) -> str:
    """Name the one thread that may speak with a host."""
    return f"xunjian-{host}"


def register() -> None:
    """Put the runner under its name into nornir's register of runners."""
    from nornir.core.plugins.runners import RunnersPluginRegister

    if NAME not in RunnersPluginRegister.available:
        RunnersPluginRegister.register(NAME, ThreadsRunner)
