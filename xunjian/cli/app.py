"""The tree of commands, and the border where errors become messages and exit codes."""

import errno
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import typer
from typer.exceptions import Abort, TyperException

from xunjian.cli.language import Everywhere, both, check_language, take_everywhere, translate
from xunjian.cli.output import Output
from xunjian.cli.usage import explained, find_command
from xunjian.errors import UsageError, XunjianError
from xunjian.language import Text

# in the order of a newcomer's day; each module has `register(app, output)`
COMMANDS = (
    "demo",
    "init",
    "lint",
    "list",
    "explain",
    "run",
    "due",
    "calendar",
    "rounds",
    "forms",
    "waive",
    "coverage",
    "freeze",
    "notices",
    "exec",
    "parse",
    "replay",
    "report",
    "backup",
    "diff",
    "baseline",
    "reference",
    "verify",
    "inventory",
    "store",
    "config",
    "lab",
)

INTERRUPTED = 130
INTERNAL = 5
USAGE = 2
DETAILED_EXITCODE = "--detailed-exitcode"


def build(output: Output, names: Sequence[str] = COMMANDS) -> typer.Typer:
    """Build the tree of the named commands; every command prints through `output`."""
    app = typer.Typer(
        name="xunjian",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        help=both(
            "巡检：按清单并发巡视视频终端、交换机、防火墙、服务器和 UPS，采集、判定、出具巡检报告。"
            "\n\n例：xunjian demo    xunjian list playbooks    xunjian run --help"
            "\n\n各处可用：--lang zh|en 切换语言，--debug 出错时显示细节，--version 显示版本。"
            "每条命令都有 --help。",
            "Inspection rounds over codecs, switches, firewalls, servers and UPS: collect, judge, "
            "report.\n\nExamples: xunjian demo    xunjian list playbooks    xunjian run --help"
            "\n\nAnywhere: --lang zh|en switches the language, --debug "
            "shows details of an error, --version shows the version. Every command has --help.",
        ),
    )

    @app.callback()
    def _root() -> None:
        """Keep the root a group."""

    for name in names:
        import_module(f"xunjian.cli.{name}").register(app, output)
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one call and give its exit code."""
    everywhere = take_everywhere(arguments)
    output = Output(
        language=everywhere.language,
        debug=everywhere.debug,
        is_language_asked=everywhere.lang is not None,
    )
    try:
        check_language(everywhere.lang)
        return _invoke(everywhere, output)
    except XunjianError as error:
        output.error(error)
        _details(output)
        return _failed(everywhere, error.exit_code)
    except (KeyboardInterrupt, Abort):
        output.say(Text("已中断", "interrupted"))
        return INTERRUPTED
    except BrokenPipeError:
        return 0
    except Exception as error:  # noqa: BLE001 - the last border: nobody is shown a traceback unasked
        return _failed(everywhere, _burst(output, error))


def _failed(everywhere: Everywhere, code: int) -> int:
    """Give the exit code of an error: 1 where terraform's codes are asked for, 2 is a change."""
    return 1 if DETAILED_EXITCODE in everywhere.arguments else code


def _burst(output: Output, error: Exception) -> int:
    """Say what nobody foresaw; trouble with a named file is the user's to solve, not ours."""
    if isinstance(error, OSError) and error.filename is not None:
        why, name = error.strerror, error.filename
        message = Text(f"文件出错（{why}）：{name}", f"trouble with a file ({why}): {name}")
        output.error(UsageError(message))
        _details(output)
        return USAGE
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        import tempfile

        message = Text(f"磁盘已满（{error.strerror}）", f"the disk is full ({error.strerror})")
        folder = tempfile.gettempdir()
        hint = Text(f"腾出空间；临时文件在 {folder}", f"free some; temporary files are in {folder}")
        output.error(UsageError(message, hint))
        _details(output)
        return USAGE
    kind = type(error).__name__
    output.say(Text(f"内部错误：{kind}", f"internal error: {kind}"))
    output.say(Text("  加 --debug 再运行一次可看细节", "  run again with --debug for details"))
    _details(output)
    return INTERNAL


def _invoke(everywhere: Everywhere, output: Output) -> int:
    arguments = everywhere.arguments
    is_named = bool(arguments) and arguments[0] in COMMANDS
    tree = build(output, arguments[:1] if is_named else COMMANDS)  # what is not named costs time
    root = typer.main.get_command(tree)
    translate(root, output.language)
    command, is_whole = find_command(root, arguments)
    words = [*arguments] if is_whole else [*arguments, "--help"]
    _let_interrupts_be_said(root)
    try:
        result = root.main(args=words, prog_name="xunjian", standalone_mode=False)
    except TyperException as error:
        raise explained(error, command, output.language) from error
    if not is_whole:
        return USAGE  # a command was wanted; a script must not take the help for success
    return result if isinstance(result, int) else 0


def _let_interrupts_be_said(root: Any) -> None:
    """Have Ctrl-C leave as `Abort`: typer makes exit code 130 of it, without a word."""
    invoke = root.invoke

    def invoked(context: object) -> object:
        try:
            return invoke(context)
        except KeyboardInterrupt as error:
            raise Abort from error

    root.invoke = invoked


def _details(output: Output) -> None:
    if output.debug:
        output.say(traceback.format_exc())
