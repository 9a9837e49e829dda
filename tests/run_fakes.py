"""Stages of a run without devices: sessions that die, hang, raise and refuse on demand."""

import dataclasses
import json
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tests.run_samples import START, Level
from xunjian.checks.context import History
from xunjian.checks.model import Finding, Verdict, finding_id
from xunjian.errors import LoginRefused, Unreachable
from xunjian.facts.model import FactRow, FactTable, StepResult, StepState
from xunjian.inventory.model import ChannelSettings, Device
from xunjian.language import Text
from xunjian.run.model import DeviceResult, Outcome, RunPlan, RunRecord
from xunjian.run.tools import Resolve, Tools
from xunjian.secrets import Secret, SecretRef, SecretSource
from xunjian.tasks.model import Catalog, Step, StepGroup, Task
from xunjian.transport.deadline import Deadline
from xunjian.transport.model import Channel, Evidence, Request

PASSWORD = "Winter-2026-xyz"
REF = SecretRef(source=SecretSource.ENV, name="LAB_PASSWORD")


def card(name: str, command: str, channel: Channel = Channel.CLI) -> Task:
    step = Step(fact="Level", channel=channel, send=command)
    return Task(
        name=name,
        title=Text(name),
        kinds=("switch",),
        tags=("core",),
        collect={"huawei_vrp": (StepGroup(fact="Level", alternatives=(step,)),)},
    )


CATALOG = Catalog(
    tasks=(card("identity", "display version"), card("levels", "display cpu")),
)


def with_password(device: Device, ref: SecretRef = REF) -> Device:
    base = device.channels[""]
    channels: Mapping[str, ChannelSettings] = {"": dataclasses.replace(base, password=ref)}
    return dataclasses.replace(device, channels=channels)


@dataclass
class FakeSession:
    """A session whose device behaves as told by its name's first word."""

    device: Device
    world: "World"
    reason: str = ""
    count: int = 0
    closed: bool = False
    aborted: threading.Event = field(default_factory=threading.Event)

    def ask(self, request: Request) -> Evidence:
        self.count += 1
        self.world.asked.append((self.device.name, request.text))
        if request.channel is Channel.SESSION:
            raw = json.dumps({"answers": True, "reason": self.reason})
            return self._evidence(request, raw)
        if self.reason:
            return self._evidence(request, "", "not_sent")
        error = self.world.behave(self)
        if error:
            self.reason = error
        return self._evidence(request, "" if error else f"{request.text}: 40%\n", error)

    def _evidence(self, request: Request, text: str, error: str = "") -> Evidence:
        return Evidence(
            id=f"{self.device.name}#{self.count:03d}",
            device=self.device.name,
            request=request,
            raw=text.encode(),
            text=text,
            decoded_as="utf-8",
            started_at=START,
            elapsed_s=0.01,
            complete=not error,
            error=error,
        )

    def close(self) -> None:
        self.closed = True
        if self.device.name.startswith("badclose"):
            raise RuntimeError("close failed")

    def abort(self) -> None:
        self.aborted.set()


@dataclass
class World:
    """All fake devices, and what was seen of them."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    active: int = 0
    most_active: int = 0
    most_per_site: int = 0
    on_ask: Callable[[str], None] = lambda _name: None
    release: threading.Event = field(default_factory=threading.Event)
    sessions: list[FakeSession] = field(default_factory=list)
    _sites: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def behave(self, session: FakeSession) -> str:
        name = session.device.name
        self.on_ask(name)
        match name.split("-", maxsplit=1)[0]:
            case "dead":
                return "no_answer"
            case "refused":
                return "login_refused"
            case "hang":
                session.aborted.wait(30)
                return "hang"
            case "half":
                return "session_lost" if session.count > 1 else ""
            case "stubborn":
                self.release.wait(30)
                return ""
            case "raises":
                raise RuntimeError(f"driver fell over, password was {PASSWORD}")
            case "slow":
                self._count(session.device, +1)
                time.sleep(0.03)
                self._count(session.device, -1)
        return ""

    def _count(self, device: Device, step: int) -> None:
        site = device.site.name if device.site else ""
        with self._lock:
            self.active += step
            self._sites[site] = self._sites.get(site, 0) + step
            self.most_active = max(self.most_active, self.active)
            self.most_per_site = max(self.most_per_site, self._sites[site])

    def open_session(self, device: Device, resolve: Resolve, deadline: Deadline) -> FakeSession:
        self.opened.append(device.name)
        for settings in device.channels.values():
            if settings.password is not None:
                resolve(settings.password)
        match device.name.split("-", maxsplit=1)[0]:
            case "noopen":
                raise Unreachable(Text("不通", "no answer"))
            case "norefuse":
                raise LoginRefused(Text("拒绝", "refused"))
            case "openraises":
                raise ValueError(f"opening failed with {PASSWORD}")
        session = FakeSession(device, self)
        self.sessions.append(session)
        return session

    def collect(
        self, device: Device, tasks: Sequence[Task]
    ) -> Generator[Request, Evidence, FactTable]:
        if device.name.startswith("collectraises"):
            raise KeyError("collect")
        steps, rows = [], []
        for task in tasks:
            command = task.steps_for(device.platform)[0].alternatives[0].send
            evidence = yield Request(channel=Channel.CLI, text=command)
            state = StepState.OK if evidence.complete else StepState.NOT_READ
            steps.append(
                StepResult(task=task.name, fact="Level", state=state, evidence_ids=(evidence.id,))
            )
            if evidence.complete:
                rows.append(
                    FactRow(
                        fact=Level(slot=task.name, used_pct=40.0),
                        evidence_ids=(evidence.id,),
                        taken_at=evidence.started_at,
                    )
                )
        yield Request(channel=Channel.SESSION, text="SESSION")
        return FactTable(rows={"Level": tuple(rows)}, steps=tuple(steps))

    def judge(
        self,
        device: Device,
        tasks: Sequence[Task],
        table: FactTable,
        history: History,
        now: datetime,
    ) -> Sequence[Finding]:
        if device.name.startswith("judgeraises"):
            raise ZeroDivisionError(f"judging with {PASSWORD}")
        verdict = Verdict.ABNORMAL if device.name.startswith("abnormal") else Verdict.NORMAL
        return [
            Finding(
                id=finding_id(device.name, f"{row.fact.subject}.used", row.fact.subject),
                check=f"{row.fact.subject}.used",
                task=row.fact.subject,
                device=device.name,
                subject=row.fact.subject,
                verdict=verdict,
                title=Text("占用"),
                level="II" if verdict is Verdict.ABNORMAL else "",
                evidence_ids=row.evidence_ids,
            )
            for row in table.of("Level")
        ]

    def tools(self, resolve: Resolve | None = None) -> Tools:
        return Tools(
            catalog=CATALOG,
            open_session=self.open_session,
            collect=self.collect,
            judge=self.judge,
            resolve=resolve or (lambda _ref: Secret(PASSWORD)),
        )


@dataclass
class Heard:
    """A listener that writes down what it is told."""

    calls: list[tuple[str, str]] = field(default_factory=list)
    fail: bool = False

    def _hear(self, what: str, about: str) -> None:
        self.calls.append((what, about))
        if self.fail:
            raise BrokenPipeError

    def run_started(self, run_id: str, plan: RunPlan) -> None:
        self._hear("run_started", run_id)

    def device_started(self, device: str) -> None:
        self._hear("device_started", device)

    def device_done(self, result: DeviceResult, outcomes: tuple[Outcome, ...]) -> None:
        self._hear("device_done", result.name)

    def note(self, device: str, text: str) -> None:
        self._hear("note", f"{device} {text}")

    def run_done(self, record: RunRecord) -> None:
        self._hear("run_done", record.run_id)
