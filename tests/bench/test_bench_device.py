"""One device with 48 ports through every card of its kind: parsing and judging, in CPU time.

The bound is printed; it is held only where `XUNJIAN_BENCH_STRICT` is set, on a machine that has
nothing else to do.
"""

import os
import re
import statistics
import time
from datetime import timedelta

import pytest

from tests.devices.test_lab_content import DEVICES, Yesterday, canned, inventory_device
from tests.fixtures.shipped import content
from xunjian.checks import JudgeContext, judge
from xunjian.collect import collect
from xunjian.facts.model import FactTable
from xunjian.lab.personality import PERSONALITIES, load_personality
from xunjian.testing.replay import Canned, CannedAnswer, drive

PORTS, ROUNDS = 48, 20
BOUND_MS = 20.0  # both together
NAME = "hz-acc-sw1"


def _more_ports(text: str) -> str:
    """Add copper ports like the first ones until there are as many as asked."""
    blocks = re.split(r"(?m)^(?=\S+ current state : )", text)
    ports = [block for block in blocks if "GigabitEthernet0/0/" in block.split(" ", 1)[0]]
    more = [
        re.sub(r"^\w+0/0/\d+", f"GigabitEthernet0/0/{n + 1}", ports[n % 20])
        for n in range(24, 24 + PORTS - len(ports))
    ]
    return "".join((blocks[0], *more, *blocks[1:]))


def _more_optics(text: str) -> str:
    blocks = re.split(r"(?m)^(?=\S+ transceiver information)", text)
    more = [re.sub(r"^\S+", f"GigabitEthernet0/0/{n}", blocks[1]) for n in range(1, PORTS - 2)]
    return "".join((blocks[0], *more, *blocks[1:]))


def _answers(shift: timedelta) -> Canned:
    lab = DEVICES[NAME]
    answers = canned(lab, load_personality(PERSONALITIES, lab.personality, ()), shift)
    grown = dict(answers.answers)
    for question, grow in (
        ("display interface", _more_ports),
        ("display transceiver verbose", _more_optics),
    ):
        text = grown[question].raw.decode().replace("\r\n", "\n")
        grown[question] = CannedAnswer(raw=grow(text).encode())
    answers.answers = grown
    return answers


@pytest.mark.bench
def test_a_switch_of_48_ports() -> None:
    catalog, platforms, templates = content()
    lab = DEVICES[NAME]
    device, platform = inventory_device(lab), platforms.get(lab.platform)
    tasks = [t for t in catalog.tasks if t.serves(lab.kind) and t.steps_for(lab.platform)]

    def read(answers: Canned) -> FactTable:
        return drive(collect(device, tasks, platform, templates=templates), answers)[0]

    before, now = _answers(timedelta(days=-1)), _answers(timedelta(0))
    past = Yesterday(read(before), before.at)
    context = JudgeContext(now=now.at, history=past)
    table = read(now)
    findings = judge(device, tasks, table, context)
    reading, judging = [], []
    for _ in range(ROUNDS):
        started = time.process_time()
        table = read(now)
        between = time.process_time()
        judge(device, tasks, table, context)
        judging.append((time.process_time() - between) * 1000)
        reading.append((between - started) * 1000)
    size = sum(len(answer.raw) for answer in now.answers.values())
    print(  # noqa: T201  a measurement is for reading
        f"{len(tasks)} cards, {size / 1024:.0f} KiB, {len(findings)} findings: "
        f"read {statistics.median(reading):.1f} ms, judge {statistics.median(judging):.1f} ms CPU; "
        f"best {min(reading):.1f} + {min(judging):.1f} ms, bound {BOUND_MS:.0f} ms"
    )
    assert len([row for row in table.of("Interface") if "GE0/0/" in row.fact.subject]) == PORTS
    assert not table.problems
    if os.environ.get("XUNJIAN_BENCH_STRICT"):
        assert min(reading) + min(judging) <= BOUND_MS
