"""`inventory check` and `inventory trust`: the register itself, and the pins of host keys."""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated

import typer

from xunjian.cli.language import both
from xunjian.cli.list import selected
from xunjian.cli.options import InventoryOption, LimitOption, WhereOption, WorkspaceOption
from xunjian.cli.output import Output, harmless, is_terminal
from xunjian.errors import DeviceError, NothingSelected, UsageError
from xunjian.inventory import Device
from xunjian.language import Text
from xunjian.report import words
from xunjian.run.content import Content

SSH_PORT = 22
AT_ONCE = 20
NOT_REACHED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What a device's SSH port showed."""

    device: Device
    address: str
    port: int
    key: object = None
    trouble: str = ""


def register(app: typer.Typer, output: Output) -> None:
    """Add the group."""
    inventory_group = typer.Typer(
        help=both(
            "清单：检查，登记主机密钥。"
            "\n\n例：xunjian inventory check    xunjian inventory trust -l all",
            "The inventory: check it, pin host keys."
            "\n\nExamples: xunjian inventory check    xunjian inventory trust -l all",
        ),
        rich_markup_mode=None,
        no_args_is_help=True,
    )
    app.add_typer(inventory_group, name="inventory")
    _add_check(inventory_group, output)
    _add_trust(inventory_group, output)


def _add_check(inventory_group: typer.Typer, output: Output) -> None:
    @inventory_group.command(
        "check",
        help=both(
            "只检查清单，一次列出全部错误。\n\n例：xunjian inventory check",
            "Check the inventory alone; every mistake at once.\n\nExample: xunjian inventory check",
        ),
    )
    def check(workspace: WorkspaceOption = None, inventory: InventoryOption = None) -> int:
        found = Content(workspace, inventory).inventory
        output.say(
            Text(
                f"清单无误：{len(found.devices)} 台（件），{len(found.rooms)} 个机房，"
                f"{len(found.sites)} 个地点",
                f"in order: {len(found.devices)} devices, {len(found.rooms)} rooms, "
                f"{len(found.sites)} sites",
            )
        )
        return 0


def _add_trust(inventory_group: typer.Typer, output: Output) -> None:
    @inventory_group.command(
        "trust",
        help=both(
            "取来选中设备的 SSH 主机密钥，显示指纹，确认后登记。已登记而不同的，只报告，"
            "加 --replace 才换。没有终端时须加 --yes。"
            "\n\n例：xunjian inventory trust -l all",
            "Fetch the SSH host keys of the selected devices, show the fingerprints and pin them "
            "after a yes. A key that differs from its pin is only reported unless --replace. "
            "Without a terminal --yes is needed."
            "\n\nExample: xunjian inventory trust -l all",
        ),
    )
    def trust(
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
        limit: LimitOption = None,
        where: WhereOption = None,
        yes: Annotated[
            bool, typer.Option("--yes", "-y", help=both("不再询问", "do not ask"))
        ] = False,
        replace: Annotated[
            bool, typer.Option("--replace", help=both("换掉不同的旧密钥", "replace differing pins"))
        ] = False,
    ) -> int:
        if not yes and not is_terminal(sys.stdin):
            raise UsageError(
                Text("没有终端，不能询问", "there is no terminal to ask on"),
                Text("核对过指纹后加 --yes", "add --yes once the fingerprints are checked"),
            )
        from xunjian.run.freeze import may_touch, refuse_touch

        content = Content(workspace, inventory)
        restraint = may_touch(content)
        devices = [d for d in selected(content, limit, where) if _has_ssh(content, d)]
        refuse_touch(restraint, devices)
        if not devices:
            raise NothingSelected(Text("选中的设备都不用 SSH", "none of the selected uses SSH"))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            seen = list(pool.map(_look, devices))
        return _enrol(content, output, seen, yes=yes, replace=replace)


def _has_ssh(content: Content, device: Device) -> bool:
    platform = content.platforms.get(device.platform)
    channels = set(platform.channels) if platform else set()
    return device.address is not None and bool(channels & {"cli", "shell"})


def _look(device: Device) -> _Seen:
    from xunjian.transport.known_hosts import scan_host_key

    settings = device.channel("cli" if "cli" in device.channels else "shell")
    address, port = settings.hostname or device.address or "", settings.port or SSH_PORT
    try:
        key = scan_host_key(address, port)
    except DeviceError as error:
        return _Seen(device=device, address=address, port=port, trouble=error.code)
    return _Seen(device=device, address=address, port=port, key=key)


def _enrol(content: Content, output: Output, seen: list[_Seen], *, yes: bool, replace: bool) -> int:
    from xunjian.transport.known_hosts import HostKey, pin, pinned

    known_hosts = content.workspace.known_hosts
    wanted: list[tuple[_Seen, HostKey]] = []
    is_whole = True
    for one in seen:
        if not isinstance(one.key, HostKey):
            is_whole = False
            reason = output.text(words.word(words.REASONS, one.trouble))
            output.say(f"{one.device.name} {one.address}:{one.port} {reason}")
            continue
        old = pinned(known_hosts, one.address, one.port)
        differs = any(k.key_type == one.key.key_type and k.key != one.key.key for k in old)
        state = _state(known=one.key in old, differs=differs)
        output.data(
            f"{one.device.name}  {one.address}:{one.port}  {one.key.key_type}  "
            f"{harmless(one.key.fingerprint)}  {output.text(state)}"
        )
        if one.key not in old and (replace or not differs):
            wanted.append((one, one.key))
        is_whole = is_whole and (replace or not differs)
    if wanted and (yes or typer.confirm(output.text(_question(len(wanted))), err=True)):
        with content.store.locked("inventory trust"):
            for one, key in wanted:
                pin(known_hosts, one.address, one.port, key)
        output.say(Text(f"已登记 {len(wanted)} 个", f"{len(wanted)} pinned"))
    return 0 if is_whole else NOT_REACHED


def _state(*, known: bool, differs: bool) -> Text:
    if known:
        return Text("已登记", "pinned")
    if differs:
        return Text("与登记的不同！", "DIFFERS from the pin")
    return Text("新的", "new")


def _question(count: int) -> Text:
    return Text(f"登记这 {count} 个密钥？", f"Pin these {count} keys?")
