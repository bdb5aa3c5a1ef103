"""The places of characters in a room: who comes, who goes, what each does there, and who shall speak now.

A character knows only what it was there for, so each visit is kept: the running one as the number after which it
listens, those before as rows.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from messaging.actions.messages import record_event
from messaging.models import Channel, Message
from npcs.models import Npc
from padawanforge.kit.errors import DomainError
from padawanforge.kit.work import WorkState
from players.actions.audit import record
from players.models import Player
from rooms.actions.hearing import begin
from rooms.actions.rooms import locked_room
from rooms.actions.variants import stop
from rooms.models import NpcStay, Reply, Room, RoomNpc, RoomSettings
from rooms.queries.hearing import heard_messages
from rooms.refusals import FieldRefused
from rooms.rules.limits import ACTIVE_CHARACTERS
from rooms.rules.roles import rights_of

# What those who manage a room may choose for a character in it.
CHOSEN = ("role", "position", "talkativeness", "is_muted", "cooldown_seconds", "stage_direction")


class RoomCrowded(DomainError):
    code = "limit"


class PlaceRefused(FieldRefused):
    pass


class NothingToSay(DomainError):
    code = "conflict"


@transaction.atomic
def add_npc(*, room: Room, npc: Npc, player: Player | None, role: str = RoomNpc.Role.TUTOR) -> RoomNpc:
    """Bring the character into the room; bringing it again makes it active again. It hears what comes from now on."""
    room = locked_room(room)
    place = RoomNpc.objects.filter(room=room, npc=npc).first()
    if place is not None and place.is_active:
        if place.role != role:
            RoomNpc.objects.filter(pk=place.pk).update(role=role)
            place.role = role
        return place
    if RoomNpc.objects.filter(room=room, is_active=True).count() >= ACTIVE_CHARACTERS:
        raise RoomCrowded(f"{ACTIVE_CHARACTERS} characters are in {room.name}; more don't fit in.")
    came = {"is_active": True, "role": role, "since_seq": _head(room)}
    if place is None:
        place = RoomNpc.objects.create(room=room, npc=npc, added_by=player, **came)
    else:
        RoomNpc.objects.filter(pk=place.pk).update(**came)
        place.refresh_from_db()
    payload = {"npc": npc.name, "role": role}
    record_event(channel=room.channel, type="npc.added", payload=payload, actor=player)
    return place


@transaction.atomic
def send_away(*, place: RoomNpc, by: Player | None) -> bool:
    """The character leaves and hears no more; what it is saying is stopped. False when it had left."""
    room = locked_room(place.room)
    here = RoomNpc.objects.select_for_update().select_related("npc").get(pk=place.pk)
    if not here.is_active:
        return False
    NpcStay.objects.create(place=here, since_seq=here.since_seq, until_seq=_head(room))
    RoomNpc.objects.filter(pk=here.pk).update(is_active=False)
    _silence(here)
    record_event(channel=room.channel, type="npc.removed", payload={"npc": here.npc.name}, actor=by)
    return True


@transaction.atomic
def change_place(*, place: RoomNpc, by: Player | None, values: Mapping[str, Any]) -> list[str]:
    """What those who manage the room choose; the names of what is different now."""
    room = locked_room(place.room)
    here = RoomNpc.objects.select_for_update().select_related("npc").get(pk=place.pk)
    before = {name: getattr(here, name) for name in CHOSEN}
    changed = [name for name in CHOSEN if name in values and values[name] != before[name]]
    if not changed:
        return []
    for name in changed:
        setattr(here, name, values[name])
    try:
        here.clean_fields(exclude=["room", "npc", "added_by"])
    except ValidationError as invalid:
        field, sentences = next(iter(invalid.message_dict.items()))
        raise PlaceRefused(sentences[0], field=field) from None
    here.save(update_fields=changed)
    if here.is_muted or not rights_of(here.role).speaks:
        _silence(here)
    if "is_muted" in changed:
        payload = {"npc": here.npc.name, "muted": here.is_muted}
        record_event(channel=room.channel, type="npc.muted", payload=payload, actor=by)
    # A stage direction is a free text, and no entry of the audit log repeats those.
    told = [name for name in changed if name != "stage_direction"]
    record(
        actor=by,
        verb="room.character_changed",
        subject=room,
        before={name: before[name] for name in told},
        after={"npc": here.npc.name, **{name: getattr(here, name) for name in told}, "changed": changed},
    )
    return changed


@transaction.atomic
def let_speak(*, place: RoomNpc, by: Player) -> Reply:
    """Make the character answer what was said last, whatever the mode of the room is."""
    room = locked_room(place.room)
    here = RoomNpc.objects.select_related("npc").get(pk=place.pk)
    if RoomSettings.objects.filter(room=room, npcs_speak=RoomSettings.NpcsSpeak.NEVER).exists():
        raise NothingToSay("Characters don't speak in this room.")
    if not here.is_active or here.is_muted or not here.npc.is_active or not rights_of(here.role).speaks:
        raise NothingToSay(f"{here.npc.name} doesn't speak in this room at the moment.")
    last = heard_messages(room.channel, here.npc).with_authors().order_by("-seq").first()
    if last is None or last.npc_id == here.npc_id:
        raise NothingToSay(f"Nobody has said anything that {here.npc.name} could answer.")
    if Reply.objects.filter(message=last, npc=here.npc).exists():
        raise NothingToSay(f"{here.npc.name} has answered that already. Say something first.")
    last = Message.objects.select_related("channel").get(pk=last.pk)
    return begin(last, here.npc, player=by, root=_root(last), occasion=Reply.Occasion.FORCED)


def _root(message: Message) -> Message:
    """What a person said that it goes back to."""
    if message.player_id is not None:
        return message
    people = Message.objects.filter(
        channel=message.channel_id, type=Message.Type.TEXT, whisper_to=None, seq__lt=message.seq
    )
    return people.order_by("-seq").first() or message


def _silence(place: RoomNpc) -> None:
    channel = Channel.objects.get(room=place.room_id)
    made = Reply.objects.filter(
        channel=channel, npc=place.npc_id, state__in=(WorkState.WAITING, WorkState.RUNNING)
    )
    for reply in made.select_related("npc", "player", "channel", "answer"):
        stop(reply=reply)


def _head(room: Room) -> int:
    """The number of the last line of the log, read behind the room's lock."""
    return Channel.objects.values_list("last_seq", flat=True).get(pk=room.channel_id)
