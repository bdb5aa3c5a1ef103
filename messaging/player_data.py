"""What channels keep about a player."""

from collections.abc import Iterator
from itertools import groupby

from django.db.models import Q
from django.utils.text import slugify

from messaging import kinds
from messaging.actions.erasure import erase
from messaging.models import (
    Channel,
    ChannelEvent,
    ChannelMember,
    Conversation,
    DirectState,
    LiveConnection,
    Message,
    MessageReaction,
    MessageRevision,
    Notification,
    Refusal,
    Report,
    Sanction,
)
from players.models import Player
from players.personal_data import Area, Document, Row, register
from players.queries.exports import CHUNK, columns

MODELS = frozenset(
    {
        "messaging.Message",
        "messaging.MessageReaction",
        "messaging.MessageRevision",
        "messaging.ChannelMember",
        "messaging.LiveConnection",
        "messaging.ChannelEvent",
        "messaging.Notification",
        "messaging.Sanction",
        "messaging.Appeal",
        "messaging.Case",
        "messaging.Report",
        "messaging.Refusal",
        "messaging.Conversation",
        "messaging.DirectState",
    }
)


def documents(player_id: int) -> Iterator[Document]:
    titles = _titles(player_id)
    yield Document("messages/messages.json", "Messages", _messages(player_id, titles))
    yield Document("messages/reactions.json", "How I reacted", _reactions(player_id))
    yield Document("messages/former.json", "What my messages said before", _former(player_id))
    yield Document("messages/notifications.json", "Notifications", _notifications(player_id))
    yield Document("messages/channels.json", "Where I am a member", _memberships(player_id, titles))
    yield Document("messages/reports.json", "Reports that I made", _reports(player_id))
    yield Document("messages/measures.json", "Measures against me", _measures(player_id))
    yield Document("messages/conversations.json", "Conversations", _conversations(player_id))
    for channel_id, title in titles.items():
        mine = Message.objects.filter(channel_id=channel_id, player_id=player_id)
        if mine.exists():
            name = f"messages/{slugify(title)[:60] or 'channel'}-{channel_id}.md"
            yield Document(name, f"Messages: {title}", _to_read(title, channel_id, player_id))


def remains(player_id: int) -> list[str]:
    player = Player.objects.get(pk=player_id)
    checks = {
        "Memberships of channels are left.": ChannelMember.objects.filter(player=player),
        "Notifications are left.": Notification.objects.filter(recipient=player),
        "Texts of reports or appeals are left.": Report.objects.filter(reporter=player).exclude(text=""),
        "Refused messages are left.": Refusal.objects.filter(player=player),
        "Reactions are left.": MessageReaction.objects.filter(player=player),
        "Former texts of messages are left.": MessageRevision.objects.filter(message__player=player),
        "Open connections are left.": LiveConnection.objects.filter(player=player),
        "Conversations are left.": DirectState.objects.filter(player=player),
        "A conversation names who began it.": Conversation.objects.filter(created_by=player),
        "The log of a channel names the player.": ChannelEvent.objects.filter(
            actor=player, payload__player__uuid=str(player.uuid)
        ).exclude(payload__player__url=""),
    }
    return [sentence for sentence, rows in checks.items() if rows.exists()]


def _titles(player_id: int) -> dict[int, str]:
    """What people call each channel in which the player is or has written."""
    wrote = Message.objects.filter(player_id=player_id).values("channel_id")
    belongs = ChannelMember.objects.filter(player_id=player_id).values("channel_id")
    mine = Channel.objects.filter(Q(pk__in=wrote) | Q(pk__in=belongs))
    by_kind = sorted((channel.kind, channel.pk) for channel in mine)
    titles: dict[int, str] = {}
    for kind, pairs in groupby(by_kind, key=lambda pair: pair[0]):
        ids = [pk for _, pk in pairs]
        known = kinds.get(kind).titles(ids)
        titles |= {pk: known.get(pk) or f"{kind} {pk}" for pk in ids}
    return titles


def _messages(player_id: int, titles: dict[int, str]) -> Iterator[Row]:
    rows = Message.objects.filter(player_id=player_id).order_by("pk")
    for row in rows.values("uuid", "channel_id", "sent_at", "edited_at", "deleted_at", "text").iterator(
        CHUNK
    ):
        yield {"where": titles[row.pop("channel_id")], **row}


def _reactions(player_id: int) -> Iterator[Row]:
    rows = MessageReaction.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values("message__uuid", "emoji", "created_at").iterator(CHUNK)


def _former(player_id: int) -> Iterator[Row]:
    rows = MessageRevision.objects.filter(message__player_id=player_id).order_by("pk")
    yield from rows.values("message__uuid", "rev", "text", "replaced_at").iterator(CHUNK)


def _notifications(player_id: int) -> Iterator[Row]:
    for news in Notification.objects.filter(recipient_id=player_id).order_by("pk").iterator(CHUNK):
        yield columns(news, without=("id", "key"))


def _memberships(player_id: int, titles: dict[int, str]) -> Iterator[Row]:
    for member in ChannelMember.objects.filter(player_id=player_id).order_by("pk").iterator(CHUNK):
        yield {"where": titles[member.channel_id], "role": member.role, "since": member.joined_at}


def _conversations(player_id: int) -> Iterator[Row]:
    rows = DirectState.objects.filter(player_id=player_id).order_by("pk")
    names = ("conversation__uuid", "standing", "answered_at", "archived_at", "last_at")
    yield from rows.values(*names).iterator(CHUNK)


def _reports(player_id: int) -> Iterator[Row]:
    rows = Report.objects.filter(reporter_id=player_id).select_related("case").order_by("pk")
    for row in rows.iterator(CHUNK):
        yield {
            "about": row.case.subject_type,
            "category": row.category,
            "text": row.text,
            "made": row.created_at,
            "state": row.case.state,
        }


def _measures(player_id: int) -> Iterator[Row]:
    """What the player may read of them, with what he answered."""
    rows = Sanction.objects.filter(target_id=player_id).select_related("appeal").order_by("pk")
    for row in rows.iterator(CHUNK):
        appeal = getattr(row, "appeal", None)
        yield {
            "kind": row.kind,
            "scope": row.scope,
            "reason": row.reason_code,
            "text": row.text_to_target,
            "from": row.starts_at,
            "until": row.ends_at,
            "lifted": row.revoked_at,
            "appeal": columns(appeal, without=("id", "sanction", "decided_by")) if appeal else None,
        }


def _to_read(title: str, channel_id: int, player_id: int) -> Iterator[str]:
    yield f"# {title}\n"
    rows = Message.objects.filter(channel_id=channel_id, player_id=player_id, deleted_at=None).order_by("seq")
    for sent_at, text in rows.values_list("sent_at", "text").iterator(CHUNK):
        yield f"\n**{sent_at:%Y-%m-%d %H:%M}**\n\n{text}\n"


register(
    Area(
        name="messaging",
        title="Messages",
        models=MODELS,
        export=documents,
        erase=erase,
        remains=remains,
    )
)
