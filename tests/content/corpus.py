"""Every sample of the corpus, and what our cards make of it: read, known and not read, or failed.

The lists of what is known stand in the tests of the families; here they are brought together.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import yaml

from tests.content import test_corpus_cisco as cisco
from tests.content import test_corpus_codecs as codecs
from tests.content import test_corpus_comware as comware
from tests.content import test_corpus_fortinet as fortinet
from tests.content import test_corpus_huawei as huawei
from tests.content import test_corpus_servers as servers
from tests.content import test_corpus_ups as ups
from tests.fixtures.shipped import content
from xunjian.collect import collect
from xunjian.facts.model import FactTable, StepState
from xunjian.inventory.model import ChannelSettings, Device
from xunjian.tasks.model import Step, StepGroup, Task
from xunjian.testing.replay import Canned, CannedAnswer, drive, read_agent
from xunjian.transport.model import Channel, Evidence
from xunjian.workspace import builtin_root

CORPUS = Path(os.environ.get("XUNJIAN_CORPUS") or builtin_root().parent / "shared" / "corpus")
AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
NO_ITEM = "no inspection item asks for it"
NOT_SNMP = "a platform that is asked another way, or none of ours; it is no UPS"
CISCO_NOT_ASKED = {
    "show inventory": "the register is compared with show version",
    "show int Te1 0 1": "one port at a time; show interfaces is asked",
    "show int Te2 0 1": "one port at a time; show interfaces is asked",
    "show int Gi0 11": "one port at a time; show interfaces is asked",
    "show interfaces transceiver switch 1": "a VSS wants the switch's number: not asked",
    "show interfaces transceiver switch 2": "a VSS wants the switch's number: not asked",
    "show switch virtual": "VSS is no item yet",
}
# services of a full listing, as our own command would print them
UNITS = "systemctl list-units --all --plain --no-legend --no-pager --type=service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Captured answers of one device, or why no card reads them."""

    group: str
    name: str
    platform: str = ""
    kind: str = "switch"
    channel: str = ""
    answers: Mapping[str, bytes] = field(default_factory=dict)
    agent: Mapping[str, str] | None = None
    files: int = 1
    known: str = ""

    @property
    def device(self) -> Device:
        """A device that answers so."""
        channels = {self.channel: ChannelSettings()} if self.channel else {}
        return Device(name="corpus", kind=self.kind, platform=self.platform, channels=channels)

    def canned(self) -> Canned:
        """Its answers."""
        answers = {text: CannedAnswer(raw=raw) for text, raw in self.answers.items()}
        return Canned(device="corpus", answers=answers, at=AT, agent=self.agent)


@cache
def samples() -> tuple[Sample, ...]:
    """All samples of the platforms we have; `config/` belongs to the comparison of
    configurations, but for one recorded session."""
    return (
        *_cisco(), *_vrp(), *_comware(), *_fortinet(), *_junos(), *_linux(), *_snmp(), *_trees(),
    )  # fmt: skip


def asked(sample: Sample) -> tuple[Task, ...]:
    """Cards that ask what the sample answers."""
    return tuple(
        task
        for task in content()[0].tasks
        if (not task.kinds or sample.kind in task.kinds)
        and any(_fits(sample, step) for _, step in alternatives(task, sample.platform))
    )


def alternatives(task: Task, platform: str) -> Iterator[tuple[StepGroup, Step]]:
    """All forms a card reads on a platform."""
    for group in task.collect.get(platform, ()):
        for step in group.alternatives:
            yield group, step


def _fits(sample: Sample, step: Step) -> bool:
    if step.channel is Channel.SNMP:
        return sample.agent is not None
    if step.follow:
        return "/redfish/v1/" in sample.answers
    return (step.send or step.get) in sample.answers


def read(sample: Sample, task: Task) -> tuple[FactTable, tuple[Evidence, ...]]:
    """Collect one card from a sample; only the steps that it answers."""
    _, platforms, templates = content()
    groups = tuple(
        replace(group, alternatives=kept)
        for group in task.collect.get(sample.platform, ())
        if (kept := tuple(step for step in group.alternatives if _fits(sample, step)))
    )
    task = replace(task, collect={sample.platform: groups})
    platform = platforms.get(sample.platform)
    asking = collect(sample.device, (task,), platform, templates=templates)
    return drive(asking, sample.canned())


def gives_rows(sample: Sample, task: Task, step: Step) -> bool:
    """Whether one form alone reads the sample whole, into at least one row."""
    if not _fits(sample, step):
        return False
    alone = StepGroup(fact=step.fact, alternatives=(step,))
    table, _ = read(sample, replace(task, collect={sample.platform: (alone,)}))
    return table.steps[0].state is StepState.OK and bool(table.of(step.fact))


def judge_sample(sample: Sample) -> tuple[str, str]:
    """Give `parsed`, `known unknown` with the reason, or `failed` with what went wrong."""
    if sample.known:
        return "known unknown", sample.known
    whole, wrong = 0, []
    for task in asked(sample):
        table, _ = read(sample, task)
        whole += sum(step.state is StepState.OK for step in table.steps)
        wrong += [f"{task.name}: {problem}" for problem in table.problems]
        wrong += [
            f"{task.name}/{step.fact}: {step.reason}"
            for step in table.steps
            if step.state not in {StepState.OK, StepState.UNSUPPORTED}
        ]
    if wrong or not whole:
        return "failed", "; ".join(wrong) or "nobody asks for it, and no list says why"
    return "parsed", ""


def _cli(platform: str, name: str, command: str, raw: bytes, known: str) -> Sample:
    return Sample(
        group=f"cli {platform}",
        name=name,
        platform=platform,
        kind="firewall" if platform == "fortinet" else "switch",
        channel="cli" if platform == "fortinet" else "",
        answers={command: raw},
        known=known,
    )


def _texts(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.suffix in {".raw", ".txt"})


def _cisco() -> Iterator[Sample]:
    for folder, platform in cisco.FOLDERS.items():
        root = CORPUS / "cli" / folder
        for path in _texts(root):
            relative = path.relative_to(root).with_suffix("")
            words = (relative.parts[0] if folder == "cisco_ios" else relative.name).replace(
                "_", " "
            )
            name, command = f"{folder}/{relative.as_posix()}", cisco.COMMANDS.get(words, words)
            raw = path.read_bytes()
            if " | include " in command:  # as the device itself would filter
                wanted = re.compile(command.partition(" | include ")[2].encode())
                raw = b"\n".join(line for line in raw.splitlines() if wanted.search(line))
            known = cisco.UNKNOWN_FORMS.get(name, CISCO_NOT_ASKED.get(words, ""))
            yield _cli(platform, name, command, raw, known)


def _vrp() -> Iterator[Sample]:
    for one in huawei.captured():
        known = huawei.UNKNOWN_FORMS.get(
            one.name, NO_ITEM if one.command in huawei.NOT_ASKED else ""
        )
        yield _cli("huawei_vrp", one.name, one.command, one.path.read_bytes(), known)


def _comware() -> Iterator[Sample]:
    for one in comware.samples():
        not_asked = NO_ITEM if one.command in comware.NOT_ASKED else ""
        known = comware.UNKNOWN_FORMS.get(one.name, not_asked)
        yield _cli("hp_comware", one.name, one.command, one.path.read_bytes(), known)


def _fortinet() -> Iterator[Sample]:
    for path in _texts(CORPUS / "cli" / "fortinet"):
        known = fortinet.NOT_ASKED.get(path.parent.name, "")
        command = fortinet.command_of(path)
        yield _cli("fortinet", path.stem, command, path.read_bytes(), known)


@cache
def junos_answers() -> Mapping[str, str]:
    """What the recorded session of a Junos firewall holds: command and answer."""
    path = CORPUS / "config" / "oxidized" / "junos#srx300_22.4_wo_cluster#simulation.yaml"
    commands = yaml.safe_load(path.read_text("utf-8"))["commands"]
    return {command.strip(): said for command, said in commands.items()}


def _junos() -> Iterator[Sample]:
    answers = {text: said.encode() for text, said in junos_answers().items()}
    yield Sample(
        group="cli juniper_junos",
        name="srx300 22.4",
        platform="juniper_junos",
        kind="firewall",
        answers=answers,
        files=0,  # it lies among the configurations, whose own tests count it
    )


def _linux() -> Iterator[Sample]:
    for path in servers.samples():
        raw, form = path.read_bytes(), path.stem.partition("__")[2].partition("-")[0]
        command, _, ending = servers.READ.get(path.stem, ("", {}, ""))
        known = (
            "" if command else servers.UNKNOWN.get(path.stem, servers.UNKNOWN_FORMS.get(form, ""))
        )
        if path.stem == "centos-7.7__systemctl":
            command, known = UNITS, ""
            raw = b"".join(
                line for line in raw.splitlines(keepends=True) if b".service" in line[:60]
            )
        yield Sample(
            group="linux",
            name=path.stem,
            platform="linux",
            kind="server",
            answers={command: raw + ending.encode()},
            known=known,
        )
    for path in _texts(CORPUS / "cli" / "linux"):
        known = servers.NTC_NOT_ASKED.get(path.parent.name, "")
        yield Sample(group="linux", name=path.stem, platform="linux", kind="server", known=known)


def _snmp() -> Iterator[Sample]:
    for path in sorted((CORPUS / "snmp").glob("*.snmprec")):
        no_ups = NOT_SNMP if path.stem in ups.NO_UPS else ""
        yield Sample(
            group="snmp",
            name=path.stem,
            platform=ups.PLATFORM.get(path.stem, ""),
            kind="ups",
            agent=read_agent(path.read_text("utf-8", "replace")),
            known=ups.KNOWN_UNKNOWN.get(path.stem, no_ups),
        )


def _trees() -> Iterator[Sample]:
    root = CORPUS / "redfish" / "public-rackmount1"
    pages = {}
    for page in sorted(root.rglob("index.json")):
        place = page.parent.relative_to(root).as_posix()
        pages["/redfish/v1/" + ("" if place == "." else place)] = page.read_bytes()
    yield Sample(
        group="redfish",
        name=root.name,
        platform="redfish",
        kind="server",
        answers=pages,
        files=len(pages),
    )
    for path in sorted(p for p in root.rglob("*") if p.is_file() and p.name != "index.json"):
        yield Sample(group="redfish", name=path.name, known="schema and settings of the explorer")
    for path in sorted(codecs.CODEC.iterdir()):
        yield _codec(path)


def _codec(path: Path) -> Sample:
    if path.suffix == ".xml":
        return Sample(
            group="codec",
            name=path.name,
            platform="roomos",
            kind="codec",
            channel="http",
            answers={codecs.STATUS: path.read_bytes()},
            known=codecs.UNKNOWN.get(path.name, ""),
        )
    mappings = json.loads(path.read_text("utf-8"))["mappings"]
    answers = {
        one["request"]["url"]: one["response"]["body"].encode()
        for one in mappings
        if one["request"]["method"] == "GET"
    }
    return Sample(
        group="codec",
        name=path.name,
        platform="poly_videoos",
        kind="codec",
        channel="http",
        answers=answers,
    )
