"""Connections to providers: short patience, no redirects, a look at who really answered, and no new one each time.

Shaking hands with a provider takes as long as two or three of its answers' words, and a new client reads the whole
list of certificates; so a connection that has brought what was wanted waits a while for the next question.
"""

import socket
import ssl
import threading
from collections import deque
from contextlib import suppress
from functools import cache
from types import TracebackType

import httpx2

from npcs.llm.addresses import AddressRefused, check_ip

CONNECT_SECONDS = 5.0
# How long an unused connection is kept, and how many in a process.
KEPT_SECONDS = 60.0
KEPT_MOST = 16


class LineCut(Exception):
    """Nobody waits for this connection any more."""


class _Wire:
    """An HTTP client with one connection, used by one line at a time."""

    def __init__(self, address: str, read_seconds: float) -> None:
        self.key = address, read_seconds
        # A redirect could lead the key elsewhere, so none is followed.
        self.client = httpx2.Client(
            verify=_certificates(),
            timeout=httpx2.Timeout(read_seconds, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=1, keepalive_expiry=KEPT_SECONDS),
            follow_redirects=False,
            event_hooks={"request": [self._watch]},
        )
        self._connected: socket.socket | None = None
        self._is_cut = False

    def cut(self) -> None:
        """Wake whoever reads from it: a shutdown, because closing alone does not end a blocked read."""
        self._is_cut = True
        if self._connected is not None:
            with suppress(OSError):
                self._connected.shutdown(socket.SHUT_RDWR)

    def _watch(self, request: httpx2.Request) -> None:
        request.extensions = {**request.extensions, "trace": self._on_step}

    def _on_step(self, step: str, facts: dict) -> None:
        if step not in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            return
        connected = facts["return_value"].get_extra_info("socket")
        self._connected = connected
        if self._is_cut:
            connected.close()
            raise LineCut
        # Judged here, after the name was looked up and before anything is sent.
        try:
            check_ip(connected.getpeername()[0])
        except AddressRefused:
            connected.close()
            raise


class _Kept:
    """The wires that wait for their next question, the one that was used last at the end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wires: deque[_Wire] = deque()

    def take(self, address: str, read_seconds: float) -> _Wire:
        with self._lock:
            for wire in reversed(self._wires):
                if wire.key == (address, read_seconds):
                    self._wires.remove(wire)
                    return wire
        return _Wire(address, read_seconds)

    def put(self, wire: _Wire) -> None:
        with self._lock:
            self._wires.append(wire)
            oldest = self._wires.popleft() if len(self._wires) > KEPT_MOST else None
        if oldest is not None:
            oldest.client.close()

    def close(self) -> None:
        with self._lock:
            wires, self._wires = self._wires, deque()
        for wire in wires:
            wire.client.close()


kept = _Kept()


class Line:
    """The HTTP client of one answer, which another thread may cut until what was wanted has come.

    with Line(address, read_seconds=30) as client: ...
    """

    def __init__(self, address: str, *, read_seconds: float) -> None:
        self._wire = kept.take(address, read_seconds)
        self._lock = threading.Lock()
        self._is_cut = self._is_spared = False

    def __enter__(self) -> httpx2.Client:
        return self._wire.client

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.spare()
        if kind is None and not self._is_cut:
            kept.put(self._wire)
        else:
            self._wire.client.close()

    def cut(self) -> None:
        """End the reading of it, wherever it is."""
        with self._lock:
            if not self._is_spared:
                self._is_cut = True
                self._wire.cut()

    def spare(self) -> None:
        """From now on nobody cuts it: somebody else may have it soon."""
        with self._lock:
            self._is_spared = True


@cache
def _certificates() -> ssl.SSLContext:
    """Read once for the process: it takes twenty milliseconds."""
    return httpx2.create_ssl_context()
