"""A projector of PJLink class 1 behind a password; it answers queries and refuses commands.

`answers.yml` maps a query (`%1POWR ?`) to the file with its answer. PJLink Specifications 2.00.
"""

import asyncio
import hashlib
import secrets

from xunjian.lab.listening import Listening, StreamListening
from xunjian.lab.station import Station

_DIGEST_CHARACTERS = 32


async def listen_pjlink(station: Station, port: int) -> Listening:
    """Listen for PJLink on the device's address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        random = secrets.token_hex(4)
        proof = hashlib.md5(
            (random + station.credential.password).encode(), usedforsecurity=False
        ).hexdigest()
        known = False
        try:
            writer.write(f"PJLINK 1 {random}\r".encode())
            while text := (await reader.readuntil(b"\r")).decode("utf-8", "replace").strip():
                given, query = _apart(text) if not known else ("", text)
                station.received("pjlink", query)
                known = known or given == proof
                await asyncio.sleep(station.latency_s(query))
                writer.write((respond(station, query) if known else "PJLINK ERRA").encode() + b"\r")
                await writer.drain()
                if not known:
                    break
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass
        finally:
            writer.close()

    return StreamListening(await asyncio.start_server(serve, station.device.address, port))


def _apart(text: str) -> tuple[str, str]:
    at = text.find("%")
    return (text[:at], text[at:]) if at == _DIGEST_CHARACTERS else ("", text)


def respond(station: Station, query: str) -> str:
    """The answer to one query: ERR1 to what it does not know, ERR3 to what would set something."""
    answer = station.answer(query)
    if answer is not None:
        return answer.strip()
    return f"{query[:6]}={'ERR1' if query.endswith(' ?') else 'ERR3'}"
