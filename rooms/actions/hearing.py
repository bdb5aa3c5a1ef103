"""What a message makes characters do: who is called or has a turn, within what a room may bear."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from messaging.actions.messages import post_message
from messaging.models import Channel, Message
from npcs.models import Npc
from padawanforge.kit.events import after_commit
from padawanforge.kit.hasty import hasty
from padawanforge.kit.jobs import enqueue, start
from padawanforge.kit.prepared import prepared
from players.models import Player
from rooms.actions.patience import drop_surplus, patience, release, take_over
from rooms.actions.recall import come_to
from rooms.actions.rooms import wait_for
from rooms.choices import ROOM, TALK
from rooms.mentions import called
from rooms.models import Reply, RoomNpc, RoomSettings, Talk
from rooms.queries import replies
from rooms.queries.rooms import listening_places, places_at_hand
from rooms.queries.settings import settings_of
from rooms.rules import limits
from rooms.rules.roles import rights_of
from rooms.rules.turns import Candidate, choose

Mode, Occasion = RoomSettings.Activation, Reply.Occasion
# Modes in which nobody speaks who isn't called.
QUIET_MODES = frozenset({Mode.MENTION_ONLY, Mode.MANUAL})
ENOUGH = "The characters have talked enough among themselves. Write something, and they go on."
SPENT = "The characters of this room have said all they may for now. In a few minutes they can answer again."
BUSY = "The characters have their hands full at the moment. Ask again in a minute."


def hear(*, message: Message) -> list[Reply]:
    """Begin an answer for each character whose turn it is. Lines of the system and whispers are heard by none."""
    channel = message.channel
    is_for_them = message.type != Message.Type.SYSTEM and message.whisper_to_id is None
    if channel.kind == TALK:
        return _hear_in_private(message, is_asked=is_for_them and message.player is not None)
    return _hear_in_room(message) if is_for_them and channel.kind == ROOM else []


def begin(
    message: Message,
    npc: Npc,
    *,
    player: Player | None,
    root: Message,
    occasion: str = Occasion.CALLED,
    held_until: datetime | None = None,
) -> Reply:
    about = {"channel": message.channel, "player": player, "root": root, "occasion": occasion}
    new = Reply(message=message, npc=npc, held_until=held_until, **about)
    # Left out where it has begun already; one statement that needs no savepoint.
    Reply.objects.bulk_create([new], ignore_conflicts=True)
    [reply] = _begun(message.pk, npc.pk)
    is_created = reply.uuid == new.uuid
    if is_created and held_until is None:
        start("rooms.react", pk=reply.pk)
    elif not is_created and held_until is None:
        release(reply, now=timezone.now(), occasion=occasion)
    return reply


@prepared
def _begun(message_id: int, npc_id: int) -> QuerySet[Reply]:
    return Reply.objects.filter(message=message_id, npc=npc_id)


# The question is stored before. That an answer to it has begun nobody is promised, and its author waits.
@hasty()
def _hear_in_private(message: Message, *, is_asked: bool) -> list[Reply]:
    Talk.objects.filter(channel=message.channel_id).update(last_message_at=message.sent_at)
    if not is_asked:
        return []
    talk = next(iter(_listening(message.channel_id)), None)
    if talk is None:
        return []
    if _is_crowded(message.channel, replies.waiting_answers()):
        return []
    if talk.has_others:  # type: ignore[attr-defined]
        come_to(talk=talk)
    return [begin(message, talk.npc, player=message.player, root=message)]


@prepared
def _listening(channel_id: int) -> QuerySet[Talk]:
    others = Talk.objects.filter(player=OuterRef("player"), npc=OuterRef("npc")).exclude(pk=OuterRef("pk"))
    talks = Talk.objects.select_related("npc").annotate(has_others=Exists(others))
    return talks.filter(channel=channel_id, npc__is_active=True)


def _hear_in_room(message: Message) -> list[Reply]:
    chosen = settings_of(message.channel)
    if chosen is not None and chosen.npcs_speak == RoomSettings.NpcsSpeak.NEVER:
        return []
    mode = chosen.activation_mode if chosen else Mode.MENTION_ONLY
    may_call = "@" in message.text
    if message.npc_id is not None:
        return _answer_character(message, chosen) if may_call else []
    if not may_call and mode in QUIET_MODES:
        return []
    return _answer_person(message, mode, chosen)


@hasty()
def _answer_person(message: Message, mode: str, chosen: RoomSettings | None) -> list[Reply]:
    """Those who are called; else who has a turn. Counted under the room's lock, so that no two choose at once."""
    wait_for(message.channel.room)
    # Whose turn it is only holds under the lock; who is there to be called was looked up for the message.
    is_quiet = mode in QUIET_MODES
    places = places_at_hand(message.channel) if is_quiet else listening_places(message.channel)
    speakers = [] if mode == Mode.MANUAL else _called(message, places)
    occasion, held_until = Occasion.CALLED, None
    held = take_over(message)
    if not speakers and not is_quiet:
        if mode == Mode.DIRECTOR:
            enqueue("rooms.direct", pk=message.pk)
            return []
        speakers, occasion = _next_in_turn(message, mode, places), Occasion.CHOSEN
        held_until = patience(message) if mode == Mode.NATURAL else None
    begun = begin_in_room(message, speakers, chosen, occasion=occasion, held_until=held_until)
    drop_surplus(held, begun)
    return begun


def begin_in_room(
    message: Message,
    speakers: Sequence[RoomNpc],
    chosen: RoomSettings | None,
    *,
    occasion: str,
    held_until: datetime | None = None,
) -> list[Reply]:
    """Under the room's lock: as many of them as one message and the room's budget allow."""
    if not speakers:
        return []
    waiting, lately = replies.load(message.channel, timezone.now(), limits.BUDGET_WINDOW)
    if _is_crowded(message.channel, waiting):
        return []
    left = _budget_left(message.channel, chosen, lately)
    if left <= 0:
        return []
    most = min(limits.ANSWERS_TO_ONE_MESSAGE, left)
    return [
        begin(
            message,
            place.npc,
            player=message.player,
            root=message,
            occasion=occasion,
            held_until=held_until,
        )
        for place in speakers[:most]
    ]


@transaction.atomic
def _answer_character(message: Message, chosen: RoomSettings | None) -> list[Reply]:
    """A character has called another one. It goes back to what a person said, and ends after a few turns."""
    told = Reply.objects.filter(answer=message).select_related("player").first()
    is_by_hand = chosen is not None and chosen.activation_mode == Mode.MANUAL
    if told is None or message.npc_id is None or is_by_hand:
        return []
    channel = message.channel
    wait_for(channel.room)
    places = [
        place for place in _called(message, listening_places(channel)) if place.npc_id != message.npc_id
    ]
    since = replies.last_said_by_people(channel)
    root = Message.objects.filter(channel=channel, seq=since).first()
    now = timezone.now()
    waiting, lately = replies.load(channel, now, limits.BUDGET_WINDOW)
    if not places or root is None or _is_crowded(channel, waiting):
        return []
    left = min(_budget_left(channel, chosen, lately), _turns_left(channel, since))
    begun: list[Reply] = []
    for place in places[: max(left, 0)]:
        pair = replies.answers_of_pair(channel, place.npc_id, message.npc_id, now - limits.PAIR_WINDOW)
        if pair < limits.ANSWERS_OF_A_PAIR and _is_rested(place):
            begun.append(begin(message, place.npc, player=told.player, root=root))
    return begun


def _called(message: Message, places: Sequence[RoomNpc]) -> list[RoomNpc]:
    by_name = {place.npc.name: place for place in places}
    return [by_name[name] for name in called(message.text, by_name)]


def _next_in_turn(message: Message, mode: str, places: Sequence[RoomNpc]) -> list[RoomNpc]:
    """The lot is drawn by the message, so that hearing it twice chooses the same."""
    free = {place.pk: place for place in places if rights_of(place.role).speaks_unasked and _is_rested(place)}
    candidates = [Candidate(pk, place.talkativeness, place.has_had_turn) for pk, place in free.items()]
    spoke = replies.last_speaker(message.channel)
    last = next((pk for pk, place in free.items() if place.npc_id == spoke), None)
    most, chance = limits.ANSWERS_TO_ONE_MESSAGE, Random(message.pk)
    choice = choose(mode, candidates, last=last, chance=chance, most=most)
    if choice.begins_round:
        RoomNpc.objects.filter(pk__in=free).update(has_had_turn=False)
    RoomNpc.objects.filter(pk__in=choice.speakers).update(has_had_turn=True)
    return [free[pk] for pk in choice.speakers]


def _is_rested(place: RoomNpc) -> bool:
    last = place.last_interaction
    return last is None or timezone.now() - last >= timedelta(seconds=place.cooldown_seconds)


def _turns_left(channel: Channel, since: int) -> int:
    left = limits.ANSWERS_IN_A_ROW - replies.answers_since(channel, since)
    if left <= 0:
        _note_soon(channel, "enough", ENOUGH, since=since)
    return left


def _budget_left(channel: Channel, chosen: RoomSettings | None, lately: int) -> int:
    left = (chosen.npc_budget if chosen else limits.BUDGET) - lately
    since = timezone.now() - limits.BUDGET_WINDOW
    if left <= 0:
        _note_soon(channel, "spent", SPENT, after=since)
    return left


def _is_crowded(channel: Channel, waiting: int) -> bool:
    if waiting < limits.WAITING_AT_MOST:
        return False
    _note_soon(channel, "busy", BUSY, after=timezone.now() - timedelta(minutes=1))
    return True


def _note_soon(channel: Channel, note: str, text: str, **within: Any) -> None:
    """A line of the system, once from a number or a moment on. What people read is not stored in haste."""
    after_commit(lambda: _note(channel, note, text, **within))


@transaction.atomic
def _note(channel: Channel, note: str, text: str, **within: Any) -> None:
    # Of several who find the same at once, one says so.
    Channel.objects.select_for_update().get(pk=channel.pk)
    if not replies.is_noted(channel, note, **within):
        post_message(channel=channel, text=text, metadata={"note": note})
