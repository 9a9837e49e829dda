"""One device of the lab at work: its answers, its faults of the moment, its transcript."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from xunjian.lab.devices import LabDevice
from xunjian.lab.faults import Behaviour, Fault
from xunjian.lab.personality import LabClock, Personality, load_personality, template_values

GBK_SYSNAME = "杭州-接入-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """The one account every device of a lab knows."""

    username: str
    password: str = field(repr=False)
    community: str = field(default="", repr=False)
    snmp_key: str = field(default="", repr=False)


@dataclass(slots=True, kw_only=True)
class Station:
    """A device and what is wrong with it just now; protocols ask it for their answers."""

    device: LabDevice
    credential: Credential
    personalities: Path
    transcript: Path
    clock: LabClock
    faults: tuple[Fault, ...] = ()
    personality: Personality = field(init=False)

    def __post_init__(self) -> None:
        """Load the answers."""
        self.plant(self.faults, self.clock)

    def plant(self, faults: tuple[Fault, ...], clock: LabClock) -> None:
        """Take over these faults (those of other devices are passed over) and this clock."""
        self.clock = clock
        self.faults = tuple(f for f in faults if f.device == self.device.name)
        self.personality = load_personality(
            self.personalities, self.device.personality, tuple(f.name for f in self.faults)
        )

    def behaves(self, behaviour: Behaviour) -> bool:
        """Whether a planted fault makes the device behave so."""
        return any(fault.behaviour is behaviour for fault in self.faults)

    @property
    def sysname(self) -> str:
        """The name in its prompt."""
        return GBK_SYSNAME if self.behaves(Behaviour.SPEAKS_GBK) else self.device.sysname

    @property
    def encoding(self) -> str:
        """How the device writes its texts."""
        return "gb18030" if self.behaves(Behaviour.SPEAKS_GBK) else "utf-8"

    def values(self) -> dict[str, object]:
        """What its templates may use at this moment."""
        return template_values(self.device, self.clock, self.sysname)

    def answer(self, question: str) -> str | None:
        """The answer to a question, or None when it does not know it."""
        return self.personality.answer(question, self.values())

    def file(self, name: str) -> str:
        """One of its data files, rendered."""
        return self.personality.file(name, self.values())

    def latency_s(self, question: str) -> float:
        """How long it thinks before it answers: 4 to 19 ms, the same for the same question."""
        return (
            4 + hashlib.sha256(f"{self.device.name} {question}".encode()).digest()[0] % 16
        ) / 1e3

    def received(self, what: str, text: str) -> None:
        """Note in the transcript what was sent to the device: `time what text`, one line each."""
        at = self.clock.now().isoformat(timespec="milliseconds")
        clean = text.encode("unicode_escape", "backslashreplace").decode() if _odd(text) else text
        with self.transcript.open("a", encoding="utf-8") as file:
            file.write(f"{at} {what} {clean}\n")


def _odd(text: str) -> bool:
    return not text.isprintable()
