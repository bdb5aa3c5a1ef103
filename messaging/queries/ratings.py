"""What the reader of a page thought of characters' answers."""

from collections.abc import Iterable

from messaging.models import Message
from npcs.queries.ratings import own_ratings
from npcs.rules.ratings import thumb_of
from players.models import Player


def note_own_ratings(player: Player, messages: Iterable[Message]) -> None:
    """Write into each answer to the player which thumb he has given it; asks only if there are any."""
    asker = str(player.uuid)
    answers = {message.uuid: message for message in messages if _asker_of(message) == asker}
    if not answers:
        return
    for uuid, stars in own_ratings(player, answers).items():
        answers[uuid].own_thumb = thumb_of(stars)  # type: ignore[attr-defined]


def _asker_of(message: Message) -> str:
    """For whom a character made this answer: nobody else can rate it."""
    answer = message.metadata.get("answer") if message.npc_id is not None else None
    return str(answer.get("asker", "")) if isinstance(answer, dict) else ""
