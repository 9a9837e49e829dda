"""`coverage`: what was seen in a period and what was not, with the reason."""

import typer

from xunjian.cli.output import Output


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""
