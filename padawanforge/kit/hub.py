"""The process-local hub: one subscription per group and process, a loop over its local receivers.

A channel layer that delivers to each consumer costs 100-300 microseconds a delivery and drops messages
silently when a consumer lags. Here each process hands a message to its own receivers directly, and asks the
layer (Redis) once per process and group to carry it to the other processes; the in-memory layer is not asked
at all, nor is Redis as long as no other process listens there (see padawanforge.kit.census). So those who sit at
the same process hear each other also while the broker is away.

Groups that come and go with each socket and hear little have a name `a:b`: for the layer all of them are the one
group `a`, so that whoever comes needn't be announced there, and each process is told what is said in any of them.

Threads: `send`, `send_locally`, `renew_soon` and `groups` may be called from anywhere. Everything else runs
on the server's event loop, which is captured at the first connection (`capture_loop`).
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import uuid4

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer
from redis.exceptions import RedisError

from padawanforge.kit.census import CENSUS_SECONDS, Census

logger = logging.getLogger(__name__)

Receiver = Callable[[dict], None]

LAYER_TIMEOUT_SECONDS = 0.5
BREAKER_FAILURES = 3
BREAKER_PAUSE_SECONDS = 5.0
CENSUS = "census"
# Every layer forgets memberships after a day.
RENEW_ALL_SECONDS = 6 * 3600.0

AWAY = (OSError, asyncio.TimeoutError, RedisError)


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


class _LayerSide:
    """What belongs to one event loop: our channel in the layer, and the groups joined there."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        # By which we know what we sent ourselves.
        self.origin = uuid4().hex
        self.census = Census(self.origin)
        self.channel_name = ""
        self.opening = asyncio.Lock()
        self.listening: asyncio.Task | None = None
        self.speaking: asyncio.Task | None = None
        self.joined: set[str] = set()
        self.settling: dict[str, asyncio.Task] = {}
        self.renewed_at = time.monotonic()


_receivers: dict[str, set[Receiver]] = {}
# The groups with receivers, by the group of the layer that carries what is said there.
_carried: dict[str, set[str]] = {}
_breaker = _Breaker()
_side: _LayerSide | None = None


def capture_loop() -> None:
    """Remember the server's loop; called by the ASGI application for every scope."""
    global _side
    running = asyncio.get_running_loop()
    if _side is None or _side.loop is not running:
        _side = _LayerSide(running)


def is_local() -> bool:
    """True when the layer doesn't cross processes, so that there is nothing to ask it."""
    return isinstance(get_channel_layer(), InMemoryChannelLayer)


def reset_breaker() -> None:
    """Ask the layer again at once, whatever it did before."""
    _breaker.record(ok=True)
    _breaker.open_until = 0.0


def members(group: str) -> int:
    """How many receivers this process has in the group."""
    return len(_receivers.get(group, ()))


def groups() -> set[str]:
    """The groups in which this process has receivers."""
    return set(_receivers)


def deliver(group: str, message: dict) -> None:
    """Hand the message to this process's receivers; on the loop only."""
    for receiver in list(_receivers.get(group, ())):
        try:
            receiver(message)
        except Exception:
            logger.exception("A receiver of %s failed.", group)


async def join(group: str, receiver: Receiver) -> None:
    """When this returns, messages reach the receiver (unless the layer is away; then `renew` joins later)."""
    _receivers.setdefault(group, set()).add(receiver)
    carrier = _carrier_of(group)
    _carried.setdefault(carrier, set()).add(group)
    await _settle(carrier)


async def leave(group: str, receiver: Receiver) -> None:
    receivers = _receivers.get(group, set())
    receivers.discard(receiver)
    if not receivers:
        _receivers.pop(group, None)
        carrier = _carrier_of(group)
        carried = _carried.get(carrier, set())
        carried.discard(group)
        if not carried:
            _carried.pop(carrier, None)
            await _settle(carrier)


def send(group: str, message: dict) -> None:
    """From any thread; returns at once. Nobody may rely on the delivery."""
    send_locally(group, message)
    if not is_local() and not _breaker.is_open() and not _is_alone():
        origin = _side.origin if _side is not None else ""
        envelope = {"type": "hub", "origin": origin, "group": group, "message": message}
        if _has_loop():
            _on_loop(lambda: asyncio.ensure_future(_send_to_layer(group, envelope)))
        else:
            async_to_sync(_send_to_layer)(group, envelope)


def send_locally(group: str, message: dict) -> None:
    """To the receivers of this process only, from any thread."""
    if _has_loop():
        _on_loop(lambda: deliver(group, message))


async def renew() -> None:
    """Join in the layer what could not be joined before, and now and then everything again."""
    if is_local() or _side is None:
        return
    if time.monotonic() - _side.renewed_at > RENEW_ALL_SECONDS:
        _side.renewed_at = time.monotonic()
        _side.joined.clear()
    for carrier in _carried.keys() - _side.joined:
        await _settle(carrier)


def renew_soon() -> None:
    """Have the loop do it; from any thread."""
    if _has_loop() and not is_local():
        _on_loop(lambda: asyncio.ensure_future(renew()))


def _is_alone() -> bool:
    return _side is not None and _side.census.is_alone


def _has_loop() -> bool:
    return _side is not None and not _side.loop.is_closed()


def _on_loop(function: Callable[[], object]) -> None:
    try:
        _side.loop.call_soon_threadsafe(function)  # type: ignore[union-attr]
    except RuntimeError:
        # The loop was closed between the question and the call: the server is going down.
        logger.info("An event came after the server's loop had ended.")


async def _settle(carrier: str) -> None:
    """Bring the layer's side of the group in line with ours; one at a time, as joins and leaves may cross."""
    if is_local():
        return
    capture_loop()
    side = _side
    assert side is not None  # noqa: S101 - just captured
    if _is_as_wanted(carrier, side) and carrier not in side.settling:
        return
    if carrier not in side.settling:
        side.settling[carrier] = asyncio.create_task(_settle_there(carrier, side))
    # Others wait for it too, and go on when this one is given up.
    await asyncio.shield(side.settling[carrier])


async def _settle_there(carrier: str, side: _LayerSide) -> None:
    try:
        while not _is_as_wanted(carrier, side):
            if carrier in side.joined:
                side.joined.discard(carrier)
                await _ask_layer("group_discard", carrier, side)
            elif await _ask_layer("group_add", carrier, side):
                side.joined.add(carrier)
            else:
                return
    finally:
        side.settling.pop(carrier)


def _is_as_wanted(carrier: str, side: _LayerSide) -> bool:
    return (carrier in _carried) == (carrier in side.joined)


async def _send_to_layer(group: str, envelope: dict) -> None:
    await _guarded(lambda: get_channel_layer().group_send(_carrier_of(group), envelope))


async def _ask_layer(method: str, group: str, side: _LayerSide) -> bool:
    """Join or leave in the layer; False when it is away."""
    layer = get_channel_layer()
    # Of those who come at once, one opens our channel: to a second one nobody would listen.
    async with side.opening:
        if not side.channel_name:
            side.channel_name = await _guarded(layer.new_channel) or ""
        if not side.channel_name:
            return False
        if side.listening is None or side.listening.done():
            side.listening = asyncio.ensure_future(_listen(side))
        if side.speaking is None or side.speaking.done():
            side.speaking = asyncio.ensure_future(_speak(side))
    call = getattr(layer, method)
    return await _guarded(lambda: call(group, side.channel_name), otherwise=False) is not False


async def _guarded(call: Callable[[], Awaitable[Any]], *, otherwise: Any = None) -> Any:
    """The layer's answer, or `otherwise` when it does not give one in time."""
    if _breaker.is_open():
        return otherwise
    try:
        answer = await asyncio.wait_for(call(), LAYER_TIMEOUT_SECONDS)
    except AWAY as error:
        _breaker.record(ok=False)
        logger.warning("The channel layer is away: %r", error)
        return otherwise
    _breaker.record(ok=True)
    return answer


async def _listen(side: _LayerSide) -> None:
    layer = get_channel_layer()
    while True:
        try:
            envelope = await layer.receive(side.channel_name)
        except AWAY as error:
            logger.warning("The channel layer is away: %r", error)
            await asyncio.sleep(1)
            continue
        # Processes of an earlier version, which may still run during an update, say nothing of themselves.
        origin = envelope.get("origin", "")
        if envelope["group"] == CENSUS:
            side.census.hear_round(origin)
        elif origin != side.origin:
            side.census.hear(origin)
            deliver(envelope["group"], envelope["message"])


async def _speak(side: _LayerSide) -> None:
    """Tell the other processes that there is this one."""
    layer = get_channel_layer()
    envelope = {"type": "hub", "origin": side.origin, "group": CENSUS, "message": {}}
    is_heard = False
    while True:
        if not is_heard:
            add = partial(layer.group_add, CENSUS, side.channel_name)
            is_heard = await _guarded(add, otherwise=False) is not False
        side.census.speak()
        await _send_to_layer(CENSUS, envelope)
        await asyncio.sleep(CENSUS_SECONDS)


def _carrier_of(group: str) -> str:
    return group.partition(":")[0]
