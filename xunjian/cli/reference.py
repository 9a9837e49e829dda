"""`reference accept RUN`: the values that drift is measured from."""

import typer

from xunjian.cli.language import both
from xunjian.cli.list import selected
from xunjian.cli.options import InventoryOption, LimitOption, RunArgument, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.language import Text
from xunjian.run.content import Content


def register(app: typer.Typer, output: Output) -> None:
    """Add the group."""
    reference = typer.Typer(
        help=both(
            "基准轮次：漂移从它算起。\n\n例：xunjian reference accept latest",
            "Reference rounds: drift is measured from them."
            "\n\nExample: xunjian reference accept latest",
        ),
        rich_markup_mode=None,
        no_args_is_help=True,
    )
    app.add_typer(reference, name="reference")

    @reference.callback()
    def _group() -> None:
        """Keep `accept` a subcommand."""

    @reference.command(
        "accept",
        help=both(
            "把一轮定为其到达设备（或 -l 选中的）的基准。\n\n例：xunjian reference accept latest",
            "Make a run the reference of the devices it reached (or of those selected)."
            "\n\nExample: xunjian reference accept latest",
        ),
    )
    def accept(
        run: RunArgument,
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
        limit: LimitOption = None,
    ) -> int:
        content = Content(workspace, inventory)
        names = [d.name for d in selected(content, limit, None)] if limit else None
        run = content.find_run(run).run_id
        with content.store.locked("reference accept"):
            accepted = content.store.accept_reference(run, names)
        output.say(
            Text(
                f"{len(accepted)} 台以 {run} 为基准",
                f"{run} is now the reference of {len(accepted)}",
            )
        )
        for name in accepted:
            output.data(name)
        return 0
