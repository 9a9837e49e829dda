"""What a terminal session said, without echo, prompt, pager, erasing and injected log lines.

A pure function of the raw bytes, so that a replay from stored evidence gives the same text.
"""

import re
from dataclasses import dataclass
from re import Pattern

from xunjian.platforms import Platform
from xunjian.transport.decode import decode

# ECMA-48 control sequences: ESC [ parameters intermediates final; and two-character escapes.
_ESCAPE = re.compile(r"\x1b(?:\[([0-9;?]*)[ -/]*([@-~])|[()][A-Z0-9]|[@-Z\\-_=>78])")
# What a device sends to wipe its pager off the screen: blanks only where a control follows, so
# that the indentation of the next line stays.
_ERASING = re.compile(r"(?:[ ]*(?:\x08|\r(?!\n)|\x1b\[[0-9;]*[A-Za-z]))+|[ ]*\r?\n")
_SILENT = str.maketrans("", "", "\x00\x07")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Readable text of an answer and how its bytes were decoded."""

    text: str
    decoded_as: str


def clean(raw: bytes, command: str, platform: Platform | None, prompt: str = "") -> Cleaned:
    """Give the text of an answer to `command`; `prompt` is the session's learned prompt."""
    decoded = decode(raw)
    text = decoded.text.translate(_SILENT)
    if platform and platform.pager:
        text = without_pager(text, platform.pager)
    text = as_on_screen(text)
    if platform and platform.noise and not _shows_log(command, platform):
        text = without_lines(text, platform.noise)
    text = without_echo(text, command, prompt)
    text = without_prompt(text, prompt)
    return Cleaned(text.strip("\n"), decoded.decoded_as)


def _shows_log(command: str, platform: Platform) -> bool:
    return bool(platform.log_commands and platform.log_commands.search(command))


def without_pager(text: str, pager: Pattern[str]) -> str:
    """Cut each pager with the blanks before it on its line and the erasing sequence after it."""
    parts: list[str] = []
    position = 0
    for match in pager.finditer(text):
        if match.start() < position or match.start() == match.end():
            continue
        start = match.start()
        while start > position and text[start - 1] in " \t":
            start -= 1
        if start > position and text[start - 1] not in "\n\r":
            start = match.start()
        parts.append(text[position:start])
        erasing = _ERASING.match(text, match.end())
        position = erasing.end() if erasing else match.end()
    parts.append(text[position:])
    return "".join(parts)


def as_on_screen(text: str) -> str:
    """Play carriage returns, backspaces and cursor movements line by line."""
    text = re.sub(r"\r+\n", "\n", text)
    if "\x1b" in text:
        text = re.sub(r"\x1bE", "\n", text)
    elif "\r" not in text and "\x08" not in text:
        return text
    return "\n".join(_played(line) for line in text.split("\n"))


def _played(line: str) -> str:
    if "\x1b" not in line and "\r" not in line and "\x08" not in line:
        return line
    screen: list[str] = []
    cursor = 0
    position = 0
    while position < len(line):
        escape = _ESCAPE.match(line, position) if line[position] == "\x1b" else None
        if escape:
            cursor = _moved(screen, cursor, escape)
            position = escape.end()
            continue
        cursor = _written(screen, cursor, line[position])
        position += 1
    return "".join(screen).rstrip(" ")


def _moved(screen: list[str], cursor: int, escape: re.Match[str]) -> int:
    """Apply one escape sequence to the line; those that do not move or erase have no effect."""
    parameters, final = escape.group(1) or "", escape.group(2) or ""
    count = int(parameters) if parameters.isdigit() else 0
    if final == "D":
        return max(0, cursor - (count or 1))
    if final == "C":
        return cursor + (count or 1)
    if final == "G":
        return max(0, (count or 1) - 1)
    if final == "K":
        if count == 2:
            screen.clear()
        elif count == 0:
            del screen[cursor:]
    return cursor


def _written(screen: list[str], cursor: int, character: str) -> int:
    """Write one character of a line at the cursor."""
    if character == "\r":
        return 0
    if character == "\x08":
        return max(0, cursor - 1)
    if character == "\x1b":
        return cursor
    if cursor > len(screen):
        screen.extend(" " * (cursor - len(screen)))
    screen[cursor : cursor + 1] = [character]
    return cursor + 1


def without_lines(text: str, noise: Pattern[str]) -> str:
    """Cut injected log lines; one that fills its line takes the line end with it."""
    parts: list[str] = []
    position = 0
    for match in noise.finditer(text):
        if match.start() < position or match.start() == match.end():
            continue
        parts.append(text[position : match.start()])
        position = match.end()
        alone = match.start() == 0 or text[match.start() - 1] == "\n"
        if alone and text[position : position + 1] == "\n" and text[position - 1] != "\n":
            position += 1
    parts.append(text[position:])
    return "".join(parts)


def without_echo(text: str, command: str, prompt: str = "") -> str:
    """Cut the echoed command, also where a narrow terminal wrapped it, and a prompt before it."""
    wanted = "".join(command.split())
    start = len(text) - len(text.lstrip())
    if prompt and text.startswith(prompt, start):
        start += len(prompt)
    end = _echo_end(text, start, wanted)
    if end is None:
        return text
    line_end = text.find("\n", end)
    rest = text[end:] if line_end < 0 else text[end:line_end]
    if rest.strip():
        return text
    return "" if line_end < 0 else text[line_end + 1 :]


def _echo_end(text: str, start: int, wanted: str) -> int | None:
    """Where the echo ends, comparing without white space; None if the text does not begin so."""
    if not wanted:
        return None
    matched = 0
    for position in range(start, len(text)):
        if text[position].isspace():
            continue
        if text[position] != wanted[matched]:
            return None
        matched += 1
        if matched == len(wanted):
            return position + 1
    return None


def without_prompt(text: str, prompt: str) -> str:
    """Cut the prompt from the last line, with prompts a device redrew just before it."""
    if not prompt:
        return text
    lines = text.rstrip().split("\n")
    if lines[-1].strip() != prompt.strip():
        return text
    while lines and lines[-1].strip() in {prompt.strip(), ""}:
        lines.pop()
    return "\n".join(lines)
