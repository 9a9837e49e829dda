"""`store prune`: remove evidence whose term is over, leaving its hash."""

from typing import Annotated

import typer

from xunjian.cli.language import both
from xunjian.cli.options import WorkspaceOption
from xunjian.cli.output import Output
from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.run.content import Content


def register(app: typer.Typer, output: Output) -> None:
    """Add the group."""
    store = typer.Typer(
        help=both(
            "存储的维护。\n\n例：xunjian store prune",
            "Care of the store.\n\nExample: xunjian store prune",
        ),
        rich_markup_mode=None,
        no_args_is_help=True,
    )
    app.add_typer(store, name="store")

    @store.callback()
    def _group() -> None:
        """Keep `prune` a subcommand."""

    @store.command(
        "prune",
        help=both(
            "清理超过保存期的原始证据；留下哈希，verify 仍认它。"
            "\n\n例：xunjian store prune --keep-days 1095",
            "Remove raw evidence older than its term; the hash stays and `verify` knows it."
            "\n\nExample: xunjian store prune --keep-days 1095",
        ),
    )
    def prune(
        workspace: WorkspaceOption = None,
        keep_days: Annotated[
            int | None,
            typer.Option(
                "--keep-days",
                min=1,
                help=both(
                    "保留天数，缺省取 retention_days", "days to keep; default retention_days"
                ),
            ),
        ] = None,
    ) -> int:
        content = Content(workspace)
        days = keep_days or content.settings.retention_days
        if days is None:
            raise UsageError(
                Text("没有保存期限", "no term is set"),
                Text(
                    "用 --keep-days 给出，或在 xunjian.yml 写 retention_days",
                    "give --keep-days, or set retention_days in xunjian.yml",
                ),
            )
        with content.store.locked("store prune"):
            pruned = content.store.prune(days)
        output.say(
            Text(
                f"清理 {pruned.pieces} 件证据，{pruned.size_bytes} 字节，来自 {pruned.runs} 轮",
                f"{pruned.pieces} pieces removed, {pruned.size_bytes} bytes, of {pruned.runs} runs",
            )
        )
        return 0
