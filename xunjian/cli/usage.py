"""Mistakes on the command line in the language of the call, each with the nearest right word."""

from collections.abc import Sequence
from typing import Any

from typer.exceptions import TyperException

from xunjian.errors import UsageError
from xunjian.language import Language, Text

_SEE_HELP = Text("看用法：加 --help", "see the usage with --help")
_ALL_COMMANDS = 20  # so many names still fit into a hint


def find_command(root: Any, arguments: Sequence[str]) -> tuple[Any, bool]:
    """Give the command that the leading words name, and whether it is one that can be run.

    Raises:
        UsageError: a word that is no command.
    """
    from xunjian.mistakes import nearest_hint

    command = root
    for word in arguments:
        children = getattr(command, "commands", None)
        if children is None or word.startswith("-"):
            return command, True
        if word not in children:
            raise UsageError(
                Text(f"没有这个命令：{word}", f"no such command: {word}"),
                nearest_hint(word, children, limit=_ALL_COMMANDS),
            )
        command = children[word]
    is_group = hasattr(command, "commands")
    return command, not is_group or bool(getattr(command, "invoke_without_command", False))


def explained(error: TyperException, command: Any, language: Language) -> UsageError:
    """Put an error of the parser into words; which one it is, its attributes tell."""
    from xunjian.mistakes import nearest_hint

    usage = _usage(getattr(error, "ctx", None), language)
    name = getattr(error, "option_name", None)
    parameter = getattr(error, "param", None)
    if name is not None and hasattr(error, "possibilities"):
        known = [o for p in command.params for o in p.opts if o.startswith("--")]
        near = nearest_hint(name, [*known, "--help"], limit=0)
        hint = near if near.to(language) else usage
        return UsageError(Text(f"没有这个选项：{name}", f"no such option: {name}"), hint)
    if name is not None:
        return UsageError(_misused(name, command), usage)
    if parameter is not None and hasattr(error, "param_type"):
        shown = _shown(parameter)
        return UsageError(Text(f"缺少：{shown}", f"missing: {shown}"), usage)
    if parameter is not None:
        said = _said(error)
        shown = _shown(parameter)
        return UsageError(
            Text(f"{shown} 的值不对：{said.zh}", f"{shown} has a wrong value: {said.en}"), usage
        )
    return UsageError(Text("参数不对或多余", str(error)), usage)


def _misused(name: str, command: Any) -> Text:
    is_flag = any(getattr(p, "is_flag", False) for p in command.params if name in p.opts)
    if is_flag:
        return Text(f"选项不带值：{name}", f"the option takes no value: {name}")
    return Text(f"选项缺少值：{name}", f"the option needs a value: {name}")


def _shown(parameter: Any) -> str:
    is_option = any(name.startswith("-") for name in parameter.opts)
    if is_option:
        return "/".join(parameter.opts)
    return str(parameter.metavar or parameter.name).upper()


def _said(error: TyperException) -> Text:
    """What pydantic, which reads the values, found wrong with one."""
    from pydantic import ValidationError

    from xunjian.mistakes import explain

    cause = error.__cause__
    if isinstance(cause, ValidationError):
        return explain(cause.errors()[:1], secret=False)
    return Text(error.message)


def _usage(context: Any, language: Language) -> Text:
    from xunjian.cli.help_page import usage

    if context is None:
        return _SEE_HELP
    pieces = usage(" ".join(context.command.collect_usage_pieces(context)), language)
    line = f"{context.command_path} {pieces}"
    return Text(f"用法：{line}（加 --help 看说明）", f"usage: {line} (--help explains)")
