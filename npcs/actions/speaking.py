"""A character answers: notes are looked up, an engine speaks, the answer is checked and written down once.

The provider may take a minute, so no transaction is open and no pooled connection is held while it speaks.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from npcs.actions.preparation import Prepared, prepare, tone_of
from npcs.builtin.text import token_estimate
from npcs.llm.base import Reply, Turn, Unavailable
from npcs.llm.builtin import LABEL
from npcs.llm.citations import renumbered
from npcs.llm.prompt import visible, without_marks
from npcs.models import Interaction, KnowledgeItem, Npc
from padawanforge.kit.markdown import clean_text
from players.actions.demo import spend_tokens
from players.models import Player

# As long as a message may be; an answer that goes on is cut off there.
MAX_CHARACTERS = 4000
LOST_FOR_WORDS: dict[str, str] = {
    Npc.ResponseStyle.FORMAL: (
        "I regret that I can't reach my language model right now. Your message is kept; please ask me again "
        "in a moment."
    ),
    Npc.ResponseStyle.FRIENDLY: (
        "I'm sorry, I can't reach my language model right now. Your message is kept, so ask me again in a "
        "moment!"
    ),
    Npc.ResponseStyle.CASUAL: (
        "Hm, I can't reach my language model right now. Your message is kept, just ask me again in a moment."
    ),
    Npc.ResponseStyle.PLAYFUL: (
        "My thoughts got lost on the way: I can't reach my language model right now. Your message is kept, "
        "ask me again in a moment!"
    ),
}


@dataclass(frozen=True, slots=True)
class SourceRef:
    """What [n] in a speech stands for."""

    n: int
    uuid: UUID
    title: str
    heading: str
    url: str


@dataclass(frozen=True, slots=True)
class Speech:
    text: str
    sources: list[SourceRef] = field(default_factory=list)
    engine: str = ""
    outcome: str = Interaction.Outcome.OK


def speak(
    *, npc: Npc, heard: Sequence[Turn], player: Player | None, on_text: Callable[[str], None]
) -> Speech:
    """What the character answers to what it heard; a provider's fault becomes a line of dialogue.

    `on_text` gets the pieces as they come; the speech replaces them, for its sources are counted anew.
    """
    started = time.monotonic()
    prepared = prepare(npc=npc, heard=heard, player=player)
    _release_connection()
    try:
        reply = _listen(prepared, npc=npc, on_text=on_text)
    except Unavailable as fault:
        speech, figures = _lost_for_words(npc, prepared), _figures_of_fault(prepared, fault)
    else:
        speech, figures = _speech(prepared, reply), _figures_of_reply(prepared, reply)
    figures |= {"message": clean_text(prepared.asked), "response_time_ms": _since(started)}
    is_builtin = prepared.model.label == LABEL
    _record(npc=npc, player=player, speech=speech, figures=figures, is_builtin=is_builtin)
    return speech


def _listen(prepared: Prepared, *, npc: Npc, on_text: Callable[[str], None]) -> Reply:
    """Pass the pieces on until the engine ends, or until it has said as much as a message holds."""
    said = ""
    pieces = prepared.model.stream(prepared.turns, max_tokens=npc.max_tokens, temperature=npc.temperature)
    with closing(pieces):
        while True:
            try:
                piece = visible(next(pieces))
            except StopIteration as end:
                return end.value
            said += piece
            if piece:
                on_text(piece)
            if len(said) > MAX_CHARACTERS:
                return Reply(said, is_truncated=True)


def _speech(prepared: Prepared, reply: Reply) -> Speech:
    text = clean_text(visible(reply.text))
    if prepared.boundary:
        text = without_marks(text, boundary=prepared.boundary).strip()
    passages = prepared.passages if reply.passages is None else reply.passages
    items = KnowledgeItem.objects.select_related("file").defer("embedding").in_bulk(passages)
    # A file may have been deleted while the engine spoke; its notes can't be looked up any more.
    known = {number: items[pk] for number, pk in enumerate(passages, start=1) if pk in items}
    text, cited = renumbered(text, known=known)
    is_too_long = len(text) > MAX_CHARACTERS
    if is_too_long:
        text = text[: MAX_CHARACTERS - 1] + "…"
    return Speech(
        text=text,
        sources=[_source(n, known[number]) for n, number in enumerate(cited, start=1)],
        engine=prepared.model.label,
        outcome=_outcome(reply, is_too_long=is_too_long),
    )


def _outcome(reply: Reply, *, is_too_long: bool) -> str:
    if reply.is_truncated or is_too_long:
        return Interaction.Outcome.TRUNCATED
    return Interaction.Outcome.REFUSED if reply.is_refusal else Interaction.Outcome.OK


def _source(n: int, item: KnowledgeItem) -> SourceRef:
    return SourceRef(n, item.uuid, item.file.file_name, item.heading, item.get_absolute_url())


def _lost_for_words(npc: Npc, prepared: Prepared) -> Speech:
    return Speech(
        LOST_FOR_WORDS[tone_of(npc)],
        engine=prepared.model.label,
        outcome=Interaction.Outcome.UNAVAILABLE,
    )


def _figures_of_fault(prepared: Prepared, fault: Unavailable) -> dict[str, Any]:
    """Its kind and status only: what a server says about a refusal may hold the key."""
    return {
        "tokens_in": prepared.tokens,
        "error_info": {"reason": fault.reason, "error": fault.error, "status": fault.status},
        "interaction_context": {**prepared.manifest, "fallback": fault.reason},
    }


def _figures_of_reply(prepared: Prepared, reply: Reply) -> dict[str, Any]:
    """Tokens as the server counted them, else as estimated."""
    check = {"check_answer": reply.check_answer} if reply.check_answer else {}
    is_counted = reply.tokens_in is not None and reply.tokens_out is not None
    return {
        "tokens_in": reply.tokens_in if is_counted else prepared.tokens,
        "tokens_out": reply.tokens_out if is_counted else token_estimate(reply.text),
        "tokens_estimated": not is_counted or reply.passages is not None,
        "interaction_context": {**prepared.manifest, **check},
    }


def _release_connection() -> None:
    """The wait may be long: a pooled connection goes back until there is something to write."""
    if not connection.in_atomic_block:
        connection.close()


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


# Durable: Django refuses it inside another transaction, so nobody can wait for a provider in one.
@transaction.atomic(durable=True)
def _record(
    *, npc: Npc, player: Player | None, speech: Speech, figures: dict[str, Any], is_builtin: bool
) -> None:
    sources = [{"n": source.n, "uuid": str(source.uuid), "title": source.title} for source in speech.sources]
    figures["interaction_context"]["sources"] = sources
    Interaction.objects.create(
        npc=npc,
        player=player,
        response=speech.text,
        outcome=speech.outcome,
        engine=speech.engine[:200],
        **figures,
    )
    if player is not None and not is_builtin:
        spend_tokens(player, figures.get("tokens_in", 0) + figures.get("tokens_out", 0))
    Npc.objects.filter(pk=npc.pk).update(interaction_count=F("interaction_count") + 1)
