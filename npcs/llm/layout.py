"""Which sections a prompt has, in which order they stand, and how much of the window each may take.

Sections of one group share one cap; what a group leaves free goes to the history. What stays the same from one
answer to the next stands first, so that a provider's cache of prefixes helps; what changes stands late, right
before the last message.

A new section is one line here and one `npcs.actions.sections.register` where its entries come from.
"""

from dataclasses import dataclass

from npcs.builtin.text import token_estimate

WINDOW_TOKENS = 8192
REPLY_TOKENS = 600
# Estimates are estimates: so much of the input stays free.
HEADROOM = 0.05

SHARES = {
    "permanent": 0.25,
    "circumstances": 0.05,
    "lore": 0.15,
    "memory": 0.10,
    "knowledge": 0.20,
    # And whatever the others leave.
    "history": 0.25,
}


@dataclass(frozen=True, slots=True)
class Section:
    """`is_late`: stands before the last message instead of at the beginning.

    `is_material`: written by people or taken from files, so each entry stands between marks as data. What staff
    wrote about the character is not: it is meant to be followed.
    """

    name: str
    title: str
    group: str
    is_late: bool = False
    is_material: bool = True


SECTIONS = (
    Section("rules", "Rules", "permanent", is_material=False),
    Section("persona", "Who you are", "permanent", is_material=False),
    Section("teaching", "How you teach", "permanent", is_material=False),
    Section("lore", "What is always true here", "lore", is_material=False),
    Section("examples", "How you speak, by example", "permanent"),
    Section("summary", "What was said before", "history"),
    Section("knowledge", "Notes", "knowledge", is_late=True),
    Section("memory", "What you remember of this person", "memory", is_late=True),
    Section("learner", "What fades in this person's memory", "memory", is_late=True),
    Section("keyed_lore", "What belongs to the subject", "lore", is_late=True),
    Section("items", "What you own and wear", "circumstances", is_late=True),
    Section("relationship", "How you stand to this person", "circumstances", is_late=True),
    Section("events", "What happened in the world", "circumstances", is_late=True),
    Section("lesson", "How to help this person", "permanent", is_late=True, is_material=False),
    Section("direction", "Stage direction", "permanent", is_late=True, is_material=False),
)
BY_NAME = {section.name: section for section in SECTIONS}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a section offers: the best one first, for what does not fit is dropped.

    `source` is what the manifest calls it by ("passage:12", "memory:7"): never a text. `subject` is the public id
    of the one player whose private matter it is; nobody else sees it in the console. `label` stands in its mark.
    """

    text: str
    source: str
    label: str = ""
    subject: str = ""

    @property
    def tokens(self) -> int:
        return token_estimate(self.text)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in the manifest: what became of it, without its text."""

    source: str
    tokens: int
    subject: str = ""
    is_cut: bool = False


@dataclass(slots=True)
class Part:
    """A section as it went into one prompt."""

    section: str
    cap: int
    placed: list[Line]
    dropped: list[Line]

    @property
    def tokens(self) -> int:
        return sum(line.tokens for line in self.placed)

    def as_data(self) -> dict[str, object]:
        return {
            "section": self.section,
            "tokens": self.tokens,
            "cap": self.cap,
            "placed": [_line(line) for line in self.placed],
            "dropped": [_line(line) for line in self.dropped],
        }


@dataclass(frozen=True, slots=True)
class Window:
    """How many tokens a model takes in all, and how many of them its answer may have."""

    total: int = WINDOW_TOKENS
    reply: int = REPLY_TOKENS

    @property
    def input(self) -> int:
        # A small window is not eaten up by the answer.
        left = max(self.total - self.reply, self.total // 2)
        return int(left * (1 - HEADROOM))

    def cap(self, group: str) -> int:
        return int(self.input * SHARES[group])


def _line(line: Line) -> dict[str, object]:
    data: dict[str, object] = {"source": line.source, "tokens": line.tokens}
    if line.subject:
        data["subject"] = line.subject
    if line.is_cut:
        data["cut"] = True
    return data
