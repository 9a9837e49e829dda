"""A port that a device of the lab listens on."""

import asyncio
from abc import ABC, abstractmethod

from typing_extensions import override


class Listening(ABC):
    """An open port; closing it is all that can be done with it."""

    port: int

    @abstractmethod
    def close(self) -> None:
        """Stop listening."""


class StreamListening(Listening):
    """A TCP port served by asyncio."""

    def __init__(self, server: asyncio.Server) -> None:
        self._server = server
        self.port = int(server.sockets[0].getsockname()[1])

    @override
    def close(self) -> None:
        self._server.close()
