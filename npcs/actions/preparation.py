"""What is settled before an engine is asked: who speaks, what it is shown, and what is noted about that."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from npcs import queries
from npcs.actions.engines import model_of
from npcs.builtin.words import stems
from npcs.llm import prompt
from npcs.llm.base import ChatModel, Turn
from npcs.llm.builtin import BuiltinTutor
from npcs.models import AiProvider, Interaction, Npc
from players.models import Player
from players.queries.demo import has_demo_tokens

PASSAGES = 6
# A reply to a check question that comes later than this is not meant as one.
CHECK_VALID_FOR = timedelta(minutes=30)
# A question with fewer telling words ("And why is that?") is looked up together with the one before it.
TELLING_WORDS = 2


@dataclass(frozen=True, slots=True)
class Prepared:
    model: ChatModel
    turns: list[Turn]
    asked: str = ""
    passages: tuple[int, ...] = ()  # ids; the first is note 1
    boundary: str = ""
    tokens: int = 0
    manifest: dict[str, Any] = field(default_factory=dict)


def prepare(*, npc: Npc, heard: Sequence[Turn], player: Player | None) -> Prepared:
    """By the character's own provider or the default one, else by the built-in engine.

    A guest who has used up the demo's tokens is answered by the built-in engine, too.
    """
    provider, note = queries.provider_for(npc)
    if provider is not None and not has_demo_tokens(player):
        provider, note = None, "demo"
    if provider is None:
        prepared = _with_builtin(npc, heard, player=player)
    else:
        prepared = _with_provider(npc, heard, provider=provider)
    asked = next((turn.text for turn in reversed(heard) if turn.role == "user"), "")
    return replace(prepared, asked=asked, manifest={**prepared.manifest, "fallback": note})


def tone_of(npc: Npc) -> str:
    return npc.response_style if npc.enable_personality_responses else Npc.ResponseStyle.FORMAL


def _with_builtin(npc: Npc, heard: Sequence[Turn], *, player: Player | None) -> Prepared:
    tutor = BuiltinTutor(
        notes=queries.index_for(npc),
        name=npc.name,
        tone=tone_of(npc),
        seed=npc.interaction_count,
        expected=_expected(npc, player, now=timezone.now()),
    )
    turns = [replace(turn, text=_without_address(turn.text, npc)) for turn in heard]
    return Prepared(tutor, turns, manifest={"engine": tutor.label})


def _with_provider(npc: Npc, heard: Sequence[Turn], *, provider: AiProvider) -> Prepared:
    # A character's model name belongs to the character's own provider.
    is_own = provider.pk == npc.provider_id
    model = model_of(provider, model=npc.ai_model if is_own else "")
    index = queries.index_for(npc)
    hits = index.search(_question(npc, heard), limit=PASSAGES)
    notes = prompt.within([index.passages[hit.id] for hit in hits])
    built = prompt.build(_persona(npc), notes=notes, heard=heard)
    manifest = {
        "engine": model.label,
        "sections": built.sections,
        "turns": len(built.turns) - 1,
        "notes": [passage.id for passage in notes],
    }
    return Prepared(
        model,
        built.turns,
        passages=tuple(passage.id for passage in notes),
        boundary=built.boundary,
        tokens=built.tokens,
        manifest=manifest,
    )


def _question(npc: Npc, heard: Sequence[Turn]) -> str:
    said = [_without_address(turn.text, npc) for turn in heard if turn.role == "user"]
    if not said:
        return ""
    is_telling = len(stems(said[-1])) >= TELLING_WORDS
    return said[-1] if is_telling else " ".join(said[-2:])


def _without_address(text: str, npc: Npc) -> str:
    """Without "@Vega", which would otherwise be looked up as a rare name."""
    return re.sub(rf"@{re.escape(npc.name)}\b[,:]?", "", text, flags=re.IGNORECASE).strip()


def _expected(npc: Npc, player: Player | None, *, now: datetime) -> str:
    """The word that this character asked the player for in their last exchange, unless that is long ago."""
    if player is None:
        return ""
    last = (
        Interaction.objects.filter(npc=npc, player=player, created_at__gt=now - CHECK_VALID_FOR)
        .order_by("-created_at", "-pk")
        .first()
    )
    return str(last.interaction_context.get("check_answer", "")) if last else ""


def _persona(npc: Npc) -> prompt.Persona:
    traits = {
        "Personality": npc.personality,
        "Traits": npc.personality_traits,
        "Style": npc.get_response_style_display(),
    }
    return prompt.Persona(
        name=npc.name,
        instructions=npc.system_prompt,
        traits=traits if npc.enable_personality_responses else {},
        teaching=_teaching(npc),
    )


def _teaching(npc: Npc) -> dict[str, str]:
    try:
        chosen = npc.configuration
    except ObjectDoesNotExist:
        return {}
    settings = chosen.response_settings if isinstance(chosen.response_settings, dict) else {}
    return {
        "Context": chosen.context,
        "Objective": chosen.objective,
        "Style": chosen.style,
        "Tone": chosen.tone,
        "Audience": chosen.audience,
        **{str(name).replace("_", " ").capitalize(): str(value) for name, value in settings.items()},
    }
