"""Any nornir task by dotted path: found when the playbook is loaded, run after the inspection."""

import importlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xunjian.errors import ContentError, Problem
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.playbook.model import NornirTask, Playbook
from xunjian.run.leash import Leash
from xunjian.run.stop import StopSignal
from xunjian.secrets import Secret, SecretRef
from xunjian.store.codec import plain
from xunjian.store.leaks import OwnSecrets
from xunjian.transport.deadline import Deadline

if TYPE_CHECKING:
    from xunjian.run.execute import RunOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedTask:
    """A nornir task of a playbook, its function found."""

    task: NornirTask
    function: Callable[..., Any]


def load_nornir_tasks(playbook: Playbook) -> tuple[LoadedTask, ...]:
    """Import the nornir tasks of a playbook; raises ContentError naming every path that fails."""
    problems: list[Problem] = []
    loaded: list[LoadedTask] = []
    for index, task in enumerate(playbook.nornir):
        found = _find(task.path)
        if callable(found):
            loaded.append(LoadedTask(task=task, function=found))
            continue
        message = Text(f"找不到 nornir 任务：{task.path}", f"no such nornir task: {task.path}")
        hint = Text(
            f"应为可导入的 模块.函数 ({found})", f"expected an importable module.function ({found})"
        )
        where = playbook.relative or playbook.name
        problems.append(Problem(where, 0, f"nornir.{index}", message, hint))
    if problems:
        raise ContentError(problems)
    return tuple(loaded)


def _find(path: str) -> Callable[..., Any] | str:
    """The function at a dotted path, or the kind of what went wrong."""
    module, _, name = path.rpartition(".")
    if not module:
        return "no module"
    try:
        found = getattr(importlib.import_module(module), name)
    except Exception as error:  # noqa: BLE001 - foreign modules run code when imported
        return type(error).__name__
    return found if callable(found) else type(found).__name__


class _Watch:
    """Time and sites of the devices while one nornir task runs over them."""

    def __init__(self, devices: Sequence[Device], seconds: float, stop: StopSignal) -> None:
        self._sites = {d.name: d.site.name if d.site else "" for d in devices}
        self._servers = {d.name: d.aaa or "" for d in devices}
        self._seconds = seconds
        self._stop = stop
        self._leashes: dict[str, Leash] = {}

    def site(self, host: str) -> str:
        """Devices without a site share one."""
        return self._sites[host]

    def aaa(self, host: str) -> str:
        """Devices without a known server count against none."""
        return self._servers[host]

    def may_start(self, host: str) -> bool:
        """Start the device's time."""
        self._leashes[host] = Leash(self._seconds)
        return True

    def tend(self, host: str) -> bool:
        """A foreign task cannot be broken off: it is left behind when its time is over."""
        return self._leashes[host].tend(self._stop)

    def skipped(self, host: str, reason: str) -> None:
        """Its result says so."""

    def abandoned(self, host: str) -> None:
        """Its result says so."""


def run_nornir_tasks(
    order: "RunOrder", stop: StopSignal, deadline: Deadline
) -> Mapping[str, object]:
    """Run every nornir task over the selected devices; failures come back as data.

    Gives, by path, by device: a list of `{name, failed, changed, result, diff, exception}`.
    """
    from xunjian.run.nornir_inventory import close_all, make_nornir

    seen: list[Secret] = []
    guard = threading.Lock()

    def resolve(reference: SecretRef) -> Secret:
        secret = order.tools.resolve(reference)
        with guard:
            seen.append(secret)
        return secret

    known = order.plan.devices or tuple(pair.device for pair in order.plan.pairs)
    frozen = order.restraint.untouchable(known)
    devices = [d for d in known if d.address is not None and d.name not in frozen]
    settings = order.playbook.run
    results: dict[str, object] = {}
    for loaded in order.nornir_tasks:
        options = {
            "num_workers": settings.workers,
            "per_site": settings.per_site,
            "per_aaa": settings.per_aaa,
            "watch": _Watch(devices, settings.device_deadline_s, stop),
            "stop": stop,
            "deadline": deadline,
        }
        arguments: dict[str, Any] = dict(loaded.task.args)
        nornir = make_nornir(devices, resolve, options)
        try:
            found = nornir.run(
                task=loaded.function,
                name=loaded.task.path,
                raise_on_error=False,
                **arguments,
            )
        finally:
            close_all(nornir)
        clean = OwnSecrets(tuple(seen)).clean
        results[loaded.task.path] = {
            name: [_as_data(result, clean) for result in multi] for name, multi in found.items()
        }
    return results


def _as_data(result: Any, clean: Callable[[str], str]) -> dict[str, object]:
    error = result.exception
    return {
        "name": str(result.name or ""),
        "failed": bool(result.failed),
        "changed": bool(result.changed),
        "result": None if error else plain(result.result, clean),
        "diff": clean(str(result.diff or "")),
        "exception": clean(f"{type(error).__name__}: {error}") if error else "",
    }
