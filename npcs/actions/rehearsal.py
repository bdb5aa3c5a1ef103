"""Trying out a character while it is made: it answers as it would be, and nothing of it is kept.

A provider may take a minute, so a job speaks and the page looks how far it is. What was said lies in the cache
for half an hour and nowhere else: no message, no memory, no interaction. Calls of providers are booked like any.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.core.cache import cache
from django.db.models import Model
from django.utils import timezone

from npcs.actions.making import with_changes
from npcs.actions.preparation import persona_of
from npcs.actions.speaking import rehearse
from npcs.llm.base import Turn
from npcs.llm.layout import SHARES, Window
from npcs.llm.prompt import permanent_tokens
from npcs.models import FallbackStep, Npc
from npcs.queries.engines import line_for
from padawanforge.kit.errors import DomainError
from padawanforge.kit.jobs import enqueue
from padawanforge.kit.markdown import clean_text
from players.models import Player

logger = logging.getLogger(__name__)

KEPT_SECONDS = 1800
# Longer than any provider may take; whatever still seems to speak then has died.
DEAD_SECONDS = 180
MAX_TURNS = 20
TOLD_SECONDS = 0.25
BROKE_OFF = "The try broke off. Say it again."


class StillSpeaking(DomainError):
    pass


class RehearsalOver(DomainError):
    pass


@dataclass(frozen=True, slots=True)
class PromptSize:
    """What of every prompt the character itself takes, in tokens; beyond `limit` it gets shortened."""

    tokens: int
    window: int
    limit: int

    @property
    def percent(self) -> int:
        return round(100 * self.tokens / self.window)

    @property
    def is_large(self) -> bool:
        return self.tokens > self.limit

    @property
    def share(self) -> int:
        return round(100 * SHARES["permanent"])


@dataclass(slots=True)
class Rehearsal:
    """What was said so far, and whether the character is still at it."""

    key: UUID
    npc_id: int
    player_id: int
    values: dict[str, Any] = field(default_factory=dict)
    teaching: dict[str, Any] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    partial: str = ""
    engine: str = ""
    sources: list[str] = field(default_factory=list)
    asked_at: float = 0.0
    is_speaking: bool = False
    fault: str = ""

    @property
    def is_busy(self) -> bool:
        return self.is_speaking and time.time() - self.asked_at < DEAD_SECONDS


def size_of(npc: Npc, player: Player) -> PromptSize:
    """Measured against the smallest window of those who may speak for the character."""
    today = timezone.now().date()
    engines = line_for(npc=npc, player=player, purpose=FallbackStep.Purpose.CHAT, today=today).engines
    window = Window(min(engine.window for engine in engines), npc.max_tokens) if engines else Window()
    return PromptSize(permanent_tokens(persona_of(npc)), window.input, window.cap("permanent"))


def ask(
    *,
    npc: Npc,
    player: Player,
    changes: tuple[Mapping[str, Any], Mapping[str, Any]],
    said: str,
    key: UUID | None,
) -> Rehearsal:
    """Say something to the character as it would be with the changes; `key` goes on with an earlier try."""
    rehearsal = find(key=key, player=player, npc=npc) if key else None
    if rehearsal is None:
        rehearsal = Rehearsal(key=uuid4(), npc_id=npc.pk, player_id=player.pk)
    if rehearsal.is_busy:
        raise StillSpeaking("It is still speaking. Wait for the end of its answer.")
    values, teaching = changes
    rehearsal.values = {_column(name): _plain(value) for name, value in values.items()}
    rehearsal.teaching = dict(teaching)
    rehearsal.turns = [*rehearsal.turns, Turn("user", clean_text(said).strip(), player.name)][-MAX_TURNS:]
    rehearsal.partial, rehearsal.fault, rehearsal.sources = "", "", []
    rehearsal.is_speaking, rehearsal.asked_at = True, time.time()
    # One at a time for each player, in whatever tab.
    if not cache.add(_lock(player.pk), str(rehearsal.key), timeout=DEAD_SECONDS):
        raise StillSpeaking("You are trying out a character already. Wait for the end of its answer.")
    _keep(rehearsal)
    enqueue("npcs.rehearse", key=str(rehearsal.key))
    return rehearsal


def find(*, key: UUID, player: Player, npc: Npc) -> Rehearsal | None:
    """The player's own try of this character, while it is kept."""
    rehearsal = cache.get(_key(key))
    if rehearsal is None or (rehearsal.player_id, rehearsal.npc_id) != (player.pk, npc.pk):
        return None
    return rehearsal


def perform(*, key: UUID) -> None:
    """Let the character answer. Said twice by the queue, it answers once more: nothing depends on it."""
    rehearsal = cache.get(_key(key))
    if rehearsal is None or not rehearsal.is_busy:
        return
    rehearsal.fault = BROKE_OFF
    try:
        _speak(rehearsal)
    except DomainError as refusal:
        rehearsal.fault = str(refusal)
    finally:
        rehearsal.is_speaking = False
        _keep(rehearsal)
        cache.delete(_lock(rehearsal.player_id))


def _speak(rehearsal: Rehearsal) -> None:
    npc = Npc.objects.present().filter(pk=rehearsal.npc_id).first()
    player = Player.objects.filter(pk=rehearsal.player_id).first()
    if npc is None or player is None:
        raise RehearsalOver("This character is not there any more.")
    told = time.monotonic()

    def on_text(piece: str) -> None:
        nonlocal told
        rehearsal.partial += piece
        if time.monotonic() - told > TOLD_SECONDS:
            told = time.monotonic()
            _keep(rehearsal)

    draft = with_changes(npc, rehearsal.values, rehearsal.teaching)
    speech = rehearse(npc=draft, heard=rehearsal.turns, player=player, on_text=on_text)
    rehearsal.turns = [*rehearsal.turns, Turn("assistant", speech.text, draft.name)][-MAX_TURNS:]
    rehearsal.partial, rehearsal.fault, rehearsal.engine = "", "", speech.engine
    rehearsal.sources = [f"[{source.n}] {source.title}" for source in speech.sources]


def _keep(rehearsal: Rehearsal) -> None:
    cache.set(_key(rehearsal.key), rehearsal, timeout=KEPT_SECONDS)


def _key(key: UUID) -> str:
    return f"npcs.rehearsal.{key}"


def _lock(player_id: int) -> str:
    return f"npcs.rehearsing.{player_id}"


def _column(name: str) -> str:
    return Npc._meta.get_field(name).attname  # type: ignore[union-attr]  # our own columns only


def _plain(value: Any) -> Any:
    """Rows as their keys: a cache is no place for them."""
    return value.pk if isinstance(value, Model) else value
