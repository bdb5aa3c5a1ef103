"""The built-in engine behind the same door as a language model: it needs no key, no network and no model."""

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace

from npcs.builtin import tutor
from npcs.builtin.personal import Remark, is_personal, recollect
from npcs.builtin.retrieval import Index
from npcs.builtin.smalltalk import kind_of
from npcs.builtin.text import token_estimate
from npcs.llm.base import PLAIN, Options, Reply, ShouldStop, Turn, never

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
    # What is remembered of whoever asks; looked up only when it is wanted.
    remembered: Callable[[], Sequence[Remark]] = tuple
    # Whether a line tells of its speaker, and what becomes of it: "kept", "unkept", or "" where it doesn't.
    noted: Callable[[str], str] = field(default=lambda text: "")
    # Whether somebody has asked: else there is no line before what is quoted, and no check question behind it.
    is_asked: bool = True

    @property
    def label(self) -> str:
        return LABEL

    def stream(
        self,
        turns: Sequence[Turn],
        *,
        max_tokens: int,
        temperature: float,
        should_stop: ShouldStop = never,
        options: Options = PLAIN,
    ) -> Generator[str, None, Reply]:
        question = next((turn.text for turn in reversed(turns) if turn.role == "user"), "")
        earlier = next((turn.text for turn in reversed(turns) if turn.role == "assistant"), "")
        reply = self._checked(question) or self._recalled(question) or self._answered(question, earlier)
        if reply.is_refusal and self.is_asked:
            reply = self._thanked(question) or reply
        said = ""
        for piece in tutor.stream(reply.text):
            if should_stop():
                return replace(reply, text=said, tokens_out=token_estimate(said), is_stopped=True)
            said += piece
            yield piece
        return reply

    def _answered(self, question: str, earlier: str) -> Reply:
        found = tutor.answer(
            question, notes=self.notes, tone=self.tone, name=self.name, seed=self.seed, earlier=earlier
        )
        asked = found.check_question if self.is_asked else ""
        quoted = found.text if self.is_asked or not found.sources else found.text.partition("\n\n")[2]
        text = "\n\n".join(part for part in (quoted, asked) if part)
        return Reply(
            text,
            tokens_in=token_estimate(question),
            tokens_out=token_estimate(text),
            is_refusal=found.refused,
            passages=tuple(found.sources),
            check_answer=found.check_answer if asked else "",
        )

    def _recalled(self, question: str) -> Reply | None:
        """What to say to a question of somebody about himself; None when it is another one."""
        if not is_personal(question):
            return None
        told = recollect(question, self.remembered())
        if told is None:
            return None
        tokens = token_estimate(told.text)
        return Reply(
            told.text,
            tokens_in=token_estimate(question),
            tokens_out=tokens,
            passages=(),
            recalled=told.sources,
        )

    def _thanked(self, text: str) -> Reply | None:
        """What to say to somebody who tells of himself, where the notes have nothing to say to it."""
        if not (kind := self.noted(text)):
            return None
        said = tutor.aside(kind, tone=self.tone, seed=self.seed)
        return Reply(said, tokens_in=token_estimate(text), tokens_out=token_estimate(said), passages=())

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
