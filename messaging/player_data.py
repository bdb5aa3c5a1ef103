"""What channels keep about a player."""

from collections.abc import Iterator
from itertools import groupby

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet
from django.utils.text import slugify

from messaging import kinds
from messaging.actions.erasure import erase
from messaging.models import (
    Announcement,
    AnnouncementReceipt,
    Attachment,
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
    MessageReaction,
    MessageRevision,
    Notification,
    PollVote,
    PushSubscription,
    Refusal,
    Report,
    Sanction,
    SavedMessage,
    ScheduledMessage,
    ThreadFollow,
)
from messaging.models.channel import PERSONAL
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
        "messaging.PushSubscription",
        "messaging.Announcement",
        "messaging.AnnouncementReceipt",
        "messaging.Sanction",
        "messaging.Appeal",
        "messaging.Case",
        "messaging.Report",
        "messaging.Refusal",
        "messaging.Conversation",
        "messaging.DirectState",
        "messaging.HiddenMessage",
        "messaging.ThreadFollow",
        "messaging.Attachment",
        "messaging.PollVote",
        "messaging.MessageMention",
        "messaging.Draft",
        "messaging.SavedMessage",
        "messaging.ScheduledMessage",
    }
)


def documents(player_id: int) -> Iterator[Document]:
    titles = _titles(player_id)
    yield Document("messages/messages.json", "Messages", _messages(player_id, titles))
    yield Document("messages/reactions.json", "How I reacted", _reactions(player_id))
    yield Document("messages/former.json", "What my messages said before", _former(player_id))
    yield Document("messages/notifications.json", "Notifications", _notifications(player_id))
    yield Document("messages/browsers.json", "Browsers that may be woken", _browsers(player_id))
    yield Document("messages/announcements.json", "What I did with announcements", _announcements(player_id))
    yield Document("messages/channels.json", "Where I am a member", _memberships(player_id, titles))
    yield Document("messages/reports.json", "Reports that I made", _reports(player_id))
    yield Document("messages/measures.json", "Measures against me", _measures(player_id))
    yield Document("messages/conversations.json", "Conversations", _conversations(player_id))
    yield Document("messages/hidden.json", "Messages that I deleted for myself", _hidden(player_id))
    yield Document("messages/threads.json", "Threads that I follow", _threads(player_id))
    yield Document("messages/files.json", "Files that I uploaded", _files(player_id))
    yield Document("messages/votes.json", "What I chose in polls", _votes(player_id))
    yield Document("messages/mentions.json", "Where others call me", _mentions(player_id))
    yield Document("messages/drafts.json", "What I have begun to write", _drafts(player_id))
    yield Document("messages/saved.json", "Messages that I saved", _saved(player_id))
    yield Document("messages/planned.json", "Messages that I planned", _planned(player_id))
    yield from _file_contents(player_id)
    for channel_id, title in titles.items():
        mine = Message.objects.filter(channel_id=channel_id, player_id=player_id)
        if mine.exists():
            name = f"messages/{slugify(title)[:60] or 'channel'}-{channel_id}.md"
            yield Document(name, f"Messages: {title}", _to_read(title, channel_id, player_id))


def remains(player_id: int) -> list[str]:
    player = Player.objects.get(pk=player_id)
    checks = {
        "Memberships of channels are left.": ChannelMember.objects.filter(player=player),
        "Browsers that may be woken are left.": PushSubscription.objects.filter(player=player),
        "Answers to announcements are left.": AnnouncementReceipt.objects.filter(player=player),
        "An announcement names who wrote it.": Announcement.objects.filter(created_by=player),
        "Notifications are left.": Notification.objects.filter(recipient=player),
        "Texts of reports or appeals are left.": Report.objects.filter(reporter=player).exclude(text=""),
        "Refused messages are left.": Refusal.objects.filter(player=player),
        "Reactions are left.": MessageReaction.objects.filter(player=player),
        "Former texts of messages are left.": MessageRevision.objects.filter(message__player=player),
        "The player's own log is left.": Channel.objects.filter(kind=PERSONAL, uuid=player.uuid),
        "Files are left.": Attachment.objects.filter(owner=player),
        "Votes in polls are left.": PollVote.objects.filter(player=player),
        "Open connections are left.": LiveConnection.objects.filter(player=player),
        "Followed threads are left.": ThreadFollow.objects.filter(player=player),
        "Conversations are left.": DirectState.objects.filter(player=player),
        "Mentions are left.": MessageMention.objects.filter(player=player),
        "Drafts are left.": Draft.objects.filter(player=player),
        "Saved messages are left.": SavedMessage.objects.filter(player=player),
        "Planned messages are left.": ScheduledMessage.objects.filter(player=player),
        "Messages deleted for oneself are left.": HiddenMessage.objects.filter(player=player),
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


def _mentions(player_id: int) -> Iterator[Row]:
    """That one was called, and where it stands; what the others said is theirs."""
    rows = MessageMention.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values("message__uuid", "message__sent_at").iterator(CHUNK)


def _drafts(player_id: int) -> Iterator[Row]:
    rows = Draft.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values("channel__uuid", "parent__uuid", "text", "updated_at").iterator(CHUNK)


def _saved(player_id: int) -> Iterator[Row]:
    rows = SavedMessage.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values("message__uuid", "note", "remind_at", "saved_at").iterator(CHUNK)


def _planned(player_id: int) -> Iterator[Row]:
    rows = ScheduledMessage.objects.filter(player_id=player_id).order_by("pk")
    names = ("channel__uuid", "text", "due_at", "state", "last_error", "message__uuid", "created_at")
    yield from rows.values(*names).iterator(CHUNK)


def _files(player_id: int) -> Iterator[Row]:
    names = ("uuid", "name", "alt", "content_type", "size", "sha256", "created_at", "message__uuid")
    yield from _own_files(player_id).values(*names).iterator(CHUNK)


def _file_contents(player_id: int) -> Iterator[Document]:
    """Each file as it is stored, under its name."""
    for file in _own_files(player_id).exclude(file="").iterator(CHUNK):
        # In an export `.md` means lines of ours; these are bytes.
        ending = ".txt" if file.name.lower().endswith(".md") else ""
        path = f"messages/files/{file.pk}-{file.name}{ending}"
        yield Document(path, f"File: {file.name}", _content(file.file))


def _content(name: str) -> Iterator[bytes]:
    try:
        with default_storage.open(name) as stored:
            yield from stored.chunks()
    except FileNotFoundError:
        return


def _own_files(player_id: int) -> QuerySet[Attachment]:
    """What was removed before it was sent has no name any more."""
    return Attachment.objects.filter(owner_id=player_id).exclude(name="").order_by("pk")


def _votes(player_id: int) -> Iterator[Row]:
    rows = PollVote.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values("option__poll__question", "option__text", "voted_at").iterator(CHUNK)


def _former(player_id: int) -> Iterator[Row]:
    rows = MessageRevision.objects.filter(message__player_id=player_id).order_by("pk")
    yield from rows.values("message__uuid", "rev", "text", "replaced_at").iterator(CHUNK)


def _notifications(player_id: int) -> Iterator[Row]:
    for news in Notification.objects.filter(recipient_id=player_id).order_by("pk").iterator(CHUNK):
        yield columns(news, without=("id", "key"))


def _browsers(player_id: int) -> Iterator[Row]:
    """Without the address and the keys, which are secrets of the browser."""
    rows = PushSubscription.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values("browser", "created_at", "used_at", "failures").iterator(CHUNK)


def _announcements(player_id: int) -> Iterator[Row]:
    rows = AnnouncementReceipt.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values("announcement__title", "acknowledged_at", "dismissed_at").iterator(CHUNK)
    written = Announcement.objects.filter(created_by=player_id).order_by("pk")
    for title, begins in written.values_list("title", "starts_at"):
        yield {"announcement__title": title, "written_for": begins}


def _memberships(player_id: int, titles: dict[int, str]) -> Iterator[Row]:
    for member in ChannelMember.objects.filter(player_id=player_id).order_by("pk").iterator(CHUNK):
        yield {"where": titles[member.channel_id], "role": member.role, "since": member.joined_at}


def _conversations(player_id: int) -> Iterator[Row]:
    rows = DirectState.objects.filter(player_id=player_id).order_by("pk")
    names = ("conversation__uuid", "conversation__title", "standing", "answered_at", "archived_at")
    yield from rows.values(*names, "muted_at", "deleted_seq", "last_at").iterator(CHUNK)


def _hidden(player_id: int) -> Iterator[Row]:
    """Which and when; their words stay gone for who has deleted them, and in the export of their authors."""
    rows = HiddenMessage.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values("message__uuid", "hidden_at").iterator(CHUNK)


def _threads(player_id: int) -> Iterator[Row]:
    rows = ThreadFollow.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values("root__uuid", "is_on", "read_seq", "since").iterator(CHUNK)


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
