"""How much of a file is read, and the words with which the reading process says no. Plain Python: both sides know it."""

CPU_SECONDS = 60
ADDRESS_SPACE = 1024**3
MAX_PAGES = 300
MAX_CHARACTERS = 2_000_000
MAX_OUTLINE = 500
MAX_ROWS = 50_000
# Of a packed document: how many parts, how much in all, and how much larger than on the disk.
MAX_PARTS = 5_000
MAX_UNPACKED = 100 * 1024**2
MAX_PART = 50 * 1024**2
MAX_RATIO = 200

ENCRYPTED = "encrypted"
TOO_LONG = "too long"
TOO_MANY_PAGES = "too many pages"
TOO_MANY_ROWS = "too many rows"
TOO_HEAVY = "too heavy"
PACKED_TOO_TIGHT = "packed too tight"
FOREIGN = "foreign"
BROKEN = "broken"


class Refused(Exception):
    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Counted:
    """Adds up what was read; more than there may be is refused."""

    def __init__(self) -> None:
        self.characters = 0

    def __call__(self, text: str) -> str:
        self.characters += len(text)
        if self.characters > MAX_CHARACTERS:
            raise Refused(TOO_LONG)
        return text
