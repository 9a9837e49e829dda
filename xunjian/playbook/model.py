"""WHEN: a round as its playbook describes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from xunjian.language import Text


class Occasion(StrEnum):
    """What a round is made for."""

    ROUTINE = "routine"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEAR = "half-year"
    PRE_HOLIDAY = "pre-holiday"
    FLOOD_SEASON = "flood-season"
    CONFERENCE = "conference"
    HANDOVER = "handover"
    CHANGE = "change"
    ADHOC = "adhoc"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """How fast and how long."""

    workers: int = 50
    per_site: int = 5
    per_aaa: int = 10  # devices that ask one AAA server, at a time
    device_deadline_s: float = 120.0
    deadline_s: float = 1800.0
    retries: int = 1  # of the TCP probe only; a login is never tried twice
    jitter_s: float = 0.0
    connect_timeout_s: float = 10.0
    suspend_credential_after: int = 3  # devices that refused one credential


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """Which documents, and their number: `{prefix}`, `{kind}`, `{yyyymm}`, `{seq:03d}` and so on.

    number: empty is the workspace's pattern. title: None is the one of the occasion.
    record_sheets: `all`, `abnormal`, `none`; empty goes by the settings.
    """

    template: str = "inspection"
    formats: tuple[str, ...] = ("json", "html", "md", "junit")
    number: str = ""
    title: Text | None = None
    record_sheets: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigSettings:
    """What a round does with configurations.

    backup: keep what was read. diff: `baseline` (and the startup configuration where it can be
    read), `startup`, `last` (what was read the time before) or `none`.
    """

    backup: bool = False
    diff: str = "none"

    @property
    def is_active(self) -> bool:
        """Whether configurations are read at all."""
        return self.backup or self.diff != "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifySettings:
    """What is told, and to which recipients of xunjian.yml.

    on: `level_i` … `level_iv` (from the stream of findings), `changed`, `finished`, `failed` (at
    the end of a round), `missed`, `overdue` (by the calendar).
    """

    on: tuple[str, ...] = ()
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NornirTask:
    """Any nornir task by dotted path, run on every selected device of the playbook."""

    path: str
    args: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """One round. `inactive` names keys that are accepted and not yet active."""

    name: str
    title: Text
    occasion: Occasion = Occasion.ROUTINE
    hosts: str = "all"
    where: str = ""
    tasks: tuple[str, ...] = ()
    nornir: tuple[NornirTask, ...] = ()
    config: ConfigSettings = ConfigSettings()
    manual: tuple[str, ...] = ()  # forms, below templates: `forms/machine_room.yml`
    change: bool = False
    run: RunSettings = RunSettings()
    report: ReportSettings = ReportSettings()
    notify: NotifySettings = NotifySettings()
    inactive: tuple[str, ...] = ()
    relative: str = ""
    layer: str = "builtin"
