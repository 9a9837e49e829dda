"""A Huawei VRP command line: views, echo, pager, questions, and refusal of what it does not know.

Forms (prompts, pager line, error texts) are those of netmiko's driver and of the public samples
of VRP5 and VRP8; the pager is erased with `ESC[42D` and spaces, on the firewall with backspaces.
"""

import asyncio
from collections.abc import Awaitable, Callable

from xunjian.lab.faults import Behaviour
from xunjian.lab.station import Station

PAGER = "  ---- More ----"
PAGE_LINES = 24
DRIP_BYTES = 200
DRIP_PAUSE_S = 0.05
DRIP_CHUNKS_MAX = 60  # a whole answer drips for at most three seconds
SPLIT_PAUSE_S = 0.002
SPLITS_MAX = 6

_BACKSPACES = "\b" * len(PAGER) + " " * len(PAGER) + "\b" * len(PAGER)
_CURSOR_LEFT = "\x1b[42D" + " " * 42 + "\x1b[42D"
_RENEWAL_QUESTION = (
    "Warning: The initial password poses security risks.\n"
    "The password needs to be changed. Change now? [Y/N]:"
)
_SAVE_QUESTION = (
    "Warning: There are security risks in the configuration file. "
    "You are advised to save it. Continue to save? [Y/N]:"
)
_CONFIRMED = {
    "save": (
        "The current configuration will be written to the device.\nAre you sure to continue?[Y/N]:",
        "Info: Save the configuration successfully.",
    ),
    "reboot": ("System will reboot! Continue?[Y/N]:", "Info: system is rebooting, please wait..."),
    "reset saved-configuration": (
        "This will delete the configuration in the flash memory.\nContinue? [Y/N]:",
        "Info: Clear the configuration in the device successfully.",
    ),
}


class Hangup(Exception):
    """The peer has gone or the device ends the session."""


class VrpTerminal:
    """One terminal session; `read` gives the next bytes (empty at the end), `write` sends some."""

    def __init__(
        self,
        station: Station,
        read: Callable[[], Awaitable[bytes]],
        write: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self._station = station
        self._read = read
        self._write = write
        self._buffer = bytearray()
        self._view = ""  # user view; else what stands behind the name in `[name-view]`
        self._system = False
        self._page_lines = PAGE_LINES
        self._displays = 0
        self._last = 0

    async def run(self) -> None:
        """Serve the session until it ends."""
        try:
            await self._greet()
            while True:
                await self._say(self._prompt)
                await self._command(await self._line("command"))
        except Hangup:
            return

    @property
    def _prompt(self) -> str:
        name = self._station.sysname
        head = "HRP_M" if self._station.device.personality == "vrp_usg" else ""
        return f"{head}[{name}{self._view}]" if self._system else f"{head}<{name}>"

    async def _greet(self) -> None:
        if self._station.behaves(Behaviour.ASKS_AT_LOGIN):
            await self._ask(_RENEWAL_QUESTION, "Info: The password was changed.")
            await self._ask(_SAVE_QUESTION, "Info: The configuration was saved successfully.")
        at = self._station.clock.now().isoformat(sep=" ", timespec="seconds")
        await self._say(
            "\nInfo: The max number of VTY users is 5, and the number\n"
            "      of current VTY users on line is 1.\n"
            f"      The current login time is {at}.\n"
        )

    async def _ask(self, question: str, done: str) -> None:
        """Ask until it is answered; agreeing is noted in the transcript as a change."""
        while True:
            await self._say(question)
            answer = (await self._line("answer")).strip().lower()
            if answer in {"y", "yes"}:
                self._station.received("CHANGED", done)
                await self._say(f"{done}\n")
            if answer in {"y", "yes", "n", "no"}:
                return

    async def _command(self, line: str) -> None:
        command = " ".join(line.split())
        if not command:
            return
        await asyncio.sleep(self._station.latency_s(command))
        if command in _CONFIRMED:
            await self._ask(*_CONFIRMED[command])
        elif not await self._own_command(command):
            await self._display(line, command)

    async def _own_command(self, command: str) -> bool:
        """What the terminal itself knows: leaving, views, pager, monitor."""
        if command in {"quit", "return"}:
            await self._leave(command)
        elif command == "system-view":
            self._system, self._view = True, ""
            await self._say("Enter system view, return user view with Ctrl+Z.\n")
        elif self._system and command.startswith("interface "):
            self._view = "-" + command.removeprefix("interface ").replace(" ", "")
        elif command.startswith("screen-length ") and command.endswith(" temporary"):
            await self._set_pager(command.split()[1])
        elif command in {"undo terminal monitor", "undo terminal trapping", "undo smart"}:
            await self._say("Info: Current terminal monitor is off.\n")
        else:
            return False
        return True

    async def _leave(self, command: str) -> None:
        if not self._system:
            await self._say("Info: The terminal is logged out.\n")
            raise Hangup
        if command == "return" or not self._view:
            self._system = False
        self._view = ""

    async def _set_pager(self, lines: str) -> None:
        if not lines.isdecimal():
            await self._refuse(f"screen-length {lines} temporary")
            return
        if not self._station.behaves(Behaviour.ALWAYS_PAGES):
            self._page_lines = int(lines)
        await self._say(
            "Info: The configuration takes effect on the current user terminal interface only.\n"
        )

    async def _display(self, line: str, command: str) -> None:
        text = self._station.answer(command)
        if text is None:
            await self._refuse(line)
            return
        self._displays += 1
        text = text.rstrip("\n") + "\n"
        if self._station.behaves(Behaviour.HANGS) and self._displays > 1:
            await self._say(text[: len(text) // 2])
            await self._mute()
        await self._paged(text)

    async def _refuse(self, line: str) -> None:
        """Point at the first word that continues no known command."""
        words, known = line.split(), [a.split() for a in self._station.personality.answers]
        good = 0
        while good < len(words) and any(words[: good + 1] == k[: good + 1] for k in known):
            good += 1
        what = "Incomplete" if good == len(words) else "Unrecognized"
        column = len(self._prompt) + len(" ".join(words[:good])) + (1 if good else 0)
        await self._say(f"{' ' * column}^\nError: {what} command found at '^' position.\n")

    async def _mute(self) -> None:
        """Say nothing more, but keep the connection until the peer drops it."""
        while True:
            await self._byte()

    async def _paged(self, text: str) -> None:
        lines = text.splitlines(keepends=True)
        if not self._page_lines:
            await self._say(text)
            return
        shown = room = self._page_lines
        await self._say("".join(lines[:shown]))
        while shown < len(lines):
            room = await self._page_key()
            if not room:
                return
            await self._say("".join(lines[shown : shown + room]))
            shown += room

    async def _page_key(self) -> int:
        """Lines that the next key grants: a page, one, or none when the reader has enough."""
        await self._say(PAGER)
        usg = self._station.device.personality == "vrp_usg"
        grants = {0x20: self._page_lines, 0x0D: 1, 0x0A: 1, 0x71: 0, 0x51: 0, 0x03: 0}
        while (key := await self._byte()) not in grants:
            pass
        self._station.received("pager", repr(chr(key)))
        await self._say(_BACKSPACES if usg else _CURSOR_LEFT)
        if not grants[key]:
            await self._say("\n")
        return grants[key]

    async def _line(self, what: str) -> str:
        """One typed line, echoed as it comes."""
        typed = bytearray()
        while True:
            key = await self._byte()
            if key in {0x0D, 0x0A}:
                if key == 0x0A and self._last == 0x0D:
                    self._last = 0
                    continue
                self._last = key
                break
            self._last = key
            await self._edit(typed, key)
        await self._write(b"\r\n")
        text = typed.decode(self._station.encoding, "replace")
        self._station.received(what, text)
        return text

    async def _edit(self, typed: bytearray, key: int) -> None:
        if key in {0x08, 0x7F}:
            if typed:
                typed.pop()
                await self._write(b"\b \b")
        elif key == 0x1A:
            self._system, self._view = False, ""
        elif key >= 0x20:
            typed.append(key)
            await self._write(bytes([key]))

    async def _byte(self) -> int:
        while not self._buffer:
            data = await self._read()
            if not data:
                raise Hangup
            self._buffer += data
        return self._buffer.pop(0)

    async def _say(self, text: str) -> None:
        data = text.replace("\n", "\r\n").encode(self._station.encoding)
        if self._station.behaves(Behaviour.DRIPS):
            size = max(DRIP_BYTES, len(data) // DRIP_CHUNKS_MAX)
            cuts, pause_s = list(range(size, len(data), size)), DRIP_PAUSE_S
        elif self._station.behaves(Behaviour.SPEAKS_GBK):
            cuts, pause_s = _inside_characters(data), SPLIT_PAUSE_S
        else:
            cuts, pause_s = [], 0.0
        for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
            await self._write(data[start:end])
            if end != len(data):
                await asyncio.sleep(pause_s)


def _inside_characters(data: bytes) -> list[int]:
    """Places to cut, each between the two bytes of a GBK character."""
    cuts: list[int] = []
    place = 0
    while place < len(data) - 1 and len(cuts) < SPLITS_MAX:
        if data[place] < 0x80:
            place += 1
        else:
            cuts.append(place + 1)
            place += 2
    return cuts
