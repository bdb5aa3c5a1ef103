"""Where this process takes what its sockets say: while some is being stored, what comes in waits for the next turn.

A lone message is stored at once. The more there is to do, the more is done at a time, so that a rush costs
less for each message instead of queueing for a lock.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from messaging.actions.greetings import Admitted, Greeted, Greeting, Ticket, admit_together, greet_together
from messaging.actions.openings import Arrival, Opening, open_together
from messaging.actions.partings import Parting, part_together
from messaging.actions.together import Outcome, say_together
from messaging.database import for_arrivals, for_words
from messaging.queries.ahead import Wish

MOST = 50


class Asked(Protocol):
    @property
    def place(self) -> Hashable:
        """Of those with the same place, a turn takes one."""


Ask = TypeVar("Ask", bound=Asked)
Answer = TypeVar("Answer")


class Desk(Generic[Ask, Answer]):
    """Belongs to the event loop that first asked it."""

    def __init__(self, store: Callable[[Sequence[Ask]], Coroutine[Any, Any, list[Answer]]]) -> None:
        self._store = store
        self._waiting: list[tuple[Ask, asyncio.Future[Answer]]] = []
        self._working: asyncio.Task | None = None

    async def say(self, wish: Ask) -> Answer:
        """What came of it; raises what refuses it."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((wish, future))
        if self._working is None:
            self._working = asyncio.ensure_future(self._work())
        outcome = await future
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def _work(self) -> None:
        try:
            # Who asks in the same step of the loop is served with the others.
            await asyncio.sleep(0)
            while turn := self._turn():
                await self._serve(turn)
        finally:
            self._working = None

    async def _serve(self, turn: list[tuple[Ask, asyncio.Future[Answer]]]) -> None:
        try:
            outcomes: Sequence[Any] = await self._store([wish for wish, _ in turn])
        except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it is
            outcomes = [error] * len(turn)
        for (_, future), outcome in zip(turn, outcomes, strict=True):
            # Its socket may be gone.
            if not future.done():
                future.set_result(outcome)

    def _turn(self) -> list[tuple[Ask, asyncio.Future[Answer]]]:
        """The first that wait; the second of a place, such as a player in a channel, waits for the first."""
        turn, later = [], []
        taken = set()
        for entry in self._waiting:
            place = entry[0].place
            if place in taken or len(turn) == MOST:
                later.append(entry)
            else:
                taken.add(place)
                turn.append(entry)
        self._waiting = later
        return turn


desk: Desk[Wish, Outcome] = Desk(for_words(say_together))
gate: Desk[Ticket, Admitted | None] = Desk(for_arrivals(admit_together))
welcome: Desk[Greeting, Greeted | None] = Desk(for_arrivals(greet_together))
door: Desk[Arrival, Opening] = Desk(for_arrivals(open_together))
way_out: Desk[Parting, None] = Desk(for_arrivals(part_together))
