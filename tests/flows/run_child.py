"""A run in a process of its own, for tests that kill or interrupt it: STATE DEVICES [RUN]."""

import sys
import time
from pathlib import Path

from typing_extensions import override

from tests.run_fakes import Heard, World
from tests.run_samples import FACTS, device, playbook
from xunjian.run.execute import RunOrder, execute
from xunjian.run.model import DeviceResult, Outcome
from xunjian.run.plan import plan_run, resume_plan
from xunjian.store import open_store


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Spoken(Heard):
    """Says aloud what is stored, so that the parent knows when to strike."""

    @override
    def device_started(self, device: str) -> None:
        say(f"started {device}")

    @override
    def device_done(self, result: DeviceResult, outcomes: tuple[Outcome, ...]) -> None:
        say(f"done {result.name}")


def main(state: str, count: str, run_id: str = "") -> int:
    store = open_store(Path(state), facts=FACTS)
    book = playbook(workers=2, device_deadline_s=20.0)
    devices = [device(f"{'good' if n < 3 else 'late'}-{n}") for n in range(int(count))]
    world = World()
    if not run_id:
        world.on_ask = lambda name: time.sleep(0.5) if name.startswith("late") else None
    tools = world.tools()
    plan = plan_run(devices, book, tools.catalog)
    if run_id:
        named = {d.name: d for d in devices}
        plan = resume_plan(store.remaining(run_id), named, store.record(run_id))
    order = RunOrder(plan=plan, playbook=book, tools=tools, resume=run_id)
    return execute(order, store, events=Spoken()).exit_code or 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
