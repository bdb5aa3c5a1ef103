"""Notes without what would decide a sentence that somebody is being asked."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from npcs.builtin.sentences import line_sentences
from npcs.builtin.words import stems

# So much of what is asked must be spoken of: the false variant of a fact differs from the note in a word or two.
SHARED = 0.6
# One word in common is a subject and no answer.
LEAST = 2


class Secrets:
    """Sentences that are being asked, and what a text may still say without answering them."""

    def __init__(self, asked: Iterable[str]) -> None:
        about = [words for text in asked if (words := frozenset(stems(text)))]
        self._sizes = [len(words) for words in about]
        self._asking: dict[str, list[int]] = defaultdict(list)
        for number, words in enumerate(about):
            for word in words:
                self._asking[word].append(number)

    def __bool__(self) -> bool:
        return bool(self._sizes)

    def kept_from(self, text: str) -> str:
        """The text without the sentences that decide something; empty when nothing is left."""
        if not self:
            return text
        lines = [self._line(line) if line.strip() else line for line in text.split("\n")]
        return "\n".join(lines) if any(line.strip() for line in lines) else ""

    def _line(self, line: str) -> str:
        parts = line_sentences(line)
        about = [frozenset(stems(part)) for part in parts]
        if not any(self._decides(frozenset().union(*about[n : n + 2])) for n in range(len(parts))):
            return line
        return " ".join(part for part, is_told in zip(parts, self._told(about), strict=True) if not is_told)

    def _told(self, about: Sequence[frozenset[str]]) -> list[bool]:
        """Which sentences go: those that decide alone, and two that do so together ("It boils at ...")."""
        told = [self._decides(words) for words in about]
        for number in range(len(about) - 1):
            is_pair = not told[number] and not told[number + 1]
            if is_pair and self._decides(about[number] | about[number + 1]):
                told[number] = told[number + 1] = True
        return told

    def _decides(self, words: frozenset[str]) -> bool:
        shared = Counter(number for word in words for number in self._asking.get(word, ()))
        return any(
            count >= min(LEAST, self._sizes[number]) and count >= SHARED * self._sizes[number]
            for number, count in shared.items()
        )
