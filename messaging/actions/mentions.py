"""Who is called in a message: the rows that say it, derived from its text."""

from typing import Any

from messaging.models import Message, MessageMention
from messaging.permissions import may_moderate
from messaging.queries.mentions import characters_of, players_called
from messaging.rules.mentions import HERE, Place, places, without
from padawanforge.kit.inserting import insert

Kind = MessageMention.Kind


def note_mentions(message: Message, *, is_new: bool = False) -> list[MessageMention]:
    """Bring the rows up to date with the text; those that are gone. In the transaction that stores the text."""
    wanted = {} if message.is_deleted or message.player is None else _mentions(message)
    if is_new:
        made = list(wanted.values())
        insert(made)
        _keep(message, made)
        return []
    rows = MessageMention.objects.filter(message=message)
    known = {(row.start, row.length, row.kind, row.player_id, row.npc_id): row for row in rows}
    gone = [row for key, row in known.items() if key not in wanted]
    rows.filter(pk__in=[row.pk for row in gone]).delete()
    MessageMention.objects.bulk_create([row for key, row in wanted.items() if key not in known])
    return gone


def _keep(message: Message, made: list[MessageMention]) -> None:
    """Whoever shows the message in a moment need not read them again, as if they had been prefetched."""
    rows: Any = message.mentions.all()
    rows._result_cache, rows._prefetch_done = made, True
    message._prefetched_objects_cache = {"mentions": rows}  # type: ignore[attr-defined]


def _mentions(message: Message) -> dict[tuple, MessageMention]:
    found = {}
    for place, target in _targets(message):
        row = MessageMention(message=message, start=place.start, length=place.length, **target)
        found[(row.start, row.length, row.kind, row.player_id, row.npc_id)] = row
    return found


def _targets(message: Message) -> list[tuple[Place, dict]]:
    text, author, channel = message.text, message.player, message.channel
    if "@" not in text or author is None:
        return []
    targets: dict[str, dict] = {}
    if "@here" in text.casefold() and message.whisper_to_id is None and may_moderate(author, channel):
        targets[HERE] = {"kind": Kind.HERE}
    for npc in characters_of(channel) if message.whisper_to_id is None else []:
        targets[npc.name] = {"kind": Kind.NPC, "npc": npc}
    # Where a character stands, nobody else is looked for.
    for player in players_called(without(text, places(text, targets)), channel, author):
        if message.whisper_to_id is None or message.is_whisper_for(player):
            targets.setdefault(player.username, {"kind": Kind.PLAYER, "player": player})
    return [(place, targets[place.name]) for place in places(text, targets)]


def move_mentions(message: Message, text: str) -> None:
    """Rows that point into the old text point to the same words in the new one, as long as these are there."""
    rows = list(MessageMention.objects.filter(message=message).order_by("start"))
    moved = []
    for row in rows:
        word = message.text[row.start : row.start + row.length]
        start = _nth(text, word, message.text[: row.start].count(word))
        if start >= 0:
            row.pk, row.start = None, start
            moved.append(row)
    MessageMention.objects.filter(message=message).delete()
    MessageMention.objects.bulk_create(moved)


def _nth(text: str, word: str, n: int) -> int:
    start = text.find(word)
    for _ in range(n):
        start = text.find(word, start + 1) if start >= 0 else start
    return start
