"""A small upsd: the read-only half of NUT's network protocol, for one UPS.

`vars.txt` holds the variables as `upsc` prints them, `name: value`. Words and error codes follow
NUT's developer guide, chapter "Network protocol information".
"""

import asyncio
from dataclasses import dataclass

from xunjian.lab.listening import Listening, StreamListening
from xunjian.lab.station import Station

_WRITES = frozenset({"SET", "INSTCMD", "FSD", "PRIMARY", "MASTER"})
_KNOWN = frozenset({"USERNAME", "PASSWORD", "LOGIN"})


@dataclass(slots=True)
class _Client:
    username: str = ""
    password: str = ""
    leaving: bool = False


async def listen_nut(station: Station, port: int) -> Listening:
    """Listen for NUT clients on the device's address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = _Client()
        try:
            while not client.leaving and (line := await reader.readline()):
                text = line.decode("utf-8", "replace").strip()
                shown = "PASSWORD ******" if text.startswith("PASSWORD") else text
                station.received("nut", shown)
                await asyncio.sleep(station.latency_s(shown))
                writer.write(_reply(station, client, text.split()).encode())
                await writer.drain()
        except (ConnectionError, ValueError):
            pass
        finally:
            writer.close()

    return StreamListening(await asyncio.start_server(serve, station.device.address, port))


def _reply(station: Station, client: _Client, words: list[str]) -> str:
    verb = words[0] if words else ""
    if verb in {"LIST", "GET"}:
        return _read(station, words)
    if verb in {"USERNAME", "PASSWORD"} and len(words) == 2:
        return _remember(client, verb.lower(), words[1])
    if verb == "LOGIN" and len(words) == 2:
        return _login(station, client, words[1])
    if verb == "LOGOUT":
        client.leaving = True
        return "OK Goodbye\n"
    if verb in _WRITES:
        return "ERR ACCESS-DENIED\n"
    return "ERR INVALID-ARGUMENT\n" if verb in _KNOWN else "ERR UNKNOWN-COMMAND\n"


def _read(station: Station, words: list[str]) -> str:
    match words:
        case ["LIST", "UPS"]:
            ups = _ups(station)
            return f'BEGIN LIST UPS\nUPS {ups} "{station.device.label}"\nEND LIST UPS\n'
        case ["LIST", "VAR", ups]:
            return _list(station, ups)
        case ["GET", "VAR", ups, name]:
            return _get(station, ups, name)
    return "ERR INVALID-ARGUMENT\n"


def _ups(station: Station) -> str:
    return str(station.device.extras["ups"])


def _variables(station: Station) -> dict[str, str]:
    lines = station.file("vars.txt").splitlines()
    pairs = (line.partition(":") for line in lines if ":" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _list(station: Station, ups: str) -> str:
    if ups != _ups(station):
        return "ERR UNKNOWN-UPS\n"
    lines = [f'VAR {ups} {name} "{_quoted(v)}"\n' for name, v in _variables(station).items()]
    return "".join([f"BEGIN LIST VAR {ups}\n", *lines, f"END LIST VAR {ups}\n"])


def _get(station: Station, ups: str, name: str) -> str:
    if ups != _ups(station):
        return "ERR UNKNOWN-UPS\n"
    value = _variables(station).get(name)
    return "ERR VAR-NOT-SUPPORTED\n" if value is None else f'VAR {ups} {name} "{_quoted(value)}"\n'


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _remember(client: _Client, slot: str, word: str) -> str:
    if getattr(client, slot):
        return f"ERR ALREADY-SET-{slot.upper()}\n"
    setattr(client, slot, word)
    return "OK\n"


def _login(station: Station, client: _Client, ups: str) -> str:
    if ups != _ups(station):
        return "ERR UNKNOWN-UPS\n"
    known = station.credential
    good = (client.username, client.password) == (known.username, known.password)
    return "OK\n" if good else "ERR ACCESS-DENIED\n"
