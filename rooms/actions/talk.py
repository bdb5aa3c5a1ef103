"""People say something in rooms and in private talks."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from messaging.actions import speaking
from messaging.actions.messages import Posted
from messaging.commands import Told
from npcs.models import Npc
from padawanforge.kit.errors import DomainError
from players.models import Player
from rooms.actions.talks import open_talk
from rooms.models import Room, Talk


class CharacterRests(DomainError):
    code = "gone"


def say(
    *,
    room: Room,
    player: Player,
    text: str,
    client_id: UUID | None = None,
    attachments: Sequence[UUID] = (),
) -> Posted | Told:
    """Say something to everybody in the room; the characters whose turn it is answer later."""
    return speaking.speak(
        channel=room.channel, player=player, text=text, client_id=client_id, attachments=attachments
    )


@transaction.atomic
def say_in_private(
    *,
    npc: Npc,
    player: Player,
    text: str,
    client_id: UUID | None = None,
    attachments: Sequence[UUID] = (),
) -> Posted | Told:
    """Say something to the character alone; a talk that would begin with a refused message does not begin."""
    talk = open_talk(player=player, npc=npc)
    talk.npc = npc
    return say_in_talk(talk=talk, text=text, client_id=client_id, attachments=attachments)


def say_in_talk(
    *, talk: Talk, text: str, client_id: UUID | None = None, attachments: Sequence[UUID] = ()
) -> Posted | Told:
    if not talk.npc.is_active:
        raise CharacterRests(f"{talk.npc.name} rests: nobody would answer. What was said stays readable.")
    return speaking.speak(
        channel=talk.channel, player=talk.player, text=text, client_id=client_id, attachments=attachments
    )
