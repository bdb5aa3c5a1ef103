"""A door between the servers and an engine: shut, it looks as if the engine had stopped."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit


class Gate:
    """Passes bytes on to an engine as long as it is open; shutting it cuts what runs and refuses what comes."""

    def __init__(self, url: str, default_port: int) -> None:
        parts = urlsplit(url)
        self.target = parts.hostname or "127.0.0.1", parts.port or default_port
        self.parts = parts
        self.server: asyncio.Server | None = None
        self.port = 0
        self.pipes: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """The engine's address through this door."""
        user = f"{self.parts.username}@" if self.parts.username else ""
        return urlunsplit(self.parts._replace(netloc=f"{user}127.0.0.1:{self.port}"))

    async def open(self) -> None:
        self.server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        self.server.close()
        for pipe in list(self.pipes):
            pipe.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        ours = {writer, back}
        self.pipes |= ours
        ways = [asyncio.ensure_future(_copy(reader, back)), asyncio.ensure_future(_copy(there, writer))]
        # At the end of the program the streams would complain about a task that was cancelled.
        with suppress(asyncio.CancelledError):
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for pipe in ours:
            self.pipes.discard(pipe)
            pipe.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        return
