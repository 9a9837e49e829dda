"""The process of a lab: every device on one event loop. Run as `python -m xunjian.lab.serve DIR`.

SIGHUP makes it play the scene that `.lab/scene.json` names now; SIGTERM ends it. With `--attached`
it also ends when its standard input is closed, so that it never outlives who started it.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from xunjian.lab.devices import LabDevice
from xunjian.lab.faults import Behaviour
from xunjian.lab.folder import (
    LabFolder,
    LabPlan,
    read_credential,
    read_plan,
    read_scene,
    write_json,
)
from xunjian.lab.http import listen_http
from xunjian.lab.listening import Listening
from xunjian.lab.modbus import listen_modbus
from xunjian.lab.nut import listen_nut
from xunjian.lab.pjlink import listen_pjlink
from xunjian.lab.sip import listen_sip
from xunjian.lab.snmp import listen_snmp
from xunjian.lab.ssh import listen_ssh, make_host_key
from xunjian.lab.station import Credential, Station


class Lab:
    """All devices of one folder, listening."""

    def __init__(self, folder: LabFolder, plan: LabPlan, credential: Credential) -> None:
        self._folder = folder
        self._plan = plan
        self._credential = credential
        self._stations: dict[str, Station] = {}
        self._open: dict[str, Listening] = {}
        self._ports: dict[str, int] = {}
        self._keys: dict[str, str] = {}

    async def start(self) -> None:
        """Open every device's port, each on its own address."""
        scene = read_scene(self._folder)
        for device in self._plan.devices:
            self._stations[device.name] = Station(
                device=device,
                credential=self._credential,
                personalities=self._plan.personalities,
                transcript=self._folder.transcript_of(device.name),
                clock=scene.clock(self._plan),
            )
            if device.channel in {"ssh", "exec"}:
                self._keys[device.name] = make_host_key(self._folder.host_key(device.name))
            await self._listen(device)
        await self.play()

    async def play(self) -> None:
        """Take over the scene of the moment and say so."""
        scene = read_scene(self._folder)
        self._put_away_transcripts(scene.number - 1)
        for name, station in self._stations.items():
            station.plant(scene.planted, scene.clock(self._plan))
            if station.behaves(Behaviour.DEAD):
                if listening := self._open.pop(name, None):
                    listening.close()
            elif name not in self._open:
                await self._listen(station.device)
        write_json(
            self._folder.played,
            {"number": scene.number, "ports": self._ports, "host_keys": self._keys},
        )

    def close(self) -> None:
        """Close every port."""
        for listening in self._open.values():
            listening.close()

    def _put_away_transcripts(self, scene_number: int) -> None:
        """What was sent in an earlier scene (getting ready, yesterday's round) is not today's."""
        earlier = self._folder.own / "earlier" / str(scene_number)
        earlier.mkdir(parents=True, exist_ok=True)
        for path in self._folder.transcript.glob("*.log"):
            path.replace(earlier / path.name)

    async def _listen(self, device: LabDevice) -> None:
        station, port = self._stations[device.name], self._ports.get(device.name, 0)
        if device.channel in {"ssh", "exec"}:
            listening = await listen_ssh(station, port, self._folder.host_key(device.name))
        else:
            listen = {
                "http": listen_http,
                "snmp": listen_snmp,
                "nut": listen_nut,
                "sip": listen_sip,
                "modbus": listen_modbus,
                "pjlink": listen_pjlink,
            }[device.channel]
            listening = await listen(station, port)
        self._open[device.name] = listening
        self._ports[device.name] = listening.port


async def serve(folder: LabFolder, *, attached: bool) -> None:
    """Run the lab until it is told to end."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    lab = Lab(folder, read_plan(folder), read_credential(folder))
    replaying: set[asyncio.Task[None]] = set()

    def replay() -> None:
        task = loop.create_task(lab.play())
        replaying.add(task)
        task.add_done_callback(replaying.discard)

    loop.add_signal_handler(signal.SIGHUP, replay)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    if attached:
        await _end_with_input(loop, ended)
    await lab.start()
    await ended.wait()
    lab.close()


async def _end_with_input(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    def look() -> None:
        if not os.read(sys.stdin.fileno(), 1024):
            loop.remove_reader(sys.stdin)
            ended.set()

    loop.add_reader(sys.stdin, look)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry of the process."""
    parser = argparse.ArgumentParser(prog="xunjian.lab.serve", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--attached", action="store_true")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    asyncio.run(serve(LabFolder(chosen.directory), attached=chosen.attached))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
