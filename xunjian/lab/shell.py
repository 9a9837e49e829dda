"""A Linux host that answers single commands, and knows only those of its personality."""

import asyncio
from dataclasses import dataclass

from xunjian.lab.station import Station

_NOT_FOUND = 127  # what a POSIX shell exits with when there is no such command
_LOCALE = "LC_ALL=C "


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAnswer:
    """What a command printed and how it exited."""

    status: int
    output: str = ""
    error: str = ""


async def answer_command(station: Station, command: str) -> CommandAnswer:
    """Answer one command line, exactly as the personality has it, with or without `LC_ALL=C`."""
    question = command.strip().removeprefix(_LOCALE).strip()
    if not question:
        return CommandAnswer(status=1, error="this host answers single commands only\n")
    await asyncio.sleep(station.latency_s(question))
    output = station.answer(question)
    if output is None:
        name = question.split()[0]
        return CommandAnswer(status=_NOT_FOUND, error=f"bash: {name}: command not found\n")
    return CommandAnswer(status=0, output=output)
