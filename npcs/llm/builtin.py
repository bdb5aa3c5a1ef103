"""The built-in engine behind the same door as a language model: it needs no key, no network and no model."""

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from npcs.builtin import tutor
from npcs.builtin.retrieval import Index
from npcs.builtin.smalltalk import kind_of
from npcs.builtin.text import token_estimate
from npcs.llm.base import Reply, Turn

LABEL = "built-in engine"
# A longer line, or one that begins like a question, is not meant for the gap.
MAX_GUESS_WORDS = 3
_ASKING = re.compile(r"(?:who|what|when|where|why|how|which|whose|is|are|do|does|did|can|tell)\b", re.I)


@dataclass(frozen=True, slots=True)
class BuiltinTutor:
    """`expected` is the missing word of the check question that the same player was asked last."""

    notes: Index
    name: str
    tone: str
    seed: int
    expected: str = ""

    @property
    def label(self) -> str:
        return LABEL

    def stream(
        self, turns: Sequence[Turn], *, max_tokens: int, temperature: float
    ) -> Generator[str, None, Reply]:
        question = next((turn.text for turn in reversed(turns) if turn.role == "user"), "")
        earlier = next((turn.text for turn in reversed(turns) if turn.role == "assistant"), "")
        reply = self._checked(question) or self._answered(question, earlier)
        yield from tutor.stream(reply.text)
        return reply

    def _answered(self, question: str, earlier: str) -> Reply:
        found = tutor.answer(
            question, notes=self.notes, tone=self.tone, name=self.name, seed=self.seed, earlier=earlier
        )
        text = "\n\n".join(part for part in (found.text, found.check_question) if part)
        return Reply(
            text,
            tokens_in=token_estimate(question),
            tokens_out=token_estimate(text),
            is_refusal=found.refused,
            passages=tuple(found.sources),
            check_answer=found.check_answer,
        )

    def _checked(self, text: str) -> Reply | None:
        """What to say to a reply to the check question; None when the line is something else."""
        if not self.expected or kind_of(text, name=self.name):
            return None
        checked = tutor.check_reply(self.expected, text, tone=self.tone, seed=self.seed)
        is_guess = len(text.split()) <= MAX_GUESS_WORDS and not _ASKING.match(text)
        if checked.verdict == "other" or (checked.verdict == "wrong" and not is_guess):
            return None
        tokens = token_estimate(checked.text)
        return Reply(checked.text, tokens_in=token_estimate(text), tokens_out=tokens, passages=())
