"""A short question to a model on behalf of a room or a talk; whoever asks knows what to do without an answer."""

from uuid import UUID

from django.utils import timezone

from npcs.actions.engines import Caller, Trail, Wish, converse
from npcs.llm.base import Turn, Unavailable
from npcs.models import Npc
from npcs.queries.engines import line_for
from padawanforge.kit.errors import DomainError
from players.models import Player

# Which order of fallbacks it uses: the one of small, structured work.
LINE = "json"


def ask_model(
    purpose: str,
    question: str,
    *,
    told: str,
    npc: Npc | None = None,
    player: Player | None = None,
    place: UUID | None = None,
) -> str:
    """`told` are the instructions. Empty when there is no model, no budget, or no answer. Outside any transaction."""
    engines = line_for(npc=None, player=None, purpose=LINE, today=timezone.now().date()).engines
    if not engines:
        return ""
    caller = Caller(purpose=purpose, player=player, npc=npc, place=place)
    turns = [Turn("system", told), Turn("user", question)]
    try:
        _, reply = converse(caller, engines, turns, wish=Wish(max_tokens=400, temperature=0.2), trail=Trail())
    except (Unavailable, DomainError):
        return ""
    return reply.text.strip()
