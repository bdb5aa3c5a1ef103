"""A character who knows the sky from her notes, and asking her."""

from npcs.actions.speaking import Speech, speak
from npcs.llm.base import Turn
from tests.factories.npcs import KnowledgeFileFactory, KnowledgeItemFactory, NpcFactory

MOON = "The Moon orbits the Earth once in about 27 days and always shows it the same side."
COMET = "A comet is a body of ice and dust that grows a long tail near the Sun."


def astronomer(**fields):
    npc = NpcFactory(**fields)
    file = KnowledgeFileFactory(npc=npc, file_name="sky.md")
    KnowledgeItemFactory(file=file, position=0, heading="The Moon", text=MOON)
    KnowledgeItemFactory(file=file, position=1, heading="Comets", text=COMET)
    return npc


def ask(npc, *lines: str, player=None, pieces: list[str] | None = None) -> Speech:
    heard = [Turn("user", line, "Ada") for line in lines]
    pieces = [] if pieces is None else pieces
    return speak(npc=npc, heard=heard, player=player, on_text=pieces.append)
