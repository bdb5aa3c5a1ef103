"""A whole character at once: what the steps of the wizard do one after the other."""

from django.db import transaction

from npcs.actions import making
from npcs.actions.making import Change
from npcs.models import Npc
from players.models import Player


@transaction.atomic
def make_draft(*, player: Player, wanted: Change) -> Npc:
    """A draft with everything that is known of it already; nothing of it where a part is refused."""
    npc = making.begin(player=player, values=wanted.values)
    rest = Change({}, wanted.teaching, None, wanted.copied, wanted.remembers)
    return making.change(npc=npc, player=player, change=rest)
