from datetime import date

from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from learning.signals import answer_rescored
from messaging import events
from messaging.actions.direct import DIRECT, note_said
from messaging.actions.messages import post_message
from messaging.actions.moderation import note_refusal
from messaging.actions.notifications import News, forget_about, notify
from messaging.actions.reports import open_held
from messaging.actions.uploads import leave_nothing
from messaging.checks import Refused
from messaging.models import MESSAGE_MAX_LENGTH, Attachment, Channel, Message, Notification
from messaging.queries.listeners import is_told_about
from messaging.queries.mentions import calls_people
from messaging.queries.posted import posted
from messaging.signals import message_deleted, message_held, message_posted, message_refused
from npcs.models import OutsideIdentity, ToolUse
from npcs.queries.memory import is_remembered
from npcs.queries.spending import spending_of
from npcs.signals import day_closed, identity_linked, money_running_out, tool_finished
from padawanforge.kit.jobs import enqueue
from players.choices import NotificationKind
from players.models import Achievement, Player
from players.queries.roles import acting_system_admins
from players.signals import (
    access_changed,
    achievement_unlocked,
    block_changed,
    demo_spent,
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


@receiver(demo_spent, dispatch_uid="messaging.tell_of_demo")
def tell_of_demo(*, player_id: int, **kwargs: object) -> None:
    """The guest's open pages show what is left now."""
    guest = Player.objects.filter(pk=player_id).first()
    if guest is not None:
        events.personal_signal(guest, "demo")


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


@receiver(answer_rescored, dispatch_uid="messaging.tell_of_flip")
def tell_of_flip(*, player_id: int, flip_id: int, is_right: bool, xp: int, **kwargs: object) -> None:
    """A key was the wrong way round, and what the player answered counts differently from now on."""
    granted = f" You get the {xp} XP that were missing." if xp else ""
    outcome = "is right after all" if is_right else "wasn't right after all; what it earned is yours"
    _tell(
        player_id,
        News(
            NotificationKind.SESSION,
            "A statement that you answered had the wrong key",
            f"Your answer {outcome}.{granted} Your skill was worked out anew.",
            url=reverse("learning:topics"),
            label="See your topics",
            key=f"flip.{flip_id}",
            more={"subcategory": "flip", "source": "learning"},
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
    message = posted(message_id)
    if message is not None:
        open_held(message=message, rule=rule, now=timezone.now())


@receiver(message_posted, dispatch_uid="messaging.note_direct")
def note_direct(*, message_id: int, **kwargs: object) -> None:
    """What one of two said to the other."""
    message = posted(message_id)
    if message is not None and message.channel.kind == DIRECT:
        note_said(message=message, now=timezone.now())


@receiver(post_delete, sender=Attachment, dispatch_uid="messaging.forget_files")
def forget_files(*, instance: Attachment, **kwargs: object) -> None:
    """However a row goes, with its message, its channel or its owner: what lies in the storage goes too."""
    leave_nothing(instance)


@receiver(day_closed, dispatch_uid="messaging.tell_cost_of_day")
def tell_cost_of_day(*, day: date, **kwargs: object) -> None:
    _tell_spending(f"Language models on {day:%d %B}", day=day, key=f"ai.day.{day}")


@receiver(money_running_out, dispatch_uid="messaging.warn_of_cost")
def warn_of_cost(*, day: date, **kwargs: object) -> None:
    _tell_spending("Most of today's money for language models is spent", day=day, key=f"ai.alarm.{day}")


def _tell_spending(title: str, *, day: date, key: str) -> None:
    """Who operates the installation hears of it."""
    news = News(
        kind=NotificationKind.SYSTEM,
        title=title,
        message=spending_of(day).in_words(),
        url=reverse("admin:npcs_usageday_changelist"),
        label="Use by days",
        key=key,
    )
    for admin in acting_system_admins():
        notify(recipient=admin, news=news, now=timezone.now())


@receiver(tool_finished, dispatch_uid="messaging.tell_tool_result")
def tell_tool_result(*, use_id: int, **kwargs: object) -> None:
    """Where the character asked, it says what came of what the player has allowed."""
    use = ToolUse.objects.select_related("npc").filter(pk=use_id).exclude(result="").first()
    channel = Channel.objects.filter(uuid=use.place).first() if use is not None and use.place else None
    if use is not None and channel is not None:
        post_message(channel=channel, npc=use.npc, text=use.result[:MESSAGE_MAX_LENGTH])


@receiver(identity_linked, dispatch_uid="messaging.tell_of_link")
def tell_of_link(*, identity_id: int, **kwargs: object) -> None:
    """Whoever it is there was believed because of a code: the account is told where that can be undone."""
    identity = OutsideIdentity.objects.select_related("bot__npc").filter(pk=identity_id).first()
    if identity is None:
        return
    bot = identity.bot
    _tell(
        identity.player_id,
        News(
            NotificationKind.SYSTEM,
            f"You are linked with somebody on {capfirst(bot.bot_platform)}",
            f"“{identity.author_name or 'Somebody'}” there wrote a code of your account to the bot of {bot.npc.name}. "
            "If that was not you, unlink it.",
            url=f"{reverse('npcs:messengers')}#identity-{identity.uuid}",
            label="Look at it, or unlink it",
            key=f"link.{identity.uuid}",
            is_counted=False,
            priority=Notification.Priority.HIGH,
            more={"subcategory": "linked", "source": "npcs"},
        ),
    )


@receiver(message_posted, dispatch_uid="messaging.tell_of_mention")
def tell_of_mention(*, message_id: int, **kwargs: object) -> None:
    """Who is called in what was said hears of it, if it is people; by a job, for it may be everybody in a room."""
    message = posted(message_id)
    if message is not None and message.player_id is not None and calls_people(message):
        enqueue("messaging.tell_mentioned", pk=message_id)


@receiver(message_posted, dispatch_uid="messaging.tell_of_message")
def tell_of_message(*, message_id: int, **kwargs: object) -> None:
    """Members who want to hear of every message, and aren't looking; by a job, for it may be many."""
    message = posted(message_id)
    if message is not None and is_told_about(message.channel):
        enqueue("messaging.tell_members", pk=message_id)


@receiver(message_posted, dispatch_uid="messaging.tell_of_answer")
def tell_of_answer(*, message_id: int, **kwargs: object) -> None:
    """Who follows the thread and isn't looking; by a job, for it may be many."""
    message = posted(message_id)
    if message is not None and message.root_id is not None and message.channel.kind != DIRECT:
        enqueue("messaging.tell_followers", pk=message_id)


@receiver(message_deleted, dispatch_uid="messaging.offer_to_forget")
def offer_to_forget(*, message_id: int, **kwargs: object) -> None:
    """Who deletes what a character has kept something of may have that deleted, too."""
    message = Message.objects.select_related("player").filter(pk=message_id).exclude(player=None).first()
    if message is None or not is_remembered(message.uuid, player_id=message.player_id):
        return
    news = News(
        kind=NotificationKind.SYSTEM,
        title="A character remembers the message that was deleted",
        message="Look at what was kept of it, and delete that as well if you like.",
        url=reverse("npcs:memory-of-message", args=[message.uuid]),
        label="What was kept",
        key=f"memory.message.{message.uuid}",
        is_counted=False,
    )
    notify(recipient=message.player, news=news, now=timezone.now())
