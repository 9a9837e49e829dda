"""`backup -l …`: read the configurations of devices and keep them, redacted, in git."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Annotated

import typer

from xunjian.cli.language import both
from xunjian.cli.list import selected
from xunjian.cli.naming import told_rows, worded
from xunjian.cli.options import (
    FORKS,
    ForksOption,
    Form,
    FormatOption,
    InventoryOption,
    LimitOption,
    WhereOption,
    WorkspaceOption,
)
from xunjian.cli.output import Output
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.run.configurations import Fetched
from xunjian.run.content import Content

INCOMPLETE = 3


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command(
        "backup",
        help=both(
            "读取设备的运行配置和启动配置，去掉口令后存入 git；原文只在有工作区公钥时加密保存。"
            "\n\n不可信的采集（截断、混入报错、疑似口令）不保存，退出码 3。"
            "\n\n例：xunjian backup -l switch",
            "Read running and startup configurations, keep them redacted in git; the raw text is "
            "kept only encrypted to the workspace's key.\n\nWhat is not trustworthy (cut, error "
            "texts inside, a suspected secret) is not kept: exit code 3."
            "\n\nExample: xunjian backup -l switch",
        ),
    )
    def backup(
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
        limit: LimitOption = None,
        where: WhereOption = None,
        forks: ForksOption = FORKS,
        may_shrink: Annotated[
            bool,
            typer.Option(
                "--may-shrink",
                help=both("行数少了四成以上也保存", "keep it also if it lost 40 % of its lines"),
            ),
        ] = False,
        form: FormatOption = Form.TABLE,
    ) -> int:
        from xunjian.cli.configurations import fetch, say_shrunk, say_troubles
        from xunjian.run.freeze import may_touch, refuse_touch
        from xunjian.run.shelf import keep, open_shelf
        from xunjian.store.lock import held

        content = Content(workspace, inventory)
        restraint = may_touch(content)
        devices = selected(content, limit, where)
        refuse_touch(restraint, devices)
        forks = restraint.at_once(devices, forks or FORKS)
        shelf = open_shelf(content)
        rows: dict[str, dict[str, object]] = {}
        with (
            held(content.workspace.state_dir, "backup"),
            _shown_also_if_stopped(content, output, form, devices, rows),
            closing(fetch(shelf, output, devices, workers=forks, startup=True)) as found,
        ):
            for fetched in found:
                say_troubles(output, fetched)
                state = keep(shelf, fetched, may_shrink=may_shrink)
                if state == "shrunk":
                    say_shrunk(output, fetched)
                rows[fetched.visit.device.name] = _row(fetched, state)
        if content.settings.recipient is None:
            output.say(_NOT_SEALED)
        bad = [row for row in rows.values() if row["state"] not in {"kept", "unchanged"}]
        return INCOMPLETE if bad else 0


_NOT_SEALED = Text("没有工作区公钥，原文不保存", "no workspace key: the raw texts are not kept")


@contextmanager
def _shown_also_if_stopped(
    content: Content,
    output: Output,
    form: str,
    devices: Sequence[Device],
    rows: Mapping[str, Mapping[str, object]],
) -> Iterator[None]:
    """Show the rows in the order of the devices at the end, or when Ctrl-C makes it the end."""

    def show() -> None:
        found = [rows[d.name] for d in devices if d.name in rows]
        output.rows(form, "backups", found if form == "json" else _said(content, output, found))

    try:
        yield
    except KeyboardInterrupt:
        show()
        output.say(Text("已中断；以上各台已处理", "interrupted; the above was done"))
        raise
    show()


def _said(
    content: Content, output: Output, rows: Sequence[Mapping[str, object]]
) -> list[Mapping[str, object]]:
    """Rows in words; JSON keeps the codes of the states."""
    said = worded(rows, {"state": _STATES}, output.language)
    return told_rows(said, content, output.language)


_STATES = {
    "kept": Text("已保存", "kept"),
    "unchanged": Text("无变更", "unchanged"),
    "untrusted": Text("不可信，未保存", "not trustworthy, not kept"),
    "partial": Text("不全，未保存", "partial, not kept"),
    "shrunk": Text("行数骤减，未保存", "lost many lines, not kept"),
    "unreached": Text("未到达", "not reached"),
}


def _row(fetched: Fetched, state: str) -> dict[str, object]:
    running, visit = fetched.running, fetched.visit
    return {
        "device": visit.device.name,
        "label": visit.device.label,
        "site": visit.named.site,
        "state": state,
        "lines": len(running.lines) if running is not None else 0,
    }
