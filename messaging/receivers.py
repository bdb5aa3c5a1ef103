from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone

from messaging import events
from messaging.actions.direct import DIRECT, note_said
from messaging.actions.moderation import note_refusal
from messaging.actions.notifications import News, forget_about, notify
from messaging.actions.reports import open_held
from messaging.checks import Refused
from messaging.models import Channel, Message, Notification
from messaging.signals import message_held, message_posted, message_refused
from players.choices import NotificationKind
from players.models import Achievement, Player
from players.signals import (
    access_changed,
    achievement_unlocked,
    block_changed,
    export_ready,
    friend_accepted,
    friend_requested,
    level_reached,
    streak_changed,
)


@receiver(access_changed, dispatch_uid="messaging.recheck_sockets")
def recheck_sockets(*, player_id: int, **kwargs: object) -> None:
    """Rights or sign-in changed: the player's open sockets look again at once."""
    player = Player.objects.filter(pk=player_id).first()
    if player is not None:
        events.access_changed(player, reason="access_changed")


@receiver(block_changed, dispatch_uid="messaging.hide_from_each_other")
def hide_from_each_other(*, player_id: int, other_id: int, **kwargs: object) -> None:
    """Open sockets of both look again, and what one was told about the other is gone."""
    people = list(Player.objects.filter(pk__in=(player_id, other_id)))
    for player, other in zip(people, reversed(people), strict=True):
        if player != other:
            events.block_changed(player, other)
            forget_about(recipient=player, other=other)


@receiver(friend_requested, dispatch_uid="messaging.tell_of_request")
def tell_of_request(*, player_id: int, other_id: int, **kwargs: object) -> None:
    asker = _named(other_id)
    _tell(
        player_id,
        News(
            NotificationKind.FRIEND,
            f"{asker.name} asks to be your friend",
            url=reverse("players:friends-tab", args=["requests"]),
            label="Answer",
            key=f"friend.asked.{asker.uuid}",
            is_counted=False,
            about=asker,
            more={"subcategory": "request", "source": "players"},
        ),
    )


@receiver(friend_accepted, dispatch_uid="messaging.tell_of_friendship")
def tell_of_friendship(*, player_id: int, other_id: int, **kwargs: object) -> None:
    friend = _named(other_id)
    _tell(
        player_id,
        News(
            NotificationKind.FRIEND,
            f"You and {friend.name} are friends now",
            url=friend.get_absolute_url(),
            label="See the profile",
            key=f"friend.accepted.{friend.uuid}",
            is_counted=False,
            type=Notification.Type.SUCCESS,
            about=friend,
            more={"subcategory": "accepted", "source": "players"},
        ),
    )


@receiver(achievement_unlocked, dispatch_uid="messaging.tell_of_achievement")
def tell_of_achievement(*, player_id: int, code: str, **kwargs: object) -> None:
    achievement = Achievement.objects.get(code=code)
    _tell(
        player_id,
        News(
            NotificationKind.ACHIEVEMENT,
            f"Achievement unlocked: {achievement.name}",
            achievement.description,
            url=_named(player_id).get_absolute_url(),
            label="See it on your profile",
            key=f"achievement.{code}",
            is_counted=False,
            type=Notification.Type.ACHIEVEMENT,
            more={
                "related_entity_type": "achievement",
                "related_entity_id": code,
                "source": "players",
                "metadata": {"icon": achievement.icon, "tier": achievement.tier},
            },
        ),
    )


@receiver(level_reached, dispatch_uid="messaging.tell_of_level")
def tell_of_level(*, player_id: int, level: int, **kwargs: object) -> None:
    _tell(
        player_id,
        News(
            NotificationKind.LEVEL,
            f"You have reached level {level}",
            url=_named(player_id).get_absolute_url(),
            label="See your profile",
            # One line, however many levels were passed since the player last looked.
            key="level",
            is_counted=False,
            type=Notification.Type.SUCCESS,
            more={"source": "players", "metadata": {"level": level}},
        ),
    )


@receiver(streak_changed, dispatch_uid="messaging.tell_of_freeze")
def tell_of_freeze(*, player_id: int, day_streak: int, used_freeze: bool, **kwargs: object) -> None:
    """Only what the player did not do himself: a freeze that held the streak."""
    if not used_freeze:
        return
    _tell(
        player_id,
        News(
            NotificationKind.STREAK,
            "A freeze held your streak",
            f"You took a day off, and your streak goes on at {day_streak}.",
            url=_named(player_id).get_absolute_url(),
            label="See your streak",
            key="streak.freeze",
            more={"source": "players"},
        ),
    )


@receiver(export_ready, dispatch_uid="messaging.tell_of_export")
def tell_of_export(*, player_id: int, export_uuid: object, **kwargs: object) -> None:
    _tell(
        player_id,
        News(
            NotificationKind.SYSTEM,
            "Your data is ready to download",
            "The file is kept for some days only.",
            url=reverse("players:export-download", args=[export_uuid]),
            label="Download",
            key=f"export.{export_uuid}",
            is_counted=False,
            type=Notification.Type.SUCCESS,
            priority=Notification.Priority.HIGH,
            more={"related_entity_type": "export", "related_entity_id": str(export_uuid)},
        ),
    )


def _named(player_id: int) -> Player:
    return Player.objects.select_related("profile").get(pk=player_id)


def _tell(player_id: int, news: News) -> None:
    recipient = Player.objects.filter(pk=player_id).first()
    if recipient is not None:
        notify(recipient=recipient, news=news, now=timezone.now())


@receiver(message_refused, dispatch_uid="messaging.note_refusal")
def count_refusal(*, player_id: int, channel_id: int, text: str, refusal: Refused, **kwargs: object) -> None:
    """Refusals add up to a break."""
    player = Player.objects.filter(pk=player_id).first()
    channel = Channel.objects.filter(pk=channel_id).first()
    if player is not None and channel is not None:
        note_refusal(player=player, channel=channel, text=text, refusal=refusal, now=timezone.now())


@receiver(message_held, dispatch_uid="messaging.open_held")
def queue_held(*, message_id: int, rule: str, **kwargs: object) -> None:
    """What a check holds back comes into the queue."""
    message = Message.objects.select_related("channel", "player").filter(pk=message_id).first()
    if message is not None:
        open_held(message=message, rule=rule, now=timezone.now())


@receiver(message_posted, dispatch_uid="messaging.note_direct")
def note_direct(*, message_id: int, **kwargs: object) -> None:
    """What one of two said to the other."""
    found = Message.objects.filter(pk=message_id, channel__kind=DIRECT)
    message = found.select_related("channel", "player").first()
    if message is not None:
        note_said(message=message, now=timezone.now())
