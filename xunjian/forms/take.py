"""Answers taken into a run: kept as evidence, judged by the cards, sealed behind what stands."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from xunjian.checks.model import Finding
from xunjian.forms.marks import Taken
from xunjian.inventory.model import Device
from xunjian.run.answers import answer_of
from xunjian.run.breaker import Breaker
from xunjian.run.config_checks import CONFIG
from xunjian.run.found import found_beside, overruled, with_found
from xunjian.run.inspect import Visit, inspect
from xunjian.run.leash import Leash
from xunjian.run.model import Outcome, Pair, RunRecord, RunState
from xunjian.run.replay import StoredSession
from xunjian.run.tools import Tools
from xunjian.run.waiving import waived
from xunjian.store.model import DeviceSave
from xunjian.store.sealing import ATTACHMENT
from xunjian.store.store import Store
from xunjian.transport.model import Channel, Evidence, Request

_UNLIMITED_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that belongs to an answer: the form itself, a picture."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Its identity."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """How taking in ended. answers: that were new. devices: whose findings were judged again."""

    answers: int
    devices: tuple[str, ...]
    state: RunState


class Reception:
    """Takes answers into one run."""

    def __init__(
        self, record: RunRecord, store: Store, tools: Tools, devices: Mapping[str, Device]
    ) -> None:
        past = store.past(record.run_id, ())
        self._matters = {matter.finding.id: matter.finding for matter in past.matters}
        self._record, self._store = record, store
        waivers = store.journal.waivers(record.started_at)  # later ones begin with the next round
        self._tools, self._devices = replace(tools, waivers=waivers), devices

    def take(
        self, taken: Sequence[Taken], forms: Sequence[File], pictures: Sequence[File]
    ) -> Received:
        """Store what is new and judge its devices again; what is known already changes nothing."""
        by_device: defaultdict[str, list[Taken]] = defaultdict(list)
        for one in taken:
            by_device[one.device].append(one)
        saves: list[tuple[DeviceSave, Collection[str]]] = []
        count = 0
        for name, own in by_device.items():
            stored = self._store.evidence(self._record.run_id, name)
            known = {one.id for one in stored}
            new = [e for one in own if (e := _evidence(one)).id not in known]
            new = list({one.id: one for one in new}.values())
            if not new:
                continue
            count += len(new)
            files = [*forms, *_shown_in(new, pictures)]
            attached = [_attachment(name, file, new[0]) for file in files]
            attached = [one for one in attached if one.id not in known]
            saves.append(self._judged(name, stored, [*new, *attached]))
        if not saves:
            return Received(answers=0, devices=(), state=self._record.state)
        state = self._store.amend(self._record.run_id, saves)
        names = tuple(save.result.name for save, _ in saves)
        return Received(answers=count, devices=names, state=state)

    def _judged(
        self, name: str, stored: Sequence[Evidence], new: Sequence[Evidence]
    ) -> tuple[DeviceSave, Collection[str]]:
        """Judge a device again; automatic items stay as they were sealed."""
        device = self._devices[name]
        mine = [one for one in self._record.outcomes if one.device == name]
        own = [one for one in mine if one.task != CONFIG]
        result = next(one for one in self._record.devices if one.name == name)
        evidence = [*stored, *new]
        session = StoredSession(name, evidence, result.reason if not result.is_awaited else "")
        visit = Visit(
            pair=Pair(device=device, tasks=tuple(one.task for one in own)),
            tools=replace(self._tools, open_session=lambda *_: session, configurations=None),
            leash=Leash(_UNLIMITED_S),
            breaker=Breaker(1),
            history=self._store.history(name, self._record.started_at),
            now=self._record.started_at,
            answers=session.answers,
        )
        delivered: list[DeviceSave] = []
        inspect(visit, delivered.append)
        save = delivered[0]
        asked = {card.name for card in visit.tasks if card.has_form(device.platform)}
        before = {one.task: one for one in mine}
        again = {one.task: one for one in save.outcomes if one.task in asked}
        stand = [_keeping(again[one.task], one) if one.task in again else one for one in mine]
        measured = {f.id: f for one in save.outcomes for f in one.findings}
        outcomes = overruled(stand, session.answers, measured)
        outcomes = with_found(
            tuple(sorted(outcomes, key=lambda one: (one.task not in asked, one.task == CONFIG))),
            self._waived(found_beside(evidence, name, self._matters)),
        )
        changed = {one.task for one in outcomes if one is not before[one.task]} | asked
        is_paper = visit.is_on_paper
        made = replace(
            save,
            result=replace(save.result, notes=result.notes) if is_paper else result,
            outcomes=tuple(one for one in outcomes if one.task in changed),
            evidence=tuple(new),
            change=None,
        )
        return made, changed

    def _waived(self, found: Sequence[Finding]) -> Sequence[Finding]:
        return waived(found, self._tools.waivers, self._record.started_at.date())


def _keeping(now: Outcome, before: Outcome) -> Outcome:
    """Keep when the item was first done; a replay's own word for "not asked then" is no reason."""
    reason = before.reason if now.reason == "not_stored" else now.reason
    return replace(now, reason=reason, started_at=before.started_at, elapsed_s=before.elapsed_s)


def _evidence(one: Taken) -> Evidence:
    """Keep an answer as evidence whose name is its content: the same answer is the same piece."""
    text = json.dumps(
        {"question": one.question, **one.body}, ensure_ascii=False, sort_keys=True, default=str
    )
    digest = hashlib.sha256(f"{one.device}\0{text}".encode()).hexdigest()
    return Evidence(
        id=f"{one.device}#f{digest[:12]}",
        device=one.device,
        request=Request(channel=Channel.MANUAL, text=one.question),
        raw=text.encode(),
        text=text,
        decoded_as="utf-8",
        started_at=one.at,
        elapsed_s=0.0,
        complete=True,
        detail=one.where,
    )


def _attachment(device: str, file: File, of: Evidence) -> Evidence:
    return Evidence(
        id=f"{device}#a{file.sha256[:12]}",
        device=device,
        request=Request(channel=Channel.MANUAL, text=f"FILE {file.name}"),
        raw=file.content,
        text="",
        decoded_as="utf-8",
        started_at=of.started_at,
        elapsed_s=0.0,
        complete=True,
        flags={ATTACHMENT: file.name},
    )


def _shown_in(evidence: Sequence[Evidence], pictures: Sequence[File]) -> list[File]:
    wanted = {
        photo for one in evidence if (said := answer_of(one)) is not None for photo in said.photos
    }
    return [picture for picture in pictures if picture.sha256 in wanted]
