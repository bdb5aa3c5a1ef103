"""How many rooms each further choice in the lobby would leave."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from messaging.models import ChannelMember
from npcs.choices import Difficulty
from players.models import Player
from rooms.models import Room
from rooms.queries.rooms import Filters, narrowed, rooms_open_to

TAGS_SHOWN = 12
LABELS = {
    "category": "Category",
    "difficulty": "Level",
    "room_type": "Kind",
    "tag": "Tag",
    "only": "Only rooms",
}


@dataclass(frozen=True, slots=True)
class Choice:
    field: str
    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    label: str
    choices: Sequence[Choice]


def facets(player: Player, filters: Filters) -> list[Facet]:
    """Each facet counts under the choices of all others, in a query of its own; empty ones are left out."""
    rooms = rooms_open_to(player)
    found = {
        "category": _counted(rooms, filters, player, "category", "category__name", "category__display_name"),
        "difficulty": _counted(rooms, filters, player, "difficulty", "difficulty"),
        "room_type": _counted(rooms, filters, player, "room_type", "room_type"),
        "tag": _counted(rooms, filters, player, "tag", "tags__name", limit=TAGS_SHOWN),
        "only": _switches(rooms, filters, player),
    }
    return [Facet(LABELS[name], choices) for name, choices in found.items() if choices]


def _counted(
    rooms: QuerySet[Room],
    filters: Filters,
    player: Player,
    field: str,
    *columns: str,
    limit: int | None = None,
) -> list[Choice]:
    others = narrowed(rooms, replace(filters, **{field: ""}), player)
    rows = others.exclude(**{columns[0]: None}).values_list(*columns).annotate(n=Count("pk", distinct=True))
    chosen = getattr(filters, field)
    labels = dict([*Difficulty.choices, *Room.Type.choices])
    return [
        Choice(field, value, label_of(row, labels), row[-1], value == chosen)
        for row in rows.order_by("-n", columns[0])[:limit]
        if (value := row[0])
    ]


def label_of(row: Sequence, labels: dict[str, str]) -> str:
    return row[1] if len(row) > 2 else labels.get(row[0], f"#{row[0]}")


def _switches(rooms: QuerySet[Room], filters: Filters, player: Player) -> list[Choice]:
    others = narrowed(rooms, replace(filters, free=False, featured=False, mine=False), player)
    inside = ChannelMember.objects.filter(channel=OuterRef("channel"), player=player)
    counts = others.aggregate(
        free=Count("pk", filter=Q(current_players__lt=F("max_players")), distinct=True),
        featured=Count("pk", filter=Q(is_featured=True), distinct=True),
        mine=Count("pk", filter=Q(Exists(inside)), distinct=True),
    )
    labels = {"free": "with free places", "featured": "that are featured", "mine": "that I am in"}
    return [
        Choice(name, "on", label, counts[name], getattr(filters, name))
        for name, label in labels.items()
        if counts[name] or getattr(filters, name)
    ]
