"""What a device of the lab answers: captured texts as templates, with a fault's files over them.

A personality is a folder `personalities/<name>/` with `answers.yml`, a mapping from what is asked
to the file that answers it (command → text, path → document), or with `agent.snmprec` or
`vars.txt` alone. A fault's folder `faults/<fault>/` has files of the same form and wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import yaml
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from xunjian.lab.devices import LabDevice

LAB_ZONE = timezone(timedelta(hours=8), "CST")
PERSONALITIES = Path(__file__).parent / "personalities"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabClock:
    """The lab's time: the real one, moved by `shift` while yesterday's round is played.

    began: when the lab was made, minus one day, so that counters have grown since that round.
    """

    began: datetime
    shift: timedelta = timedelta(0)

    def now(self) -> datetime:
        """The time the devices believe it is, in China's zone."""
        return datetime.now(LAB_ZONE) + self.shift


@dataclass(frozen=True, slots=True)
class Personality:
    """The answers of one device, rendered anew for every question."""

    environment: ImmutableSandboxedEnvironment
    answers: Mapping[str, str]

    def has(self, question: str) -> bool:
        """Whether there is an answer at all."""
        return question in self.answers

    def answer(self, question: str, values: Mapping[str, object]) -> str | None:
        """The answer's text, or None when the device does not know the question."""
        name = self.answers.get(question)
        return None if name is None else self.environment.get_template(name).render(values)

    def file(self, name: str, values: Mapping[str, object]) -> str:
        """A data file by its own name, rendered."""
        return self.environment.get_template(name).render(values)


def load_personality(root: Path, name: str, faults: tuple[str, ...] = ()) -> Personality:
    """Load a personality with the data of these faults over its own."""
    base = root / name
    layers = [base / "faults" / fault for fault in faults]
    layers = [layer for layer in layers if layer.is_dir()] + [base]
    answers: dict[str, str] = {}
    for layer in reversed(layers):
        listing = layer / "answers.yml"
        if listing.is_file():
            answers.update(_read_answers(listing))
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(layers, encoding="utf-8"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    return Personality(environment, answers)


def _read_answers(path: Path) -> dict[str, str]:
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {str(question): str(file) for question, file in (data or {}).items()}


def template_values(device: LabDevice, clock: LabClock, sysname: str = "") -> dict[str, object]:
    """What templates may use; `tick` is seconds since the lab began, for counters."""
    now = clock.now()
    started = clock.began - timedelta(days=device.age_days, seconds=device.number * 61)
    return {
        "name": device.name,
        "sysname": sysname or device.sysname,
        "serial": device.serial,
        "label": device.label,
        "model": device.model,
        "address": device.address,
        "number": device.number,
        "now": now,
        "started": started,
        "uptime_s": int((now - started).total_seconds()),
        "tick": int((now - clock.began).total_seconds()),
    }
