"""What each card reads on a platform, over which transport, and how far that was tried."""

from collections.abc import Mapping
from dataclasses import dataclass

from xunjian.language import Text
from xunjian.tasks.model import Catalog, EvidenceClass, Step, Task
from xunjian.transport.model import Channel

TITLES: Mapping[EvidenceClass, Text] = {
    EvidenceClass.REAL: Text("真实服务器", "real server"),
    EvidenceClass.CAPTURED: Text("实录", "captured"),
    EvidenceClass.DOCUMENTED: Text("按手册", "documented"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCard:
    """A card on one platform.

    forms: per class the facts with the number of commands, paths or tables that give them.
    """

    task: Task
    channels: tuple[str, ...]
    forms: Mapping[EvidenceClass, Mapping[str, int]]

    def total(self, evidence: EvidenceClass) -> int:
        """Count the forms of a class."""
        return sum(self.forms[evidence].values())


def cards_of(catalog: Catalog, platform: str) -> tuple[ReadCard, ...]:
    """Give the cards that ask devices of a platform (`*`: of any), ordered by item."""
    named = [task for task in catalog.tasks if asked_steps(task, platform)]
    ordered = sorted(named, key=lambda task: (task.name, task.relative))
    return tuple(_read_card(task, platform) for task in ordered)


def asked_steps(task: Task, platform: str) -> tuple[Step, ...]:
    """Give the steps that ask a device; what people answer on a form is no platform's."""
    steps = (step for group in task.collect.get(platform, ()) for step in group.alternatives)
    return tuple(step for step in steps if step.channel is not Channel.MANUAL)


def _read_card(task: Task, platform: str) -> ReadCard:
    forms: dict[EvidenceClass, dict[str, int]] = {one: {} for one in EvidenceClass}
    channels: dict[str, None] = {}
    for step in asked_steps(task, platform):
        counted = forms[step.evidence]
        counted[step.fact] = counted.get(step.fact, 0) + 1
        channels[step.channel.value] = None
    return ReadCard(task=task, channels=tuple(channels), forms=forms)
