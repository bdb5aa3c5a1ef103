"""A player is forgotten in the channels: his words stay under "Former player", his names go."""

from django.db.models import Q, QuerySet

from messaging.actions.attachments import forget_files_of
from messaging.actions.groups import settle_owner
from messaging.actions.mentions import move_mentions
from messaging.actions.polls import forget_mentions_in_polls, forget_votes_of
from messaging.actions.reactions import count_reactions
from messaging.models import (
    Announcement,
    AnnouncementReceipt,
    Appeal,
    Case,
    Channel,
    ChannelEvent,
    ChannelMember,
    Conversation,
    DirectState,
    Draft,
    HiddenMessage,
    LiveConnection,
    Message,
    MessageMention,
    MessageRevision,
    Notification,
    PushSubscription,
    Refusal,
    Report,
    Sanction,
    SavedMessage,
    ScheduledMessage,
    ThreadFollow,
)
from messaging.models.channel import PERSONAL
from messaging.queries.direct import owned_groups
from players.models import Player
from players.queries.names import names_of
from players.rules.erasure import FORMER_NAME, holds_word, without_mentions

CHUNK = 500


def erase(player_id: int) -> None:
    player = Player.objects.select_related("profile").get(pk=player_id)
    LiveConnection.objects.filter(player_id=player_id).delete()
    Channel.objects.filter(kind=PERSONAL, uuid=player.uuid).delete()
    _forget_news(player)
    PushSubscription.objects.filter(player_id=player_id).delete()
    AnnouncementReceipt.objects.filter(player_id=player_id).delete()
    Announcement.objects.filter(created_by_id=player_id).update(created_by=None)
    channels = channels_of(player_id)
    _forget_in_log(player, channels)
    MessageMention.objects.filter(player_id=player_id).delete()
    _forget_mentions(names_of(player_id)[0], channels)
    for kept in (Draft, SavedMessage, ScheduledMessage):
        kept.objects.filter(player_id=player_id).delete()
    _take_back_reactions(player_id)
    forget_votes_of(player_id)
    forget_mentions_in_polls(names_of(player_id)[0], channels)
    forget_files_of(player_id)
    # What the player took back or put otherwise is nobody's any more.
    MessageRevision.objects.filter(message__player_id=player_id).delete()
    Message.objects.filter(deleted_by=player_id).update(deletion_reason="")
    owned = owned_groups(player_id)
    ChannelMember.objects.filter(player_id=player_id).delete()
    DirectState.objects.filter(player_id=player_id).delete()
    HiddenMessage.objects.filter(player_id=player_id).delete()
    for conversation in owned:
        settle_owner(conversation)
    ThreadFollow.objects.filter(player_id=player_id).delete()
    Conversation.objects.filter(created_by_id=player_id).update(created_by=None)
    _forget_moderation(player, names_of(player_id)[0])


def channels_of(player_id: int) -> QuerySet[Channel]:
    """Wherever the player is or was: whoever entered a channel has a line in its log."""
    acted = ChannelEvent.objects.filter(actor_id=player_id).values("channel_id")
    wrote = Message.objects.filter(player_id=player_id).values("channel_id")
    belongs = ChannelMember.objects.filter(player_id=player_id).values("channel_id")
    return Channel.objects.filter(Q(pk__in=acted) | Q(pk__in=wrote) | Q(pk__in=belongs))


def _take_back_reactions(player_id: int) -> None:
    touched = Message.objects.filter(reactions__player_id=player_id).distinct().order_by("pk")
    for message in list(touched):
        message.reactions.filter(player_id=player_id).delete()
        count_reactions(message)
    ChannelEvent.objects.filter(type="reaction.set", actor=player_id).update(payload={})


def _forget_news(player: Player) -> None:
    """What the player was told, and what others were told about him."""
    ids = [str(player.pk), str(player.uuid), player.username]
    about = Q(related_entity_type="player", related_entity_id__in=ids)
    leads_there = Q(action_url__contains=f"/players/{player.username}/")
    Notification.objects.filter(Q(recipient=player) | about | leads_there).delete()
    for name in names_of(player.pk):
        likely = Notification.objects.filter(Q(title__icontains=name) | Q(message__icontains=name))
        texts = likely.values_list("pk", "title", "message").iterator(CHUNK)
        naming = [pk for pk, title, text in texts if holds_word(f"{title} {text}", name)]
        Notification.objects.filter(pk__in=naming).delete()


def _forget_in_log(player: Player, channels: QuerySet[Channel]) -> None:
    """Lines such as "Ada came in" carry who it was at that time."""
    about = {"payload__player__uuid": str(player.uuid)}
    lines = ChannelEvent.objects.filter(channel__in=channels, **about).order_by("pk")
    nobody = {
        "uuid": str(player.uuid),
        "name": FORMER_NAME,
        "url": "",
        "avatar_url": "",
        "colour": player.avatar_colour,
    }
    for line in lines.iterator(CHUNK):
        ChannelEvent.objects.filter(pk=line.pk).update(payload={**line.payload, "player": nobody})


def _forget_mentions(username: str, channels: QuerySet[Channel]) -> None:
    mentioning = Message.objects.filter(channel__in=channels, text__icontains=f"@{username}").order_by("pk")
    for message in mentioning.iterator(CHUNK):
        text = without_mentions(message.text, username)
        if text != message.text:
            move_mentions(message, text)
            Message.objects.filter(pk=message.pk).update(text=text)
    former = MessageRevision.objects.filter(message__channel__in=channels, text__icontains=f"@{username}")
    for revision in former.order_by("pk").iterator(CHUNK):
        text = without_mentions(revision.text, username)
        MessageRevision.objects.filter(pk=revision.pk).update(text=text)


def _forget_moderation(player: Player, username: str) -> None:
    """Measures and cases stay as evidence, under the public id; what people wrote in their own words goes."""
    Refusal.objects.filter(player=player).delete()
    Report.objects.filter(reporter=player).update(text="")
    Appeal.objects.filter(sanction__target=player).update(text="", answer="")
    Sanction.objects.filter(target=player).update(text_to_target="", note_internal="")
    for case in (
        Case.objects.filter(snapshot__people__icontains=str(player.uuid)).order_by("pk").iterator(CHUNK)
    ):
        lines = case.snapshot.get("messages", [])
        for line in lines:
            line["text"] = without_mentions(line["text"], username)
            if line["author"] == str(player.uuid):
                line["files"] = [{**file, "name": ""} for file in line.get("files", [])]
        Case.objects.filter(pk=case.pk).update(snapshot={**case.snapshot, "messages": lines})
