from django.dispatch import receiver
from django.utils import timezone

from learning.signals import statements_withdrawn
from messaging.checks import Refused
from messaging.models import Channel
from messaging.queries.posted import posted
from messaging.signals import member_joined, message_posted, message_refused
from npcs.signals import character_retired
from players.models import Player
from players.signals import rights_lost
from rooms.actions.activity import note_activity
from rooms.actions.annulments import annul_in_running
from rooms.actions.former_staff import STAFF_RIGHT, take_out_former_staff
from rooms.actions.hearing import hear
from rooms.actions.moderators import step_in
from rooms.actions.news import tell_arrival
from rooms.actions.silence import silence
from rooms.models import Room


@receiver(message_posted, dispatch_uid="rooms.hear")
def hear_message(*, message_id: int, **kwargs: object) -> None:
    """Characters listen to what people say."""
    message = posted(message_id)
    if message is not None:
        note_activity(message)
        hear(message=message)


@receiver(member_joined, dispatch_uid="rooms.tell_owner")
def tell_owner_of_arrival(*, channel_id: int, player_id: int, **kwargs: object) -> None:
    """Owners who asked for it hear of new members."""
    rooms = Room.objects.filter(channel=channel_id, settings__notify_joins=True)
    room = rooms.select_related("owner").first()
    if room is None:
        return
    player = Player.objects.select_related("profile").filter(pk=player_id).first()
    if player is not None:
        tell_arrival(room=room, player=player, now=timezone.now())


@receiver(message_refused, dispatch_uid="rooms.step_in")
def let_character_step_in(
    *, player_id: int, channel_id: int, text: str, refusal: Refused, **kwargs: object
) -> None:
    """A character that moderates looks at who is refused again and again; after it was counted."""
    player = Player.objects.filter(pk=player_id).first()
    channel = Channel.objects.filter(pk=channel_id).first()
    if player is not None and channel is not None:
        step_in(player=player, channel=channel, text=text, rule=refusal.rule, now=timezone.now())


@receiver(statements_withdrawn, dispatch_uid="rooms.annul")
def annul_withdrawn(*, statement_ids: list[int], **kwargs: object) -> None:
    """What is being played has to do without them, and nobody's points change by them."""
    annul_in_running(statement_ids=statement_ids, now=timezone.now())


@receiver(rights_lost, dispatch_uid="rooms.take_out_former_staff")
def put_former_staff_out(*, player_id: int, permissions: list[str], **kwargs: object) -> None:
    """Children's rooms and the like were open to him by his role alone."""
    if STAFF_RIGHT not in permissions:
        return
    player = Player.objects.filter(pk=player_id).first()
    if player is not None:
        take_out_former_staff(player=player, now=timezone.now())


@receiver(character_retired, dispatch_uid="rooms.silence")
def stop_answers(*, npc_id: int, **kwargs: object) -> None:
    """Who has retired does not finish its sentence."""
    silence(npc_id=npc_id)
