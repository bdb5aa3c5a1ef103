"""Search in what somebody may read: who may read what stands in the query itself, never behind it."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain

from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import Exists, F, Max, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.text import slugify

from messaging.models import Attachment, Channel, Message, MessageMention, Poll, SavedMessage
from messaging.models.message import MessageQuerySet
from messaging.queries.channels import Place, places, readable_channels
from messaging.rules.search import Search, excerpt, parse
from npcs.models import Npc
from padawanforge.kit import fulltext
from padawanforge.kit.errors import DomainError
from players.models import Player, PlayerProfile
from players.queries.relationships import hidden_from

PAGE = 25
MAX_LENGTH = 300
# So many of the newest messages are looked through one by one before the index is asked.
LATELY = 20_000


class SearchUnclear(DomainError):
    """Something in the search means nothing; each problem says how to put it."""

    code = "invalid"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found; `pieces` are its words, each with whether it was looked for."""

    message: Message
    place: Place
    pieces: Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Hits:
    rows: Sequence[Hit]
    after: str


def find(player: Player, text: str, *, cursor: str = "", limit: int = PAGE) -> Hits:
    """The messages that fit, newest first; as many queries for many as for few."""
    search = parse(text[:MAX_LENGTH], today=timezone.localdate())
    if search.problems:
        raise SearchUnclear(search.problems)
    if search.is_empty:
        return Hits([], "")
    known = places(list(readable_channels(player).values_list("pk", "kind")))
    chosen = _chosen(search.places, known)
    rows = _narrowed(readable_messages(player, chosen), search, player)
    below = _place(cursor) if cursor else 0
    if not below and search.words and search.until:
        below = _end_of(chosen, search.until)
    if below:
        rows = rows.filter(pk__lt=below)
    ids = _newest(rows, limit + 1, below=below, has_words=bool(search.words))
    found = Message.objects.with_authors().filter(pk__in=ids[:limit])
    hits = [
        _hit(message, known[message.channel_id], search.words)
        for message in found.with_mentions().order_by("-pk")
    ]
    return Hits(hits, str(ids[limit - 1]) if len(ids) > limit else "")


def _newest(rows: MessageQuerySet, count: int, *, below: int, has_words: bool) -> list[int]:
    """The ids of the newest rows. No planner knows how rare a word is, so the search asks twice.

    What is said often is among the newest messages, and found by walking back through them. What isn't found
    there is rare: then the index of the words gives all of them, and they are sorted; `pk + 0` keeps the
    database from walking back through everything in the hope of meeting one.
    """
    if not has_words or connections[rows.db].vendor != "postgresql":
        return list(rows.order_by("-pk").values_list("pk", flat=True)[:count])
    newest = below or Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    lately = rows.filter(pk__gt=newest - LATELY).order_by("-pk").values_list("pk", flat=True)
    if len(found := list(lately[:count])) == count:
        return found
    return list(rows.order_by((F("pk") + 0).desc()).values_list("pk", flat=True)[:count])


def _end_of(channels: Collection[int], until: date) -> int:
    """Behind the last message of these channels before that day; 0 when there is none."""
    said = Message.objects.filter(channel=OuterRef("pk"), sent_at__lt=_midnight(until))
    last = Subquery(said.order_by("-sent_at", "-seq").values("pk")[:1])
    newest = Channel.objects.filter(pk__in=channels).aggregate(newest=Max(last))["newest"]
    return newest + 1 if newest else 0


def _place(cursor: str) -> int:
    if not (cursor.isdecimal() and cursor.isascii() and len(cursor) < 18):
        raise ValidationError({"cursor": "This cursor is not one of ours; begin with the first page."})
    return int(cursor)


def readable_messages(player: Player, channels: Collection[int]) -> MessageQuerySet:
    """What still says something to the player in these channels, which he may read."""
    said = Message.objects.visible_to(player).filter(channel__in=channels, deleted_at=None, hidden_at=None)
    if hidden := hidden_from(player):
        said = said.exclude(player__in=hidden)
    return said


def _chosen(wanted: Sequence[str], known: dict[int, Place]) -> Collection[int]:
    """The channels that somebody named by title or by the last part of the address; all when he named none."""
    if not wanted:
        return list(known)
    chosen: set[int] = set()
    for name in wanted:
        found = {place.id for place in known.values() if _is_called(place, name)}
        if not found:
            raise SearchUnclear([f"You are in no room or talk called “{name}”."])
        chosen |= found
    return chosen


def _is_called(place: Place, name: str) -> bool:
    if place.title.casefold() == name.casefold():
        return True
    slug = slugify(name)
    return bool(slug) and slug in {slugify(place.title), place.url.rstrip("/").rsplit("/", 1)[-1]}


def _narrowed(rows: MessageQuerySet, search: Search, player: Player) -> MessageQuerySet:
    if search.words:
        if all(term.is_excluded for term in fulltext.terms(search.words)):
            raise SearchUnclear(["Name at least one word that you look for, besides those you don't want."])
        rows = fulltext.matching(rows, search.words)
    if search.authors:
        rows = rows.filter(_by(search.authors, player))
    if search.since:
        rows = rows.filter(sent_at__gte=_midnight(search.since))
    if search.until:
        rows = rows.filter(sent_at__lt=_midnight(search.until))
    for name in search.has:
        rows = rows.filter(_HAS[name])
    for name in search.only:
        rows = rows.filter(_IS[name](player))
    return rows


def _by(names: Sequence[str], player: Player) -> Q:
    """Players by username or by the name they show, characters by name; `me` is who asks.

    Whoever a block hides is nobody here, as on every other page.
    """
    wanted = {name.casefold(): name for name in names}
    spelt = {spelling for name in wanted.values() for spelling in _spellings(name)}
    by_username = Player.objects.filter(username__in=spelt).values_list("pk", "username")
    by_name = PlayerProfile.objects.filter(search_name__in=spelt).values_list("pk", "search_name")
    hidden = hidden_from(player)
    people = {pk: name for pk, name in by_username.union(by_name) if pk not in hidden}
    if "me" in wanted:
        people[player.pk] = "me"
    named = Q()
    for name in wanted.values():
        named |= Q(name__iexact=name) | Q(slug=slugify(name) or name)
    characters = {pk: names for pk, *names in Npc.objects.filter(named).values_list("pk", "name", "slug")}
    known = {name.casefold() for name in [*people.values(), *chain.from_iterable(characters.values())]}
    if strange := [name for folded, name in wanted.items() if not {folded, slugify(name)} & known]:
        raise SearchUnclear([f"Nobody here is called “{name}”." for name in strange])
    return Q(player__in=people) | Q(npc__in=characters)


def _spellings(name: str) -> set[str]:
    """How a name may stand in the index: SQLite makes small letters of A to Z only."""
    as_kept = [re.sub("[A-Z]+", lambda capitals: capitals[0].lower(), form) for form in (name, name.title())]
    return {name.lower(), *as_kept}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _hit(message: Message, place: Place, words: str) -> Hit:
    sought = [word for term in fulltext.terms(words) if not term.is_excluded for word in term.words]
    return Hit(message, place, fulltext.marked(excerpt(message.plain, sought), words))


def _file_of(kind: str) -> Exists:
    ready = Attachment.objects.filter(message=OuterRef("pk"), state=Attachment.State.READY)
    return Exists(ready.filter(kind=kind))


_HAS = {
    "link": Q(text__contains="://"),
    "file": _file_of(Attachment.Kind.FILE),
    "image": _file_of(Attachment.Kind.IMAGE),
    "poll": Exists(Poll.objects.filter(message=OuterRef("pk"))),
    "reaction": ~Q(reaction_counts=[]),
}
_IS: dict[str, Callable[[Player], Q | Exists]] = {
    "pinned": lambda player: Q(pinned_at__isnull=False),
    "mention": lambda player: Exists(MessageMention.objects.filter(message=OuterRef("pk"), player=player)),
    "saved": lambda player: Exists(SavedMessage.objects.filter(message=OuterRef("pk"), player=player)),
    "whisper": lambda player: Q(whisper_to__isnull=False),
    "thread": lambda player: Q(root__isnull=False),
}
