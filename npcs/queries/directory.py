"""The directory of characters: the same number of queries however many there are."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Avg, Count, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from npcs.gains import gains_of
from npcs.models import Interaction, KnowledgeItem, Npc, NpcCategory
from padawanforge.kit.markdown import clean_text

PAGE_SIZE = 24
MAX_WORDS = 6
# What is shown as learnt: of talks in these last days.
GAIN_DAYS = 90
# A mean of so few says little, so it takes no part in "rated at least".
MIN_RATINGS = 3
AREAS = 40
AREAS_SECONDS = 600
# The first column decides, the name is the tie-breaker.
ORDERS = {"featured": "is_featured", "popular": "interaction_count", "newest": "created_at"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked of the directory; empty means any."""

    search: str = ""
    category: str = ""
    expertise: str = ""
    difficulty: str = ""
    is_featured: bool = False
    rating: int = 0
    order: str = "featured"


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """Characters with `passages`, `rating`, `ratings` and `gain` beside their columns.

    `after` is the slug that the next page begins behind. Rating and gain are None where nothing is known.
    """

    npcs: Sequence[Npc]
    after: str


def directory(filters: Filters | None = None, *, after: str = "", limit: int = PAGE_SIZE) -> DirectoryPage:
    """The active characters that fit, in the order asked for."""
    filters = filters or Filters()
    column = ORDERS.get(filters.order, ORDERS["featured"])
    rows = _fitting(filters).select_related("category").order_by(f"-{column}", "name")
    if last := Npc.objects.filter(slug=after).first() if after else None:
        value = getattr(last, column)
        rows = rows.filter(Q(**{column: value}, name__gt=last.name) | Q(**{f"{column}__lt": value}))
    found = list(rows[: limit + 1])
    page = found[:limit]
    describe(page)
    return DirectoryPage(page, page[-1].slug if len(found) > limit else "")


def describe(npcs: Sequence[Npc]) -> None:
    """Put beside each character what is counted of it: three queries for all of them."""
    ids = [npc.pk for npc in npcs]
    now = timezone.now()
    counted = KnowledgeItem.objects.filter(file__npc_id__in=ids).values("file__npc_id").order_by()
    passages = {row["file__npc_id"]: row["found"] for row in counted.annotate(found=Count("pk"))}
    stars = {row["npc_id"]: row for row in _rated().filter(npc_id__in=ids)}
    gains = gains_of(ids, since=now - timedelta(days=GAIN_DAYS), until=now) if ids else {}
    for npc in npcs:
        row = stars.get(npc.pk, {})
        npc.passages = passages.get(npc.pk, 0)  # type: ignore[attr-defined]  # shown beside the columns
        npc.rating, npc.ratings = row.get("mean"), row.get("count", 0)  # type: ignore[attr-defined]
        npc.gain = gains.get(npc.pk)  # type: ignore[attr-defined]


def categories() -> QuerySet[NpcCategory]:
    return NpcCategory.objects.filter(is_active=True).order_by("sort_order", "display_name")


def expertise_areas() -> list[str]:
    """The areas that most active characters name; counted anew every ten minutes."""
    return cache.get_or_set("npcs.expertise_areas", _count_areas, AREAS_SECONDS) or []


def npcs_visible(*, with_hidden: bool, author_id: int | None = None) -> QuerySet[Npc]:
    """The characters whose pages may be opened; who creates characters also sees those that rest.

    An author always sees his own.
    """
    if with_hidden:
        return Npc.objects.all()
    own = Npc.objects.filter(created_by=author_id) if author_id else Npc.objects.none()
    return Npc.objects.active() | own


def _fitting(filters: Filters) -> QuerySet[Npc]:
    rows = _matching(filters.search).filter(is_active=True)
    if filters.category:
        rows = rows.filter(category__name=filters.category)
    if filters.difficulty:
        rows = rows.filter(difficulty_level=filters.difficulty)
    if filters.is_featured:
        rows = rows.filter(is_featured=True)
    if filters.expertise:
        rows = rows.filter(_in_json("expertise_text", f'"{clean_text(filters.expertise)}"'))
    if filters.rating:
        good = _rated().filter(mean__gte=filters.rating, count__gte=MIN_RATINGS)
        rows = rows.filter(pk__in=good.values("npc_id"))
    return rows


def _matching(search: str) -> QuerySet[Npc]:
    """Every word must occur somewhere in what the directory knows of the character."""
    rows = Npc.objects.annotate(
        expertise_text=Cast("expertise_areas", TextField()), tags_text=Cast("tags", TextField())
    )
    columns = ("name", "tagline", "description", "category__display_name")
    for word in clean_text(search).split()[:MAX_WORDS]:
        wanted = _in_json("expertise_text", word) | _in_json("tags_text", word)
        for column in columns:
            wanted |= Q(**{f"{column}__icontains": word})
        rows = rows.filter(wanted)
    return rows


def _in_json(column: str, text: str) -> Q:
    """SQLite keeps other letters than the Latin ones as escapes, PostgreSQL as they are."""
    escaped = json.dumps(text.strip('"'))[1:-1]
    if text.startswith('"'):
        escaped = f'"{escaped}"'
    return Q(**{f"{column}__icontains": text}) | Q(**{f"{column}__icontains": escaped})


def _rated() -> QuerySet:
    rows = Interaction.objects.filter(satisfaction_rating__isnull=False).values("npc_id").order_by()
    return rows.annotate(mean=Avg("satisfaction_rating"), count=Count("pk"))


def _count_areas() -> list[str]:
    areas: Counter[str] = Counter()
    for named in Npc.objects.active().values_list("expertise_areas", flat=True).iterator(2000):
        areas.update({str(area) for area in named} if isinstance(named, list) else ())
    return sorted((area for area, _ in areas.most_common(AREAS)), key=str.casefold)
