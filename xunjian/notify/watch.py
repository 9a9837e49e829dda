"""A run's listener that tells people, beside the one that shows the run."""

import time
from dataclasses import replace
from datetime import UTC, datetime

from xunjian.language import Text
from xunjian.notify import texts
from xunjian.notify.message import Message
from xunjian.notify.post import Desk, Post, Summary
from xunjian.notify.texts import Source
from xunjian.playbook.model import Playbook
from xunjian.run.events import Events
from xunjian.run.model import DeviceResult, Outcome, RunPlan, RunRecord, RunState
from xunjian.store.notices import Told

LOOK_OVER_S = 30.0  # at the end, for what the queue had no room for


class Watch:
    """Passes everything on, and hands what people want to know to the post."""

    def __init__(self, desk: Desk, playbook: Playbook, inner: Events) -> None:
        self._inner = inner
        self._on = frozenset(playbook.notify.on)
        self._closed = False
        levels = [name for name in self._on if name.startswith("level_")]
        self._post = Post(desk, Source(title=playbook.title), levels)

    def run_started(self, run_id: str, plan: RunPlan) -> None:
        """Remember which run it is."""
        self._post.source = replace(self._post.source, run_id=run_id)
        self._inner.run_started(run_id, plan)

    def device_started(self, device: str) -> None:
        """Pass it on."""
        self._inner.device_started(device)

    def device_done(self, result: DeviceResult, outcomes: tuple[Outcome, ...]) -> None:
        """Hand the device's findings over; this never waits."""
        self._post.device(result, outcomes)
        self._inner.device_done(result, outcomes)

    def note(self, device: str, text: str) -> None:
        """Pass it on."""
        self._inner.note(device, text)

    def run_done(self, record: RunRecord) -> None:
        """Tell how the round ended, and what the queue had no room for."""
        if self._post.overflowed:
            self._look_over(record)
        source = replace(self._post.source, number=record.number, run_id=record.run_id)
        now = datetime.now(tz=UTC).astimezone()
        event = "failed" if _is_broken(record) else "finished"
        if event in self._on or (event == "failed" and "finished" in self._on):
            self._tell(event, record.run_id, texts.round_ended(record, source, now))
        message = texts.configurations_changed(record, source, now)
        if message is not None and "changed" in self._on:
            self._tell("changed", record.run_id, message)
        self._inner.run_done(record)

    def broke_off(self, why: Text) -> None:
        """Tell of a round that ended with an error."""
        if self._on & {"failed", "finished"}:
            source, now = self._post.source, datetime.now(tz=UTC).astimezone()
            self._tell("failed", source.run_id, texts.round_failed(source, why, now))

    def close(self, timeout_s: float) -> Summary:
        """Send what waits."""
        return self._post.close(timeout_s)

    def _tell(self, event: str, run_id: str, message: Message) -> None:
        told = Told(kind="run", subject=run_id, event=event, recipient="", run_id=run_id)
        self._post.letter(message, [told])

    def _look_over(self, record: RunRecord) -> None:
        until = time.monotonic() + LOOK_OVER_S
        by_device: dict[str, list[Outcome]] = {}
        for outcome in record.outcomes:
            by_device.setdefault(outcome.device, []).append(outcome)
        for device in record.devices:
            found = tuple(by_device.get(device.name, ()))
            if any(outcome.findings for outcome in found):
                self._post.device(device, found, until - time.monotonic())


def _is_broken(record: RunRecord) -> bool:
    return record.state is RunState.INTERRUPTED or record.exit_code == texts.INCOMPLETE
