"""Files from elsewhere that the server fetches by itself: small, without detours, from public addresses only.

An address that a stranger can name must not make the server knock at doors of its own network. Who answers is
judged after the connection is made, so that no trick with names or numbers helps.
"""

import ipaddress
import time
from collections.abc import Collection
from urllib.parse import urlsplit

import httpx2

PATIENCE_SECONDS = 10.0
MAX_BYTES = 5 * 1024 * 1024


class FetchRefused(ValueError):
    """The address, its server or the answer is nothing that we take."""


def fetch(url: str, *, trusted: Collection[str] = (), max_bytes: int = MAX_BYTES) -> bytes:
    """What stands at the address.

    `trusted` are origins (such as https://id.school.example) that an administrator has set up and that may
    live in a private network or speak plain HTTP. Raises FetchRefused, also when nothing comes in time.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise FetchRefused("The address can't be read.") from error
    is_trusted = f"{parts.scheme}://{parts.netloc}" in trusted
    if not parts.hostname or parts.username or (parts.scheme != "https" and not is_trusted):
        raise FetchRefused("Only addresses that begin with https:// are fetched.")
    deadline = time.monotonic() + PATIENCE_SECONDS
    extensions = {} if is_trusted else {"trace": _judge}
    try:
        with (
            # A redirect could lead into our own network.
            httpx2.Client(timeout=PATIENCE_SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", url, extensions=extensions) as answer,
        ):
            return _read(answer, deadline=deadline, max_bytes=max_bytes)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise FetchRefused("The server did not answer as it should.") from error


def _read(answer: httpx2.Response, *, deadline: float, max_bytes: int) -> bytes:
    if answer.status_code != httpx2.codes.OK:
        raise FetchRefused(f"The server answered with {answer.status_code}.")
    data = bytearray()
    for piece in answer.iter_bytes():
        data += piece
        if len(data) > max_bytes or time.monotonic() > deadline:
            raise FetchRefused("The file is too large or comes too slowly.")
    return bytes(data)


def _judge(step: str, facts: dict) -> None:
    """Look at who answered, before anything is sent."""
    if step == "connection.connect_tcp.complete":
        connected = facts["return_value"].get_extra_info("socket")
        address = ipaddress.ip_address(connected.getpeername()[0].split("%", maxsplit=1)[0])
        mapped = getattr(address, "ipv4_mapped", None) or address
        if not mapped.is_global or mapped.is_multicast:
            connected.close()
            raise FetchRefused("The server lives in a network that is not public.")
