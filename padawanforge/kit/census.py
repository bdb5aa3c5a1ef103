"""Whether other processes listen to the layer beside this one.

Each says now and then that it is there, on a group to which all of them listen. What comes on that group comes
in one order, so whoever hears only himself for many rounds in a row is alone, however late he hears it. A process
that begins speaks at once, and is believed at once.
"""

CENSUS_SECONDS = 2.0
# Half a minute: a process that said nothing for so long has lost its players to their patience.
ROUNDS = 15


class Census:
    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._rounds = 0
        self._is_awaited = False

    @property
    def is_alone(self) -> bool:
        return self._rounds >= ROUNDS

    def speak(self) -> None:
        """The process says that it is there; whoever did not hear himself since the last time hears nobody."""
        if self._is_awaited:
            self._rounds = 0
        self._is_awaited = True

    def hear(self, origin: str) -> None:
        """From whom something came: processes that only send, such as commands, have no name."""
        if origin and origin != self.origin:
            self._rounds = 0

    def hear_round(self, origin: str) -> None:
        """The same on the group of the census itself."""
        self.hear(origin)
        if origin == self.origin and self._is_awaited:
            self._is_awaited = False
            self._rounds += 1
