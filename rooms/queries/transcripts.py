"""A private talk to take along: as lines of JSON that other programs read, or as text for people."""

import json
from collections.abc import Callable, Iterator

from django.db.models import Prefetch
from django.utils.text import slugify

from messaging.models import Message
from rooms.models import ReplyVariant, Talk

CHUNK = 500


def as_jsonl(talk: Talk) -> Iterator[str]:
    """First what the talk is, then a line for each message; of an answer also the variants that aren't shown."""
    header = {
        "user_name": talk.player.name,
        "character_name": talk.npc.name,
        "create_date": talk.created_at.isoformat(),
        "chat_metadata": {"title": talk.title, "summary": talk.summary, "total_tokens": talk.total_tokens},
    }
    yield json.dumps(header, ensure_ascii=False) + "\n"
    for message in _said(talk):
        yield json.dumps(_line(message, talk), ensure_ascii=False) + "\n"


def as_markdown(talk: Talk) -> Iterator[str]:
    yield f"# {talk.title or f'Talk with {talk.npc.name}'}\n"
    for message in _said(talk):
        speaker = talk.player.name if message.player_id else talk.npc.name
        yield f"\n**{speaker}, {message.sent_at:%Y-%m-%d %H:%M}**\n\n{message.text}\n"


def file_name_of(talk: Talk, kind: str) -> str:
    return f"{slugify(talk.title or f'talk with {talk.npc.name}') or 'talk'}.{kind}"


def _said(talk: Talk) -> Iterator[Message]:
    said = Message.objects.filter(channel=talk.channel_id, deleted_at=None).visible_to(talk.player)
    said = said.exclude(type=Message.Type.SYSTEM).select_related("answered").order_by("seq")
    variants = Prefetch("answered__variants", ReplyVariant.objects.order_by("number"))
    return said.prefetch_related(variants).iterator(CHUNK)


def _line(message: Message, talk: Talk) -> dict[str, object]:
    is_player = message.player_id is not None
    line: dict[str, object] = {
        "name": talk.player.name if is_player else talk.npc.name,
        "is_user": is_player,
        "is_system": False,
        "send_date": message.sent_at.isoformat(),
        "mes": message.text,
    }
    reply = getattr(message, "answered", None)
    if reply is not None and (variants := list(reply.variants.all())):
        line |= {
            "swipes": [variant.text for variant in variants],
            "swipe_id": max(reply.selected - 1, 0),
            "extra": {"engine": message.metadata.get("engine", ""), "ending": reply.ending},
        }
    return line


# Ending of the file -> who writes it, and what it is.
FORMATS: dict[str, tuple[Callable[[Talk], Iterator[str]], str]] = {
    "jsonl": (as_jsonl, "application/jsonl"),
    "md": (as_markdown, "text/markdown"),
}
