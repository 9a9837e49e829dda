"""Who is asked what, decided before any contact."""

from collections.abc import Callable, Mapping, Sequence

from xunjian.inventory.model import Device
from xunjian.playbook.model import Playbook
from xunjian.run.config_checks import CONFIG
from xunjian.run.model import DeviceResult, LeftOut, LeftOutReason, Pair, RunPlan, RunRecord
from xunjian.tasks.model import Catalog, Task

WhyNot = Callable[[Device], LeftOutReason | None]


def plan_run(
    devices: Sequence[Device],
    playbook: Playbook,
    catalog: Catalog,
    tags: Sequence[str] = (),
    no_config: WhyNot | None = None,
) -> RunPlan:
    """Pair every device with the playbook's tasks that serve its kind; say what is left out.

    no_config: why a device's configuration is not read; None where no configuration is.

    A task none of whose cards serve the device's kind is not that device's business and is not
    planned; a device that no task serves is left out with all of them, so that it is not lost.
    """
    pairs: list[Pair] = []
    left_out: list[LeftOut] = []
    for device in devices:
        served = [(name, catalog.named(name, device.kind)) for name in playbook.tasks]
        asked: list[str] = []
        for name, cards in served:
            if not cards and any(other for _, other in served):
                continue
            if _is_for_things_that_answer(device, cards, served):
                continue
            reason = _why_not(device, cards, tags)
            if reason is None:
                asked.append(name)
            else:
                left_out.append(LeftOut(device=device.name, task=name, reason=reason))
        if no_config is not None:
            reason = LeftOutReason.FILTERED if tags and CONFIG not in tags else no_config(device)
            if reason is None:
                asked.append(CONFIG)
            else:
                left_out.append(LeftOut(device=device.name, task=CONFIG, reason=reason))
        if asked:
            pairs.append(Pair(device=device, tasks=tuple(asked)))
    return RunPlan(pairs=tuple(pairs), left_out=tuple(left_out), devices=tuple(devices))


def _why_not(device: Device, cards: Sequence[Task], tags: Sequence[str]) -> LeftOutReason | None:
    """Why a pair is left out; None when it is asked. One card that can be asked is enough."""
    if not cards:
        return LeftOutReason.NO_CARD
    if tags and not any(set(card.tags) & set(tags) for card in cards):
        return LeftOutReason.FILTERED
    able = [card for card in cards if card.steps_for(device.platform)]
    if device.address is None and not any(card.has_form(device.platform) for card in able):
        return LeftOutReason.NO_ADDRESS
    if not able:
        return LeftOutReason.NO_CARD if device.platform else LeftOutReason.NO_PLATFORM
    return None


def _is_for_things_that_answer(
    device: Device, cards: Sequence[Task], served: Sequence[tuple[str, Sequence[Task]]]
) -> bool:
    """Whether cards are no business of a thing without address that is inspected on a form.

    Only those for any kind at all, such as the login: a card for its own kind is left out by name.
    """
    if device.address is not None or any(card.kinds or card.has_form(None) for card in cards):
        return False
    return any(card.has_form(device.platform) for _, others in served for card in others)


def cards_of(pair: Pair, catalog: Catalog) -> tuple[Task, ...]:
    """The cards behind a pair's task names that can be asked on its platform.

    Of a thing without address only what forms ask.
    """
    platform = pair.device.platform
    able = (
        card
        for name in pair.tasks
        for card in catalog.named(name, pair.device.kind)
        if card.steps_for(platform)
    )
    if pair.device.address is not None:
        return tuple(able)
    return tuple(card.on_paper(platform) for card in able if card.has_form(platform))


def describe(device: Device, *, reached: bool = False, reason: str = "") -> DeviceResult:
    """Note a device's register data as they stand now."""
    room, site = device.room, device.site
    return DeviceResult(
        name=device.name,
        label=device.label,
        kind=device.kind,
        platform=device.platform or "",
        site=site.name if site else "",
        room=room.name if room else "",
        reached=reached,
        reason=reason,
        asset=dict(device.asset),
        site_title=str(site.title) if site else "",
        room_title=str(room.title) if room else "",
        party=device.party or "",
        address=device.address or "",
        systems=device.systems,
    )


def resume_plan(
    remaining: Mapping[str, Sequence[str]], devices: Mapping[str, Device], record: RunRecord
) -> RunPlan:
    """Plan what an earlier run left open; a device that left the inventory stays as it stands."""
    return RunPlan(
        pairs=tuple(
            Pair(device=devices[name], tasks=tuple(tasks))
            for name, tasks in remaining.items()
            if name in devices
        ),
        left_out=record.left_out,
        devices=tuple(devices[d.name] for d in record.devices if d.name in devices),
    )
