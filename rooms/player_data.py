"""What rooms, sessions and private talks keep about a player."""

from collections.abc import Iterator

from django.db.models import Count, F, Q, Sum
from django.utils import timezone
from django.utils.text import slugify

from messaging.models import Message
from players.models import Player
from players.personal_data import Area, Document, Row, register
from players.queries.exports import CHUNK
from rooms.actions.farewell import part
from rooms.models import Room, SessionAnswer, SessionParticipant, Talk

MODELS = frozenset(
    {
        "rooms.Room",
        "rooms.RoomNpc",
        "rooms.GameSession",
        "rooms.SessionParticipant",
        "rooms.Talk",
    }
)


def documents(player_id: int) -> Iterator[Document]:
    yield Document("rooms/owned.json", "Rooms that I own", _owned(player_id))
    yield Document("rooms/sessions.json", "Quiz sessions and results", _sessions(player_id))
    yield Document("rooms/session_answers.json", "Answers in sessions", _answers(player_id))
    for talk in Talk.objects.filter(player_id=player_id).select_related("npc").order_by("pk"):
        name = f"talks/{slugify(talk.npc.name) or 'character'}-{talk.pk}.md"
        yield Document(name, f"Talk with {talk.npc.name}", _talk_to_read(talk))


def erase(player_id: int) -> None:
    part(player=Player.objects.get(pk=player_id), now=timezone.now())


def remains(player_id: int) -> list[str]:
    checks = {
        "Rooms are still owned.": Room.objects.filter(owner_id=player_id),
        "Rooms are still entered.": Room.objects.filter(channel__members__player_id=player_id),
        "Private talks are left.": Talk.objects.filter(player_id=player_id),
    }
    return [sentence for sentence, rows in checks.items() if rows.exists()]


def _owned(player_id: int) -> Iterator[Row]:
    rows = Room.objects.filter(owner_id=player_id).order_by("pk")
    yield from rows.values("name", "slug", "description", "created_at", "closed_at").iterator(CHUNK)


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
    yield from rows.values(
        "round__session__uuid", "round__number", "round__statement__text", "verdict", "is_correct", "points",
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
