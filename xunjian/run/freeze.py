"""What a freeze forbids, carried out: refused, slowed down or left out before any contact."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from xunjian.calendar.freeze import STRICTNESS
from xunjian.calendar.model import FreezeMode, FreezeOverride, FreezeWindow
from xunjian.errors import Refused
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.playbook.model import Playbook, RunSettings
from xunjian.run.agenda import Agenda, sites_below
from xunjian.run.content import Content
from xunjian.run.model import LeftOut, LeftOutReason, Pair, RunPlan
from xunjian.transport.model import PROBES, Channel

# channels over which a device itself tells of its state: all but probes and what needs no asking
_TALKING = frozenset(Channel) - PROBES - {Channel.SESSION, Channel.MANUAL}


@dataclass(frozen=True, slots=True)
class Restraint:
    """Windows in force at a time.

    windows: those that hold. lifted: those that the customer gave leave to work in, with the leave.
    """

    windows: tuple[FreezeWindow, ...] = ()
    lifted: tuple[tuple[FreezeWindow, FreezeOverride], ...] = ()
    agenda: Agenda | None = None

    def over(self, device: Device) -> tuple[FreezeWindow, ...]:
        """Give the windows that hold for a device."""
        return tuple(one for one in self.windows if self._covers(one, device))

    def is_under(self, device: Device, mode: FreezeMode) -> bool:
        """Whether a window of this mode or a stricter one holds for a device."""
        least = STRICTNESS.index(mode)
        return any(STRICTNESS.index(one.mode) >= least for one in self.over(device))

    def untouchable(self, devices: Sequence[Device]) -> frozenset[str]:
        """Name the devices that nobody may ask anything."""
        if not self.windows:
            return frozenset()
        return frozenset(d.name for d in devices if self.is_under(d, FreezeMode.NO_TOUCH))

    def at_once(self, devices: Sequence[Device], workers: int) -> int:
        """How many of them may be asked at a time: half as many under a light touch."""
        light = any(self.is_under(device, FreezeMode.LIGHT_TOUCH) for device in devices)
        return max(workers // 2, 1) if light else workers

    def everywhere(self, mode: FreezeMode) -> FreezeWindow | None:
        """Give a window of this mode or a stricter one that covers every device."""
        least = STRICTNESS.index(mode)
        return next(
            (
                one
                for one in self.windows
                if STRICTNESS.index(one.mode) >= least and not one.sites and not one.systems
            ),
            None,
        )

    def note(self) -> dict[str, object]:
        """What the run's record keeps of it."""
        return {
            "windows": [one.name for one in self.windows],
            "overrides": [leave.id for _, leave in self.lifted],
        }

    def _covers(self, window: FreezeWindow, device: Device) -> bool:
        if window.systems and not set(window.systems) & set(device.systems):
            return False
        if not window.sites:
            return True
        assert self.agenda is not None
        below = sites_below(window.sites, self.agenda.content.inventory.sites)
        return device.site is not None and device.site.name in below


def restraint_at(content: Content, at: datetime | None) -> Restraint:
    """Give what holds at a time, now by default; the inventory is not opened."""
    agenda = Agenda(content, at)
    windows = agenda.windows(agenda.today, agenda.today)
    held: list[FreezeWindow] = []
    lifted: list[tuple[FreezeWindow, FreezeOverride]] = []
    for window in windows:
        leave = next((o for o in window.overrides if o.expires_at > agenda.at), None)
        if leave is None:
            held.append(window)
        else:
            lifted.append((window, leave))
    return Restraint(tuple(held), tuple(lifted), agenda)


def refuse_early(restraint: Restraint, *, is_change: bool) -> None:
    """Refuse what a window over everything forbids, before the inventory is opened.

    Raises:
        Refused: a window forbids it.
        UsageError: a change in a year whose holidays, and so whose windows, nobody knows yet.
    """
    window = restraint.everywhere(FreezeMode.NO_CHANGE if is_change else FreezeMode.NO_TOUCH)
    if window is not None:
        raise refusal(window, is_change=is_change)
    if is_change and restraint.agenda is not None:
        restraint.agenda.require_known_windows()


def may_touch(content: Content) -> Restraint:
    """Give what holds now for asking devices by hand; refuse where nobody may be asked."""
    restraint = restraint_at(content, None)
    refuse_early(restraint, is_change=False)
    return restraint


def refuse_for(restraint: Restraint, devices: Sequence[Device], *, is_change: bool) -> None:
    """Refuse what a window forbids for some of the devices (a change) or for all (any question)."""
    mode = FreezeMode.NO_CHANGE if is_change else FreezeMode.NO_TOUCH
    under = [device for device in devices if restraint.is_under(device, mode)]
    if under and (is_change or len(under) == len(devices)):
        windows = restraint.over(under[0])
        strict = max(windows, key=lambda one: STRICTNESS.index(one.mode))
        raise refusal(strict, is_change=is_change)


def refuse_touch(restraint: Restraint, devices: Sequence[Device]) -> None:
    """Refuse to ask any device by hand of which one may not be touched: all or nothing."""
    under = next((d for d in devices if restraint.is_under(d, FreezeMode.NO_TOUCH)), None)
    if under is not None:
        windows = restraint.over(under)
        strict = max(windows, key=lambda one: STRICTNESS.index(one.mode))
        raise refusal(strict, is_change=False)


def refusal(window: FreezeWindow, *, is_change: bool) -> Refused:
    """Name the window, its check and the way out."""
    what = Text("不许改动", "no change") if is_change else Text("不许接触设备", "no contact")
    span, check = f"{window.first}—{window.last}", check_of(window)
    return Refused(
        Text(
            f"封网期内{what.zh}：{window.title.zh} {window.name}，{span}；{check.zh}",
            f"{what.en} in a freeze: {window.title.en or window.title.zh} {window.name}, {span}; "
            f"{check.en}",
        ),
        Text(
            f"等到 {window.last} 之后；甲方批准的：xunjian freeze override {window.name} --by 姓名 "
            "--reason 原因 --approved-by 甲方批准人 --until 时间",
            f"wait until after {window.last}; with the customer's leave: xunjian freeze override "
            f"{window.name} --by NAME --reason WHY --approved-by NAME --until TIME",
        ),
    )


def check_of(window: FreezeWindow) -> Text:
    """Say what closed the check before the window, or that there is none."""
    is_late = window.check_late
    when = (
        Text("封网之后才检查", "checked late") if is_late else Text("封网前检查", "checked before")
    )
    if window.check_run:
        run = window.check_run
        day = f"{window.check_day:%Y-%m-%d}，" if is_late else ""
        return Text(f"{when.zh}：{day}轮次 {run}", f"{when.en} by run {run}")
    if window.check_by:
        day, by = f"{window.check_day:%Y-%m-%d}", window.check_by
        proof = window.check_document[:12]
        zh, en = (f"，附件 {proof}", f", document {proof}") if proof else ("", "")
        return Text(
            f"{when.zh}：{day} 由{by}登记完成{zh}", f"{when.en}: {by} on {day}{en}, by hand"
        )
    if window.check_round:
        name = window.check_round
        return Text(
            f"封网前检查没有完成的记录（{name}）", f"the check before it is missing ({name})"
        )
    return Text("没有规定封网前检查", "no check is asked for before it")


def notices(restraint: Restraint) -> tuple[Text, ...]:
    """What a run inside windows says on the screen."""
    said = []
    for one in restraint.windows:
        check = check_of(one)
        said.append(
            Text(
                f"封网期：{one.title.zh} {one.name}（{one.mode.value}）；{check.zh}",
                f"freeze: {one.title.en or one.title.zh} {one.name} ({one.mode.value}); {check.en}",
            )
        )
    for one, leave in restraint.lifted:
        until = f"{leave.expires_at:%Y-%m-%d %H:%M}"
        said.append(
            Text(
                f"封网期 {one.name}，经甲方 {leave.approved_by} 批准操作，{until} 前有效",
                f"freeze {one.name}: worked with leave of {leave.approved_by} until {until}",
            )
        )
    return tuple(said)


def gentle(settings: RunSettings) -> RunSettings:
    """Half the concurrency, no retries."""
    return replace(
        settings,
        workers=max(settings.workers // 2, 1),
        per_site=max(settings.per_site // 2, 1),
        per_aaa=max(settings.per_aaa // 2, 1),
        retries=0,
    )


def held_back(
    content: Content, playbook: Playbook, plan: RunPlan, restraint: Restraint
) -> tuple[Playbook, RunPlan]:
    """Slow a run down and leave out what the windows forbid for some of its devices.

    Raises:
        Refused: the windows forbid it for all of them.
    """
    if not restraint.windows:
        return playbook, plan
    touched = [pair.device for pair in plan.pairs]
    # things that nothing is asked of anyway make no run of one that asks nobody else
    refuse_for(restraint, touched or plan.devices, is_change=playbook.change)
    if not any(restraint.is_under(device, FreezeMode.LIGHT_TOUCH) for device in touched):
        return playbook, plan
    pairs: list[Pair] = []
    left_out = list(plan.left_out)
    for pair in plan.pairs:
        stays = _allowed(content, pair, restraint)
        left_out += [
            LeftOut(device=pair.device.name, task=task, reason=LeftOutReason.FREEZE)
            for task in pair.tasks
            if task not in stays
        ]
        if stays:
            pairs.append(replace(pair, tasks=stays))
    held = replace(plan, pairs=tuple(pairs), left_out=tuple(left_out))
    if any(restraint.is_under(pair.device, FreezeMode.LIGHT_TOUCH) for pair in held.pairs):
        playbook = replace(playbook, run=gentle(playbook.run))
    return playbook, held


def _allowed(content: Content, pair: Pair, restraint: Restraint) -> tuple[str, ...]:
    device = pair.device
    if restraint.is_under(device, FreezeMode.NO_TOUCH):
        return ()
    if not restraint.is_under(device, FreezeMode.LIGHT_TOUCH):
        return pair.tasks
    forbidden = PROBES | ({Channel.SESSION} if _only_probed(content, device) else set())
    return tuple(task for task in pair.tasks if not _channels(content, device, task) & forbidden)


def _channels(content: Content, device: Device, task: str) -> frozenset[Channel]:
    return frozenset(
        step.channel
        for card in content.catalog.named(task, device.kind)
        for group in card.steps_for(device.platform)
        for step in group.alternatives
    )


def _only_probed(content: Content, device: Device) -> bool:
    """Whether even the session layer could only send a probe."""
    platform = content.platforms.get(device.platform) if device.platform else None
    names = platform.channels if platform else tuple(device.channels)
    return device.address is not None and not set(names) & _TALKING
