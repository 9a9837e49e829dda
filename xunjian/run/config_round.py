"""Configurations inside a round: read through the device's own session, behind the cards.

What was read is kept when the round ends, in one commit; the texts of the evidence are redacted by
the platform's pack before they leave this module.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from xunjian.checks.model import Finding, Verdict
from xunjian.config.approvals import Record
from xunjian.config.baselines import BACKUP, BASELINE, RUNNING, STARTUP
from xunjian.config.clean import clean
from xunjian.config.model import ConfigDiff, Redacted, Trust, TrustState
from xunjian.config.pack import Pack
from xunjian.config.redact import redact
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.platforms import unused_ways
from xunjian.playbook.model import ConfigSettings
from xunjian.run import config_checks as judging
from xunjian.run.answers import unasked
from xunjian.run.config_checks import CONFIG, Said, finding
from xunjian.run.configurations import Asking, Fetched, Visit, fetch, requests_of
from xunjian.run.drift import compare_running
from xunjian.run.model import LeftOutReason, Outcome
from xunjian.run.shelf import Shelf, fitness, keep_backups, renew_baseline
from xunjian.store.sealing import CONFIGURATION
from xunjian.transport.model import Evidence, Request

UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigReading:
    """What one device's configuration came to; evidence: only what no card had asked already."""

    outcome: Outcome
    evidence: tuple[Evidence, ...] = ()
    change: ConfigDiff | None = None
    notes: tuple[Text, ...] = ()  # what could not be read beside the rest


@dataclass(slots=True)
class Configurations:
    """The configurations of one round.

    records: approvals by device, read before any contact.
    """

    settings: ConfigSettings
    shelf: Shelf
    records: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    _read: list[Fetched] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        """Make the key of fingerprints before many threads want it."""
        assert self.shelf.key

    def why_not(self, device: Device) -> LeftOutReason | None:
        """Why a device's configuration is not read; None when it is.

        Raises:
            ReadOnlyViolation: the platform's rules refuse the pack's command.
        """
        if device.address is None:
            return LeftOutReason.NO_ADDRESS
        if not device.platform:
            return LeftOutReason.NO_PLATFORM
        visit = self._visit(device)
        if visit is None:
            return LeftOutReason.NO_CARD
        requests = requests_of(visit)
        if not any(request.channel.value in open_channels(visit) for request in requests):
            return LeftOutReason.NO_CARD
        return None

    def channels(self, device: Device) -> frozenset[str]:
        """Channels that reading the configuration asks on."""
        visit = self._visit(device)
        if visit is None:
            return frozenset()
        return open_channels(visit) & {request.channel.value for request in requests_of(visit)}

    def read(
        self, device: Device, session: Asking, asked: Sequence[Evidence], now: datetime
    ) -> ConfigReading:
        """Read, judge and compare one device's configuration. asked: what the cards got."""
        visit = self._visit(device)
        assert visit is not None  # `why_not` left the others out
        ear = _Ear(session, asked, visit)
        key = self.shelf.key
        with_startup = bool(visit.pack.commands.startup)
        fetched = fetch(visit, ear, self.shelf.memory, startup=with_startup)
        evidence = tuple(_kept(item, visit, fetched, key) for item in ear.new)
        cited = tuple(item.id for item in ear.heard if item.complete)
        running = fetched.running
        outcome = Outcome(device=device.name, task=CONFIG, reached=True, evidence_ids=cited)
        if running is None:
            said = _not_read(fetched, ear.heard)
            if said is None:
                outcome = replace(outcome, reached=False, reason=fetched.reason)
            else:
                found = finding(device.name, judging.TRUST, said, cited)
                outcome = replace(outcome, findings=(found,))
            return ConfigReading(outcome=outcome, evidence=evidence)
        baseline = renew_locked(self._lock, self.shelf, visit)
        if self.settings.backup and not fitness(fetched, baseline):
            self.shelf.vault.keep(fetched)  # at once: the bytes are not held until the round ends
            with self._lock:
                self._read.append(replace(fetched, raw={}))
        change = self._compared(fetched, baseline, now)
        findings = self._findings(fetched, running, change, cited, ear.heard)
        return ConfigReading(
            outcome=replace(outcome, findings=findings),
            evidence=evidence,
            change=change,
            notes=fetched.notes,
        )

    def keep(self, run_id: str) -> bool:
        """Commit what was read, once the round has ended; a second call does nothing."""
        with self._lock:
            found, self._read = self._read, []
        if not found:
            return False
        found.sort(key=lambda fetched: fetched.visit.device.name)
        return keep_backups(self.shelf, found, f"backup of round {run_id}")

    def _visit(self, device: Device) -> Visit | None:
        platform = self.shelf.content.platforms.get(device.platform)
        if platform is None or device.address is None:
            return None
        pack = self.shelf.packs.get(platform.name)
        if not pack.commands.running and not pack.parts:
            return None
        return Visit(device=device, platform=platform, pack=pack)

    def _compared(
        self, fetched: Fetched, baseline: Redacted | None, now: datetime
    ) -> ConfigDiff | None:
        device = fetched.visit.device
        records = self.records.get(device.name, ())
        match self.settings.diff:
            case "baseline":
                return compare_running(self.shelf, fetched, baseline, "baseline", records, now=now)
            case "last":
                before = self.shelf.read(BACKUP, device)
                return compare_running(self.shelf, fetched, before, "backup", records, now=now)
            case "startup" if fetched.startup is not None:
                return compare_running(self.shelf, fetched, fetched.startup, "startup")
            case _:
                return None

    def _findings(
        self,
        fetched: Fetched,
        running: Redacted,
        change: ConfigDiff | None,
        cited: Sequence[str],
        heard: Sequence[Evidence],
    ) -> tuple[Finding, ...]:
        name = fetched.visit.device.name
        trust = change.trust if change is not None and not change.not_compared else running.trust
        if running.trust.state is not TrustState.TRUSTED:
            trust = running.trust
        found = [finding(name, judging.TRUST, judging.judge_trust(trust), cited)]
        if change is not None and change.mode != "running-startup":
            found.append(finding(name, judging.DRIFT, judging.judge_drift(change), cited))
        if self.settings.diff != "none" and fetched.visit.pack.commands.startup:
            said = self._startup(fetched, heard)
            found.append(finding(name, judging.STARTUP, said, cited))
        return tuple(found)

    def _startup(self, fetched: Fetched, heard: Sequence[Evidence]) -> Said:
        startup, running = fetched.startup, fetched.running
        if startup is None:
            asked = {command.send for command in fetched.visit.pack.commands.startup}
            broken = any(e.request.text in asked and not e.complete for e in heard)
            verdict = Verdict.UNKNOWN if broken else Verdict.NOT_APPLICABLE
            message = Text("没有读到启动配置", "the startup configuration was not read")
            return Said(verdict=verdict, message=message)
        both = (startup.trust, running.trust if running is not None else Trust())
        doubt = next((trust for trust in both if trust.state is not TrustState.TRUSTED), None)
        if doubt is not None:
            return judging.judge_trust(doubt)
        diff = compare_running(self.shelf, fetched, startup, "startup")
        return judging.judge_startup(diff)


def open_channels(visit: Visit) -> frozenset[str]:
    """Channels the platform has and the device offers us."""
    return frozenset(visit.platform.channels) - unused_ways(visit.platform, visit.device)


def renew_locked(lock: threading.Lock, shelf: Shelf, visit: Visit) -> Redacted | None:
    """The device's baseline; git is used by one thread at a time."""
    if not shelf.baselines.is_of_older_pack(BASELINE, visit.named, visit.pack):
        return shelf.baselines.read(BASELINE, visit.named, visit.pack, shelf.key)
    with lock:
        return renew_baseline(shelf, visit)


class _Ear:
    """A session that remembers what it heard.

    It asks nothing that a card has asked already, and nothing on a channel the device has not.
    """

    def __init__(self, session: Asking, asked: Sequence[Evidence], visit: Visit) -> None:
        self._session = session
        self._device = visit.device.name
        self._open = open_channels(visit)
        self._known = {item.request.key: item for item in asked if item.complete}
        self.heard: list[Evidence] = []
        self.new: list[Evidence] = []

    def ask(self, request: Request) -> Evidence:
        if request.channel.value not in self._open:
            return unasked(self._device, request, UNSUPPORTED)
        evidence = self._known.get(request.key)
        if evidence is None:
            evidence = self._session.ask(request)
            self.new.append(evidence)
        self.heard.append(evidence)
        return evidence


def _not_read(fetched: Fetched, heard: Sequence[Evidence]) -> Said | None:
    """What to say of a device that answered, but not with a configuration; None: no answer."""
    if fetched.reason != UNSUPPORTED:
        return None
    refused = fetched.visit.platform.no_privilege
    if refused is not None and any(refused.search(e.text) for e in heard if e.complete):
        message = Text("账号权限不够，读不到配置", "the account may not read the configuration")
        return Said(verdict=Verdict.UNKNOWN, message=message)
    message = Text("设备不支持读配置的命令", "the device knows none of the commands")
    return Said(verdict=Verdict.NOT_APPLICABLE, message=message)


def _kept(evidence: Evidence, visit: Visit, fetched: Fetched, key: bytes) -> Evidence:
    """The evidence as it may be stored: its text redacted by the pack, flagged as such."""
    pack = _pack_of(evidence, visit)
    text = ""
    if evidence.text:
        raw = evidence.text.encode()
        known = {RUNNING: fetched.running, STARTUP: fetched.startup}
        done = next((known[what] for what, own in fetched.raw.items() if own == raw), None)
        done = done or redact(clean(raw, pack, gate=False), pack, key)
        text = "\n".join(done.lines) + "\n"
    return replace(evidence, text=text, flags={**evidence.flags, CONFIGURATION: pack.ref})


def _pack_of(evidence: Evidence, visit: Visit) -> Pack:
    parts = visit.pack.parts
    return next((p for part, p in parts if part.command.send == evidence.request.text), visit.pack)
