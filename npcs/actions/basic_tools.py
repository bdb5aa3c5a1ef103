"""The tools that every character may have: remember something, look something up."""

from uuid import UUID

from django.utils import timezone

from npcs import queries
from npcs.actions import tools
from npcs.actions.memory import Note, remember
from npcs.actions.memory_keeping import forget_kept
from npcs.actions.tools import Doing, Done, Tool, ToolRefused
from npcs.actions.withheld import secrets_for
from npcs.models import ToolUse
from npcs.rules.memory.scenes import Reach, Scene

PASSAGES = 3
PASSAGE_CHARACTERS = 1200


def _remember(doing: Doing) -> Done:
    """For this player and this character alone, whatever the place."""
    scene = Scene(place=doing.place, reach=Reach.PRIVATE)
    kept = remember(
        Note(doing.arguments["text"], importance=7),
        npc=doing.npc,
        player=doing.player,
        now=timezone.now(),
        scene=scene,
    )
    if kept is None:
        raise ToolRefused("Nothing may be remembered of this player.")
    return Done("It is remembered.", undo={"memory": str(kept.uuid)})


def _forget(use: ToolUse) -> None:
    if kept := (use.undo or {}).get("memory"):
        forget_kept(memory=UUID(kept), npc_id=use.npc_id, player_id=use.player_id)


def _look_up(doing: Doing) -> Done:
    secrets = secrets_for(player_id=doing.player.pk, place=doing.place)
    index = queries.index_for(doing.npc, place=str(doing.place or ""), secrets=secrets)
    hits = index.search(doing.arguments["question"], limit=PASSAGES)
    found = [index.passages[hit.id] for hit in hits]
    if not found:
        return Done("The notes say nothing about it.")
    parts = [f"{passage.heading}\n{passage.text[:PASSAGE_CHARACTERS]}" for passage in found]
    return Done("\n\n".join(parts))


tools.register(
    Tool(
        name="remember",
        description=(
            "Keep one fact about the person you talk to, such as a goal or a preference, when they ask you to "
            "remember it."
        ),
        parameters={
            "type": "object",
            "properties": {"text": {"type": "string", "maxLength": 300, "description": "One sentence."}},
            "required": ["text"],
        },
        run=_remember,
        ask="Remember this about you: “{text}”?",
        undo=_forget,
    )
)
tools.register(
    Tool(
        name="look_up",
        description="Search your own notes for passages that belong to a question.",
        parameters={
            "type": "object",
            "properties": {"question": {"type": "string", "maxLength": 300}},
            "required": ["question"],
        },
        run=_look_up,
    )
)
