"""What the run needs of its neighbours, as functions: real ones by default, others in tests."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from xunjian.calendar.model import Waiver
from xunjian.checks.context import History, JudgingFunction
from xunjian.checks.limits import Thresholds
from xunjian.checks.model import Finding
from xunjian.facts.model import FactTable
from xunjian.inventory.model import Device
from xunjian.parse import TemplateCache
from xunjian.platforms import Platform, Platforms
from xunjian.playbook.model import RunSettings
from xunjian.secrets import Secret, SecretRef
from xunjian.tasks.model import Catalog, Task
from xunjian.transport.deadline import Deadline
from xunjian.transport.model import Evidence, Request

if TYPE_CHECKING:
    from xunjian.run.config_round import Configurations

Resolve = Callable[[SecretRef], Secret]


class Session(Protocol):
    """One device's session (`transport.DeviceSession`)."""

    @property
    def reason(self) -> str:
        """Why the session was given up; empty while it is well."""
        ...

    def ask(self, request: Request) -> Evidence:
        """Ask one question; device trouble comes back as evidence."""
        ...

    def close(self) -> None:
        """Log out and free everything."""

    def abort(self) -> None:
        """Break off whatever is waited on, from another thread."""


OpenSession = Callable[[Device, Resolve, Deadline], Session]
Collect = Callable[[Device, Sequence[Task]], Generator[Request, Evidence, FactTable]]
Judge = Callable[[Device, Sequence[Task], FactTable, History, datetime], Sequence[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The stages a device passes through, and what resolves its secrets.

    configurations: reads them behind the cards; None in a round that reads none.
    waivers: findings that stand by somebody's leave, by id.
    """

    catalog: Catalog
    open_session: OpenSession
    collect: Collect
    judge: Judge
    resolve: Resolve
    configurations: "Configurations | None" = None
    waivers: Mapping[str, Waiver] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the real stages need to know."""

    catalog: Catalog
    platforms: Platforms
    known_hosts: Path
    resolve: Resolve
    templates: TemplateCache
    settings: RunSettings = RunSettings()
    devices: Mapping[str, Device] = field(default_factory=dict)  # for jump hosts
    thresholds: Thresholds = field(default_factory=dict)
    raise_levels: Mapping[str, int] = field(default_factory=dict)
    functions: Mapping[str, JudgingFunction] = field(default_factory=dict)
    waivers: Mapping[str, Waiver] = field(default_factory=dict)


def real_tools(around: Surroundings) -> Tools:
    """The stages as built: `transport.open_session`, `collect.collect`, `checks.judge`."""
    from xunjian.checks import JudgeContext, PlanCache, judge
    from xunjian.collect import collect
    from xunjian.transport import TransportSettings, open_session

    plans = PlanCache()
    waiting = TransportSettings(
        connect_timeout_s=around.settings.connect_timeout_s, retries=around.settings.retries
    )

    def platform_of(device: Device) -> Platform | None:
        return around.platforms.get(device.platform) if device.platform else None

    def open_real(device: Device, resolve: Resolve, deadline: Deadline) -> Session:
        return open_session(
            device,
            platform_of(device),
            known_hosts=around.known_hosts,
            resolve=resolve,
            deadline=deadline,
            settings=waiting,
            find_device=around.devices.get,
        )

    def collect_real(
        device: Device, tasks: Sequence[Task]
    ) -> Generator[Request, Evidence, FactTable]:
        return collect(device, tasks, platform_of(device), templates=around.templates)

    def judge_real(
        device: Device,
        tasks: Sequence[Task],
        table: FactTable,
        history: History,
        now: datetime,
    ) -> Sequence[Finding]:
        context = JudgeContext(
            now=now,
            history=history,
            thresholds=around.thresholds,
            raise_levels=around.raise_levels,
            functions=around.functions,
            plans=plans,
        )
        return judge(device, tasks, table, context)

    return Tools(
        catalog=around.catalog,
        open_session=open_real,
        collect=collect_real,
        judge=judge_real,
        resolve=around.resolve,
        waivers=around.waivers,
    )
