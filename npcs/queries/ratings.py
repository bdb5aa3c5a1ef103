"""What a player thought of answers."""

from collections.abc import Collection
from uuid import UUID

from npcs.models import Interaction
from players.models import Player


def own_ratings(player: Player, answers: Collection[UUID]) -> dict[UUID, int]:
    """The stars that the player gave, by the messages of the answers; of several variants the newest counts."""
    rows = Interaction.objects.filter(player=player, answer__in=answers).order_by("pk")
    newest = dict(rows.values_list("answer", "satisfaction_rating"))
    return {answer: stars for answer, stars in newest.items() if answer and stars}
