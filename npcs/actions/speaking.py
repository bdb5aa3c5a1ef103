"""A character answers: notes are looked up, an engine speaks, the answer is checked and written down once.

The provider may take a minute, so no transaction is open and no pooled connection is held while it speaks.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from npcs.actions import sections
from npcs.actions.budgets import BudgetSpent, Caller, ProvidersStopped
from npcs.actions.engines import Trail, Wish
from npcs.actions.memory_section import keep_exchange
from npcs.actions.preparation import (
    Prepared,
    asked,
    builtin_tutor,
    occasion_of,
    plain_turns,
    prepare,
    tone_of,
)
from npcs.actions.sections import Place
from npcs.actions.tool_rounds import talk
from npcs.actions.tools import Desk, desk_for
from npcs.llm.base import Reply, ShouldStop, Turn, Unavailable, never
from npcs.llm.builtin import LABEL
from npcs.llm.citations import renumbered
from npcs.llm.marks import visible, without_marks
from npcs.models import AiCall, Interaction, KnowledgeItem, Npc, ToolUse
from padawanforge.kit.markdown import clean_text
from padawanforge.kit.memory import one_reading
from players.actions.demo import spend_tokens
from players.models import Player

# As long as a message may be; an answer that goes on is cut off there.
MAX_CHARACTERS = 4000
NOWHERE = Place()
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
FROM_MY_NOTES: dict[str, str] = {
    Npc.ResponseStyle.FORMAL: "I can't reach my language model right now; this is what my notes say.",
    Npc.ResponseStyle.FRIENDLY: "I can't reach my language model right now, but I can look into my notes for you.",
    Npc.ResponseStyle.CASUAL: "Can't reach my language model right now, so straight from my notes:",
    Npc.ResponseStyle.PLAYFUL: "My language model is out for a walk, so my notes have to do.",
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
class Ask:
    """A tool that waits for the player's yes or no: a card below the answer."""

    uuid: UUID
    summary: str


@dataclass(frozen=True, slots=True)
class Speech:
    text: str
    sources: list[SourceRef] = field(default_factory=list)
    engine: str = ""  # the label that stands on the text
    outcome: str = Interaction.Outcome.OK
    interaction: int | None = None  # the row that keeps it, with its manifest
    asks: list[Ask] = field(default_factory=list)
    passages: tuple[int, ...] = ()  # of its notes, all that the engine was shown


@dataclass(frozen=True, slots=True)
class Listener:
    """Who waits for the answer: gets the pieces, and says when it is enough."""

    on_text: Callable[[str], None]
    should_stop: ShouldStop


@dataclass(frozen=True, slots=True)
class Account:
    """What an answer is made for, and on whose bill where nobody asks for himself."""

    purpose: str = AiCall.Purpose.CHAT
    payer: Player | None = None


TALKING = Account()
Figures = dict[str, Any]


def speak(
    *,
    npc: Npc,
    heard: Sequence[Turn] | Callable[[], Sequence[Turn]],
    player: Player | None,
    on_text: Callable[[str], None],
    should_stop: ShouldStop = never,
    place: Place = NOWHERE,
    account: Account = TALKING,
) -> Speech:
    """What the character answers to what it heard; a provider's fault becomes a line of dialogue.

    `heard` may be looked up here: then it is read together with all else that the prompt needs, nothing twice.

    `on_text` gets the pieces as they come; the speech replaces them, for its sources are counted anew.

    `should_stop` is asked several times a second, also while the provider is silent. Once it says yes, the
    provider's stream is closed within a second, what was said so far is the speech (perhaps nothing: "") with the
    outcome "stopped", and its tokens are booked.

    `place` says where the answer will stand; sections of the prompt and the budgets go by it. `account` says whose
    budgets, where there is no `player`.
    """
    started = time.monotonic()
    with one_reading():
        said = heard() if callable(heard) else heard
        prepared = prepare(occasion_of(npc=npc, heard=said, player=player, place=place))
    listener = Listener(on_text, should_stop)
    trail = Trail()
    speech, figures = (
        _answer(prepared, listener, trail, account) if prepared.engines else _from_notes(prepared, listener)
    )
    figures = {**figures, "response_time_ms": _since(started), "first_token_ms": trail.first_token_ms}
    return _recorded(prepared, speech, trail=trail, figures=figures)


def rehearse(
    *,
    npc: Npc,
    heard: Sequence[Turn],
    player: Player,
    on_text: Callable[[str], None],
    should_stop: ShouldStop = never,
) -> Speech:
    """The same without anything being written down, for whoever tries out a character in the making.

    `npc` may differ from the stored row. Calls of providers are booked on the player like any others.
    """
    occasion = occasion_of(npc=npc, heard=heard, player=player, place=NOWHERE)
    prepared = prepare(occasion, is_kept=False)
    listener = Listener(on_text, should_stop)
    speech, _ = _answer(prepared, listener, Trail()) if prepared.engines else _from_notes(prepared, listener)
    return speech


def _answer(
    prepared: Prepared, listener: Listener, trail: Trail, account: Account = TALKING
) -> tuple[Speech, Figures]:
    """By the first provider that answers; by the notes, with a line that says so, when none does."""
    occasion = prepared.occasion
    caller = Caller(
        account.purpose,
        player=occasion.player or account.payer,
        npc=occasion.npc,
        place=occasion.place.uuid,
    )
    wish = Wish(
        max_tokens=occasion.npc.max_tokens,
        temperature=occasion.npc.temperature,
        on_text=listener.on_text,
        should_stop=listener.should_stop,
        max_characters=MAX_CHARACTERS,
    )
    # Who only tries a character out wants nothing done.
    is_kept = prepared.revision is not None
    desk = (desk_for if is_kept else Desk)(occasion, boundary=prepared.boundary)
    try:
        engine, reply = talk(caller, prepared.engines, prepared.turns, wish=wish, trail=trail, desk=desk)
    except BudgetSpent as refusal:
        return Speech(str(refusal), outcome=Interaction.Outcome.NO_BUDGET), _figures(prepared, "budget")
    except ProvidersStopped:
        return _from_notes(prepared, listener, fallback="stopped")
    except Unavailable as fault:
        return _fallen_back(prepared, fault)
    speech = _speech(prepared, reply, label=engine.label, passages=prepared.passages)
    note = trail.faults[-1].reason if trail.faults else prepared.note
    figures = _figures(prepared, note) | {"provider": engine.provider, "ai_model": engine.model[:200]}
    trail.tool_uses = [use.pk for use in desk.uses]
    asks = [Ask(use.uuid, use.summary) for use in desk.asks]
    return replace(speech, asks=asks), figures


def _from_notes(prepared: Prepared, listener: Listener, *, fallback: str = "") -> tuple[Speech, Figures]:
    """The built-in engine; what it shows of itself is all that there is to count."""
    reply = _told(prepared, listener)
    speech = _speech(prepared, reply, label=LABEL, passages=reply.passages or ())
    figures = _figures(prepared, fallback or prepared.note) | {
        "tokens_in": reply.tokens_in or 0,
        "tokens_out": reply.tokens_out or 0,
    }
    if reply.check_answer:
        figures["interaction_context"]["check_answer"] = reply.check_answer
    if reply.recalled:
        figures["interaction_context"]["recalled"] = list(reply.recalled)
    return speech, figures


def _fallen_back(prepared: Prepared, fault: Unavailable) -> tuple[Speech, Figures]:
    """A line that says what happened, and what the notes say; the line alone where they say nothing."""
    tone = tone_of(prepared.occasion.npc)
    silent = Listener(lambda piece: None, never)
    speech, figures = _from_notes(prepared, silent, fallback=fault.reason)
    # Its kind and status only: what a server says about a refusal may hold the key.
    figures["error_info"] = {"reason": fault.reason, "error": fault.error, "status": fault.status}
    if speech.outcome == Interaction.Outcome.OK and speech.sources:
        if prepared.occasion.place.kind == "post":
            # Nobody waits for it, so there is nobody to tell.
            return speech, figures
        return replace(speech, text=f"{FROM_MY_NOTES[tone]}\n\n{speech.text}"), figures
    figures["interaction_context"].pop("check_answer", None)
    lost = Speech(LOST_FOR_WORDS[tone], engine=LABEL, outcome=Interaction.Outcome.UNAVAILABLE)
    return lost, figures


def _told(prepared: Prepared, listener: Listener) -> Reply:
    npc = prepared.occasion.npc
    pieces = builtin_tutor(prepared.occasion).stream(
        plain_turns(prepared.occasion),
        max_tokens=npc.max_tokens,
        temperature=npc.temperature,
        should_stop=listener.should_stop,
    )
    with closing(pieces):
        while True:
            try:
                listener.on_text(visible(next(pieces)))
            except StopIteration as end:
                return end.value


def _speech(prepared: Prepared, reply: Reply, *, label: str, passages: Sequence[int]) -> Speech:
    text = clean_text(visible(reply.text))
    if prepared.boundary:
        text = without_marks(text, boundary=prepared.boundary).strip()
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
        engine=label,
        outcome=_outcome(reply, is_too_long=is_too_long),
        passages=tuple(passages),
    )


def _outcome(reply: Reply, *, is_too_long: bool) -> str:
    if reply.is_stopped:
        return Interaction.Outcome.STOPPED
    if reply.is_truncated or is_too_long:
        return Interaction.Outcome.TRUNCATED
    return Interaction.Outcome.REFUSED if reply.is_refusal else Interaction.Outcome.OK


def _source(n: int, item: KnowledgeItem) -> SourceRef:
    return SourceRef(n, item.uuid, item.file.file_name, item.heading, item.get_absolute_url())


def _figures(prepared: Prepared, fallback: str) -> Figures:
    return {"interaction_context": {"fallback": fallback}}


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


# Durable: Django refuses it inside another transaction, so nobody can wait for a provider in one.
@transaction.atomic(durable=True)
def _recorded(prepared: Prepared, speech: Speech, *, trail: Trail, figures: Figures) -> Speech:
    """Write the answer down with its manifest and its bill, and tell those whose entries stood in the prompt."""
    occasion = prepared.occasion
    sources = [{"n": source.n, "uuid": str(source.uuid), "title": source.title} for source in speech.sources]
    context = figures["interaction_context"] | {"sources": sources}
    if trail.faults:
        context["faults"] = [fault.as_data() for fault in trail.faults]
    row = Interaction.objects.create(
        npc=occasion.npc,
        player=occasion.player,
        place=occasion.place.uuid,
        message=clean_text(asked(occasion)),
        response=speech.text,
        outcome=speech.outcome,
        engine=speech.engine[:200],
        revision=prepared.revision,
        manifest=prepared.parts,
        **(figures | _bill(trail, figures) | {"interaction_context": context}),
    )
    AiCall.objects.filter(pk__in=trail.calls).update(interaction=row)
    ToolUse.objects.filter(pk__in=trail.tool_uses).update(interaction=row)
    used = prepared.used if trail.calls else {"memory": context.get("recalled", [])}
    sections.placed(occasion, used)
    keep_exchange(occasion, row)
    if occasion.player is not None and trail.calls:
        spend_tokens(occasion.player, trail.tokens_in + trail.tokens_out)
    Npc.objects.filter(pk=occasion.npc.pk).update(interaction_count=F("interaction_count") + 1)
    return replace(speech, interaction=row.pk)


def _bill(trail: Trail, figures: Figures) -> Figures:
    """All calls together, with retries, fallbacks and rounds; without any, what the built-in engine counted."""
    if not trail.calls:
        return {"tokens_estimated": True, "cost_estimate": Decimal(0)}
    is_known = all(cost is not None for cost in trail.cost)
    return {
        "tokens_in": trail.tokens_in,
        "tokens_out": trail.tokens_out,
        "tokens_estimated": trail.is_estimated,
        "cost_estimate": sum(trail.cost, Decimal(0)) if is_known else None,
    }
