"""What rooms, sessions and private talks keep about a player."""

from collections.abc import Iterator

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.text import slugify

from messaging.models import Message
from players.models import Player
from players.personal_data import Area, Document, Row, register
from players.queries.exports import CHUNK
from rooms.actions.farewell import part
from rooms.models import (
    JoinRequest,
    Reply,
    Room,
    RoomInvitation,
    RulesAcceptance,
    SessionAnswer,
    SessionParticipant,
    StaffEntry,
    Talk,
)

MODELS = frozenset(
    {
        "rooms.Room",
        "rooms.RoomNpc",
        "rooms.GameSession",
        "rooms.SessionEvent",
        "rooms.SessionParticipant",
        "rooms.Talk",
        "rooms.Reply",
        "rooms.RoomInvitation",
        "rooms.JoinRequest",
        "rooms.RulesAcceptance",
        "rooms.StaffEntry",
    }
)


def documents(player_id: int) -> Iterator[Document]:
    yield Document("rooms/owned.json", "Rooms that I own", _owned(player_id))
    yield Document("rooms/sessions.json", "Quiz sessions and results", _sessions(player_id))
    yield Document("rooms/session_answers.json", "Answers in sessions", _answers(player_id))
    yield Document("rooms/invitations.json", "Invitations into rooms", _invitations(player_id))
    yield Document("rooms/requests.json", "Rooms that I asked to enter", _requests(player_id))
    yield Document("rooms/rules.json", "Rules of rooms that I accepted", _rules(player_id))
    for talk in Talk.objects.filter(player_id=player_id).select_related("npc").order_by("pk"):
        name = f"talks/{slugify(talk.npc.name) or 'character'}-{talk.pk}.md"
        yield Document(name, f"Talk with {talk.npc.name}", _talk_to_read(talk))


def erase(player_id: int) -> None:
    part(player=Player.objects.get(pk=player_id), now=timezone.now())


def remains(player_id: int) -> list[str]:
    checks = {
        "Rooms are still owned.": Room.objects.filter(owner_id=player_id),
        "Rooms are still entered.": Room.objects.filter(channel__members__player_id=player_id),
        "Answers are still counted as asked for by the player.": Reply.objects.filter(player_id=player_id),
        "Private talks are left.": Talk.objects.filter(player_id=player_id),
        "Invitations are left.": RoomInvitation.objects.filter(
            Q(player_id=player_id) | Q(invited_by_id=player_id)
        ),
        "Requests to enter rooms are left.": JoinRequest.objects.filter(
            Q(player_id=player_id) | Q(decided_by_id=player_id)
        ),
        "Accepted rules are left.": RulesAcceptance.objects.filter(player_id=player_id),
        "Entries by a role are left.": StaffEntry.objects.filter(player_id=player_id),
    }
    return [sentence for sentence, rows in checks.items() if rows.exists()]


def _owned(player_id: int) -> Iterator[Row]:
    rows = Room.objects.filter(owner_id=player_id).order_by("pk")
    yield from rows.values("name", "slug", "description", "created_at", "closed_at").iterator(CHUNK)


def _invitations(player_id: int) -> Iterator[Row]:
    """Those to me and those by me; of the others only their username."""
    mine = RoomInvitation.objects.filter(Q(player_id=player_id) | Q(invited_by_id=player_id)).order_by("pk")
    for row in mine.select_related("room", "player", "invited_by").iterator(CHUNK):
        yield {
            "room": row.room.name,
            "to": row.player.username if row.player else "by link",
            "by": row.invited_by.username if row.invited_by else "",
            "note": row.note,
            "status": row.status,
            "uses": row.uses,
            "created_at": row.created_at,
            "expires_at": row.expires_at,
            "answered_at": row.answered_at,
        }


def _requests(player_id: int) -> Iterator[Row]:
    rows = JoinRequest.objects.filter(player_id=player_id).order_by("pk")
    names = ("room__name", "text", "status", "reason", "created_at", "decided_at")
    yield from rows.values(*names).iterator(CHUNK)


def _rules(player_id: int) -> Iterator[Row]:
    rows = RulesAcceptance.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values("room__name", "version", "accepted_at").iterator(CHUNK)


def _sessions(player_id: int) -> Iterator[Row]:
    """Of an open question only that it was answered: an export must not tell the key early."""
    is_revealed = Q(answers__round__revealed_at__isnull=False)
    places = SessionParticipant.objects.filter(player_id=player_id).order_by("pk")
    results = places.annotate(
        room=F("session__room__name"),
        topic=F("session__topic__name"),
        started_at=F("session__started_at"),
        given=Count("answers"),
        right=Count("answers", filter=is_revealed & Q(answers__is_correct=True)),
        points=Sum("answers__points", filter=is_revealed, default=0),
    )
    yield from results.values(
        "room", "topic", "role", "joined_at", "started_at", "given", "right", "points"
    ).iterator(CHUNK)


def _answers(player_id: int) -> Iterator[Row]:
    mine = SessionAnswer.objects.filter(participant__player_id=player_id)
    rows = mine.filter(round__revealed_at__isnull=False).order_by("pk")
    asked = Coalesce("event__statement__text", "round__statement__text")
    yield from rows.annotate(statement=asked).values(
        "round__session__uuid", "round__number", "statement", "verdict", "is_correct", "points",
        "received_at",
    ).iterator(CHUNK)  # fmt: skip


def _talk_to_read(talk: Talk) -> Iterator[str]:
    """Both sides: without the answers the questions say little, and nobody else was there."""
    yield f"# Talk with {talk.npc.name}\n"
    lines = Message.objects.filter(channel=talk.channel_id).order_by("seq")
    for kind, sent_at, text in lines.values_list("type", "sent_at", "text").iterator(CHUNK):
        speaker = "I" if kind == Message.Type.TEXT else talk.npc.name
        yield f"\n**{speaker}, {sent_at:%Y-%m-%d %H:%M}**\n\n{text}\n"


register(
    Area(
        name="rooms",
        title="Rooms and talks",
        models=MODELS,
        export=documents,
        erase=erase,
        remains=remains,
    )
)
