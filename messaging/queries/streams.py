from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils import timezone

from messaging.models import Channel, ChannelEvent, ChannelMember, LiveConnection, Message
from messaging.models.message import MessageQuerySet
from messaging.queries.attachments import told_files
from padawanforge.kit.prepared import prepared
from players.models import Player

PAGE = 50
# An event whose message is gone (its author left for ever): the number stays, so that the log has no hole.
GONE = "message.gone"
# What is told of a message to somebody who doesn't see its author: the number, for the same reason.
HIDDEN = "message.hidden"
# Events of a person, besides messages, that are kept from whoever doesn't see that person.
OF_PEOPLE = frozenset({"member.joined", "member.left", "member.role"})


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody with an open page; active when any of his pages is in use."""

    player: Player
    state: str


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One line of a channel's log, ready to be told; `client_id` is for the author's own sockets only.

    Who doesn't see the author is told the number only; so is, of a whisper, everybody but those it is `between`
    and those who moderate.
    """

    seq: int
    type: str
    data: dict
    author: UUID | None = None
    client_id: UUID | None = None
    # What only the pages of one player are told besides.
    owner: UUID | None = None
    own: list[str] | None = None
    between: tuple[UUID, ...] = ()


def recent_messages(
    channel: Channel,
    limit: int = PAGE,
    *,
    hidden: Collection[int] = (),
    viewer: Player | None = None,
    moderates: bool = False,
) -> list[Message]:
    """The last messages that the viewer may see, oldest first; without what the hidden players wrote."""
    return _last(channel.messages.visible_to(viewer, moderates=moderates), limit, hidden, viewer)


def messages_before(
    channel: Channel,
    seq: int,
    limit: int = PAGE,
    *,
    hidden: Collection[int] = (),
    viewer: Player | None = None,
    moderates: bool = False,
) -> list[Message]:
    """The messages before that number, in the same way."""
    messages = channel.messages.visible_to(viewer, moderates=moderates)
    return _last(messages.filter(seq__lt=seq), limit, hidden, viewer)


def _last(
    messages: MessageQuerySet, limit: int, hidden: Collection[int], viewer: Player | None
) -> list[Message]:
    if hidden:
        messages = messages.exclude(player__in=hidden)
    found = list(messages.with_authors().with_mentions().order_by("-seq")[:limit])[::-1]
    return with_heads(found, hidden, viewer)


def with_heads(found: list[Message], hidden: Collection[int], viewer: Player | None) -> list[Message]:
    """The messages, each knowing whether its reader may see what it answers."""
    for message in found:
        message.shows_parent = message.parent is not None and _may_be_quoted(message.parent, hidden, viewer)
    return found


def _may_be_quoted(parent: Message, hidden: Collection[int], viewer: Player | None) -> bool:
    if parent.player_id in hidden or parent.is_over:
        return False
    return parent.whisper_to_id is None or (viewer is not None and parent.is_whisper_for(viewer))


def members(channel: Channel, *, hidden: Collection[int] = ()) -> list[ChannelMember]:
    """Who belongs to the channel, owners first, then by the time of joining; without the hidden players."""
    found = channel.members.exclude(player__in=hidden).select_related("player__profile")
    found = found.order_by("joined_at", "pk")
    role = ChannelMember.Role
    rank = {role.OWNER: 0, role.CO_OWNER: 1, role.MODERATOR: 2}
    return sorted(found, key=lambda member: rank.get(role(member.role), 3))


def people_present(
    channel: Channel, now: datetime | None = None, *, hidden: Collection[int] = ()
) -> list[Presence]:
    """Who has the channel open at this moment, by username; without the hidden players."""
    present: dict[int, Presence] = {}
    for row in _open(channel.pk, now or timezone.now()):
        if row.player_id in hidden:
            continue
        state = state_of([row.state])
        if row.player_id not in present or state == LiveConnection.State.ACTIVE:
            present[row.player_id] = Presence(row.player, state)
    return list(present.values())


@prepared
def _open(channel_id: int, now: datetime) -> QuerySet[LiveConnection]:
    """With so much of each player as is told of him: in a large room that is most of what coming in costs."""
    shown = [f"player__{name}" for name in ("uuid", "username", "is_former")]
    shown += [
        f"player__profile__{name}" for name in ("display_name", "avatar", "picture", "profile_visibility")
    ]
    rows = LiveConnection.objects.filter(channel=channel_id, expires_at__gt=now)
    return rows.select_related("player__profile").only("state", *shown).order_by("player__username")


def state_of(states: Collection[str]) -> str:
    """One word for all tabs of a player; a tab in the background counts as idle."""
    return LiveConnection.State.ACTIVE if LiveConnection.State.ACTIVE in states else LiveConnection.State.IDLE


def present_counts(channel_ids: Iterable[int]) -> dict[int, int]:
    """How many people have each channel open; channels without anybody are left out."""
    rows = (
        LiveConnection.objects.filter(channel_id__in=channel_ids, expires_at__gt=timezone.now())
        .values("channel_id")
        .annotate(people=Count("player_id", distinct=True))
        .order_by("channel_id")
    )
    return {row["channel_id"]: row["people"] for row in rows}


def heads(channel_ids: Collection[int]) -> dict[int, int]:
    """The number of the last event of each channel."""
    return dict(Channel.objects.filter(pk__in=channel_ids).values_list("pk", "last_seq"))


def logged_after(channel_id: int, seq: int, limit: int = 200) -> list[LoggedEvent]:
    """The next lines of the log after that number, in order."""
    rows = (
        ChannelEvent.objects.filter(channel_id=channel_id, seq__gt=seq)
        .select_related(
            "message__player__profile",
            "message__npc",
            "message__parent",
            "message__root",
            "message__whisper_to__profile",
            "actor",
        )
        .prefetch_related("message__mentions")
        .order_by("seq")[:limit]
    )
    return [logged(row) for row in rows]


def logged(event: ChannelEvent) -> LoggedEvent:
    """The event as it is told; what a message says is read from the message, never kept twice."""
    if event.message is not None and not event.message.is_over:
        message = event.message
        author = message.player.uuid if message.player else None
        payload = {key: value for key, value in event.payload.items() if key != "own"}
        data = {**payload, "message": message_data(message)}
        if "own" in event.payload and event.actor is not None:
            own = [] if message.is_deleted else event.payload["own"]
            between = _between(message)
            return LoggedEvent(
                event.seq, event.type, data, author, owner=event.actor.uuid, own=own, between=between
            )
        return LoggedEvent(
            event.seq, event.type, data, author, client_id=message.client_id, between=_between(message)
        )
    if event.type.startswith(("message.", "reaction.", "poll.")):
        return LoggedEvent(event.seq, GONE, {})
    author = event.actor.uuid if event.actor and event.type in OF_PEOPLE else None
    return LoggedEvent(event.seq, event.type, event.payload, author=author)


def _between(message: Message) -> tuple[UUID, ...]:
    """The two of a whisper; nobody for what everybody may read."""
    if message.whisper_to is None or message.player is None:
        return ()
    return (message.player.uuid, message.whisper_to.uuid)


def message_data(message: Message) -> dict:
    """What a page needs to show the message."""
    extra = {
        key: message.metadata[key]
        for key in ("draft", "engine", "command", "asks", "answer")
        if message.metadata.get(key)
    }
    if message.is_deleted:
        extra["absence"] = message.absence
    extra |= letter_data(message)
    return {
        "uuid": str(message.uuid),
        "seq": message.seq,
        "type": message.type,
        "author": author_data(message),
        "html": message.html,
        "text": message.shown_text,
        "sent_at": message.sent_at.isoformat(),
        "sources": message.metadata.get("sources", []),
        "rev": message.rev,
        "edited_at": message.edited_at.isoformat() if message.edited_at else None,
        "is_deleted": message.is_deleted,
        "reactions": message.reaction_counts,
        "attachments": told_files(message),
        "poll": message.poll_told,
        # Only where it stands: not everybody who reads the answer may read what it answers.
        "parent": {"uuid": str(message.parent.uuid), "seq": message.parent.seq} if message.parent else None,
        "root": {"uuid": str(message.root.uuid), "seq": message.root.seq} if message.root else None,
        "whisper_to": person_data(message.whisper_to) if message.whisper_to else None,
        "is_pinned": message.pinned_at is not None,
        **extra,
    }


def letter_data(message: Message) -> dict[str, str]:
    """What direct messages may carry besides; nothing for most."""
    letter: dict[str, str] = {}
    if message.subject:
        letter["subject"] = message.subject
    if message.priority != Message.Priority.NORMAL:
        letter["priority"] = message.priority
    if message.expires_at is not None:
        letter["expires_at"] = message.expires_at.isoformat()
    return letter


def message_seen_by(message: Message, player: Player) -> dict:
    """The same with the sender's own id, by which his page recognises what it sent."""
    is_own = message.player_id == player.pk and message.client_id is not None
    return {**message_data(message), **({"cid": str(message.client_id)} if is_own else {})}


def author_data(message: Message) -> dict:
    if message.player is not None:
        return {"kind": "player", **person_data(message.player)}
    if message.npc is not None:
        npc = message.npc
        return {
            "kind": "npc",
            "uuid": str(npc.uuid),
            "name": npc.shown_name,
            "url": npc.get_absolute_url(),
            "avatar_url": npc.avatar_url,
            "colour": npc.avatar_colour,
        }
    return {"kind": "system", "name": "", "url": "", "avatar_url": "", "colour": 0}


def person_data(player: Player) -> dict:
    return {
        "uuid": str(player.uuid),
        "name": player.name,
        "url": player.get_absolute_url(),
        "avatar_url": player.avatar_url,
        "colour": player.avatar_colour,
    }
