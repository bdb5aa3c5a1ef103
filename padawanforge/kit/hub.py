"""The process-local hub: one subscription per group and process, a loop over its local receivers.

A channel layer that delivers to each consumer costs 100-300 microseconds a delivery and drops messages
silently when a consumer lags. Here the layer (Redis) is asked once per process and group, and with the
in-memory layer it is not asked at all: the hub hands the message to the receivers directly.

Threads: `send` may be called from anywhere. Everything else runs on the server's event loop, which is
captured at the first connection (`capture_loop`).
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

Receiver = Callable[[dict], None]

LAYER_TIMEOUT_SECONDS = 0.5
BREAKER_FAILURES = 3
BREAKER_PAUSE_SECONDS = 5.0

_receivers: dict[str, set[Receiver]] = defaultdict(set)
_loop: asyncio.AbstractEventLoop | None = None
_channel_name: str | None = None
_listening: asyncio.Task | None = None


class _Breaker:
    """Stops asking a layer that does not answer, so that a frozen broker can't slow down every message."""

    def __init__(self) -> None:
        self.failures = 0
        self.open_until = 0.0

    def is_open(self) -> bool:
        return time.monotonic() < self.open_until

    def record(self, *, ok: bool) -> None:
        self.failures = 0 if ok else self.failures + 1
        if self.failures >= BREAKER_FAILURES:
            self.open_until = time.monotonic() + BREAKER_PAUSE_SECONDS


_breaker = _Breaker()


def capture_loop() -> None:
    """Remember the server's loop; called by the ASGI application for every scope."""
    global _loop, _listening, _channel_name
    running = asyncio.get_running_loop()
    if _loop is not running:
        _loop, _listening, _channel_name = running, None, None


def is_local() -> bool:
    """True when the layer doesn't cross processes, so that there is nothing to ask it."""
    return isinstance(get_channel_layer(), InMemoryChannelLayer)


def members(group: str) -> int:
    """How many receivers this process has in the group."""
    return len(_receivers.get(group, ()))


def groups() -> set[str]:
    """The groups in which this process has receivers."""
    return {group for group, receivers in list(_receivers.items()) if receivers}


def deliver(group: str, message: dict) -> None:
    """Hand the message to this process's receivers; on the loop only."""
    for receiver in list(_receivers.get(group, ())):
        receiver(message)


async def join(group: str, receiver: Receiver) -> None:
    first = not _receivers[group]
    _receivers[group].add(receiver)
    if first and not is_local():
        await _ask_layer("group_add", group)


async def leave(group: str, receiver: Receiver) -> None:
    receivers = _receivers.get(group)
    if receivers is None:
        return
    receivers.discard(receiver)
    if not receivers:
        _receivers.pop(group, None)
        if not is_local():
            await _ask_layer("group_discard", group)


def send(group: str, message: dict) -> None:
    """From any thread; returns at once. Nobody may rely on the delivery."""
    if is_local():
        if _loop is not None and not _loop.is_closed():
            _loop.call_soon_threadsafe(deliver, group, message)
        return
    if _breaker.is_open():
        return
    envelope = {"type": "hub", "group": group, "message": message}
    if _loop is not None and not _loop.is_closed():
        # Called on the loop itself or from a worker thread: both only schedule.
        _loop.call_soon_threadsafe(lambda: asyncio.ensure_future(_send_to_layer(group, envelope)))
    else:
        async_to_sync(_send_to_layer)(group, envelope)


async def _send_to_layer(group: str, envelope: dict) -> None:
    layer = get_channel_layer()
    try:
        await asyncio.wait_for(layer.group_send(_layer_group(group), envelope), LAYER_TIMEOUT_SECONDS)
    except (OSError, asyncio.TimeoutError, RedisError) as error:
        _breaker.record(ok=False)
        logger.warning("The channel layer did not take an event: %s", error)
    else:
        _breaker.record(ok=True)


async def _ask_layer(method: str, group: str) -> None:
    """Join or leave in the layer; a layer that is away is asked again by `renew`."""
    global _channel_name, _listening
    layer = get_channel_layer()
    try:
        if _channel_name is None:
            _channel_name = await asyncio.wait_for(layer.new_channel(), LAYER_TIMEOUT_SECONDS)
        if _listening is None or _listening.done():
            _listening = asyncio.ensure_future(_listen())
        await asyncio.wait_for(
            getattr(layer, method)(_layer_group(group), _channel_name), LAYER_TIMEOUT_SECONDS
        )
    except (OSError, asyncio.TimeoutError, RedisError) as error:
        logger.warning("The channel layer did not answer to %s: %s", method, error)


async def renew() -> None:
    """Join all groups again: a layer forgets memberships, and a restarted broker knows none."""
    if not is_local():
        for group in groups():
            await _ask_layer("group_add", group)


async def _listen() -> None:
    layer = get_channel_layer()
    while True:
        try:
            envelope = await layer.receive(_channel_name)
        except (OSError, asyncio.TimeoutError, RedisError) as error:
            logger.warning("The channel layer is away: %s", error)
            await asyncio.sleep(1)
            continue
        deliver(envelope["group"], envelope["message"])


def _layer_group(group: str) -> str:
    return group.replace(":", ".")

