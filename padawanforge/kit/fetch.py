"""Files from elsewhere that the server fetches by itself: small, without detours, from public addresses only.

An address that a stranger can name must not make the server knock at doors of its own network. Who answers is
judged after the connection is made, so that no trick with names or numbers helps.
"""

import ipaddress
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
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
    extensions = _guard(url, trusted)
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        with (
            # A redirect could lead into our own network.
            httpx2.Client(timeout=PATIENCE_SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", url, extensions=extensions) as answer,
        ):
            return _read(answer, deadline=deadline, max_bytes=max_bytes)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise FetchRefused("The server did not answer as it should.") from error


def post(url: str, content: bytes, *, headers: dict[str, str], trusted: Collection[str] = ()) -> int:
    """Hand something over there; the status of the answer, whose body nobody reads. Refuses as `fetch` does."""
    extensions = _guard(url, trusted)
    try:
        with (
            httpx2.Client(timeout=PATIENCE_SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url, content=content, headers=headers, extensions=extensions) as answer,
        ):
            return answer.status_code
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise FetchRefused("The server did not answer as it should.") from error


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a service that an administrator has set up. Headers may hold a secret."""

    method: str
    url: str
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    seconds: float = PATIENCE_SECONDS
    max_bytes: int = MAX_BYTES


def call(request: Request, *, trusted: Collection[str], judge: Callable[[str], None]) -> bytes:
    """What the service answers; refuses as `fetch` does.

    `judge` is asked about the numeric address of who answered, also of those that are trusted, and raises.
    """
    extensions = _guard(request.url, trusted)
    inner = extensions.get("trace")

    def trace(step: str, facts: dict) -> None:
        if step == "connection.connect_tcp.complete":
            judge(facts["return_value"].get_extra_info("socket").getpeername()[0])
        if inner is not None:
            inner(step, facts)

    deadline = time.monotonic() + request.seconds
    try:
        with (
            httpx2.Client(timeout=request.seconds, follow_redirects=False, trust_env=False) as client,
            client.stream(
                request.method,
                request.url,
                content=request.content,
                headers=dict(request.headers),
                extensions={"trace": trace},
            ) as answer,
        ):
            return _read(answer, deadline=deadline, max_bytes=request.max_bytes)
    except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
        raise FetchRefused("The server did not answer as it should.") from error


def problem_of_address(url: str, trusted: Collection[str] = ()) -> str:
    """Why nothing is ever fetched from there, as far as the address itself tells; empty when it may be tried."""
    try:
        parts = urlsplit(url)
        origin, host = f"{parts.scheme}://{parts.netloc}", parts.hostname
    except ValueError:
        return "The address can't be read."
    if not host or parts.username or (parts.scheme != "https" and origin not in trusted):
        return "Only addresses that begin with https:// are fetched."
    return ""


def _guard(url: str, trusted: Collection[str]) -> dict:
    if problem := problem_of_address(url, trusted):
        raise FetchRefused(problem)
    parts = urlsplit(url)
    return {} if f"{parts.scheme}://{parts.netloc}" in trusted else {"trace": _judge}


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
