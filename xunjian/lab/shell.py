"""A Linux host that answers single commands, and knows only those of its personality."""

import asyncio
import re
from dataclasses import dataclass

from xunjian.lab.station import Station

_NOT_FOUND = 127  # what a POSIX shell exits with when there is no such command
_LOCALE = re.compile(r"^(?:(?:LC_ALL|LANG)=C\s+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAnswer:
    """What a command printed and how it exited."""

    status: int
    output: str = ""
    error: str = ""


async def answer_command(station: Station, command: str) -> CommandAnswer:
    """Answer one command line as the personality has it, whatever locale stands before it."""
    question = _LOCALE.sub("", command.strip())
    if not question:
        return CommandAnswer(status=1, error="this host answers single commands only\n")
    await asyncio.sleep(station.latency_s(question))
    output = station.answer(question)
    if output is None:
        name = question.split()[0]
        return CommandAnswer(status=_NOT_FOUND, error=f"bash: {name}: command not found\n")
    return CommandAnswer(status=0, output=output)
