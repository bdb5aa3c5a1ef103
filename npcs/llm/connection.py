"""Connections to providers: short patience, no redirects, and a look at who really answered."""

import socket
from contextlib import suppress

import httpx2

from npcs.llm.addresses import AddressRefused, check_ip

CONNECT_SECONDS = 5.0


class LineCut(Exception):
    """Nobody waits for this connection any more."""


class Line:
    """The HTTP client of one answer, which another thread may cut at any time."""

    def __init__(self, *, read_seconds: float) -> None:
        # A redirect could lead the key elsewhere, so none is followed.
        self.client = httpx2.Client(
            timeout=httpx2.Timeout(read_seconds, connect=CONNECT_SECONDS),
            follow_redirects=False,
            event_hooks={"request": [self._watch]},
        )
        self._sockets: list[socket.socket] = []
        self._is_cut = False

    def cut(self) -> None:
        """Wake whoever reads from it: a shutdown, because closing alone does not end a blocked read."""
        self._is_cut = True
        for connected in self._sockets:
            with suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)

    def _watch(self, request: httpx2.Request) -> None:
        request.extensions = {**request.extensions, "trace": self._on_step}

    def _on_step(self, step: str, facts: dict) -> None:
        if step not in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            return
        connected = facts["return_value"].get_extra_info("socket")
        self._sockets.append(connected)
        if self._is_cut:
            connected.close()
            raise LineCut
        # Judged here, after the name was looked up and before anything is sent.
        try:
            check_ip(connected.getpeername()[0])
        except AddressRefused:
            connected.close()
            raise
