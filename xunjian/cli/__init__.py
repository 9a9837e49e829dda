"""The command line: parses, calls the engine, prints through one renderer, gives an exit code."""

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code; nothing heavy is imported for `--version`."""
    arguments = [*(sys.argv[1:] if argv is None else argv)]  # `list` is a submodule here
    if arguments in (["--version"], ["-V"]):
        from xunjian import __version__

        sys.stdout.write(f"xunjian {__version__}\n")
        return 0
    from xunjian.cli.app import run

    return run(arguments)
