"""Yesterday's round: what gives the lab's counters and comparisons a past."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from typing_extensions import override

from xunjian.config.baselines import BACKUP, BASELINE, RUNNING
from xunjian.inventory.model import Device
from xunjian.lab.devices import lab_devices
from xunjian.lab.folder import LabFolder
from xunjian.run.content import Content
from xunjian.run.execute import RunOrder, execute
from xunjian.run.round import Wanted, order_round
from xunjian.run.shelf import named, open_shelf
from xunjian.run.tools import OpenSession, Resolve, Session
from xunjian.transport.deadline import Deadline
from xunjian.transport.model import Evidence, Request

PLAYBOOK = "pre_holiday"  # the one that asks every item of every device of the core rooms
ACCEPTED_BY = "lab"  # the author of the baselines
AT_ONCE = 12
VISITED_MAX = 100  # of a larger lab, only the devices that every lab has are visited


class _ShiftedSession(Session):
    """A session whose answers are dated as the devices' clocks are."""

    def __init__(self, session: Session, shift: timedelta) -> None:
        self._session = session
        self._shift = shift

    @property
    @override
    def reason(self) -> str:
        return self._session.reason

    @override
    def ask(self, request: Request) -> Evidence:
        evidence = self._session.ask(request)
        return replace(evidence, started_at=evidence.started_at + self._shift)

    @override
    def close(self) -> None:
        self._session.close()

    @override
    def abort(self) -> None:
        self._session.abort()


def record_clean_round(folder: LabFolder, devices: int, shift: timedelta) -> None:
    """Run a round over the lab, whose clocks are shifted, and keep it as of that time.

    devices: how many the lab has.
    """
    options = {"forks": AT_ONCE, "per_site": AT_ONCE}
    content = Content(folder.root, options=options)
    names = ",".join(device.name for device in lab_devices())
    wanted = Wanted(playbook=PLAYBOOK, limit=names if devices > VISITED_MAX else None)
    try:
        record = execute(_as_of(order_round(content, wanted), shift), content.store)
        _accept_baselines(content)
    finally:
        content.store.close()
    folder.history.write_text(record.run_id, encoding="utf-8")


def _accept_baselines(content: Content) -> None:
    """Agree to what the clean round has read: the first baselines, as `accept --initial` does."""
    shelf = open_shelf(content)
    texts = {}
    for device in content.inventory.devices.values():
        if (read := shelf.read(BACKUP, device)) is not None:
            texts[named(device)] = {RUNNING: read}
    shelf.baselines.keep_many(BASELINE, texts, "baseline: initial", ACCEPTED_BY)


def _as_of(order: RunOrder, shift: timedelta) -> RunOrder:
    tools = replace(order.tools, open_session=_shifted(order.tools.open_session, shift))
    return replace(order, tools=tools, clock=lambda: datetime.now(UTC).astimezone() + shift)


def _shifted(opening: OpenSession, shift: timedelta) -> OpenSession:
    def open_session(device: Device, resolve: Resolve, deadline: Deadline) -> Session:
        return _ShiftedSession(opening(device, resolve, deadline), shift)

    return open_session
