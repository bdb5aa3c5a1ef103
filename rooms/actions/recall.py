"""What a character remembers of a player follows the branch of the talk that the player uses."""

from uuid import UUID

from messaging.models import Message
from npcs.actions.memory_keeping import bring_back, put_aside
from rooms.models import Talk
from rooms.queries.talks import family_of


def come_to(*, talk: Talk) -> None:
    """The player goes on in this talk: what was said on its other branches doesn't come to mind here."""
    family = family_of(talk)
    if len(family) == 1:
        return
    path = _path(talk, family)
    here, elsewhere = _said_on(path, family)
    put_aside(messages=elsewhere, player_id=talk.player_id)
    bring_back(messages=here, player_id=talk.player_id)


def stand_alone(*, talks: list[Talk]) -> None:
    """One of their family was deleted: a talk without any left beside it has no other branch to be put aside for."""
    for talk in talks:
        if len(family_of(talk)) == 1:
            said = Message.objects.filter(channel=talk.channel_id, type=Message.Type.TEXT)
            bring_back(messages=list(said.values_list("uuid", flat=True)), player_id=talk.player_id)


def _path(talk: Talk, family: list[Talk]) -> dict[int, int | None]:
    """By channel up to which number it belongs to the talk; None for all of it."""
    by_pk = {one.pk: one for one in family}
    path: dict[int, int | None] = {talk.channel_id: None}
    step = talk
    while step.parent_id in by_pk and step.branched_seq is not None:
        parent = by_pk[step.parent_id]
        path[parent.channel_id] = step.branched_seq
        step = parent
    return path


def _said_on(path: dict[int, int | None], family: list[Talk]) -> tuple[list[UUID], list[UUID]]:
    here: list[UUID] = []
    elsewhere: list[UUID] = []
    said = Message.objects.filter(channel__in=[one.channel_id for one in family], type=Message.Type.TEXT)
    for channel_id, seq, uuid in said.values_list("channel_id", "seq", "uuid"):
        end = path.get(channel_id, 0)
        (here if end is None or seq < end else elsewhere).append(uuid)
    return here, elsewhere
