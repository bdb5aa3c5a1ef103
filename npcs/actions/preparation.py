"""What is settled before an engine is asked: who speaks, what it is shown, and what is noted about that."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from django.core.exceptions import ObjectDoesNotExist
from django.utils.crypto import salted_hmac

from npcs import queries
from npcs.actions import sections
from npcs.actions.notes import passage_ids
from npcs.actions.revisions import take_revision
from npcs.actions.sections import Occasion
from npcs.actions.withheld import entries_without, heard_without, offers_without, secrets_of
from npcs.builtin.cloze import without_gap
from npcs.builtin.personal import Remark
from npcs.builtin.sentences import sentences
from npcs.builtin.words import stems
from npcs.llm import prompt
from npcs.llm.base import Turn
from npcs.llm.builtin import BuiltinTutor
from npcs.llm.layout import Window
from npcs.models import FallbackStep, Interaction, Npc, NpcRevision
from npcs.queries import memory as memories
from npcs.queries.engines import Engine, Line, line_for
from npcs.rules.memory.patterns import facts_in
from players.models import Player
from players.queries.demo import has_demo_tokens

# A reply to a check question that comes later than this is not meant as one.
CHECK_VALID_FOR = timedelta(minutes=30)
# As the section of memories marks what has been replaced.
OUTDATED = "no longer true"
# A question with fewer telling words ("And why is that?") is looked up together with the one before it.
TELLING_WORDS = 2


@dataclass(frozen=True, slots=True)
class Prepared:
    """Ready to be said; without any engine, the built-in one speaks."""

    occasion: Occasion
    engines: list[Engine] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    passages: tuple[int, ...] = ()  # ids; the first is note 1
    boundary: str = ""
    parts: list[dict[str, object]] = field(default_factory=list)
    used: dict[str, list[str]] = field(default_factory=dict)  # section -> its sources in the prompt
    revision: NpcRevision | None = None  # the character as it is now
    note: str = ""  # why it is not the character's own provider


def prepare(occasion: Occasion, *, is_kept: bool = True) -> Prepared:
    """By whoever stands first in line for the character.

    A guest who has used up the demo's tokens is answered by the built-in engine, too. An answer that is not kept
    needs no revision that says who gave it.
    """
    npc, player = occasion.npc, occasion.player
    line = line_for(npc=npc, player=player, purpose=FallbackStep.Purpose.CHAT, today=occasion.now.date())
    if line.engines and not has_demo_tokens(player):
        line = Line([], "demo")
    prepared = _written(occasion, line.engines) if line.engines else Prepared(occasion)
    return replace(prepared, note=line.note, revision=take_revision(npc=npc) if is_kept else None)


def occasion_of(*, npc: Npc, heard: Sequence[Turn], player: Player | None, place: sections.Place) -> Occasion:
    return Occasion(npc=npc, player=player, heard=heard, question=_question(npc, heard), place=place)


def asked(occasion: Occasion) -> str:
    """The last thing that a person said."""
    return next((turn.text for turn in reversed(occasion.heard) if turn.role == "user"), "")


def tone_of(npc: Npc) -> str:
    return npc.response_style if npc.enable_personality_responses else Npc.ResponseStyle.FORMAL


def builtin_tutor(occasion: Occasion) -> BuiltinTutor:
    """The engine that needs no provider, ready for the occasion."""
    npc = occasion.npc
    return BuiltinTutor(
        notes=queries.index_for(npc, place=occasion.place.key, secrets=secrets_of(occasion)),
        name=npc.name,
        tone=tone_of(npc),
        seed=npc.interaction_count,
        expected=_expected(occasion),
        remembered=partial(_remembered, occasion),
        noted=partial(_noted, occasion),
        is_asked=occasion.place.kind != "post",
    )


def _remembered(occasion: Occasion) -> list[Remark]:
    """What stands in the section of memories, which knows what may be said to this player in this place.

    Memories leave out what stands in the history. This engine reads none, so what was told a line ago has to be
    remembered, too.
    """
    alone = replace(occasion, heard=())
    entries = sections.offer("memory", alone) if occasion.player is not None else []
    entries = entries_without(secrets_of(occasion), entries) if entries else []
    # The core is several lines, each a fact.
    return [
        Remark(f"{line} (no longer true)" if OUTDATED in entry.label else line, entry.source)
        for entry in entries
        for line in entry.text.splitlines()
    ]


def _noted(occasion: Occasion, text: str) -> str:
    """Whether somebody tells of himself there, and whether that will be remembered."""
    player = occasion.player
    if player is None or not facts_in(sentences(text)):
        return ""
    return "kept" if memories.remembers(npc_id=occasion.npc.pk, player_id=player.pk) else "unkept"


def plain_turns(occasion: Occasion) -> list[Turn]:
    """What was heard, without the address and without what is being asked of somebody."""
    heard = heard_without(secrets_of(occasion), occasion.heard)
    return [replace(turn, text=_without_address(turn.text, occasion.npc)) for turn in heard]


def _written(occasion: Occasion, engines: list[Engine]) -> Prepared:
    """The prompt must fit into the smallest window of those who may be asked."""
    npc, secrets = occasion.npc, secrets_of(occasion)
    built = prompt.build(
        persona_of(npc),
        offers=offers_without(secrets, sections.offers(occasion)),
        heard=heard_without(secrets, occasion.heard),
        boundary=_boundary(occasion),
        window=Window(min(engine.window for engine in engines), npc.max_tokens),
    )
    return Prepared(
        occasion,
        engines=engines,
        turns=built.turns,
        passages=passage_ids(built.placed("knowledge")),
        boundary=built.boundary,
        parts=built.manifest(),
        used={part.section: built.placed(part.section) for part in built.parts if part.placed},
    )


def _boundary(occasion: Occasion) -> str:
    """Nobody can guess it, and it stays the same for a place, so that equal prompts are equal."""
    about = f"{occasion.npc.uuid}:{occasion.place.key}"
    return salted_hmac("npcs.prompt", about, algorithm="sha256").hexdigest()[:16]


def _question(npc: Npc, heard: Sequence[Turn]) -> str:
    lately = [turn.text for turn in heard if turn.role == "user"][-2:]
    said = [_without_address(text, npc) for text in lately]
    if not said:
        return ""
    is_telling = len(stems(said[-1])) >= TELLING_WORDS
    return said[-1] if is_telling else " ".join(said)


def _without_address(text: str, npc: Npc) -> str:
    """Without "@Vega", which would otherwise be looked up as a rare name."""
    return re.sub(rf"@{re.escape(npc.name)}\b[,:]?", "", text, flags=re.IGNORECASE).strip()


def _expected(occasion: Occasion) -> str:
    """The word that this character asked the player for in their last exchange, unless that is long ago.

    Nor when the sentence decides by now what somebody is being asked: to confirm the word, or to correct
    another, would tell the key.
    """
    if occasion.player is None:
        return ""
    recent = Interaction.objects.filter(created_at__gt=occasion.now - CHECK_VALID_FOR)
    last = recent.filter(npc=occasion.npc, player=occasion.player).order_by("-created_at", "-pk").first()
    word = str(last.interaction_context.get("check_answer", "")) if last else ""
    if last is None or not word:
        return ""
    told = without_gap(last.response, word)
    return word if secrets_of(occasion).kept_from(told) == told else ""


def persona_of(npc: Npc) -> prompt.Persona:
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
