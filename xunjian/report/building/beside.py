"""What a document needs beside the record of its run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from xunjian.calendar.model import FreezeOverride
from xunjian.language import Text
from xunjian.report.document import NextRound, Person, Revision
from xunjian.store.model import Past

ALL_SHEETS_UP_TO = 100  # devices; beyond, only those with something to say get a sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the contract and the workspace's settings say of every document.

    logo: PNG or JPEG bytes. signers, recipients, basis: as written; empty stands for the usual.
    record_sheets: `all`, `abnormal`, `none`; empty: by the number of devices. due_days: by level.
    """

    project: str = ""
    customer: str = ""
    contractor: str = ""
    secrecy: str = ""
    logo: bytes = field(default=b"", repr=False)
    people: tuple[Person, ...] = ()
    signers: tuple[Text, ...] = ()
    recipients: tuple[str, ...] = ()
    basis: tuple[Text, ...] = ()
    record_sheets: str = ""
    due_days: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What the register says a device depends on: any of `uplink`, `power`; all of the others."""

    label: str
    uplink: tuple[str, ...] = ()
    uplink_all: tuple[str, ...] = ()
    power: tuple[str, ...] = ()
    power_all: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a card says of one of its checks."""

    title: Text
    source: Text
    limits: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Everything else: the past, the settings, the cards, the calendar, the versions before.

    title: of the playbook's `report.title`; None: by the occasion. planned: first and last day
    that the calendar gave. overrides: of a freeze, in force during the run.
    """

    past: Past = Past()
    order: Order = Order()
    task_titles: Mapping[str, Text] = field(default_factory=dict)
    task_marks: Mapping[tuple[str, str], str] = field(default_factory=dict)  # by task and kind
    sources: Mapping[str, Source] = field(default_factory=dict)
    title: Text | None = None
    planned: tuple[date, date] | None = None
    steps: Text = Text("")  # of a conference's guarantee: how each of them stands
    behind: Text = Text("")  # what of the step before is not done
    overrides: tuple[FreezeOverride, ...] = ()
    signed: tuple[Person, ...] = ()  # who filled in and signed the forms
    revisions: tuple[Revision, ...] = ()
    version: int = 1
    found: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # identity, by device
    names: Mapping[str, str] = field(default_factory=dict)  # what is called so in English
    system_titles: Mapping[str, Text] = field(default_factory=dict)
    party_titles: Mapping[str, Text] = field(default_factory=dict)
    site_levels: Mapping[str, str] = field(default_factory=dict)  # by site
    supplies: Mapping[str, Supply] = field(default_factory=dict)  # by device
    spare_tasks: frozenset[str] = frozenset()  # cards about spare parts
    next_rounds: tuple[NextRound, ...] = ()
