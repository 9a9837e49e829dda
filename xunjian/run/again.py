"""A second look at a device whose finding came suddenly, before anybody is told.

It is a visit of its own, short, of the few cards in question; nothing of it is stored: the round's
record is what the round measured.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from xunjian.checks.model import Finding
from xunjian.run.breaker import Breaker
from xunjian.run.config_checks import CONFIG
from xunjian.run.execute import RunOrder
from xunjian.run.inspect import Visit, inspect
from xunjian.run.leash import ABANDON_AFTER_S, Leash
from xunjian.run.model import DeviceResult, Pair
from xunjian.run.pool import is_at_work, thread_name
from xunjian.run.stop import StopSignal
from xunjian.store.model import DeviceSave
from xunjian.store.store import Store

LOOK_S = 20.0  # house rule: a device that takes longer is told of without a second look
# a login that was refused is not tried again (accounts lock); the rest would say the same again
_FINAL = frozenset(
    {
        "login_refused",
        "credential_suspended",
        "host_key_unknown",
        "host_key_changed",
        "no_secret",
        "interrupted",
        "run_deadline",
        "deadline",  # it had all the time that a device gets
        "internal",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLook:
    """Measures cards of one device again; under a freeze that forbids retries it does not.

    breaker: of all second looks together. One refused login ends them for that credential, and a
    device that the round's own thread has not let go of is left alone: it bears one session.
    """

    order: RunOrder
    store: Store
    breaker: Breaker = field(default_factory=lambda: Breaker(1))

    def __call__(self, device: DeviceResult, tasks: tuple[str, ...]) -> Mapping[str, Finding]:
        """Give what is found now, by the finding's id; empty where nothing could be measured."""
        pair = next((p for p in self.order.plan.pairs if p.device.name == device.name), None)
        wanted = tuple(task for task in tasks if task != CONFIG)
        forbidden = not self.order.playbook.run.retries or device.reason in _FINAL
        if pair is None or not wanted or forbidden:
            return {}
        if is_at_work(device.name):
            return {}
        save = self._visit(replace(pair, tasks=wanted))
        found = save.outcomes if save else ()
        return {finding.id: finding for one in found for finding in one.findings}

    def _visit(self, pair: Pair) -> DeviceSave | None:
        """Visit in a thread that can be left behind, as in a round."""
        now = self.order.now or datetime.now(tz=UTC).astimezone()
        leash, saved = Leash(LOOK_S), list[DeviceSave]()
        visit = Visit(
            pair=pair,
            tools=replace(self.order.tools, configurations=None),
            leash=leash,
            breaker=self.breaker,
            history=self.store.history(pair.device.name, now),
            now=now,
        )
        if self.breaker.is_suspended(visit.keys()):
            return None
        thread = threading.Thread(
            target=inspect,
            args=(visit, saved.append),
            name=thread_name(pair.device.name),
            daemon=True,
        )
        thread.start()
        stop = StopSignal()
        for wait_s in (LOOK_S + 2.0, ABANDON_AFTER_S):
            thread.join(wait_s)
            if not thread.is_alive():
                break
            leash.tend(stop)
        return saved[0] if saved and not thread.is_alive() else None
